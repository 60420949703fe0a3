//! Wordings that the assistant proposes for a post: the box in which they are asked for, the proposals, and the one that is
//! chosen. It becomes the person's own draft; nothing is saved, validated or scheduled by it.

use std::sync::Arc;

use askama::Template;
use askama::filters::Safe;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};

use super::action::{Answer, again, words_of};
use super::charter::stands;
use super::preview::Previews;
use crate::app::App;
use crate::command::assistant::{self as command, Asked, WISH_LENGTH};
use crate::command::post;
use crate::command::post::words::Words as Text;
use crate::id::{ChannelId, PostId};
use crate::rules::assistant::Use;
use crate::rules::permission::Action;
use crate::store::{self, Conn};
use crate::web::asset::Icon;
use crate::web::error::Failure;
use crate::web::inbox::refusal;
use crate::web::language::{Language, Words};
use crate::web::layout::Place;
use crate::web::proposal::{Proposals, proposed};
use crate::web::session::Signed;

/// The text that all networks have in common, as the place of a proposal.
const COMMON: &str = post::charter::COMMON;

/// Where wordings are asked for, within the form of the words.
#[derive(Template)]
#[template(path = "speak/assistant.html")]
pub(super) struct AssistantBox {
    words: Words,
    id: PostId,
    model: String,
    /// The networks that may have a text of their own, by id and name.
    accounts: Vec<(String, String)>,
    /// The house's own language.
    language: Language,
    longest: usize,
}

impl AssistantBox {
    /// Nothing where there is no assistant for this.
    pub(super) async fn of(
        conn: &mut Conn,
        signed: &Signed,
        id: PostId,
        previews: &Previews,
    ) -> store::Result<Option<Self>> {
        let model = command::model_for(conn, signed.organisation.id, Use::Wordings).await?;
        Ok(model.map(|model| Self {
            words: signed.words.clone(),
            id,
            model,
            accounts: previews.accounts.iter().map(|it| (it.id.clone(), it.name.clone())).collect(),
            language: Language::parse(&signed.organisation.language).unwrap_or_default(),
            longest: WISH_LENGTH,
        }))
    }

    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, ""))
    }
}

fn value(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default()
}

/// The network that a place names; nothing for the text that all have in common.
fn network(place: &str) -> Result<Option<ChannelId>, Failure> {
    match place {
        "" | COMMON => Ok(None),
        id => id.parse().map(Some).map_err(|_| Failure::unprocessable("place")),
    }
}

/// `POST /speak/{id}/assistant`: what stands in the form and what is wished, to proposals.
pub(super) async fn propose(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let text = match words_of(pairs.clone()) {
        Ok(text) => text,
        Err(refused) => return again(&app, &signed, id, refused).await,
    };
    let place = network(&value(&pairs, "place"))?;
    let title = keep(&app, &signed, id, &text).await?;
    let asked = asked(place, &text, &pairs);
    let found = command::wordings(&app, &signed.actor, id, &asked).await;
    let at = place.map_or_else(|| COMMON.to_owned(), |id| id.to_string());
    let proposals = Proposals::of(&signed.words, (format!("/speak/{id}/assistant/take"), at), found)?;
    let back = format!("/speak/{id}#words");
    let mut conn = app.db.read().await?;
    proposed(&mut conn, &signed, Place::Speak, (title, back), (pairs, proposals)).await
}

/// Keeps what was typed and isn't saved, as the person's draft: whoever waits for an answer may close the page.
async fn keep(app: &App, signed: &Signed, id: PostId, text: &Text) -> Result<String, Failure> {
    let failure = |refused| refusal::failure(refused, &signed.words);
    let mut conn = app.db.read().await?;
    let it = post::load(&mut conn, &signed.actor, id, Action::Write).await.map_err(failure)?;
    let targets = store::post::targets(&mut conn, signed.organisation.id, id).await?;
    drop(conn);
    let stands = stands(&it, &targets);
    let same = |own: &store::post::words::OwnTexts, before: &store::post::words::OwnTexts| {
        own.iter().all(|(id, text)| text.trim() == before.get(id).map_or("", |it| it.trim()))
    };
    let typed = text.text.trim() != stands.text.trim()
        || text.first_comment.trim() != stands.first_comment.trim()
        || !same(&text.own_texts, &stands.own_texts)
        || !same(&text.own_first_comments, &stands.own_first_comments);
    if typed {
        post::words::keep_draft(app, &signed.actor, id, text).await.map_err(failure)?;
    }
    Ok(it.title)
}

/// What is asked: for the text that all have in common, or for that of one network.
fn asked(place: Option<ChannelId>, text: &Text, pairs: &[(String, String)]) -> Asked {
    let is_own = |id: &ChannelId| text.own_texts.get(id).is_some_and(|it| !it.trim().is_empty());
    let (said, channels) = match place {
        Some(id) if is_own(&id) => (text.own_texts.get(&id).cloned().unwrap_or_default(), vec![id]),
        Some(id) => (text.text.clone(), vec![id]),
        None => (text.text.clone(), text.channels.iter().filter(|id| !is_own(id)).copied().collect()),
    };
    Asked { text: said, channels, wish: value(pairs, "wish"), language: value(pairs, "language") }
}

/// `POST /speak/{id}/assistant/take`: the proposal that was chosen becomes what the person is typing.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let (taken, place) = (value(&pairs, "take").replace("\r\n", "\n"), network(&value(&pairs, "place"))?);
    let mut conn = app.db.read().await?;
    let model = command::model_for(&mut conn, signed.organisation.id, Use::Wordings).await?;
    drop(conn);
    let mut text = match words_of(pairs) {
        Ok(text) => text,
        Err(refused) => return again(&app, &signed, id, refused).await,
    };
    text.assistant = model.ok_or_else(Failure::not_found)?;
    match place {
        Some(id) => {
            text.channels.push(id);
            text.own_texts.insert(id, taken);
        }
        None => text.text = taken,
    }
    match post::words::keep_draft(&app, &signed.actor, id, &text).await {
        Ok(()) => Ok(Redirect::to(&format!("/speak/{id}#words")).into_response()),
        Err(refused) => again(&app, &signed, id, refused).await,
    }
}
