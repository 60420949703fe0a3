//! How a message is read: by the model that ships, with what the organisation's people have corrected. What was
//! learned is brought up to date inside the transaction that reads, so that the very next message is read with it, on
//! every node.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use parvis_listen::understand::feature::Features;
use parvis_listen::understand::model::SHIPPED_NAME;
use parvis_listen::understand::{
    self, Correction as Lesson, Delta, Intent, Model, Outputs, Sentiment, Truth, Why, strong,
};

use crate::id::{CorrectionId, MessageId, OrganisationId};
use crate::store::correction::{self, Correction};
use crate::store::reading::Reading;
use crate::store::{Conn, Result};

/// What an organisation has taught.
#[derive(Clone, Debug, Default)]
pub struct Mind {
    /// [`correction::stand`] of what was learned.
    stand: i64,
    /// The corrections that are in the sum.
    learned: HashSet<CorrectionId>,
    delta: Delta,
}

/// The minds of this process.
#[derive(Default)]
pub struct Minds(Mutex<HashMap<OrganisationId, Arc<Mind>>>);

impl Minds {
    /// What an organisation has taught, as its corrections stand in this transaction. It must not have changed any
    /// itself: what it may still undo isn't to be remembered.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Mind>> {
        let stand = correction::stand(conn, organisation).await?;
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&organisation).cloned();
        let mut mind = kept.unwrap_or_default();
        if mind.stand == stand {
            return Ok(mind);
        }
        let changed = correction::changed(conn, organisation, mind.stand).await?;
        let known = Arc::make_mut(&mut mind);
        changed.iter().for_each(|it| known.take_up(it));
        known.stand = stand;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(organisation, Arc::clone(&mind));
        Ok(mind)
    }
}

impl Mind {
    /// Learns a correction that stands, forgets one that has ended.
    pub fn take_up(&mut self, it: &Correction) {
        let stands = it.ended_at.is_none();
        if stands == self.learned.contains(&it.id) {
            return;
        }
        let lesson = match Lesson::from_bytes(&it.lesson) {
            Ok(lesson) => lesson,
            Err(error) => {
                tracing::error!(%error, correction = %it.id, "reading: a correction can't be learned");
                return;
            }
        };
        if stands {
            self.delta.learn(&lesson);
            self.learned.insert(it.id);
        } else {
            self.delta.forget(&lesson);
            self.learned.remove(&it.id);
        }
    }
}

/// The model that ships, and room to read in; made once for many texts.
pub struct Reader {
    model: Model<'static>,
    features: Features,
}

impl Reader {
    /// `None` where the model of this build can't be read; a test sees to it that it can.
    pub fn new() -> Option<Self> {
        Some(Self { model: Model::shipped().ok()?, features: Features::default() })
    }

    /// What a text says.
    pub fn read(&mut self, mind: &Mind, text: &str) -> understand::Reading {
        understand::read(&self.model, Some(&mind.delta), text, &mut self.features)
    }

    /// What a text says, with what an encoder makes of it.
    pub fn read_with(&mut self, mind: &Mind, strong: &Outputs, text: &str) -> understand::Reading {
        self.features.take(text);
        let mut outputs = self.model.weigh(&self.features);
        strong::mix(strong, &mut outputs);
        understand::conclude(outputs, Some(&mind.delta), text, &self.features)
    }

    /// The words that weighed most in what is read in a text, at most `most` for each answer.
    pub fn explain(&mut self, mind: &Mind, text: &str, most: usize) -> Why {
        let reading = self.read(mind, text);
        understand::explain(&self.model, Some(&mind.delta), text, &reading, most)
    }

    /// What has to be learned for a text to be read as a person says, as bytes to be kept.
    pub fn lesson(&self, mind: &Mind, text: &str, truth: &Truth) -> Vec<u8> {
        Lesson::new(&self.model, &mind.delta, text, truth).to_bytes()
    }
}

/// Title and text, which are read as one.
pub fn said(title: Option<&str>, text: &str) -> String {
    [title.unwrap_or_default(), text].join("\n")
}

/// What is kept of what was read. A program doesn't wait for an answer.
pub fn kept(message: MessageId, sent_at: i64, is_automatic: bool, read: &understand::Reading) -> Reading {
    Reading {
        message,
        sent_at,
        model: SHIPPED_NAME.to_owned(),
        language: read.language.code().to_owned(),
        sentiment: read.sentiment.name().to_owned(),
        score: thousandths(read.sentiment_score),
        intent: read.intent.name().to_owned(),
        abuse: thousandths(read.abuse),
        needs_answer: read.needs_answer && !is_automatic,
    }
}

fn thousandths(it: f32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "between -1000 and 1000")]
    let thousandths = (it * 1000.0).round() as i64;
    thousandths
}

/// What one aspect of a message stands at, as corrections write it.
pub fn aspect(it: &Reading, name: &str) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    match name {
        "sentiment" => it.sentiment.clone(),
        "intent" => it.intent.clone(),
        "abuse" => yes(it.is_abusive()),
        _ => yes(it.needs_answer),
    }
}

/// Puts what a person said of one aspect in the place of what was read.
pub fn overlay(it: &mut Reading, name: &str, value: &str) {
    match name {
        "sentiment" => {
            value.clone_into(&mut it.sentiment);
            it.score = match value {
                "negative" => -1_000,
                "positive" => 1_000,
                _ => 0,
            };
        }
        "intent" => value.clone_into(&mut it.intent),
        "abuse" => it.abuse = if value == "yes" { 1_000 } else { 0 },
        _ => it.needs_answer = value == "yes",
    }
}

/// Puts one aspect as it stands in `from` into `it`.
pub fn restore(it: &mut Reading, name: &str, from: &Reading) {
    match name {
        "sentiment" => (it.sentiment, it.score) = (from.sentiment.clone(), from.score),
        "intent" => it.intent.clone_from(&from.intent),
        "abuse" => it.abuse = from.abuse,
        _ => it.needs_answer = from.needs_answer,
    }
}

/// The truth about one aspect; `None` for a value that it can't have.
pub fn truth(aspect: &str, value: &str) -> Option<Truth> {
    let yes = || match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let nothing = Truth::default();
    match aspect {
        "sentiment" => Some(Truth { sentiment: Some(Sentiment::from_name(value)?), ..nothing }),
        "intent" => Some(Truth { intent: Some(Intent::from_name(value)?), ..nothing }),
        "abuse" => Some(Truth { abuse: Some(yes()?), ..nothing }),
        "needs_answer" => Some(Truth { needs_answer: Some(yes()?), ..nothing }),
        _ => None,
    }
}
