//! Who is named in a post, as its networks know them, and looking for somebody to name: a page of its own, since it asks others
//! and may take a moment.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use parvis_channels::Person;
use serde::Deserialize;

use super::compose;
use crate::app::App;
use crate::command::post::name::{self as command, Known, Named};
use crate::id::{ChannelId, PostId};
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::web::error::{Failure, page_with};
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Whom to look for, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    on: String,
    q: String,
}

#[derive(Template)]
#[template(path = "speak/names.html")]
struct NamesPage {
    layout: Layout,
    id: PostId,
    title: String,
    all: Vec<Named>,
    /// Networks that can be looked through, by id and name.
    places: Vec<(String, String)>,
    asked: Asked,
    /// Who was found; nothing when nobody was looked for.
    found: Option<Vec<Person>>,
    problem: Option<String>,
}

impl NamesPage {
    fn icon_of(&self, it: &Named) -> &'static str {
        channel_icon(&it.channel.kind)
    }
}

/// `GET /speak/{id}/names`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (words, now) = (&signed.words, app.now());
    let mut conn = app.db.read().await?;
    let loaded = crate::command::post::load(&mut conn, &signed.actor, id, Action::Write).await;
    let it = loaded.map_err(|refused| refusal::failure(refused, words))?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let said = compose::said(&mut conn, &signed, &house, &it, now).await?;
    let places = command::places(&mut conn, &signed.actor, &said).await?;
    let places: Vec<_> = places.into_iter().map(|it| (it.id.to_string(), it.name)).collect();
    drop(conn);
    let wanted = asked.q.trim();
    let on = asked.on.parse::<ChannelId>().ok().filter(|_| !wanted.is_empty());
    // Whoever looks for somebody has seen who is named.
    let failed = |refused| refusal::failure(refused, words);
    let (all, found) = match on {
        None => (command::names(&app, &signed.actor, id, &said).await.map_err(failed)?, None),
        Some(on) => {
            let found = command::find(&app, &signed.actor, id, &said, (on, wanted)).await;
            (Vec::new(), Some(found.map_err(failed)?))
        }
    };
    let problem = matches!(found, Some(None)).then(|| words.t("names-silent"));
    let found = found.flatten();
    let mut conn = app.db.read().await?;
    let layout = Layout::of(&mut conn, &signed, Place::Speak, words.t("names-title")).await?;
    drop(conn);
    page_with(StatusCode::OK, &NamesPage { layout, id, title: it.title, all, places, asked, found, problem })
}
