//! The description of the API (OpenAPI 3.1), completed from what the handlers say: each operation carries the
//! right that it needs (`x-action`), from which follow its scope, its roles, the errors that any such
//! operation can give, and the table that the guard reads.

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi;

use super::problem::{Told, scope_name};
use crate::rules::permission::{Action, Role, TokenScope};

/// What the description begins with.
#[derive(OpenApi)]
#[openapi(components(schemas(Told)))]
pub struct Frame;

/// Which right each operation needs.
#[derive(Clone, Debug, Default)]
pub struct Table(Vec<(Method, String, Option<Action>)>);

impl Table {
    /// The right that `method` on `path` needs; `None` for any valid token.
    ///
    /// # Errors
    /// It isn't described: `true` when the path is, under other methods.
    pub fn need(&self, method: &Method, path: &str) -> Result<Option<Action>, bool> {
        let found = self.0.iter().find(|row| row.0 == *method && row.1 == path);
        found.map(|row| row.2).ok_or_else(|| self.0.iter().any(|row| row.1 == path))
    }

    /// Every operation: method, path, right.
    pub fn rows(&self) -> impl Iterator<Item = &(Method, String, Option<Action>)> {
        self.0.iter()
    }
}

/// The description and what follows from it.
#[derive(Clone, Debug)]
pub struct Document {
    /// JSON, on many lines.
    pub text: String,
    /// Who may call what.
    pub table: Table,
}

const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// Status, name of the shared answer, and when it is given.
const ERRORS: [(&str, &str, &str); 8] = [
    (
        "400",
        "BadRequest",
        "The request can't be read: malformed JSON (with line and column), an id that is none, an unknown or unreadable parameter.",
    ),
    ("401", "Unauthorized", "No token, or one that isn't valid."),
    ("403", "Forbidden", "The role of the token's owner, or the token's scopes, don't allow it."),
    ("404", "NotFound", "There is no such thing, or it is on a desk that the owner doesn't see."),
    ("413", "TooLarge", "The body is larger than this endpoint takes."),
    ("415", "WrongType", "The body is of a type that this endpoint doesn't take."),
    ("422", "Refused", "The body can be read but not taken: `field` and `code` say what to mend."),
    ("429", "TooMany", "The token has asked too often; `Retry-After` says how long to wait."),
];

/// Completes what the handlers describe.
pub fn build(described: &openapi::OpenApi) -> Document {
    let mut all = serde_json::to_value(described).unwrap_or_default();
    let mut table = Table::default();
    if let Some(paths) = all["paths"].as_object_mut() {
        for (path, item) in paths {
            for (name, method) in METHODS {
                if let Some(operation) = item.get_mut(name) {
                    let need = complete(path, operation);
                    table.0.push((method, path.clone(), need));
                }
            }
        }
    }
    all["info"] = json!({
        "title": "Parvis",
        "version": "1",
        "description": include_str!("intro.md").trim_end(),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    all["servers"] = json!([{ "url": super::PREFIX }]);
    all["components"]["securitySchemes"] = json!({ "token": {
        "type": "http", "scheme": "bearer",
        "description": "A personal access token, made in the settings and shown once.",
    } });
    let problem =
        json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    let answers: Map<String, Value> = ERRORS
        .iter()
        .map(|(_, name, said)| ((*name).to_owned(), json!({ "description": said, "content": problem })))
        .collect();
    all["components"]["responses"] = answers.into();
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    Document { text, table }
}

/// Completes one operation; answers with the right that it needs.
fn complete(path: &str, operation: &mut Value) -> Option<Action> {
    let need: Option<Action> = serde_json::from_value(operation["x-action"].take()).ok();
    if let Some(fields) = operation.as_object_mut() {
        fields.remove("x-action");
    }
    let scopes: Vec<&str> = need.map(TokenScope::needed_for).into_iter().map(scope_name).collect();
    let needs = match need {
        None => "Needs a valid token of any scope.".to_owned(),
        Some(action) => {
            let roles: Vec<String> = Role::ALL
                .into_iter()
                .filter(|it| it.may(action))
                .map(|it| format!("`{}`", it.as_str()))
                .collect();
            let roles = if roles.len() == Role::ALL.len() { "any role".to_owned() } else { roles.join(", ") };
            format!("Needs the scope `{}`. For {roles}.", scopes.join(" "))
        }
    };
    let said = operation["description"].as_str().unwrap_or_default();
    operation["description"] = json!(if said.is_empty() { needs } else { format!("{said}\n\n{needs}") });
    operation["security"] = json!([{ "token": scopes }]);
    let has_body = operation.get("requestBody").is_some();
    for (status, name, _) in ERRORS {
        let given = match status {
            "404" => path.contains('{') || path == "/undo",
            "413" | "415" | "422" => has_body,
            _ => true,
        };
        if given && operation["responses"].get(status).is_none() {
            operation["responses"][status] = json!({ "$ref": format!("#/components/responses/{name}") });
        }
    }
    need
}
