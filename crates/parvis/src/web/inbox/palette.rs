//! "Search or act": what the palette lists for some words: actions on the open conversation, views,
//! desks, colleagues, and what the whole history holds.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::filter::Asked;
use super::list::Maker;
use super::view;
use crate::app::App;
use crate::id::ConversationId;
use crate::rules::text::fold;
use crate::store::conversation::{Filter, Holder, State as Standing};
use crate::store::house::House;
use crate::web::error::{Failure, page};
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Things of one kind that are listed.
const EACH: usize = 6;

/// Keys of the actions on a conversation, their icons and names; the page has a button for each.
const ACTIONS: [(&str, &str, &str); 10] = [
    ("r", "reply", "compose-public"),
    ("n", "lock", "compose-note"),
    ("a", "user", "act-take"),
    ("t", "hand", "act-hand-over"),
    ("z", "snooze", "act-snooze"),
    ("#", "tag", "act-tag"),
    ("i", "idea", "act-read"),
    ("e", "check", "act-close"),
    ("u", "undo", "act-undo"),
    ("?", "key", "keys-title"),
];

/// What was typed, and where.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    open: Option<ConversationId>,
}

struct Choice {
    icon: &'static str,
    name: String,
    /// Where it leads.
    href: String,
    /// The key whose button it presses.
    key: &'static str,
}

struct Group {
    name: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "inbox/palette.html")]
struct Palette {
    layout: Layout,
    groups: Vec<Group>,
}

/// `GET /palette?q=…&open=…`: the options as HTML.
pub async fn serve(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let layout = Layout::of(&mut conn, &signed, Place::None, String::new()).await?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let views = view::read(&mut conn, &signed, &house, &Asked::default(), app.now()).await?;
    let asked = Asked::searching(&wanted.q);
    let found = if wanted.q.trim().chars().count() < 2 {
        Vec::new()
    } else {
        let maker = Maker { signed: &signed, house: &house, asked: &asked, open: None, now: app.now() };
        maker.list(&mut conn).await?.rows
    };
    let link =
        |icon, name: &str, href: &str| Choice { icon, name: name.to_owned(), href: href.to_owned(), key: "" };
    let actions = ACTIONS.iter().filter(|(key, ..)| wanted.open.is_some() || matches!(*key, "u" | "?"));
    let actions =
        actions.map(|(key, icon, name)| Choice { icon, name: words.t(name), href: String::new(), key });
    let places = layout.links.iter().map(|it| link(it.icon, &words.t(it.name), it.href));
    let lists = views.own.iter().chain(&views.desks).map(|it| link(it.icon, &it.name, &it.href));
    let gestures = link("heart", &words.t("gestures"), "/gestures");
    let saved = views.saved.iter().map(|it| link("filter", &it.name, &it.href));
    let people = house.people(&signed.actor.scope).map(|it| {
        let filter =
            Filter { state: Some(Standing::Open), holder: Holder::Colleague(it.id), ..Filter::default() };
        let href = super::address("/inbox", &super::filter::query(&filter), &[]);
        link("user", &words.t1("palette-colleague", "name", &it.name), &href)
    });
    let found = found.iter().map(|row| link(row.icon, &format!("{}, {}", row.who, row.excerpt), &row.href));
    let needle = fold(wanted.q.trim());
    let fits = |choice: &Choice| fold(&choice.name).contains(&needle);
    let groups = vec![
        Group { name: words.t("palette-actions"), choices: actions.filter(|it| fits(it)).collect() },
        Group {
            name: words.t("palette-places"),
            choices: places.chain(lists).chain([gestures]).chain(saved).filter(|it| fits(it)).collect(),
        },
        Group {
            name: words.t("palette-colleagues"),
            choices: people.filter(|it| !needle.is_empty() && fits(it)).collect(),
        },
        Group { name: words.t("palette-found"), choices: found.collect() },
    ];
    let mut groups: Vec<Group> = groups.into_iter().filter(|group| !group.choices.is_empty()).collect();
    for group in &mut groups {
        group.choices.truncate(if needle.is_empty() { 12 } else { EACH });
    }
    page(&Palette { layout, groups })
}
