//! The library as a list: found by words, theme, format and rights; several files brought at once; picked for a post.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Fields, alt, formats, read, right};
use crate::app::App;
use crate::command::asset::{self as command, Brought};
use crate::command::{Result as Done, post};
use crate::id::{AssetId, PostId};
use crate::rules::asset::{FORMATS, Format, WARNINGS};
use crate::rules::permission::Action;
use crate::store::asset::{self as room, Filter};
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// Pictures of one page.
const PAGE: i64 = 48;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    theme: String,
    format: String,
    /// `ending`, `ended` or `away`.
    show: String,
    before: Option<AssetId>,
    /// The post that a picture is looked for.
    post: Option<PostId>,
    brought: Option<i64>,
    known: Option<i64>,
}

/// A picture of the list.
struct Card {
    id: AssetId,
    src: String,
    alt: String,
    title: String,
    theme: String,
    formats: Vec<String>,
    size: String,
    right: Option<(&'static str, &'static str, String)>,
    ended: bool,
}

#[derive(Template)]
#[template(path = "material/library.html")]
struct LibraryPage {
    layout: Layout,
    asked: Asked,
    cards: Vec<Card>,
    themes: Vec<String>,
    formats: [Format; 6],
    shows: [&'static str; 4],
    /// The last one shown, when there are more.
    last: Option<AssetId>,
    /// The post that a picture is looked for: where, and what it is called.
    post: Option<(PostId, String)>,
    brings: bool,
    own: bool,
    fields: Fields,
    problem: Option<String>,
}

fn filter(signed: &Signed, asked: &Asked, now: i64) -> Filter {
    Filter {
        only: command::only(&signed.actor),
        words: asked.q.clone(),
        theme: Some(asked.theme.clone()).filter(|it| !it.is_empty()),
        format: Format::named(&asked.format),
        away: asked.show == "away",
        ends: match asked.show.as_str() {
            "ending" => Some((now + 1, now + WARNINGS[0] + 1)),
            "ended" => Some((0, now + 1)),
            _ => None,
        },
        before: asked.before,
    }
}

async fn shown(
    app: &App,
    signed: &Signed,
    asked: Asked,
    fields: Fields,
    (status, problem): (StatusCode, Option<String>),
) -> Answer {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let found = room::list(&mut conn, house, &filter(signed, &asked, now), PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    let mut cards: Vec<Card> = found
        .into_iter()
        .map(|(it, file)| Card {
            id: it.id,
            src: format!("/material/{}/file/{}", it.id, file.number),
            alt: alt(words, &it),
            formats: formats(words, &file),
            size: format!("{} × {}", file.width, file.height),
            right: right(words, &it, now),
            ended: it.expires_at.is_some_and(|at| at <= now),
            title: it.title,
            theme: it.theme,
        })
        .collect();
    if more {
        cards.pop();
    }
    let post = match asked.post {
        Some(id) => post::load(&mut conn, &signed.actor, id, Action::Write).await.ok(),
        None => None,
    };
    let themes = room::themes(&mut conn, house).await?;
    let toast = toast(signed, &asked);
    let layout = Layout::of(&mut conn, signed, Place::Speak, words.t("place-material")).await?;
    let own = command::only(&signed.actor).is_some();
    let shown = LibraryPage {
        layout: layout
            .with_context(words.t(if own { "material-own" } else { "material-context" }))
            .with_toast(toast),
        last: cards.last().filter(|_| more).map(|it| it.id),
        cards,
        // The themes of others aren't told to who sees their own.
        themes: if own { Vec::new() } else { themes },
        formats: FORMATS,
        shows: ["", "ending", "ended", "away"],
        post: post.map(|it| (it.id, it.title)),
        brings: signed.actor.may(Action::BringMaterial),
        own,
        asked,
        fields,
        problem,
    };
    page_with(status, &shown)
}

fn toast(signed: &Signed, asked: &Asked) -> Option<Toast> {
    let (brought, known) = (asked.brought?, asked.known.unwrap_or(0));
    let text = signed.words.t2("material-brought", "count", brought, "known", known);
    Some(Toast { text, undo: None })
}

/// `GET /material`
pub(super) async fn show(State(app): State<Arc<App>>, signed: Signed, Query(asked): Query<Asked>) -> Answer {
    shown(&app, &signed, asked, Fields::default(), (StatusCode::OK, None)).await
}

/// What a file is called without its ending.
fn called(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace(['_', '-'], " ").trim().chars().filter(|it| !it.is_control()).take(140).collect()
}

/// `POST /material`
pub(super) async fn bring(State(app): State<Arc<App>>, signed: Signed, mut form: Multipart) -> Answer {
    let (files, fields) = read(&mut form).await?;
    let (mut brought, mut problems) = (Vec::<Brought>::new(), Vec::new());
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let several = files.len() > 1;
    if files.is_empty() {
        problems.push(signed.words.t("material-no-file"));
    }
    for (name, upload) in files {
        let done: Done<Brought> = async {
            let mut wanted = fields.wanted(&signed.words)?;
            if several || wanted.title.trim().is_empty() {
                wanted.title = called(&name);
            }
            if wanted.title.is_empty() {
                wanted.title = signed.words.t("material-unnamed");
            }
            command::bring(&app, &signed.actor, &wanted, &upload).await
        }
        .await;
        match done {
            Ok(it) => brought.push(it),
            Err(refused) => match refusal::said(&refused, &signed.words) {
                Some((code, said)) => {
                    status = code;
                    problems.push(signed.words.t2("material-of-file", "name", called(&name), "said", said));
                }
                None => return Err(refusal::failure(refused, &signed.words)),
            },
        }
    }
    if !problems.is_empty() {
        return shown(&app, &signed, Asked::default(), fields, (status, Some(problems.join(" ")))).await;
    }
    let to = match brought.as_slice() {
        [one] => format!("/material/{}?done={}", one.id, if one.known { "known" } else { "brought" }),
        all => {
            let known = all.iter().filter(|it| it.known).count();
            format!("/material?brought={}&known={known}", all.len() - known)
        }
    };
    Ok(Redirect::to(&to).into_response())
}
