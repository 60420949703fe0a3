//! The form that asks for material: for a post, a launch, a day of the calendar, or for nothing yet.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::clock::DAY;
use crate::command::request::{self as command, MOST, Wanted};
use crate::command::{Refusal, Result as Commanded, post as posts};
use crate::id::{LaunchId, PostId};
use crate::rules::asset::{FORMATS, Format};
use crate::rules::permission::{Action, Role};
use crate::rules::post::State as Standing;
use crate::store::house::House;
use crate::store::post::{self, Filter};
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;
use crate::web::speak::moment;

type Answer = Result<Response, Failure>;

/// Posts of a state that are offered at most.
const POSTS: i64 = 60;

/// What the address fills in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    post: Option<PostId>,
    launch: Option<LaunchId>,
    /// A day and hour of the organisation's clock.
    at: String,
}

/// What stands in the form.
#[derive(Clone, Debug, Default)]
struct Fields {
    title: String,
    brief: String,
    formats: Vec<String>,
    count: String,
    due: String,
    post: String,
    launch: String,
    needed: bool,
    who: String,
}

impl Fields {
    fn has(&self, format: &str) -> bool {
        self.formats.iter().any(|it| it == format)
    }

    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut it = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "title" => it.title = value,
                "brief" => it.brief = value,
                "format" => it.formats.push(value),
                "count" => it.count = value,
                "due" => it.due = value,
                "post" => it.post = value,
                "launch" => it.launch = value,
                "needed" => it.needed = value == "yes",
                "who" => it.who = value,
                _ => {}
            }
        }
        it
    }

    fn wanted(&self, words: &Words) -> Commanded<Wanted> {
        let wrong = |code| Refusal::Invalid { field: "request", code };
        let chosen = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        Ok(Wanted {
            title: self.title.clone(),
            brief: self.brief.clone(),
            formats: self.formats.clone(),
            count: self.count.trim().parse().map_err(|_| wrong("count"))?,
            due_at: moment(&self.due, words).ok_or_else(|| wrong("day"))?,
            post: chosen(&self.post).map(|it| it.parse()).transpose().map_err(|_| wrong("left"))?,
            launch: chosen(&self.launch).map(|it| it.parse()).transpose().map_err(|_| wrong("closed"))?,
            needed: self.needed,
            asked_of: self.who.parse().map_err(|_| wrong("who"))?,
        })
    }
}

#[derive(Template)]
#[template(path = "request/new.html")]
struct NewPage {
    layout: Layout,
    fields: Fields,
    formats: [Format; 6],
    most: i64,
    /// Creatives and people from outside first.
    people: Vec<(String, String)>,
    posts: Vec<(String, String)>,
    launches: Vec<(String, String)>,
    now_value: String,
    problem: Option<String>,
}

/// A time as the field of a form takes it, on the reader's clock.
fn local(words: &Words, at: i64) -> String {
    words.zoned(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Two days before the post leaves, or the launch is; at the latest half of the time that is left.
fn before(at: i64, now: i64) -> Option<i64> {
    (at > now).then(|| (at - 2 * DAY).max(now + (at - now) / 2))
}

async fn shown(
    app: &App,
    signed: &Signed,
    fields: Fields,
    (status, problem): (StatusCode, Option<String>),
) -> Answer {
    let (words, now) = (&signed.words, app.now());
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let able = |it: &&store::colleague::Colleague| {
        it.has_access(now) && it.role.may(Action::BringMaterial) && it.id != signed.actor.colleague
    };
    let mut people: Vec<_> = house.colleagues.iter().filter(able).collect();
    people.sort_by_key(|it| match it.role {
        Role::Creative => 0,
        Role::External => 1,
        _ => 2,
    });
    let said = |it: &&store::colleague::Colleague| {
        (it.id.to_string(), format!("{} · {}", it.name, words.named("role", it.role.as_str())))
    };
    let people = people.iter().map(said).collect();
    let launches = store::launch::list(&mut conn, signed.organisation.id).await?;
    let launches = launches.into_iter().filter(|it| it.closed_at.is_none());
    let layout = Layout::of(&mut conn, signed, Place::Speak, words.t("request-new")).await?;
    let shown = NewPage {
        layout: layout.with_context(words.t("place-requests")),
        fields,
        formats: FORMATS,
        most: MOST,
        people,
        posts: ahead(&mut conn, signed, now).await?,
        launches: launches.map(|it| (it.id.to_string(), it.name)).collect(),
        now_value: local(words, now),
        problem,
    };
    page_with(status, &shown)
}

/// The posts that haven't left, what is nearest to leaving first.
async fn ahead(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for state in
        [Standing::Scheduled, Standing::ToValidate, Standing::ToWrite, Standing::Kept, Standing::Idea]
    {
        let found = post::in_state(conn, signed.organisation.id, state, &Filter::default(), POSTS).await?;
        all.extend(found.into_iter().filter(|it| it.released_at.is_none()));
    }
    let words = &signed.words;
    let said = |it: post::Post| {
        let due = it.due_at.map(|at| format!(" · {}", words.moment(at, now))).unwrap_or_default();
        (it.id.to_string(), format!("{}{due}", it.title))
    };
    Ok(all.into_iter().map(said).collect())
}

/// `GET /requests/new`
pub(super) async fn begin(State(app): State<Arc<App>>, signed: Signed, Query(asked): Query<Asked>) -> Answer {
    let (words, now) = (&signed.words, app.now());
    let mut fields = Fields { count: "1".to_owned(), due: asked.at.clone(), ..Fields::default() };
    let mut conn = app.db.read().await?;
    if let Some(id) = asked.post {
        let it = posts::load(&mut conn, &signed.actor, id, Action::Schedule).await;
        let it = it.map_err(|refused| refusal::failure(refused, words))?;
        fields.title = words.t1("request-title-for", "title", it.title.as_str());
        fields.brief = it.brief;
        fields.post = id.to_string();
        fields.needed = true;
        fields.formats = vec!["landscape".to_owned()];
        fields.due =
            it.due_at.and_then(|at| before(at, now)).map(|at| local(words, at)).unwrap_or(fields.due);
    } else if let Some(id) = asked.launch {
        let it = store::launch::get(&mut conn, signed.organisation.id, id).await?;
        let it = it.ok_or_else(Failure::not_found)?;
        fields.launch = id.to_string();
        fields.due =
            it.starts_at.and_then(|at| before(at, now)).map(|at| local(words, at)).unwrap_or(fields.due);
    }
    drop(conn);
    shown(&app, &signed, fields, (StatusCode::OK, None)).await
}

/// `POST /requests`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::read(pairs);
    let asked = match fields.wanted(&signed.words) {
        Ok(wanted) => command::ask(&app, &signed.actor, &wanted).await,
        Err(refused) => Err(refused),
    };
    match asked {
        Ok(id) => Ok(Redirect::to(&format!("/requests/{id}?done=asked")).into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, text)) => shown(&app, &signed, fields, (status, Some(text))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}
