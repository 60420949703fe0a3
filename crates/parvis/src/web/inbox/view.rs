//! The first pane: the views that everybody has, the desks with how many wait there and how many are late,
//! and the views that people saved.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::filter::{Asked, address, query};
use super::house::desk_icon;
use super::refusal;
use crate::app::App;
use crate::command;
use crate::id::ViewId;
use crate::rules::permission::Action;
use crate::store::conversation::{self, Filter, Holder, Order, State as Standing};
use crate::store::counter::Badge;
use crate::store::house::House;
use crate::store::{self, Conn};
use crate::web::error::Failure;
use crate::web::session::Signed;

/// Late ones are counted up to this.
const CAP: i64 = 100;

/// A link of the first pane.
pub struct Entry {
    /// Where it leads.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// Its name.
    pub name: String,
    /// How many stand there; `None` where counting would cost too much.
    pub count: Option<i64>,
    /// How many of them are late.
    pub late: i64,
    /// It is what the list shows.
    pub current: bool,
}

/// A saved view.
pub struct Saved {
    /// Its id.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// Everybody sees it.
    pub shared: bool,
    /// The reader made it and may change it.
    pub own: bool,
    /// How many stand there; `None` where the counters don't say: they know states, desks and holders, and
    /// counting by tag, channel or language at each page would cost what the counters save.
    pub count: Option<i64>,
    /// It is what the list shows.
    pub current: bool,
}

/// The first pane.
pub struct Views {
    /// Those that everybody has.
    pub own: Vec<Entry>,
    /// One per desk that the reader sees.
    pub desks: Vec<Entry>,
    /// Those that people saved.
    pub saved: Vec<Saved>,
    /// What the list shows, in words.
    pub title: String,
    /// How many that are, where it is known.
    pub count: Option<i64>,
    /// How many wait for us in all.
    pub waiting: i64,
    /// How many of those are late.
    pub late: i64,
}

fn plain(state: Standing) -> Filter {
    Filter { state: Some(state), ..Filter::default() }
}

/// Reads the first pane for what `asked` shows.
pub async fn read(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    asked: &Asked,
    now: i64,
) -> store::Result<Views> {
    let (actor, words) = (&signed.actor, &signed.words);
    let badges = store::counter::badges(conn, actor.organisation, actor.colleague).await?;
    let badges: Vec<Badge> = badges.into_iter().filter(|it| actor.scope.covers(it.desk)).collect();
    let overdue = conversation::late(conn, actor.organisation, now, CAP).await?;
    let shown = if asked.search().is_some() { None } else { Some(asked.filter()) };
    let sum = |state: Standing, value: fn(&Badge) -> i64| -> i64 {
        badges.iter().filter(|it| it.state == state.as_str()).map(value).sum()
    };
    let entry = |icon, name: &str, filter: Filter, count: Option<i64>| Entry {
        href: address("/inbox", &query(&filter), &[]),
        icon,
        name: words.t(name),
        count,
        late: 0,
        current: shown.as_ref() == Some(&filter),
    };
    let open = plain(Standing::Open);
    let waiting = sum(Standing::Open, |it| it.all);
    let mut own = vec![
        entry("inbox", "view-open", open.clone(), Some(waiting)),
        entry(
            "user",
            "view-mine",
            Filter { holder: Holder::Me, ..open.clone() },
            Some(sum(Standing::Open, |it| it.mine)),
        ),
        entry(
            "hand",
            "view-to-take",
            Filter { holder: Holder::Nobody, ..open.clone() },
            Some(sum(Standing::Open, |it| it.free)),
        ),
        entry("clock", "view-waiting", plain(Standing::Waiting), Some(sum(Standing::Waiting, |it| it.all))),
        entry("snooze", "view-snoozed", plain(Standing::Snoozed), Some(sum(Standing::Snoozed, |it| it.all))),
        entry("book", "view-all", Filter { order: Order::Newest, ..Filter::default() }, None),
    ];
    let mut desks = Vec::new();
    for desk in house.open_desks().filter(|desk| actor.scope.covers(desk.id)) {
        let filter = Filter { desk: Some(desk.id), ..open.clone() };
        let here = |it: &&Badge| it.desk == desk.id && it.state == Standing::Open.as_str();
        desks.push(Entry {
            href: address("/inbox", &query(&filter), &[]),
            icon: desk_icon(&desk.kind),
            name: desk.name.clone(),
            count: Some(badges.iter().find(here).map_or(0, |it| it.all)),
            late: overdue.iter().find(|(id, _)| *id == desk.id).map_or(0, |(_, late)| *late),
            current: shown.as_ref() == Some(&filter),
        });
    }
    let saved = saved(signed, house, &badges, shown.as_ref());
    let late = desks.iter().map(|it| it.late).sum();
    if let Some(first) = own.first_mut() {
        first.late = late;
    }
    let current = own.iter().chain(&desks).find(|it| it.current);
    let named = saved.iter().find(|it| it.current).map(|it| (it.name.clone(), it.count));
    let (title, count) = match (current, asked.search()) {
        (_, Some(found)) => (words.t1("list-search", "words", found), None),
        (Some(it), None) => (it.name.clone(), it.count),
        (None, None) => named.unwrap_or_else(|| (words.t("list-filtered"), None)),
    };
    Ok(Views { own, desks, saved, title, count, waiting, late })
}

/// How many conversations a filter shows, where the counters know it. What a colleague has open isn't told to
/// others.
fn counted(filter: &Filter, badges: &[Badge]) -> Option<i64> {
    let known = Filter {
        state: filter.state,
        desk: filter.desk,
        holder: filter.holder,
        order: filter.order,
        ..Filter::default()
    };
    let state = filter.state.filter(|it| *it != Standing::Closed && *filter == known)?;
    let value: fn(&Badge) -> i64 = match filter.holder {
        Holder::Any => |it| it.all,
        Holder::Me => |it| it.mine,
        Holder::Nobody => |it| it.free,
        Holder::Colleague(_) => return None,
    };
    let here = |it: &&Badge| it.state == state.as_str() && filter.desk.is_none_or(|desk| desk == it.desk);
    Some(badges.iter().filter(here).map(value).sum())
}

fn saved(signed: &Signed, house: &House, badges: &[Badge], shown: Option<&Filter>) -> Vec<Saved> {
    let me = signed.actor.colleague;
    let seen = house.views(me).map(|it| Saved {
        href: address("/inbox", &query(&it.filter), &[]),
        own: it.owner == me,
        count: counted(&it.filter, badges),
        current: shown == Some(&it.filter),
        id: it.id,
        name: it.name.clone(),
        shared: it.shared,
    });
    seen.collect()
}

/// The form under "save this view".
#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    shared: Option<String>,
}

/// `POST /inbox/views`: saves what the list shows.
pub async fn save(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
    Form(form): Form<Named>,
) -> Result<Response, Failure> {
    keep(&app, &signed, None, &asked, &form).await
}

/// `POST /inbox/views/{id}`: renames a view, shares it or takes it back.
pub async fn rename(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ViewId>,
    Query(asked): Query<Asked>,
    Form(form): Form<Named>,
) -> Result<Response, Failure> {
    keep(&app, &signed, Some(id), &asked, &form).await
}

async fn keep(
    app: &App,
    signed: &Signed,
    id: Option<ViewId>,
    asked: &Asked,
    form: &Named,
) -> Result<Response, Failure> {
    let filter = asked.filter();
    let back = address("/inbox", &query(&filter), &[]);
    let is_shared = form.shared.is_some() && signed.actor.may(Action::ShareView);
    command::view::save(app, &signed.actor, id, &form.name, is_shared, filter)
        .await
        .map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to(&back).into_response())
}

/// `POST /inbox/views/{id}/remove`.
pub async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ViewId>,
) -> Result<Response, Failure> {
    command::view::remove(&app, &signed.actor, id)
        .await
        .map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/inbox").into_response())
}
