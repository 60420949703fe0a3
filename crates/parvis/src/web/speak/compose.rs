//! The page of a post: its words and their version per network, previews, who looked, the last word, the hour, what
//! left, remarks.

mod read;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State as Ask};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use self::read::{Left, Pick, Picture, Remark};
pub(super) use self::read::{Line, lines};
use super::assistant::AssistantBox;
use super::board::{Move, moves, toast};
use super::charter;
use super::fast::Beside;
use super::hour::Hints;
use super::idea::{Fields, launches};
use super::link::CardBox;
use super::origin_icon;
use super::preview::Previews;
use crate::app::App;
use crate::command::asset::only;
use crate::command::pass::allowed;
use crate::command::post::words::Words as Text;
use crate::command::post::{self as command};
use crate::command::weariness;
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::rules::post::{Facts, SECOND_LOOK, State, Step};
use crate::store::house::House;
use crate::store::post::words::{self, Draft};
use crate::store::post::{self, Post};
use crate::store::{self, Conn};
use crate::web::charter::Remarks;
use crate::web::error::{Failure, page_with};
use crate::web::gauge::Gauge;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::request;
use crate::web::session::Signed;

/// Requests of one post that are shown at most.
const REQUESTS: i64 = 30;

/// What has just been done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
    on: Option<PostId>,
    ask: String,
}

/// What somebody else saved while this reader was writing.
struct Meanwhile {
    who: String,
    at: String,
    text: String,
}

/// The second look.
struct Second {
    asked: bool,
    given: Option<String>,
    /// This reader may give it.
    mine: bool,
}

/// What stands in the fields of the words.
pub(super) struct Typed {
    version: i64,
    pub(super) text: String,
    pub(super) own: words::OwnTexts,
    pub(super) first_comment: String,
    pub(super) own_first_comments: words::OwnTexts,
    /// The model that proposed words of it; empty where people write alone.
    assistant: String,
    kept: Option<String>,
    meanwhile: Option<Meanwhile>,
}

#[derive(Template)]
#[template(path = "speak/one.html")]
struct PostPage {
    layout: Layout,
    id: PostId,
    state: &'static str,
    held: Option<String>,
    fields: Fields,
    origin: (&'static str, String),
    origins: Vec<(&'static str, String)>,
    /// The launches that it can be of, by id and name.
    launches: Vec<(String, String)>,
    describes: bool,
    reason: Option<String>,
    conversation: Option<String>,
    credits: Vec<(String, String)>,
    writes: bool,
    typed: Typed,
    warning: String,
    previews: Previews,
    campaign: String,
    pictures: Vec<Picture>,
    /// The card of its link, where one can go with it.
    link: Option<CardBox>,
    /// What the library offers.
    picks: Vec<Pick>,
    /// A picture can be kept in the library.
    keeps: bool,
    lines: Vec<Line>,
    looks: bool,
    second: Second,
    last_word: Option<String>,
    /// Who has it, where it isn't the community manager.
    whose: Option<String>,
    /// Its hour, and that on the organisation's clock where it is another.
    due: Option<(String, Option<String>)>,
    due_value: String,
    /// An hour can be meant for it that isn't one for good yet.
    plans: bool,
    now_value: String,
    /// Hours that are proposed for it, where it can be given one.
    hints: Hints,
    moves: Vec<Move>,
    lacking: Vec<String>,
    ask: String,
    writers: Vec<(String, String)>,
    left: Vec<Left>,
    remarks: Vec<Remark>,
    charter: Remarks,
    /// Where wordings are asked for, where there is an assistant.
    assistant: Option<AssistantBox>,
    /// Whether the community tires of its theme.
    gauge: Option<Gauge>,
    /// The fast lane, where there is one.
    fast: Option<Beside>,
    /// What was asked for it.
    requests: Vec<request::Line>,
    /// Asks for material.
    asks: bool,
    /// Asks people without an account.
    passes: bool,
    problem: Option<String>,
}

impl PostPage {
    /// The launch that it is of, by id and name.
    fn launch(&self) -> Option<&(String, String)> {
        self.launches.iter().find(|(id, _)| *id == self.fields.launch)
    }
}

/// `GET /speak/{id}`
pub(super) async fn show(
    Ask(app): Ask<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    shown(&app, &signed, id, None, None, done).await
}

/// The page, with what has to be mended above it and what was typed in its fields.
pub(super) async fn page_of(
    app: &App,
    signed: &Signed,
    id: PostId,
    problem: Option<(StatusCode, String)>,
    typed: Option<Text>,
) -> Result<Response, Failure> {
    shown(app, signed, id, problem, typed, Done::default()).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: PostId,
    problem: Option<(StatusCode, String)>,
    typed: Option<Text>,
    done: Done,
) -> Result<Response, Failure> {
    let (now, organisation, words) = (app.now(), signed.organisation.id, &signed.words);
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &signed.actor, id, Action::ReadPosts).await;
    let it = it.map_err(|refused| refusal::failure(refused, words))?;
    let house = super::house_of(&mut conn, signed).await?;
    let facts = command::facts(&mut conn, app, organisation, &it).await?;
    let typed = fill(&mut conn, signed, &house, &it, typed, now).await?;
    let targets = post::targets(&mut conn, organisation, id).await?;
    let pictures = post::picture::list(&mut conn, organisation, id).await?;
    let ticks = post::look::ticks(&mut conn, organisation, id).await?;
    let looks = signed.actor.may(Action::Look) && it.state == State::ToValidate && it.validated_by.is_none();
    let channels: Vec<_> = targets.iter().map(|it| it.channel).collect();
    let asked = command::last::policy(&mut conn, organisation).await?.asks(&it.origin, &it.theme, &channels);
    let second = Second {
        asked,
        given: ticks.iter().find(|tick| tick.item == SECOND_LOOK).map(|it| read::by(words, &house, it, now)),
        mine: looks && it.written_by != Some(signed.actor.colleague),
    };
    let lines = lines(words, &house, &ticks, !pictures.is_empty(), now);
    let fast = Beside::of(&mut conn, signed, &house, &it, &lines, now).await?;
    let layout = Layout::of(&mut conn, signed, Place::Speak, it.title.clone()).await?;
    let writes = signed.actor.may(Action::Write) && Step::Rewrite.take(it.state, facts).is_ok();
    let said = charter::said(&it, &typed, &targets);
    let (link, previews, assistant) = seen(&mut conn, signed, &house, id, (&said, &pictures, writes)).await?;
    let requests = requests(&mut conn, signed, &house, id, now).await?;
    let charter = charter::shown(&mut conn, signed, &house, &it, &said, writes, now).await?;
    let (plans, reads) = (plans(signed, &it), signed.actor.may(Action::Read));
    let moves = moves(signed, &it, facts, now);
    let toast = toast(words, &done.done, done.on.filter(|on| *on == id));
    let shown = PostPage {
        layout: layout.with_context(words.named("post-state", it.state.as_str())).with_toast(toast),
        id,
        state: it.state.as_str(),
        held: it.held_code.as_deref().map(|code| words.named("post-held-long", code)),
        fields: fields(&it),
        origin: origin(words, &it),
        origins: crate::rules::post::ORIGINS.map(|name| (name, words.named("origin", name))).to_vec(),
        launches: launches(&mut conn, signed, it.launch).await?,
        describes: signed.actor.may(Action::Keep)
            || (it.idea_by == signed.actor.colleague && it.state == State::Idea),
        reason: it.reason.clone(),
        conversation: it.conversation.filter(|_| reads).map(|id| format!("/inbox/{id}")),
        credits: credits(&mut conn, signed, &house, &it, now).await?,
        writes,
        warning: it.warning.clone().unwrap_or_default(),
        previews,
        link,
        campaign: it.campaign.clone().unwrap_or_default(),
        lines,
        picks: if writes { read::picks(&mut conn, signed, &it.theme, now).await? } else { Vec::new() },
        keeps: signed.actor.may(Action::BringMaterial),
        pictures: read::pictures(&mut conn, signed, id, pictures, now).await?,
        looks,
        second,
        last_word: last_word(words, &house, &it, now),
        whose: facts.whose.role().map(|role| words.named("post-last-word", role.as_str())),
        due: it.due_at.map(|at| (due(words, at, now), words.at_house(at))),
        due_value: it.due_at.map(|at| local(words, at)).unwrap_or_default(),
        plans,
        now_value: local(words, now),
        hints: hints(&mut conn, signed, id, plans, &moves, now).await?,
        moves,
        lacking: lacking(words, &it, facts),
        ask: done.ask,
        writers: writers(&house, now),
        left: read::left(&mut conn, signed, &house, id, &targets).await?,
        remarks: read::remarks(words, &house, post::look::comments(&mut conn, organisation, id).await?, now),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
        requests,
        asks: asks(signed, &it),
        passes: signed.actor.may(Action::Keep) && allowed(&mut conn, organisation).await?.on,
        charter,
        assistant,
        gauge: gauge(&mut conn, signed, &it, now).await?,
        fast,
        typed,
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// The words of a post as they stand in this reader's fields.
pub(super) async fn said(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Post,
    now: i64,
) -> store::Result<Text> {
    let typed = fill(conn, signed, house, it, None, now).await?;
    let targets = post::targets(conn, signed.organisation.id, it.id).await?;
    Ok(charter::said(it, &typed, &targets))
}

/// The card of its link, how all of it would stand on the networks, and where wordings are asked for.
async fn seen(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    id: PostId,
    (said, pictures, writes): (&Text, &[post::picture::Picture], bool),
) -> store::Result<(Option<CardBox>, Previews, Option<AssistantBox>)> {
    let card = post::card::get(conn, signed.organisation.id, id).await?;
    let card = card.as_ref();
    let link = CardBox::of(signed, id, card, said, (&house.channels, !pictures.is_empty(), writes));
    let previews = Previews::of(signed, house, id, said, (pictures, card));
    let assistant = match writes {
        true => AssistantBox::of(conn, signed, id, &previews).await?,
        false => None,
    };
    Ok((link, previews, assistant))
}

/// Who did what, and which models had a part in the words.
async fn credits(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Post,
    now: i64,
) -> store::Result<Vec<(String, String)>> {
    let mut all = read::credits(&signed.words, house, it, now);
    let models = words::assistants(conn, signed.organisation.id, it.id).await?;
    all.extend((!models.is_empty()).then(|| (signed.words.t("credit-assistant"), models.join(", "))));
    Ok(all)
}

/// An hour, in words.
pub(in crate::web) fn due(words: &Words, at: i64, now: i64) -> String {
    words.t2("post-due-at", "day", words.weekday(at, now), "clock", words.clock(at))
}

/// Hours that are proposed, where it can be given one.
async fn hints(
    conn: &mut Conn,
    signed: &Signed,
    id: PostId,
    plans: bool,
    moves: &[Move],
    now: i64,
) -> store::Result<Hints> {
    if plans || moves.iter().any(|it| matches!(it.step, "schedule" | "move")) {
        Hints::read(conn, signed, id, now).await
    } else {
        Ok(Hints::default())
    }
}

/// Whether the reader may mean an hour for it that isn't one for good yet.
fn plans(signed: &Signed, it: &Post) -> bool {
    signed.actor.may(Action::Schedule)
        && matches!(it.state, State::Idea | State::Kept | State::ToWrite | State::ToValidate)
        && it.validated_by.is_none()
}

/// Whether the reader may ask for material: it hasn't left, and isn't refused.
fn asks(signed: &Signed, it: &Post) -> bool {
    let over = matches!(it.state, State::Published | State::Measured | State::Refused);
    signed.actor.may(Action::Schedule) && it.released_at.is_none() && !over
}

/// What was asked for the post, for who may see it.
async fn requests(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    id: PostId,
    now: i64,
) -> store::Result<Vec<request::Line>> {
    if !signed.actor.may(Action::ReadMaterial) {
        return Ok(Vec::new());
    }
    let filter = store::request::Filter {
        of: only(&signed.actor),
        post: Some(id),
        ..store::request::Filter::default()
    };
    let all = store::request::list(conn, signed.organisation.id, &filter, REQUESTS).await?;
    Ok(request::lines(&signed.words, house, &all, now))
}

/// Icon and name of where the idea came from.
fn origin(words: &Words, it: &Post) -> (&'static str, String) {
    (origin_icon(&it.origin), it.origin_name.clone().unwrap_or_else(|| words.named("origin", &it.origin)))
}

/// The gauge of the post's theme, once something was published of it.
async fn gauge(conn: &mut Conn, signed: &Signed, it: &Post, now: i64) -> store::Result<Option<Gauge>> {
    if it.theme.is_empty() || signed.actor.pass.is_some() {
        return Ok(None);
    }
    let all = weariness::themes(conn, signed.organisation.id, now).await?;
    let found = all.iter().find(|(theme, _)| *theme == it.theme);
    Ok(found.map(|(theme, reading)| Gauge::of(&signed.words, theme, reading)))
}

fn fields(it: &Post) -> Fields {
    Fields {
        title: it.title.clone(),
        brief: it.brief.clone(),
        theme: it.theme.clone(),
        origin: it.origin.clone(),
        origin_name: it.origin_name.clone().unwrap_or_default(),
        conversation: String::new(),
        at: String::new(),
        launch: it.launch.map(|it| it.to_string()).unwrap_or_default(),
    }
}

/// A time as the field of a form takes it, on the reader's clock.
pub(super) fn local(words: &Words, at: i64) -> String {
    words.zoned(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// What stands in the fields: what was just typed, what was kept while typing, or the words as they stand.
async fn fill(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Post,
    typed: Option<Text>,
    now: i64,
) -> store::Result<Typed> {
    let organisation = signed.organisation.id;
    let draft = words::draft(conn, organisation, it.id, signed.actor.colleague).await?;
    let draft = match typed {
        Some(typed) => Some(Draft {
            version: typed.version,
            text: typed.text,
            own_texts: typed.own_texts,
            first_comment: typed.first_comment,
            own_first_comments: typed.own_first_comments,
            assistant: Some(typed.assistant).filter(|it| !it.is_empty()),
            updated_at: now,
        }),
        None => draft,
    };
    let Some(draft) = draft else {
        let targets = post::targets(conn, organisation, it.id).await?;
        let said = charter::stands(it, &targets);
        return Ok(Typed {
            version: said.version,
            text: said.text,
            own: said.own_texts,
            first_comment: said.first_comment,
            own_first_comments: said.own_first_comments,
            assistant: String::new(),
            kept: None,
            meanwhile: None,
        });
    };
    let meanwhile = if draft.version == it.version {
        None
    } else {
        let newest = words::versions(conn, organisation, it.id).await?.into_iter().next();
        newest.map(|newest| Meanwhile {
            who: house.colleague(newest.colleague).map_or_else(String::new, |it| it.name.clone()),
            at: signed.words.moment(newest.at, now),
            text: newest.text,
        })
    };
    Ok(Typed {
        // Who saves after having been shown the other text has seen it.
        version: it.version,
        text: draft.text,
        own: draft.own_texts,
        first_comment: draft.first_comment,
        own_first_comments: draft.own_first_comments,
        assistant: draft.assistant.unwrap_or_default(),
        kept: Some(signed.words.t1("post-draft-kept", "at", signed.words.clock(draft.updated_at))),
        meanwhile,
    })
}

fn last_word(words: &Words, house: &House, it: &Post, now: i64) -> Option<String> {
    let who = house.colleague(it.validated_by?)?;
    Some(words.t2("post-validated-by", "who", who.name.as_str(), "at", words.moment(it.validated_at?, now)))
}

/// Who may find words.
fn writers(house: &House, now: i64) -> Vec<(String, String)> {
    let all = house.colleagues.iter().filter(|it| it.has_access(now) && it.role.may(Action::Write));
    all.map(|it| (it.id.to_string(), it.name.clone())).collect()
}

/// What is missing before the next step.
fn lacking(words: &Words, it: &Post, facts: Facts) -> Vec<String> {
    let missing = match it.state {
        State::ToWrite => vec![(!facts.words, "words")],
        State::ToValidate if !facts.validated => {
            vec![
                (!facts.words, "words"),
                (!facts.ticked, "ticks"),
                (!facts.looked, "look"),
                (!facts.charter, "charter"),
                (!facts.rights, "rights"),
                (!facts.material, "material"),
            ]
        }
        State::ToValidate | State::Scheduled => {
            vec![
                (facts.stopped, "stopped"),
                (!facts.charter, "charter"),
                (!facts.rights, "rights"),
                (!facts.material, "material"),
            ]
        }
        _ => Vec::new(),
    };
    missing.into_iter().filter(|(lacks, _)| *lacks).map(|(_, code)| words.named("post-lacks", code)).collect()
}
