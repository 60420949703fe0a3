//! Which posts are looked at twice, and on which the referent or the direction has the last word.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::command::post::last as command;
use crate::rules::permission::Action;
use crate::rules::post::ORIGINS;
use crate::rules::post::policy::{Case, Policy};
use crate::store::house::House;
use crate::store::post;
use crate::web::error::{Failure, page};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// A line that can be ticked.
struct Choice {
    value: String,
    name: String,
    on: bool,
}

/// Posts by what they are, as a part of the form.
struct Part {
    /// What the names of its fields begin with: nothing, `referent-` or `direction-`.
    mark: &'static str,
    origins: Vec<Choice>,
    channels: Vec<Choice>,
    themes: Vec<Choice>,
}

/// Somebody else's last word.
struct Named {
    role: &'static str,
    part: Part,
    words: String,
    waived: bool,
}

#[derive(Template)]
#[template(path = "speak/policy.html")]
struct PolicyPage {
    layout: Layout,
    always: bool,
    second: Part,
    named: Vec<Named>,
    /// Names whose the last word is.
    names: bool,
}

/// `GET /speak/policy`
pub(super) async fn show(State(app): State<Arc<App>>, signed: Signed, Query(done): Query<Done>) -> Answer {
    let mut conn = app.db.read().await?;
    let words = &signed.words;
    let it = command::policy(&mut conn, signed.organisation.id).await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let mut themes = post::themes(&mut conn, signed.organisation.id).await?;
    for theme in [&it.themes, &it.referent.themes, &it.direction.themes].into_iter().flatten() {
        if !themes.contains(theme) {
            themes.push(theme.clone());
        }
    }
    let toast = (done.done == "policy").then(|| Toast { text: words.t("policy-done"), undo: None });
    let layout = Layout::of(&mut conn, &signed, Place::Speak, words.t("policy-title")).await?;
    let second = Case {
        origins: it.origins.clone(),
        themes: it.themes.clone(),
        channels: it.channels.clone(),
        ..Case::default()
    };
    let named = |role: &'static str, mark, case: &Case| Named {
        role,
        part: part(words, &house, &themes, mark, case),
        words: case.words.join("\n"),
        waived: case.waived,
    };
    page(&PolicyPage {
        layout: layout.with_toast(toast),
        always: it.always,
        second: part(words, &house, &themes, "", &second),
        named: vec![
            named("referent", "referent-", &it.referent),
            named("direction", "direction-", &it.direction),
        ],
        names: signed.actor.may(Action::ManageColleagues),
    })
}

fn part(words: &Words, house: &House, themes: &[String], mark: &'static str, case: &Case) -> Part {
    let choice = |value: &str, name: String, on| Choice { value: value.to_owned(), name, on };
    let origin = |it: &&str| choice(it, words.named("origin", it), case.origins.iter().any(|on| on == *it));
    let channel = |it: &crate::store::channel::Channel| {
        choice(&it.id.to_string(), it.name.clone(), case.channels.contains(&it.id))
    };
    Part {
        mark,
        origins: ORIGINS.iter().map(origin).collect(),
        channels: house.channels.iter().map(channel).collect(),
        themes: themes.iter().map(|it| choice(it, it.clone(), case.themes.contains(it))).collect(),
    }
}

/// `POST /speak/policy`
pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let all = |name: String| pairs.iter().filter(move |it| it.0 == name).map(|it| it.1.trim());
    if all("policy".to_owned()).next().is_none() {
        return Err(Failure::unprocessable("policy"));
    }
    let case = |mark: &str| -> Option<Case> {
        let of = |name: &str| all(format!("{mark}{name}"));
        let words = of("words").flat_map(str::lines).map(str::trim).filter(|it| !it.is_empty());
        Some(Case {
            origins: of("origin").map(str::to_owned).collect(),
            themes: of("theme").map(str::to_owned).collect(),
            channels: of("channel").map(|it| it.parse().ok()).collect::<Option<_>>()?,
            words: words.map(str::to_owned).collect(),
            waived: of("waived").next().is_some(),
        })
    };
    let unknown = || Failure::unprocessable("channel");
    let second = case("").ok_or_else(unknown)?;
    let (mut referent, mut direction) =
        (case("referent-").ok_or_else(unknown)?, case("direction-").ok_or_else(unknown)?);
    if !signed.actor.may(Action::ManageColleagues) {
        // Their fields aren't on this reader's page.
        let before = command::policy(&mut app.db.read().await?, signed.organisation.id).await?;
        (referent, direction) = (before.referent, before.direction);
    }
    let it = Policy {
        always: all("always".to_owned()).next().is_some(),
        origins: second.origins,
        themes: second.themes,
        channels: second.channels,
        referent,
        direction,
    };
    let done = command::set_policy(&app, &signed.actor, it).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/speak/policy?done=policy").into_response())
}
