//! Why a message was read as it was: what it is taken to say, the words that weighed, who said otherwise, and the form
//! that corrects it. The scripts show it as a sheet over the thread; without them it is a page.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use parvis_listen::understand::{Intent, Sentiment, Truth, Weight};
use serde::Deserialize;

use super::filter::{Asked, address};
use super::{Problem, back, mood, refusal};
use crate::app::App;
use crate::command::correction::{self, Account};
use crate::command::{Refusal, Result as Carried};
use crate::id::{ConversationId, CorrectionId, MessageId};
use crate::rules::permission::Action;
use crate::rules::text::excerpt;
use crate::store::house::House;
use crate::web::error::{Failure, page};
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// One answer: what the message is taken for, and why.
struct Answer {
    /// Of what.
    name: String,
    /// What it is taken for.
    icon: &'static str,
    said: String,
    /// Who said so against the model, and the correction to be taken back.
    by: Option<(String, CorrectionId)>,
    /// The words that weighed in what the model read, with how much of the heaviest (percent), and whether for it.
    words: Vec<(String, usize, bool)>,
}

/// A choice of the form.
struct Choice {
    name: &'static str,
    label: String,
    options: Vec<(&'static str, String, bool)>,
}

#[derive(Template)]
#[template(path = "inbox/why.html")]
struct WhyPage {
    layout: Layout,
    quote: String,
    language: Option<String>,
    hidden: bool,
    answers: Vec<Answer>,
    choices: Vec<Choice>,
    /// Which model read it, and the language that it found.
    model: String,
    read_language: String,
    correct: String,
    back: String,
    corrects: bool,
}

/// `GET /inbox/{id}/why/{message}`
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let account = correction::account(&app, &mut conn, &signed.actor, message).await;
    let account = account.map_err(|refused| refusal::failure(refused, words))?;
    let it = account.ok_or_else(Failure::not_found)?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let layout = Layout::of(&mut conn, &signed, Place::Inbox, words.t("why-title")).await?;
    let query = asked.query();
    page(&WhyPage {
        quote: excerpt(&it.message.text, 400),
        language: it.message.language.clone(),
        hidden: it.reading.is_abusive(),
        answers: answers(words, &house, &it),
        choices: choices(words, &it),
        model: it.reading.model.clone(),
        read_language: words.named("language", &it.reading.language),
        correct: address(&format!("/inbox/{id}/correct/{message}"), &query, &[]),
        back: address(&format!("/inbox/{id}"), &query, &[]),
        corrects: signed.actor.may(Action::Triage),
        layout,
    })
}

fn answers(words: &Words, house: &House, it: &Account) -> Vec<Answer> {
    let read = &it.reading;
    let yes = |is: bool, name: &str| words.t(&format!("{name}-{}", if is { "yes" } else { "no" }));
    let by = |aspect: &str| {
        let found = it.standing.iter().find(|word| word.aspect == aspect)?;
        let name = house.colleague(found.colleague).map(|it| it.name.clone());
        Some((name.unwrap_or_else(|| words.t("colleague-unknown")), found.id))
    };
    // The words speak for what the model reads; beside another's word they would say the contrary.
    let weighed = |all: &[Weight], aspect: &str| if by(aspect).is_some() { Vec::new() } else { shares(all) };
    vec![
        Answer {
            name: words.t("filter-sentiment"),
            icon: mood(&read.sentiment),
            said: words.named("sentiment", &read.sentiment),
            by: by("sentiment"),
            words: weighed(&it.why.sentiment, "sentiment"),
        },
        Answer {
            name: words.t("filter-intent"),
            icon: "target",
            said: words.named("intent", &read.intent),
            by: by("intent"),
            words: weighed(&it.why.intent, "intent"),
        },
        Answer {
            name: words.t("why-needs"),
            icon: "reply",
            said: yes(read.needs_answer, "why-needs"),
            by: by("needs_answer"),
            words: Vec::new(),
        },
        Answer {
            name: words.t("why-abuse"),
            icon: "shield",
            said: yes(read.is_abusive(), "why-abuse"),
            by: by("abuse"),
            words: if read.is_abusive() { weighed(&it.why.abuse, "abuse") } else { Vec::new() },
        },
    ]
}

fn shares(all: &[Weight]) -> Vec<(String, usize, bool)> {
    let most = all.iter().map(|it| it.weight.abs()).fold(0.001_f32, f32::max);
    let share = |it: &Weight| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share in percent")]
        let share = (it.weight.abs() / most * 100.0).round() as usize;
        (it.word.clone(), share, it.weight > 0.0)
    };
    all.iter().map(share).collect()
}

fn choices(words: &Words, it: &Account) -> Vec<Choice> {
    let read = &it.reading;
    let yes = |name: &str, is: bool| {
        ["yes", "no"].map(|it| (it, words.t(&format!("{name}-{it}")), is == (it == "yes"))).to_vec()
    };
    vec![
        Choice {
            name: "sentiment",
            label: words.t("filter-sentiment"),
            options: Sentiment::ALL
                .map(|it| (it.name(), words.named("sentiment", it.name()), it.name() == read.sentiment))
                .to_vec(),
        },
        Choice {
            name: "intent",
            label: words.t("filter-intent"),
            options: Intent::ALL
                .map(|it| (it.name(), words.named("intent", it.name()), it.name() == read.intent))
                .to_vec(),
        },
        Choice {
            name: "needs_answer",
            label: words.t("why-needs"),
            options: yes("why-needs", read.needs_answer),
        },
        Choice { name: "abuse", label: words.t("why-abuse"), options: yes("why-abuse", read.is_abusive()) },
    ]
}

/// What a person says that the message is; an empty field says nothing.
#[derive(Deserialize)]
pub struct Told {
    #[serde(default)]
    sentiment: String,
    #[serde(default)]
    intent: String,
    #[serde(default)]
    abuse: String,
    #[serde(default)]
    needs_answer: String,
}

impl Told {
    fn truth(&self) -> Carried<Truth> {
        let yes = |text: &str, field| match text {
            "" => Ok(None),
            "yes" => Ok(Some(true)),
            "no" => Ok(Some(false)),
            _ => Err(Refusal::Invalid { field, code: "unknown" }),
        };
        let unknown = |field| Refusal::Invalid { field, code: "unknown" };
        Ok(Truth {
            sentiment: match self.sentiment.as_str() {
                "" => None,
                name => Some(Sentiment::from_name(name).ok_or(unknown("sentiment"))?),
            },
            intent: match self.intent.as_str() {
                "" => None,
                name => Some(Intent::from_name(name).ok_or(unknown("intent"))?),
            },
            abuse: yes(&self.abuse, "correction")?,
            needs_answer: yes(&self.needs_answer, "correction")?,
        })
    }
}

/// `POST /inbox/{id}/correct/{message}`
pub async fn correct(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
    Form(told): Form<Told>,
) -> Result<Response, Failure> {
    let result = match told.truth() {
        Ok(truth) => correction::correct(&app, &signed.actor, message, &truth).await,
        Err(refused) => Err(refused),
    };
    let refused = match result {
        Ok(done) => return Ok(back(&asked, done, false)),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some((status, text)) => {
            let problem = Problem { status, text, answered: None };
            super::show(&app, &signed, &asked, Some(id), Some(problem)).await
        }
        None => Err(refusal::failure(refused, &signed.words)),
    }
}
