//! The form of one thing in a dossier: what its kind uses is asked, and no more.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::people;
use crate::app::App;
use crate::command::Refusal;
use crate::command::launch::{self as command, WantedEntry};
use crate::id::{EntryId, LaunchId};
use crate::rules::launch::{AUDIENCES, GRAVE, Kind, LANGUAGES, LIKELY, PROGRESS};
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::launch::{self as room, Entry};
use crate::web::error::{Failure, page_with};
use crate::web::form::{moment, owner, written};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// What the form holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    kind: String,
    version: i64,
    of: String,
    title: String,
    text: String,
    language: String,
    audience: String,
    likely: String,
    grave: String,
    people: String,
    day: String,
    hour: String,
    state: String,
    owner: String,
    /// Of a validation: `yes`, or `no`.
    right: String,
}

impl Fields {
    fn of(words: &Words, it: &Entry) -> Self {
        let midnight =
            it.at.is_some_and(|at| words.house().zoned(at).time() == jiff::civil::Time::midnight());
        let (day, hour) = written(words, it.at, midnight);
        Self {
            kind: it.kind.as_str().to_owned(),
            version: it.version,
            of: it.of.map(|it| it.to_string()).unwrap_or_default(),
            title: it.title.clone(),
            text: it.text.clone(),
            language: it.language.clone(),
            audience: it.audience.clone(),
            likely: it.likely.clone(),
            grave: it.grave.clone(),
            people: it.people.clone(),
            day,
            hour,
            state: it.state.clone(),
            owner: it.owner.map(|it| it.to_string()).unwrap_or_default(),
            right: String::new(),
        }
    }

    fn wanted(&self, words: &Words) -> Result<WantedEntry, Refusal> {
        let no_day = Refusal::Invalid { field: "launch", code: "day" };
        let of = match self.of.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::Invalid { field: "launch", code: "unknown" })?),
        };
        Ok(WantedEntry {
            version: self.version,
            of,
            title: self.title.clone(),
            text: self.text.clone(),
            language: self.language.clone(),
            audience: self.audience.clone(),
            likely: self.likely.clone(),
            grave: self.grave.clone(),
            people: self.people.clone(),
            at: moment(words, &self.day, &self.hour).ok_or(no_day)?.0,
            state: self.state.clone(),
            owner: owner(&self.owner)?,
        })
    }
}

#[derive(Template)]
#[template(path = "launch/entry.html")]
struct EntryPage {
    layout: Layout,
    launch: LaunchId,
    id: Option<EntryId>,
    kind: Kind,
    fields: Fields,
    /// Who may choose what, by field: name of the field, its values.
    choices: Vec<(&'static str, Vec<&'static str>)>,
    people: Vec<(String, String)>,
    problem: Option<String>,
    theirs: Vec<(&'static str, String)>,
    /// Who validated it, and when.
    validated: Option<String>,
    prepares: bool,
    validates: bool,
}

impl EntryPage {
    fn value(&self, field: &str) -> &str {
        match field {
            "language" => &self.fields.language,
            "audience" => &self.fields.audience,
            "likely" => &self.fields.likely,
            "grave" => &self.fields.grave,
            _ => &self.fields.state,
        }
    }
}

fn choices(kind: Kind) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut all = Vec::new();
    if kind.is_said() {
        all.push(("language", LANGUAGES.to_vec()));
    }
    if kind == Kind::Faq {
        all.push(("audience", AUDIENCES.to_vec()));
    }
    if kind == Kind::Problem {
        all.push(("likely", LIKELY.to_vec()));
        all.push(("grave", GRAVE.to_vec()));
    }
    if kind.has_progress() {
        all.push(("state", PROGRESS.to_vec()));
    }
    all
}

async fn shown(
    app: &App,
    signed: &Signed,
    (launch, id): (LaunchId, Option<EntryId>),
    fields: Fields,
    (status, problem): (StatusCode, Option<String>),
) -> Answer {
    let (words, house, now) = (&signed.words, signed.organisation.id, app.now());
    let mut conn = app.db.read().await?;
    room::get(&mut conn, house, launch).await?.ok_or_else(Failure::not_found)?;
    let kind = Kind::parse(&fields.kind).ok_or_else(Failure::not_found)?;
    let names = House::read(&mut conn, house).await?;
    let (mut fields, mut theirs, mut validated) = (fields, Vec::new(), None);
    let stands = match id {
        Some(id) => room::entry(&mut conn, house, id).await?,
        None => None,
    };
    if let Some(it) = &stands {
        let by = it.validated_by.and_then(|id| names.colleague(id)).map(|it| it.name.clone());
        validated = Option::zip(by, it.validated_at)
            .map(|(by, at)| words.t2("launch-validated", "who", by, "when", words.moment(at, now)));
        if status == StatusCode::CONFLICT {
            let both = [
                ("launch-entry-title", &it.title, &fields.title),
                ("launch-entry-text", &it.text, &fields.text),
            ];
            theirs = both.iter().filter(|it| it.1 != it.2).map(|it| (it.0, it.1.clone())).collect();
            fields.version = it.version;
        }
    }
    let shown = EntryPage {
        layout: Layout::of(&mut conn, signed, Place::Launches, words.named("launch-one", kind.as_str()))
            .await?,
        launch,
        id,
        kind,
        fields,
        choices: choices(kind),
        people: people(&names),
        problem,
        theirs,
        validated,
        prepares: signed.actor.may(Action::PrepareLaunches),
        validates: signed.actor.may(Action::ValidateAnswers) && kind.is_said(),
    };
    page_with(status, &shown)
}

/// `GET /launches/{id}/new/{kind}`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((launch, kind)): Path<(LaunchId, String)>,
    Query(asked): Query<Fields>,
) -> Answer {
    let fields = Fields {
        kind,
        language: signed.words.language.as_str().to_owned(),
        owner: signed.actor.colleague.to_string(),
        ..asked
    };
    shown(&app, &signed, (launch, None), fields, (StatusCode::OK, None)).await
}

async fn find(app: &App, signed: &Signed, launch: LaunchId, id: EntryId) -> Result<Entry, Failure> {
    let found = room::entry(&mut app.db.read().await?, signed.organisation.id, id).await?;
    found.filter(|it| it.launch == launch).ok_or_else(Failure::not_found)
}

/// `GET /launches/{id}/entries/{entry}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((launch, id)): Path<(LaunchId, EntryId)>,
) -> Answer {
    let it = find(&app, &signed, launch, id).await?;
    shown(&app, &signed, (launch, Some(id)), Fields::of(&signed.words, &it), (StatusCode::OK, None)).await
}

fn back(launch: LaunchId, kind: &str) -> Response {
    Redirect::to(&format!("/launches/{launch}#{kind}")).into_response()
}

async fn save(app: &App, signed: &Signed, at: (LaunchId, Option<EntryId>), fields: Fields) -> Answer {
    let kind = Kind::parse(&fields.kind).ok_or_else(Failure::not_found)?;
    let saved = match fields.wanted(&signed.words) {
        Ok(wanted) => command::save_entry(app, &signed.actor, at, kind, wanted).await,
        Err(refused) => Err(refused),
    };
    match saved {
        Ok(_) => Ok(back(at.0, kind.as_str())),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, text)) => shown(app, signed, at, fields, (status, Some(text))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

/// `POST /launches/{id}/entries`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(launch): Path<LaunchId>,
    Form(fields): Form<Fields>,
) -> Answer {
    save(&app, &signed, (launch, None), fields).await
}

/// `POST /launches/{id}/entries/{entry}`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((launch, id)): Path<(LaunchId, EntryId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let kind = find(&app, &signed, launch, id).await?.kind.as_str().to_owned();
    save(&app, &signed, (launch, Some(id)), Fields { kind, ..fields }).await
}

/// `POST /launches/{id}/entries/{entry}/remove`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((launch, id)): Path<(LaunchId, EntryId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let kind = find(&app, &signed, launch, id).await?.kind;
    let done = command::remove_entry(&app, &signed.actor, (launch, id), fields.version).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(back(launch, kind.as_str()))
}

/// `POST /launches/{id}/entries/{entry}/validate`
pub(super) async fn validate(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((launch, id)): Path<(LaunchId, EntryId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let kind = find(&app, &signed, launch, id).await?.kind;
    let right = fields.right == "yes";
    let done = command::validate(&app, &signed.actor, (launch, id), fields.version, right).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(back(launch, kind.as_str()))
}
