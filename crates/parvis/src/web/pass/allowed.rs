//! Whether the organisation allows passes, and which mailbox writes to who holds one.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::command::Refusal;
use crate::command::pass::{self as command, Allowed};
use crate::store;
use crate::web::error::{Failure, page_with};
use crate::web::form::{Account, Done};
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

#[derive(Template)]
#[template(path = "pass/allowed.html")]
struct AllowedPage {
    layout: Layout,
    on: bool,
    mailboxes: Vec<Account>,
    problem: Option<String>,
}

/// The form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    on: String,
    mailbox: String,
}

/// `GET /organisation/passes`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let it = command::allowed(&mut app.db.read().await?, signed.organisation.id).await?;
    let mailbox = it.mailbox.map(|it| it.to_string()).unwrap_or_default();
    let fields = Fields { on: if it.on { "yes".to_owned() } else { String::new() }, mailbox };
    shown(&app, &signed, fields, done.done == "set", None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    fields: Fields,
    done: bool,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let channels = store::channel::list(&mut conn, signed.organisation.id).await?;
    let chosen = [fields.mailbox];
    let toast = done.then(|| Toast { text: words.t("pass-done-allowed"), undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Organisation, words.t("passes")).await?;
    let shown = AllowedPage {
        layout: layout.with_toast(toast),
        on: !fields.on.is_empty(),
        mailboxes: channels
            .iter()
            .filter(|it| it.kind == "mail")
            .map(|it| Account::of(it, &chosen))
            .collect(),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// `POST /organisation/passes`
pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let mailbox = match fields.mailbox.as_str() {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| Refusal::Invalid { field: "channel", code: "mailbox" }),
    };
    let done = match mailbox {
        Ok(mailbox) => {
            command::set_allowed(&app, &signed.actor, Allowed { on: !fields.on.is_empty(), mailbox }).await
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else { return Ok(Redirect::to("/organisation/passes?done=set").into_response()) };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => shown(&app, &signed, fields, false, Some(problem)).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}
