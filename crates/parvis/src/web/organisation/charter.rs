//! The settings of the charter: what each rule does, the measures, the lists. Lists are written one entry a line, so that
//! they can be copied from wherever the house keeps them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use parvis_write::charter::{Address, Forbidden, Mandatory, Rule};

use crate::app::App;
use crate::command::{Refusal, charter as command};
use crate::rules::charter::HouseCharter;
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// How readers are addressed, by the names of the form.
const ADDRESSES: [(&str, Address); 4] = [
    ("polite", Address::Polite),
    ("familiar", Address::Familiar),
    ("either", Address::Either),
    ("free", Address::Free),
];

/// A rule and what it does: `off`, `on` or `must`.
struct Row {
    name: &'static str,
    does: &'static str,
}

#[derive(Template)]
#[template(path = "organisation/charter.html")]
struct CharterPage {
    layout: Layout,
    rows: Vec<Row>,
    it: HouseCharter,
    address: &'static str,
    addresses: Vec<&'static str>,
    forbidden: String,
    mandatory: String,
    capitals: String,
    known: String,
    problem: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let it = command::read(&mut app.db.read().await?, signed.organisation.id).await?.charter;
    shown(&app, &signed, it, done.done == "charter", None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    it: HouseCharter,
    done: bool,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let layout = Layout::of(&mut conn, signed, Place::Organisation, words.t("charter-title")).await?;
    let does = |rule: &Rule| match (it.off.contains(rule), it.must.contains(rule)) {
        (true, _) => "off",
        (_, true) => "must",
        _ => "on",
    };
    let shown = CharterPage {
        layout: layout.with_toast(done.then(|| Toast { text: words.t("charter-done"), undo: None })),
        rows: Rule::ALL.iter().map(|rule| Row { name: rule.name(), does: does(rule) }).collect(),
        address: ADDRESSES.iter().find(|(_, address)| *address == it.address).map_or("polite", |it| it.0),
        addresses: ADDRESSES.iter().map(|it| it.0).collect(),
        forbidden: it.forbidden.iter().map(|it| pair(&it.words, &it.instead)).collect(),
        mandatory: it.mandatory.iter().map(|it| pair(&it.mention, &it.when.join(", "))).collect(),
        capitals: it.capitals.join("\n"),
        known: it.known_words.join("\n"),
        it,
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// A line of a list of two columns.
fn pair(left: &str, right: &str) -> String {
    if right.is_empty() { format!("{left}\n") } else { format!("{left} = {right}\n") }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    lines(text).map(|line| {
        let (left, right) = line.split_once('=').unwrap_or((line, ""));
        (left.trim().to_owned(), right.trim().to_owned())
    })
}

/// What a form says; what it doesn't say stays as it is by default.
fn read(form: &HashMap<String, String>) -> Result<HouseCharter, Refusal> {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let wrong = |code| Refusal::Invalid { field: "charter", code };
    let (mut off, mut must) = (BTreeSet::new(), BTreeSet::new());
    for rule in Rule::ALL {
        match field(&format!("rule-{}", rule.name())) {
            "off" => drop(off.insert(rule)),
            "must" => drop(must.insert(rule)),
            "on" => {}
            _ => return Err(wrong("unknown")),
        }
    }
    let address = ADDRESSES.iter().find(|(name, _)| *name == field("address")).ok_or(wrong("unknown"))?.1;
    let number = |name: &str| field(name).trim().parse::<usize>().map_err(|_| wrong("number"));
    let owned = |name: &str| lines(field(name)).map(str::to_owned).collect();
    let forbidden = pairs(field("forbidden")).map(|(words, instead)| Forbidden { words, instead });
    let mandatory = pairs(field("mandatory")).map(|(mention, when)| Mandatory {
        mention,
        when: when.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect(),
    });
    Ok(HouseCharter {
        off,
        must,
        address,
        longest_sentence: number("longest_sentence")?,
        least_ease: i32::try_from(number("least_ease")?).map_err(|_| wrong("number"))?,
        most_hashtags: number("most_hashtags")?,
        most_emoji: number("most_emoji")?,
        capitals: owned("capitals"),
        known_words: owned("known"),
        forbidden: forbidden.collect(),
        mandatory: mandatory.collect(),
        answers: form.contains_key("answers"),
    })
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let it = read(&form).map_err(|refused| refusal::failure(refused, &signed.words))?;
    match command::set(&app, &signed.actor, it.clone()).await {
        Ok(()) => Ok(Redirect::to("/organisation/charter?done=charter").into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => shown(&app, &signed, it, false, Some(problem)).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}
