//! The settings of the fast lane: whether there is one, who may use it, for what, to where and when, how soon a post leaves,
//! who reads, and how much of it is too much.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::command::Refusal;
use crate::command::post::fast::lane as command;
use crate::id::ChannelId;
use crate::rules::fast::{FastLane, Reader};
use crate::rules::permission::{Action, Role};
use crate::rules::waking::Waking;
use crate::store::house::House;
use crate::store::post;
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// Rows for readers beyond those that there are.
const SPARE: usize = 2;

/// A line that can be ticked or chosen.
struct Choice {
    value: String,
    name: String,
    on: bool,
}

/// Hours as the fields of a form have them.
struct Hours {
    days: Vec<i8>,
    from: String,
    to: String,
}

impl Hours {
    fn of(it: &Waking) -> Self {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        Self { days: it.days.clone(), from: clock(it.from), to: clock(it.to) }
    }

    fn has(&self, day: &i8) -> bool {
        self.days.contains(day)
    }
}

/// A row of the list of readers.
struct Row {
    place: usize,
    people: Vec<Choice>,
    hours: Hours,
}

#[derive(Template)]
#[template(path = "speak/fast/lane.html")]
struct LanePage {
    layout: Layout,
    it: FastLane,
    hours: Hours,
    people: Vec<Choice>,
    roles: Vec<Choice>,
    themes: Vec<Choice>,
    channels: Vec<Choice>,
    mailboxes: Vec<Choice>,
    readers: Vec<Row>,
    problem: Option<String>,
}

/// `GET /speak/fast-lane`
pub(in crate::web::speak) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let it = command::lane(&mut app.db.read().await?, signed.organisation.id).await?;
    shown(&app, &signed, it, done.done == "lane", None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    it: FastLane,
    done: bool,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let mut themes = post::themes(&mut conn, signed.organisation.id).await?;
    themes.extend(it.themes.iter().filter(|theme| !themes.contains(theme)).cloned().collect::<Vec<_>>());
    let people = |action, is_on: &dyn Fn(crate::id::ColleagueId) -> bool| -> Vec<Choice> {
        let all = house.colleagues.iter().filter(|who| who.has_access(app.now()) && who.role.may(action));
        all.map(|who| Choice { value: who.id.to_string(), name: who.name.clone(), on: is_on(who.id) })
            .collect()
    };
    let channel = |all: Option<&str>, is_on: &dyn Fn(ChannelId) -> bool| -> Vec<Choice> {
        let found = house.channels.iter().filter(|channel| all.is_none_or(|kind| channel.kind == kind));
        found.map(|it| Choice { value: it.id.to_string(), name: it.name.clone(), on: is_on(it.id) }).collect()
    };
    let rows = it.readers.iter().map(|reader| (Some(reader.colleague), reader.hours.clone()));
    let rows = rows.chain(std::iter::repeat_n((None, Waking::default()), SPARE));
    let row = |(place, (who, hours)): (usize, (Option<crate::id::ColleagueId>, Waking))| Row {
        place,
        people: people(Action::Look, &|it| who == Some(it)),
        hours: Hours::of(&hours),
    };
    let layout = Layout::of(&mut conn, signed, Place::Speak, words.t("fast-lane-title")).await?;
    let role = |role: &Role| Choice {
        value: role.as_str().to_owned(),
        name: words.named("role", role.as_str()),
        on: it.roles.contains(role),
    };
    let shown = LanePage {
        layout: layout.with_toast(done.then(|| Toast { text: words.t("policy-done"), undo: None })),
        hours: Hours::of(&it.hours),
        people: people(Action::Write, &|who| it.people.contains(&who)),
        roles: Role::ALL.iter().filter(|it| it.may(Action::Write)).map(role).collect(),
        themes: themes
            .into_iter()
            .map(|name| Choice { value: name.clone(), on: it.themes.contains(&name), name })
            .collect(),
        channels: channel(None, &|id| it.channels.contains(&id)),
        mailboxes: channel(Some("mail"), &|id| it.mailbox == Some(id)),
        readers: rows.enumerate().map(row).collect(),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
        it,
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// `POST /speak/fast-lane`
pub(in crate::web::speak) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let it = read(&pairs).ok_or_else(|| Failure::unprocessable("lane"))?;
    match command::set(&app, &signed.actor, it.clone()).await {
        Ok(()) => Ok(Redirect::to("/speak/fast-lane?done=lane").into_response()),
        Err(refused @ (Refusal::Forbidden(_) | Refusal::Store(_))) => {
            Err(refusal::failure(refused, &signed.words))
        }
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => shown(&app, &signed, it, false, Some(problem)).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

/// The lane of a form; `None` for one that isn't ours.
fn read(pairs: &[(String, String)]) -> Option<FastLane> {
    let all = |name: &str| all(pairs, name).into_iter();
    let one = |name: &str| all(name).next();
    one("lane")?;
    let mut readers = Vec::new();
    for place in 0.. {
        let Some(who) = one(&format!("reader-{place}")) else { break };
        if !who.is_empty() {
            let hours = hours(pairs, &format!("-{place}"))?;
            readers.push(Reader { colleague: who.parse().ok()?, hours });
        }
    }
    Some(FastLane {
        on: one("on").is_some(),
        people: all("person").map(|it| it.parse().ok()).collect::<Option<_>>()?,
        roles: all("role").map(Role::parse).collect::<Option<_>>()?,
        themes: all("theme").filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        channels: all("channel").map(|it| it.parse().ok()).collect::<Option<_>>()?,
        hours: hours(pairs, "")?,
        delay: one("delay")?.parse().ok()?,
        patience: one("patience")?.parse().ok()?,
        readers,
        mailbox: match one("mailbox") {
            None | Some("") => None,
            Some(id) => Some(id.parse().ok()?),
        },
        most: one("most")?.parse().ok()?,
    })
}

/// What a form says under a name.
fn all<'a>(pairs: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    pairs.iter().filter(|it| it.0 == name).map(|it| it.1.trim()).collect()
}

fn hours(pairs: &[(String, String)], mark: &str) -> Option<Waking> {
    let of = |name: &str| all(pairs, &format!("{name}{mark}")).into_iter();
    let minute = |text: &str| -> Option<i64> {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (hour.parse::<i64>().ok()?, minute.get(..2)?.parse::<i64>().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    };
    let (from, to) = (minute(of("from").next()?)?, minute(of("to").next()?)?);
    let days = of("days").map(|it| it.parse().ok()).collect::<Option<_>>()?;
    // From midnight to midnight is the whole day.
    Some(Waking { days, from, to: if to == 0 { 24 * 60 } else { to } })
}
