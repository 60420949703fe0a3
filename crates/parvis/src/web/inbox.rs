//! The inbox: four panes (views, list, conversation, context), each from the address alone, so that every
//! state can be bookmarked and works without JavaScript. Scripts fetch the same pages and put them in place.

pub mod action;
mod assistant;
pub mod charter;
pub mod compose;
pub mod context;
pub mod dial;
pub mod filter;
pub mod house;
pub mod key;
pub mod list;
pub mod media;
mod moderate;
pub mod palette;
pub mod refusal;
pub mod thread;
pub mod view;
pub mod why;

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use parvis_listen::understand::{Intent, Sentiment};

use self::compose::Compose;
use self::context::Context;
use self::dial::Dial;
use self::filter::{Asked, address};
use self::house::channel_icon;
use self::list::{List, Maker};
use self::thread::{Reader, Thread};
use self::view::Views;
use super::Route;
use super::error::{Failure, page_with};
use super::layout::{Layout, Place, Toast};
use super::presence::{Doing, Presence};
use super::session::Signed;
use crate::app::App;
use crate::command::{Done, undo};
use crate::id::{ColleagueId, ConversationId, JournalId, MessageId};
use crate::rules::permission::{Action, Scope};
use crate::store::conversation::{self, Conversation, Holder, Order, State as Standing};
use crate::store::house::House;
use crate::store::tag::Tag;
use crate::store::{self, Conn};

/// The routes of the inbox and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/inbox", Action::Read),
    Route::get("/inbox/{id}", Action::Read),
    Route::post("/inbox/{id}/take", Action::Triage),
    Route::post("/inbox/{id}/assign", Action::Triage),
    Route::post("/inbox/{id}/hand-over", Action::Triage),
    Route::post("/inbox/{id}/snooze", Action::Triage),
    Route::post("/inbox/{id}/close", Action::Triage),
    Route::post("/inbox/{id}/reopen", Action::Triage),
    Route::post("/inbox/{id}/urgent", Action::Triage),
    Route::get("/inbox/{id}/why/{message}", Action::Read),
    Route::post("/inbox/{id}/correct/{message}", Action::Triage),
    Route::post("/inbox/{id}/tag", Action::Triage),
    Route::post("/inbox/{id}/untag/{tag}", Action::Triage),
    Route::post("/inbox/{id}/merge", Action::Triage),
    Route::post("/inbox/{id}/reply", Action::Answer),
    Route::post("/inbox/{id}/note", Action::Note),
    Route::post("/inbox/{id}/draft", Action::Note),
    Route::post("/inbox/{id}/charter", Action::Answer),
    Route::post("/inbox/{id}/assistant", Action::Answer),
    Route::post("/inbox/{id}/assistant/take", Action::Answer),
    Route::post("/inbox/{id}/withdraw/{message}", Action::Answer),
    Route::post("/inbox/{id}/retry/{message}", Action::Answer),
    Route::post("/inbox/{id}/moderate/{message}", Action::Answer),
    Route::post("/inbox/{id}/unmoderate/{message}", Action::Answer),
    Route::post("/inbox/{id}/presence", Action::Read),
    Route::post("/inbox/views", Action::Read),
    Route::post("/inbox/views/{id}", Action::Read),
    Route::post("/inbox/views/{id}/remove", Action::Read),
    Route::post("/undo", Action::Read),
    Route::post("/undo/{journal}", Action::Read),
    Route::get("/media/{id}", Action::Read),
    Route::get("/palette", Action::Read),
    Route::get("/keys", Action::ManageSelf),
    Route::get("/events", Action::ReadPosts),
];

/// The router of the inbox, of its live updates and of its media.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let reply = post(compose::reply).layer(DefaultBodyLimit::max(5 * crate::command::answer::UPLOAD_BYTES));
    Router::new()
        .route("/inbox", get(list_page))
        .route("/inbox/{id}", get(conversation_page))
        .route("/inbox/{id}/take", post(action::take))
        .route("/inbox/{id}/assign", post(action::assign))
        .route("/inbox/{id}/hand-over", post(action::hand_over))
        .route("/inbox/{id}/snooze", post(action::snooze))
        .route("/inbox/{id}/close", post(action::close))
        .route("/inbox/{id}/reopen", post(action::reopen))
        .route("/inbox/{id}/urgent", post(action::urgent))
        .route("/inbox/{id}/why/{message}", get(why::show))
        .route("/inbox/{id}/correct/{message}", post(why::correct))
        .route("/inbox/{id}/tag", post(action::tag))
        .route("/inbox/{id}/untag/{tag}", post(action::untag))
        .route("/inbox/{id}/merge", post(action::merge))
        .route("/inbox/{id}/reply", reply)
        .route("/inbox/{id}/note", post(compose::note))
        .route("/inbox/{id}/draft", post(compose::draft))
        .route("/inbox/{id}/charter", post(charter::check))
        .route("/inbox/{id}/assistant", post(assistant::propose))
        .route("/inbox/{id}/assistant/take", post(assistant::take))
        .route("/inbox/{id}/withdraw/{message}", post(compose::withdraw))
        .route("/inbox/{id}/retry/{message}", post(compose::retry))
        .route("/inbox/{id}/moderate/{message}", post(moderate::decide))
        .route("/inbox/{id}/unmoderate/{message}", post(moderate::withdraw))
        .route("/inbox/{id}/presence", post(super::live::sign))
        .route("/inbox/views", post(view::save))
        .route("/inbox/views/{id}", post(view::rename))
        .route("/inbox/views/{id}/remove", post(view::remove))
        .route("/undo", post(action::undo_last))
        .route("/undo/{journal}", post(action::undo_one))
        .route("/media/{id}", get(media::serve))
        .route("/palette", get(palette::serve))
        .route("/keys", get(key::serve))
        .route("/events", get(super::live::events))
        .layer(Extension(Presence::listening(app.clone())))
}

/// Why what was asked for wasn't done, shown above the conversation.
pub struct Problem {
    /// The answer's status.
    pub status: StatusCode,
    /// In words.
    pub text: String,
    /// The answer that a colleague gave since.
    pub answered: Option<(Option<ColleagueId>, MessageId)>,
}

/// The answer that was given meanwhile.
struct Meanwhile {
    by: String,
    at: String,
    text: String,
}

/// The colleagues around: nobody, where a page is shown again with what is wrong.
#[derive(Default)]
struct Around {
    /// Who else is in the conversation, in a sentence.
    others: String,
    /// Who has Parvis open.
    online: HashSet<ColleagueId>,
}

/// The open conversation.
struct Open {
    id: ConversationId,
    icon: &'static str,
    channel: String,
    who: String,
    host: String,
    intent: Option<String>,
    sentiment: String,
    abusive: bool,
    /// Where it is said why the newest message was read so.
    why: Option<String>,
    urgent: bool,
    tags: Vec<Tag>,
    desk: String,
    holder: Option<ColleagueId>,
    holder_name: String,
    mine: bool,
    done: bool,
    dial: Dial,
    thread: Thread,
    compose: Option<Compose>,
    context: Context,
    link: Option<String>,
    presets: Vec<(&'static str, String)>,
    soonest: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    layout: Layout,
    views: Views,
    list: List,
    house: Arc<House>,
    asked: Asked,
    filter: conversation::Filter,
    query: String,
    open: Option<Open>,
    next: String,
    problem: Option<String>,
    meanwhile: Option<Meanwhile>,
    triage: bool,
    notes: bool,
    share: bool,
    others: String,
    scope: Scope,
}

impl InboxPage {
    /// Where a form of the open conversation posts, with the list kept.
    fn act(&self, verb: &str) -> String {
        let id = self.open.as_ref().map(|open| open.id.to_string()).unwrap_or_default();
        address(&format!("/inbox/{id}/{verb}"), &self.query, &[])
    }

    /// The same, going on to the next conversation of the list.
    fn act_next(&self, verb: &str) -> String {
        let id = self.open.as_ref().map(|open| open.id.to_string()).unwrap_or_default();
        let next = [("next", self.next.as_str())];
        address(&format!("/inbox/{id}/{verb}"), &self.query, if self.next.is_empty() { &[] } else { &next })
    }

    fn intents(&self) -> [&'static str; 12] {
        Intent::ALL.map(Intent::name)
    }

    fn sentiments(&self) -> [&'static str; 3] {
        Sentiment::ALL.map(Sentiment::name)
    }

    fn is_order(&self, name: &str) -> bool {
        name == match self.filter.order {
            Order::Due => "",
            Order::Newest => "newest",
            Order::Oldest => "oldest",
        }
    }

    fn is_state(&self, name: &str) -> bool {
        name == match self.filter.state {
            None => "all",
            Some(Standing::Open) => "",
            Some(state) => state.as_str(),
        }
    }

    fn is_holder(&self, name: &str) -> bool {
        match self.filter.holder {
            Holder::Any => name.is_empty(),
            Holder::Me => name == "me",
            Holder::Nobody => name == "nobody",
            Holder::Colleague(id) => name == id.to_string(),
        }
    }

    /// How many filters beyond state and order are set.
    fn filters(&self) -> usize {
        let f = &self.filter;
        if self.asked.search().is_some() {
            let set = [f.language.is_some(), f.sentiment.is_some(), f.intent.is_some(), f.needs_answer];
            return set.into_iter().filter(|is_set| *is_set).count();
        }
        let set = [
            f.channel.is_some(),
            f.tag.is_some(),
            f.language.is_some(),
            f.sentiment.is_some(),
            f.intent.is_some(),
            f.needs_answer,
            f.late,
            f.holder != Holder::Any,
            f.desk.is_some(),
        ];
        set.into_iter().filter(|is_set| *is_set).count()
    }
}

async fn list_page(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    show(&app, &signed, &asked, None, None).await
}

async fn conversation_page(
    State(app): State<Arc<App>>,
    Extension(presence): Extension<Arc<Presence>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let around = Around {
        others: super::live::said(&presence, &signed, id, app.now()),
        online: presence.online(signed.actor.organisation, app.now()),
    };
    show_with(&app, &signed, &asked, Some(id), None, around).await
}

/// Comes back to the list with what was done; with `moves_on`, to the conversation that follows in it.
fn back(asked: &Asked, done: Done, moves_on: bool) -> Response {
    let journal = done.journal.to_string();
    let path = match asked.next.parse::<ConversationId>() {
        Ok(next) if moves_on => format!("/inbox/{next}"),
        _ if moves_on => "/inbox".to_owned(),
        _ => format!("/inbox/{}", done.conversation),
    };
    Redirect::to(&address(&path, &asked.query(), &[("done", &journal)])).into_response()
}

/// The page for what is asked, with a problem above it if there is one.
async fn show(
    app: &App,
    signed: &Signed,
    asked: &Asked,
    id: Option<ConversationId>,
    problem: Option<Problem>,
) -> Result<Response, Failure> {
    show_with(app, signed, asked, id, problem, Around::default()).await
}

async fn show_with(
    app: &App,
    signed: &Signed,
    asked: &Asked,
    id: Option<ConversationId>,
    problem: Option<Problem>,
    around: Around,
) -> Result<Response, Failure> {
    let now = app.now();
    let (words, query) = (&signed.words, asked.query());
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let it = match id {
        Some(id) => Some(find(&mut conn, signed, id).await?),
        None => None,
    };
    if let Some(into) = it.as_ref().and_then(|it| it.facets.merged_into) {
        let to = address(&format!("/inbox/{into}"), &query, &[]);
        return Ok(Redirect::to(&to).into_response());
    }
    let views = view::read(&mut conn, signed, &house, asked, now).await?;
    let maker = Maker { signed, house: &house, asked, open: it.as_ref().map(|it| it.id), now };
    let list = maker.list(&mut conn).await?;
    let next = it.as_ref().map(|it| follower(&list, it.id)).unwrap_or_default();
    let context = words.t2("inbox-context", "waiting", views.waiting, "late", views.late);
    let layout =
        Layout::counted(&mut conn, signed, Place::Inbox, words.t("place-inbox"), views.waiting).await?;
    let layout = layout.with_context(context);
    let toast = toast(&mut conn, signed, asked, &query, now).await?;
    let open = match &it {
        Some(it) => Some(opened(&mut conn, signed, &house, it, asked, &around.online, now).await?),
        None => None,
    };
    let status = problem.as_ref().map_or(StatusCode::OK, |it| it.status);
    let answered = problem.as_ref().and_then(|it| it.answered);
    let page = InboxPage {
        meanwhile: meanwhile(&mut conn, signed, &house, answered, now).await?,
        layout: layout.with_toast(toast),
        views,
        list,
        filter: asked.filter(),
        asked: asked.clone(),
        query,
        open,
        next,
        problem: problem.map(|it| it.text),
        triage: signed.actor.may(Action::Triage),
        notes: signed.actor.may(Action::Note),
        share: signed.actor.may(Action::ShareView),
        others: around.others,
        scope: signed.actor.scope.clone(),
        house,
    };
    page_with(status, &page)
}

async fn find(conn: &mut Conn, signed: &Signed, id: ConversationId) -> Result<Conversation, Failure> {
    let found = conversation::get(conn, signed.actor.organisation, id).await?;
    found.filter(|it| signed.actor.scope.covers(it.facets.desk)).ok_or_else(Failure::not_found)
}

/// The conversation below (or, at the end, above) this one in the list; the first one, where this one has left
/// the list already.
fn follower(list: &List, id: ConversationId) -> String {
    let place = list.rows.iter().position(|row| row.id == id);
    let below = list.rows.get(place.map_or(0, |place| place + 1));
    let above = place.and_then(|place| place.checked_sub(1)).and_then(|place| list.rows.get(place));
    below.or(above).map(|row| row.id.to_string()).unwrap_or_default()
}

async fn opened(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Conversation,
    asked: &Asked,
    online: &HashSet<ColleagueId>,
    now: i64,
) -> store::Result<Open> {
    let (words, facets, query) = (&signed.words, &it.facets, asked.query());
    let query = query.as_str();
    let channel = house.channel(it.channel);
    let context = context::read(conn, signed, house, it, query, online, now).await?;
    let reader = Reader { signed, house, id: it.id, query, before: thread::place(&asked.before), now };
    let thread = reader.read(conn).await?;
    let holder = facets.assignee.and_then(|id| house.colleague(id));
    let presets = ["hour", "evening", "tomorrow", "monday"];
    Ok(Open {
        id: it.id,
        icon: channel.map_or("globe", |it| channel_icon(&it.kind)),
        channel: channel.map_or_else(|| words.t("channel-removed"), |it| it.name.clone()),
        who: context.person.as_ref().map_or_else(|| words.t("author-unknown"), |it| it.who.clone()),
        host: context.person.as_ref().map(|it| it.host.clone()).unwrap_or_default(),
        intent: it.said.intent.as_ref().filter(|it| *it != "other").map(|it| words.named("intent", it)),
        abusive: it.said.abusive,
        why: thread
            .messages
            .iter()
            .filter_map(|it| it.read.as_ref())
            .find(|it| it.newest)
            .map(|it| it.href.clone()),
        sentiment: it.said.sentiment.clone().unwrap_or_default(),
        urgent: facets.urgent,
        tags: store::tag::of(conn, signed.actor.organisation, it.id).await?,
        desk: house.desk(facets.desk).map(|desk| desk.name.clone()).unwrap_or_default(),
        holder: facets.assignee,
        holder_name: holder.map(|it| it.name.clone()).unwrap_or_default(),
        mine: facets.assignee == Some(signed.actor.colleague),
        done: matches!(facets.state, Standing::Closed | Standing::Snoozed),
        dial: Dial::long(it, house.desk(facets.desk), words, now),
        compose: compose::read(conn, signed, channel, it, asked, now).await?,
        link: thread
            .messages
            .iter()
            .rev()
            .find_map(|said| said.url.clone().filter(|_| said.class.is_empty())),
        thread,
        context,
        presets: presets
            .into_iter()
            .filter_map(|name| Some((name, words.moment(action::named(name, words, now)?, now))))
            .collect(),
        soonest: words.zoned(now).strftime("%Y-%m-%dT%H:%M").to_string(),
    })
}

async fn meanwhile(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    answered: Option<(Option<ColleagueId>, MessageId)>,
    now: i64,
) -> store::Result<Option<Meanwhile>> {
    let Some((by, message)) = answered else { return Ok(None) };
    let found = store::message::get(conn, signed.actor.organisation, message).await?;
    let by = by.and_then(|id| house.colleague(id)).map(|it| it.name.clone());
    Ok(found.map(|it| Meanwhile {
        by: by.unwrap_or_else(|| signed.words.t("said-outside")),
        at: signed.words.moment(it.created_at, now),
        text: it.text,
    }))
}

/// What has just been done by this reader, as long as it is news.
async fn toast(
    conn: &mut Conn,
    signed: &Signed,
    asked: &Asked,
    query: &str,
    now: i64,
) -> store::Result<Option<Toast>> {
    let Ok(id) = asked.done.parse::<JournalId>() else { return Ok(None) };
    let Some(row) = store::journal::get(conn, signed.actor.organisation, id).await? else { return Ok(None) };
    let is_own = row.actor_id == Some(signed.actor.colleague.0);
    if !is_own || row.at + 2 * crate::clock::MINUTE < now {
        return Ok(None);
    }
    let undoable = undo::undoable(&row.verb) && row.undone_at.is_none();
    Ok(Some(Toast {
        text: signed.words.named("done", &row.verb.replace('.', "-")),
        undo: undoable.then(|| address(&format!("/undo/{id}"), query, &[])),
    }))
}

/// Class of a sentiment's chip, which is also the name of its icon.
pub fn mood(sentiment: &str) -> &'static str {
    match sentiment {
        "positive" => "pos",
        "negative" => "neg",
        _ => "neu",
    }
}

/// A form of the person's own presence.
#[derive(serde::Deserialize)]
pub struct Sign {
    /// What they do.
    pub doing: Doing,
}
