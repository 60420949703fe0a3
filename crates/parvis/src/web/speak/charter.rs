//! The charter beside a post's words: what it says of them while somebody types, one press that writes them otherwise, and
//! binding remarks that are set aside with a reason.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};

use super::action::{Answer, again, back, words_of};
use super::compose::Typed;
use super::preview::Previews;
use crate::app::App;
use crate::command::charter::applied;
use crate::command::post::charter::{self as command, COMMON, FIRST_COMMENT, Held};
use crate::command::post::words::Words as Text;
use crate::command::{Refusal, Result as Commanded, post};
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::rules::post::State as Standing;
use crate::store::house::House;
use crate::store::post::{Post, Target, card, picture};
use crate::store::{self, Conn};
use crate::web::charter::{May, Remarks};
use crate::web::error::{Failure, page};
use crate::web::inbox::refusal;
use crate::web::session::Signed;

/// The words that stand in the fields of a post's page.
pub(super) fn said(it: &Post, typed: &Typed, targets: &[Target]) -> Text {
    Text {
        text: typed.text.clone(),
        own_texts: typed.own.clone(),
        first_comment: typed.first_comment.clone(),
        own_first_comments: typed.own_first_comments.clone(),
        ..stands(it, targets)
    }
}

/// The words that stand in a post.
pub(super) fn stands(it: &Post, targets: &[Target]) -> Text {
    let own = |of: fn(&Target) -> &Option<String>| {
        targets.iter().filter_map(|it| Some((it.channel, of(it).clone()?))).collect()
    };
    Text {
        version: it.version,
        text: it.text.clone(),
        warning: it.warning.clone().unwrap_or_default(),
        channels: targets.iter().map(|it| it.channel).collect(),
        campaign: it.campaign.clone().unwrap_or_default(),
        tagged: targets.iter().filter(|it| it.tagged).map(|it| it.channel).collect(),
        threaded: targets.iter().filter(|it| it.threaded).map(|it| it.channel).collect(),
        own_texts: own(|it| &it.text),
        first_comment: it.first_comment.clone(),
        own_first_comments: own(|it| &it.first_comment),
        assistant: String::new(),
    }
}

/// What the charter says of them, with what this reader may do about it.
pub(super) async fn shown(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Post,
    said: &Text,
    writes: bool,
    now: i64,
) -> store::Result<Remarks> {
    let held = match is_in_hand(it) {
        true => command::read_words(conn, signed.organisation.id, it, said).await?,
        false => Held::default(),
    };
    Ok(Remarks::of_post(&signed.words, house, &held, may(signed, it, writes), now))
}

fn is_in_hand(it: &Post) -> bool {
    matches!(it.state, Standing::ToWrite | Standing::ToValidate | Standing::Scheduled)
}

fn may(signed: &Signed, it: &Post, writes: bool) -> May {
    May {
        apply: writes.then(|| format!("/speak/{}/charter", it.id)),
        waive: is_in_hand(it) && signed.actor.may(Action::Look),
        settings: signed.actor.may(Action::Validate),
    }
}

/// What scripts put in place while somebody types.
#[derive(Template)]
#[template(path = "speak/seen.html")]
struct Seen {
    charter: Remarks,
    previews: Previews,
}

/// `POST /speak/{id}/charter`: what the charter says of what is being typed, and how it would stand there; with `apply`, the text as a remark would have
/// it is kept as the writer's draft.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let what = pairs.iter().find(|(name, _)| name == "apply").map(|(_, value)| value.clone());
    let text = match words_of(pairs) {
        Ok(text) => text,
        Err(refused) => return again(&app, &signed, id, refused).await,
    };
    let mut conn = app.db.read().await?;
    let it = post::load(&mut conn, &signed.actor, id, Action::Write).await;
    let it = it.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let held = command::read_words(&mut conn, signed.organisation.id, &it, &text).await?;
    let Some(what) = what else {
        let house = super::house_of(&mut conn, &signed).await?;
        let pictures = picture::list(&mut conn, signed.organisation.id, id).await?;
        let card = card::get(&mut conn, signed.organisation.id, id).await?;
        let may = may(&signed, &it, true);
        return page(&Seen {
            charter: Remarks::of_post(&signed.words, &house, &held, may, app.now()),
            previews: Previews::of(&signed, &house, id, &text, (&pictures, card.as_ref())),
        });
    };
    drop(conn);
    let changed = with(text, &held, &what).ok_or_else(|| Failure::unprocessable("apply"))?;
    match post::words::keep_draft(&app, &signed.actor, id, &changed).await {
        Ok(()) => Ok(Redirect::to(&format!("/speak/{id}#words")).into_response()),
        Err(refused) => again(&app, &signed, id, refused).await,
    }
}

/// The words with what was asked for written otherwise: `all`, or a place, a rule and where it begins.
fn with(mut text: Text, held: &Held, what: &str) -> Option<Text> {
    let mut parts = what.splitn(3, ' ');
    let (place, rule, start) = (parts.next()?, parts.next(), parts.next());
    for (number, passage) in held.passages.iter().enumerate() {
        let here = held.found.iter().filter(|it| it.passage == number);
        let all: Vec<_> = here.map(|it| it.remark.clone()).collect();
        let new = match (rule, start) {
            _ if place == "all" => Some(parvis_write::charter::apply(&passage.text, &all)),
            (Some(rule), Some(start)) if passage.place == place => {
                Some(applied(&passage.text, &all, rule, start.parse().ok()?)?)
            }
            _ => None,
        };
        let Some(new) = new else { continue };
        let (own, id) = match passage.place.strip_prefix(FIRST_COMMENT) {
            Some(id) => (&mut text.own_first_comments, id.trim_start_matches('-')),
            None => (&mut text.own_texts, passage.place.as_str()),
        };
        if let Some(own) = id.parse().ok().and_then(|id| own.get_mut(&id)) {
            *own = new;
        } else if passage.place == COMMON {
            text.text = new;
        } else if passage.place == FIRST_COMMENT {
            text.first_comment = new;
        }
    }
    Some(text)
}

/// `POST /speak/{id}/waive`: sets a binding remark aside with a reason, or takes that back. The fields of the remark that
/// was pressed end on its number.
pub(super) async fn waive(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let result = decide(&app, &signed, id, &form).await;
    back(&app, &signed, id, result).await
}

async fn decide(app: &App, signed: &Signed, id: PostId, form: &HashMap<String, String>) -> Commanded<()> {
    let pressed = |name: &str| form.get(name).map(String::as_str);
    let number = pressed("waive").or(pressed("take-back"));
    let number = number.ok_or(Refusal::Invalid { field: "waiver", code: "unknown" })?;
    let field = |name: &str| form.get(&format!("{name}-{number}")).map(String::as_str).unwrap_or_default();
    let (rule, about) = (field("rule"), field("about"));
    if pressed("waive").is_some() {
        command::waive(app, &signed.actor, id, rule, about, field("reason")).await
    } else {
        command::take_back(app, &signed.actor, id, rule, about).await
    }
}
