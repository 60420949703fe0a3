//! The journal of the whole organisation: who changed what, when, before and after. Newest first, paged
//! by key.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::id::JournalId;
use crate::store;
use crate::store::journal::Journalled;
use crate::web::error::{Failure, page};
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Rows of a page.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "organisation/journal.html")]
pub(in crate::web) struct JournalPage {
    pub(in crate::web) layout: Layout,
    pub(in crate::web) rows: Vec<Line>,
    /// The key after which the next page begins.
    pub(in crate::web) older: Option<JournalId>,
}

/// A change, in words.
pub(in crate::web) struct Line {
    pub(in crate::web) machine_time: String,
    pub(in crate::web) moment: String,
    pub(in crate::web) who: String,
    pub(in crate::web) what: String,
    /// Name of the subject where it is a colleague or a desk.
    pub(in crate::web) subject: String,
    pub(in crate::web) href: Option<String>,
    pub(in crate::web) before: String,
    pub(in crate::web) after: String,
    pub(in crate::web) undone: bool,
}

#[derive(Deserialize)]
pub(super) struct From {
    before: Option<JournalId>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let id = signed.organisation.id;
    let mut found = store::journal::page(&mut conn, id, from.before, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    if more {
        found.pop();
    }
    let mut names: HashMap<Uuid, String> = HashMap::new();
    names.extend(store::colleague::list(&mut conn, id).await?.into_iter().map(|it| (it.id.0, it.name)));
    names.extend(store::desk::list(&mut conn, id).await?.into_iter().map(|it| (it.id.0, it.name)));
    names.extend(store::channel::list(&mut conn, id).await?.into_iter().map(|it| (it.id.0, it.name)));
    let now = app.now();
    let older = found.last().map(|it| it.id).filter(|_| more);
    let rows = found.into_iter().map(|it| line(it, &names, &signed.words, now)).collect();
    let title = signed.words.t("journal-title");
    let layout = Layout::of(&mut conn, &signed, Place::Organisation, title).await?;
    page(&JournalPage { layout, rows, older })
}

fn line(it: Journalled, names: &HashMap<Uuid, String>, words: &Words, now: i64) -> Line {
    let actor = it.actor_id.and_then(|id| names.get(&id).cloned());
    let compact = |json: Option<serde_json::Value>| json.map(|it| it.to_string()).unwrap_or_default();
    Line {
        machine_time: words.machine_time(it.at),
        moment: words.moment(it.at, now),
        who: actor.unwrap_or_else(|| words.named("actor", &it.actor_kind)),
        what: words.named("verb", &it.verb.replace('.', "-")),
        subject: names.get(&it.subject_id).cloned().unwrap_or_default(),
        href: it.conversation_id.map(|id| format!("/inbox/{id}")),
        before: compact(it.before),
        after: compact(it.after),
        undone: it.undone_at.is_some(),
    }
}
