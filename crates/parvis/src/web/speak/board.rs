//! The board: a column for each state, filters, and for each card the columns to which this reader may move it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as Ask};
use axum::response::Response;
use serde::Deserialize;

use super::origin_icon;
use crate::app::App;
use crate::command;
use crate::command::post::fast::review;
use crate::command::post::only;
use crate::id::{ChannelId, PostId};
use crate::rules::fast::FastState;
use crate::rules::permission::Action;
use crate::rules::post::{Facts, ORIGINS, State, Step};
use crate::store::fast;
use crate::store::house::House;
use crate::store::message::{self, Stage};
use crate::store::post::{self, Filter, Post};
use crate::store::{self, Conn};
use crate::web::error::{Failure, page};
use crate::web::inbox::house::channel_icon;
use crate::web::language::Words;
use crate::web::launch;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// Cards of a column, until the reader asks for more.
const SHOWN: i64 = 12;
/// Cards of a column at most.
const MOST: i64 = 300;
/// The columns.
const COLUMNS: [State; 6] =
    [State::Idea, State::Kept, State::ToWrite, State::ToValidate, State::Scheduled, State::Published];

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    theme: String,
    channel: String,
    origin: String,
    launch: String,
    /// The column that is shown whole, or `parked` or `refused`.
    all: String,
    /// What has just been done, and to which post.
    done: String,
    on: Option<PostId>,
}

impl Asked {
    /// What the board shows; `launches` are those that this reader can ask for.
    fn filter(&self, signed: &Signed, launches: &[(String, String)]) -> Filter {
        let launch = launches.iter().find(|(id, _)| *id == self.launch);
        let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        Filter {
            theme: some(&self.theme),
            origin: some(&self.origin),
            channel: self.channel.parse().ok(),
            only: only(&signed.actor),
            launch: launch.and_then(|(id, _)| id.parse().ok()),
        }
    }
}

/// A step that a card offers.
pub(super) struct Move {
    pub(super) step: &'static str,
    pub(super) name: String,
    /// The column it leads to.
    pub(super) to: &'static str,
    /// Something has to be said first: the page of the post asks for it.
    pub(super) asks: bool,
}

/// A post on the board.
pub(super) struct Card {
    pub(super) id: PostId,
    pub(super) title: String,
    pub(super) theme: String,
    /// The launch that it is of.
    pub(super) launch: Option<String>,
    pub(super) icon: &'static str,
    pub(super) origin: String,
    pub(super) due: String,
    /// Its hour on the organisation's clock, where that is another than the reader's.
    pub(super) due_there: Option<String>,
    pub(super) channels: Vec<(&'static str, String)>,
    pub(super) owner: Option<(String, String)>,
    /// Class, icon and words of a chip.
    pub(super) state: Option<(&'static str, &'static str, String)>,
    pub(super) reason: Option<String>,
    /// Class and words of its place in the fast lane: in it, left by it, or unanswered there.
    pub(super) fast: Option<(&'static str, String)>,
    pub(super) moves: Vec<Move>,
}

struct Column {
    state: &'static str,
    name: String,
    count: i64,
    cards: Vec<Card>,
    more: i64,
}

/// A choice of a filter.
struct Choice {
    value: String,
    name: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "speak/board.html")]
struct BoardPage {
    layout: Layout,
    columns: Vec<Column>,
    asked: Asked,
    themes: Vec<Choice>,
    channels: Vec<Choice>,
    origins: Vec<Choice>,
    launches: Vec<Choice>,
    aside: Vec<(&'static str, String, i64)>,
    proposes: bool,
    stops: bool,
    stopped: bool,
    /// Sees the library.
    library: bool,
    /// Sets the rules.
    rules: bool,
    /// What left by the fast lane and waits to be looked at, for who looks.
    reviews: Option<usize>,
    /// Too much leaves by the fast lane.
    growing: Option<String>,
}

/// `GET /speak`
pub(super) async fn show(
    Ask(app): Ask<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let words = &signed.words;
    let launches = super::idea::launches(&mut conn, &signed, asked.launch.parse().ok()).await?;
    let filter = asked.filter(&signed, &launches);
    let house = super::house_of(&mut conn, &signed).await?;
    let counts = post::counts(&mut conn, signed.organisation.id, &filter).await?;
    let count = |state| counts.get(&state).copied().unwrap_or(0);
    let aside = State::parse(&asked.all).filter(|it| matches!(it, State::Parked | State::Refused));
    let shown: Vec<State> = aside.map_or(COLUMNS.to_vec(), |it| vec![it]);
    let mut columns = Vec::new();
    for state in shown {
        columns.push(column(&mut conn, &app, &signed, &house, state, &filter, &asked, count(state)).await?);
    }
    let (month, week) = (COLUMNS.iter().map(|it| count(*it)).sum::<i64>(), words.house().zoned(app.now()));
    let context = words.t2("speak-context", "count", month, "week", i64::from(week.iso_week_date().week()));
    let layout = Layout::of(&mut conn, &signed, Place::Speak, words.t("place-speak")).await?;
    let themes = command::post::contract::themes(&mut conn, &signed.actor).await?;
    let looks = review::reviews(&signed.actor);
    let reviews = match looks {
        true => Some(fast::unreviewed(&mut conn, signed.organisation.id).await?.len()),
        false => None,
    };
    let shares =
        if looks { review::shares(&mut conn, signed.organisation.id, app.now()).await? } else { Vec::new() };
    let growing = super::fast::review::growing(&mut conn, &signed, &shares).await?;
    let theme = |name: String| Choice { value: name.clone(), current: name == asked.theme, name };
    let channel = |it: &store::channel::Channel| Choice {
        value: it.id.to_string(),
        name: it.name.clone(),
        current: it.id.to_string() == asked.channel,
    };
    let origin = |it: &str| Choice {
        value: it.to_owned(),
        name: words.named("origin", it),
        current: it == asked.origin,
    };
    let launch = |(id, name): (String, String)| Choice { current: id == asked.launch, value: id, name };
    page(&BoardPage {
        layout: layout.with_context(context).with_toast(toast(words, &asked.done, asked.on)),
        columns,
        themes: themes.into_iter().map(theme).collect(),
        channels: house.channels.iter().map(channel).collect(),
        origins: ORIGINS.iter().map(|it| origin(it)).collect(),
        launches: launches.into_iter().map(launch).collect(),
        aside: [State::Parked, State::Refused]
            .map(|it| (it.as_str(), words.named("post-state", it.as_str()), count(it)))
            .to_vec(),
        proposes: signed.actor.may(Action::Propose),
        stops: signed.actor.may(Action::Stop),
        stopped: store::stop::shown(&mut conn, signed.organisation.id).await?.is_some(),
        library: signed.actor.may(Action::ReadMaterial),
        rules: signed.actor.may(Action::Validate),
        reviews,
        growing,
        asked,
    })
}

#[expect(clippy::too_many_arguments, reason = "what a column is made of, read once for all six")]
async fn column(
    conn: &mut Conn,
    app: &App,
    signed: &Signed,
    house: &House,
    state: State,
    filter: &Filter,
    asked: &Asked,
    count: i64,
) -> Result<Column, Failure> {
    let limit = if asked.all == state.as_str() { MOST } else { SHOWN };
    let organisation = signed.organisation.id;
    let mut posts = post::in_state(conn, organisation, state, filter, limit).await?;
    if state == State::Published {
        let left = limit - i64::try_from(posts.len()).unwrap_or(limit);
        posts.extend(post::in_state(conn, organisation, State::Measured, filter, left).await?);
    }
    let cards = cards(conn, app, signed, house, posts).await?;
    let shown = i64::try_from(cards.len()).unwrap_or(0);
    Ok(Column {
        state: state.as_str(),
        name: signed.words.named("post-state", state.as_str()),
        count,
        more: (count - shown).max(0),
        cards,
    })
}

/// The cards of some posts.
pub(super) async fn cards(
    conn: &mut Conn,
    app: &App,
    signed: &Signed,
    house: &House,
    posts: Vec<Post>,
) -> Result<Vec<Card>, Failure> {
    let organisation = signed.organisation.id;
    let targets = post::channels_of(conn, organisation, posts.iter().map(|it| it.id)).await?;
    let fast = fast::of_posts(conn, organisation, posts.iter().map(|it| it.id)).await?;
    let launches = launch::names(conn, signed, &posts).await?;
    let mut cards = Vec::new();
    for it in posts {
        let facts = match it.state {
            State::Published | State::Measured => None,
            _ => Some(command::post::facts(conn, app, organisation, &it).await?),
        };
        let mine = facts.is_some_and(|facts| Step::Validate.is_for(&signed.actor, facts.whose));
        let lacks = facts.is_some_and(|facts| !facts.material);
        let chip = match chip(conn, signed, &it, mine).await? {
            // What holds it or stands in its way comes before whose turn it is.
            Some(found) if it.held_code.is_some() || !lacks => Some(found),
            _ if lacks => Some(("wait", "image", signed.words.t("post-chip-material"))),
            found => found,
        };
        let moves = facts.map(|facts| moves(signed, &it, facts, app.now())).unwrap_or_default();
        let channels = targets.get(&it.id).map(Vec::as_slice).unwrap_or_default();
        let fast = match fast.get(&it.id) {
            Some(FastState::Silent) if it.state == State::ToValidate => {
                Some(("wait", signed.words.t("fast-chip-silent")))
            }
            Some(found) if found.is_marked() => Some(("alert", signed.words.t("fast-chip"))),
            _ => None,
        };
        let launch = launches.get(&it.id).cloned();
        let card = card(signed, house, it, channels, chip, moves, app.now());
        cards.push(Card { fast, launch, ..card });
    }
    Ok(cards)
}

fn card(
    signed: &Signed,
    house: &House,
    it: Post,
    channels: &[ChannelId],
    state: Option<(&'static str, &'static str, String)>,
    moves: Vec<Move>,
    now: i64,
) -> Card {
    let words = &signed.words;
    let who = it.validated_by.or(it.writer).or(it.written_by).and_then(|id| house.colleague(id));
    let channel = |id: &ChannelId| house.channel(*id).map(|it| (channel_icon(&it.kind), it.name.clone()));
    Card {
        id: it.id,
        icon: origin_icon(&it.origin),
        origin: it.origin_name.unwrap_or_else(|| words.named("origin", &it.origin)),
        due: it.due_at.map(|at| when(words, at, now)).unwrap_or_default(),
        due_there: it.due_at.and_then(|at| words.at_house(at)),
        channels: channels.iter().filter_map(channel).collect(),
        owner: who.map(|it| (it.name.clone(), it.initials.clone())),
        reason: it.reason.filter(|_| matches!(it.state, State::Refused | State::Parked | State::ToWrite)),
        title: it.title,
        theme: it.theme,
        launch: None,
        fast: None,
        state,
        moves,
    }
}

/// The clock today, else the day.
pub(super) fn when(words: &Words, at: i64, now: i64) -> String {
    if words.days_ago(at, now) == 0 { words.clock(at) } else { words.day(at, now) }
}

/// What has to be seen at once: held, failed, sent back, for me.
async fn chip(
    conn: &mut Conn,
    signed: &Signed,
    it: &Post,
    mine: bool,
) -> store::Result<Option<(&'static str, &'static str, String)>> {
    let words = &signed.words;
    if let Some(code) = &it.held_code {
        return Ok(Some(("alert", "pause", words.named("post-held", code))));
    }
    if it.released_at.is_some() && it.state == State::Scheduled {
        let (left, of, stuck) = progress(conn, signed.organisation.id, it.id).await?;
        let said = words.t2("post-partly", "count", left, "of", of);
        return Ok(Some(if stuck { ("alert", "alert", said) } else { ("", "send", said) }));
    }
    Ok(match it.state {
        State::ToValidate if it.validated_by.is_some() => {
            Some(("ok", "check2", words.t("post-chip-validated")))
        }
        State::ToValidate if mine => Some(("act", "user", words.t("post-chip-you"))),
        State::ToWrite if it.writer == Some(signed.actor.colleague) => {
            Some(("act", "pen", words.t("post-chip-you")))
        }
        State::ToWrite if it.sent_back_by.is_some() => Some(("wait", "undo", words.t("post-chip-back"))),
        State::Measured => Some(("", "talk", words.t1("post-answers", "count", it.answers.unwrap_or(0)))),
        _ => None,
    })
}

/// How many of its messages stand there, of how many, and whether one needs a person.
pub(super) async fn progress(
    conn: &mut Conn,
    organisation: crate::id::OrganisationId,
    id: PostId,
) -> store::Result<(i64, i64, bool)> {
    let (mut left, mut of, mut stuck) = (0, 0, false);
    for target in post::targets(conn, organisation, id).await? {
        let parts = post::part::list(conn, organisation, id, target.channel).await?;
        of += i64::try_from(parts.len()).unwrap_or(0).max(1);
        for part in parts {
            match message::get(conn, organisation, part.message).await?.map(|it| it.stage) {
                Some(Stage::Published) => left += 1,
                Some(Stage::Rejected | Stage::Withdrawn) => stuck = true,
                _ => {}
            }
        }
    }
    Ok((left, of, stuck))
}

/// The steps that this reader may take now, in the order of the table.
pub(super) fn moves(signed: &Signed, it: &Post, facts: Facts, now: i64) -> Vec<Move> {
    // What a form will ask for counts as given.
    let facts = Facts { reason: true, ahead: true, ..facts };
    let ahead = it.due_at.is_some_and(|at| at > now);
    let offered = |step: &Step| {
        *step != Step::Rewrite
            && step.is_for(&signed.actor, facts.whose)
            && !(*step == Step::Validate && facts.validated)
    };
    let asks = |step: Step| match step {
        Step::Refuse | Step::SendBack | Step::Move | Step::Brief => true,
        Step::Schedule => !ahead,
        _ => false,
    };
    let steps = Step::ALL.into_iter().filter(offered);
    steps
        .filter_map(|step| {
            let to = step.take(it.state, facts).ok()?;
            let name = signed.words.named("post-step", step.as_str());
            Some(Move { step: step.as_str(), name, to: to.as_str(), asks: asks(step) })
        })
        .collect()
}

/// What has just been done, with the step that takes it back.
pub(super) fn toast(words: &Words, done: &str, on: Option<PostId>) -> Option<Toast> {
    let step = Step::parse(done)?;
    let back = match step {
        Step::Keep | Step::Park | Step::Refuse => Some(Step::Reopen),
        Step::Brief => Some(Step::Keep),
        Step::Schedule | Step::PublishNow => Some(Step::Unschedule),
        _ => None,
    };
    let undo = back.zip(on).map(|(step, id)| format!("/speak/{id}/step?step={}", step.as_str()));
    Some(Toast { text: words.named("post-done", step.as_str()), undo })
}
