//! What comes in: bodies, queries and ids, read strictly. Unknown fields are refused, so that a misspelt one
//! isn't ignored in silence; U+0000 is refused, since PostgreSQL's text can't hold it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::error::Category;

use super::problem::{Problem, Result};

/// A body of JSON.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type").because(
                "The body isn't marked as JSON. Nothing was changed. Send “Content-Type: application/json”.",
            ));
        }
        read(&take(request, state).await?).map(Self)
    }
}

/// The whole body.
///
/// # Errors
/// It is larger than the endpoint takes, or the connection broke.
async fn take<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    Bytes::from_request(request, state).await.map_err(|rejected| match rejected.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::new(StatusCode::BAD_REQUEST, "body")
            .because("The body broke off. Nothing was changed. Send it again."),
    })
}

/// The body is larger than the endpoint takes.
pub fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
        .because("The body is larger than this endpoint takes. Nothing was changed. Send less at once.")
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json"
}

/// Reads JSON (nested at most 128 deep, serde_json's own bound).
///
/// # Errors
/// 400 with line and column when it isn't JSON; 422 with the field when it isn't what the endpoint takes.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        refused(error.inner()).at(field)
    })?;
    reader.end().map_err(|error| refused(&error))?;
    // A struct could also be read from a list of its values.
    if bytes.iter().find(|it| !it.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "shape").because(
            "The body has to be an object. Nothing was changed. The documentation lists its fields.",
        ));
    }
    if bytes.windows(6).any(|it| it == br"\u0000") {
        let whole: Value = serde_json::from_slice(bytes).map_err(|error| refused(&error))?;
        if holds_nul(&whole) {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "nul")
                .because("A text holds the character U+0000. Nothing was changed. Leave it out."));
        }
    }
    Ok(value)
}

fn refused(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column().max(1));
    let (status, code, what) = match error.classify() {
        Category::Data => {
            (StatusCode::UNPROCESSABLE_ENTITY, "shape", "The body isn't what this endpoint takes")
        }
        _ => (StatusCode::BAD_REQUEST, "json", "The body isn't JSON"),
    };
    let detail = format!("{what}: {error}. Nothing was changed. Mend it and send it again.");
    Problem::new(status, code).because(detail).place(line, column)
}

/// Tells a field that is `null` (`Some(None)`) from one that is left out (`None`, with `#[serde(default)]`).
///
/// # Errors
/// It is neither.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    reader: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(all) => all.iter().any(holds_nul),
        Value::Object(all) => all.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// The query of an address.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // Bytes that aren't UTF-8 have been read as U+FFFD.
            if name.chars().chain(value.chars()).any(|c| c == '\0' || c == '\u{FFFD}') {
                return Err(Problem::parameter(&name, "It holds U+0000 or bytes that aren't UTF-8."));
            }
        }
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri).map_err(|rejected| {
            let text = rejected.body_text();
            let said = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (field, _) = said.split_once(": ").unwrap_or(("", said));
            Problem::parameter(field, format!("The query can't be read: {said}."))
        })?;
        Ok(Self(read.0))
    }
}

/// The ids of an address.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|it| Self(it.0)).map_err(|rejected| {
            Problem::new(StatusCode::BAD_REQUEST, "id").because(format!(
                "The address can't be read: {}. Nothing was changed. Ids are UUIDs, as the lists give them.",
                rejected.body_text()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Note {
        text: String,
    }

    fn status(body: &[u8]) -> (u16, String) {
        let told = format!("{:?}", read::<Note>(body).map(|it| it.text));
        let status = ["400", "413", "422"].iter().find(|it| told.contains(&format!("status: {it}")));
        (status.map_or(200, |it| it.parse().unwrap()), told)
    }

    #[test]
    fn what_isnt_json_is_told_by_line_and_column() {
        let (code, told) = status(b"{\n \"text\": }");
        assert_eq!(code, 400);
        assert!(told.contains("line: Some(2)") && told.contains("column: Some("), "{told}");
        assert_eq!(status(b"").0, 400);
        assert_eq!(status(b"{\"text\":\"\xff\"}").0, 400);
        assert_eq!(status(br#"{"text":"a"} x"#).0, 400);
        assert_eq!(status("[".repeat(100_000).as_bytes()).0, 422);
        assert_eq!(status(format!("{{\"text\":{}", "[".repeat(100_000)).as_bytes()).0, 422);
    }

    #[test]
    fn what_is_json_but_something_else_is_told_by_field() {
        for body in [r#"{"text":1}"#, r#"{"txet":"a"}"#, "{}", "null", r#"["a"]"#, r#"{"text":"a\u0000b"}"#] {
            assert_eq!(status(body.as_bytes()).0, 422, "{body}");
        }
        assert!(status(br#"{"text":1}"#).1.contains("field: Some(\"text\")"));
        assert_eq!(status(br#"{"text":"a\\u0000b"}"#).0, 200);
    }
}
