//! What a text says, without its meaning being asked of anybody: language, sentiment, intent, abuse, and whether it waits
//! for an answer. Linear models over hashed words and letters, small enough to ship and quick enough for a firehose.
//!
//! Values in, values out: it knows no network, no database and no clock. Where the numbers come from stands in
//! MODEL_CARD.md; `quality/` trains and measures them.

pub mod delta;
pub mod encoder;
pub mod feature;
pub mod language;
pub mod model;
pub mod strong;
mod text;

use std::collections::BTreeMap;

pub use delta::{Correction, Delta, Truth};
pub use language::Language;
pub use model::{Model, Outputs};
pub use strong::Strong;

/// How a text feels about what it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sentiment {
    /// Blames, regrets, is angry or sad.
    Negative,
    /// Tells or asks.
    Neutral,
    /// Praises, thanks, is glad.
    Positive,
}

impl Sentiment {
    /// In the order of the model's outputs.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// The word that the command line and the API use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// The sentiment of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a text wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// Wants to know something.
    Question,
    /// Says what went wrong.
    Complaint,
    /// Wants something done.
    Request,
    /// Wants to buy.
    Lead,
    /// Thanks or congratulates.
    Praise,
    /// Proposes something.
    Idea,
    /// Looks for a job.
    Application,
    /// Writes for a newspaper, a broadcaster, or many followers.
    Press,
    /// A danger, a leak, a scandal that begins: what a crisis starts with.
    Signal,
    /// Insults or threatens people.
    Abuse,
    /// Sells or lures.
    Spam,
    /// None of these.
    Other,
}

impl Intent {
    /// In the order of the model's outputs.
    pub const ALL: [Self; 12] = [
        Self::Question,
        Self::Complaint,
        Self::Request,
        Self::Lead,
        Self::Praise,
        Self::Idea,
        Self::Application,
        Self::Press,
        Self::Signal,
        Self::Abuse,
        Self::Spam,
        Self::Other,
    ];

    /// The word that the command line and the API use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Complaint => "complaint",
            Self::Request => "request",
            Self::Lead => "lead",
            Self::Praise => "praise",
            Self::Idea => "idea",
            Self::Application => "application",
            Self::Press => "press",
            Self::Signal => "signal",
            Self::Abuse => "abuse",
            Self::Spam => "spam",
            Self::Other => "other",
        }
    }

    /// The intent of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What was understood of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The language it is written in.
    pub language: Language,
    /// The likeliest sentiment.
    pub sentiment: Sentiment,
    /// From -1 (surely negative) to 1 (surely positive): the chance of positive less that of negative.
    pub sentiment_score: f32,
    /// The likeliest intent.
    pub intent: Intent,
    /// How likely it is that people are insulted or threatened, 0 to 1. Anger at a brand isn't abuse.
    pub abuse: f32,
    /// Whether its author waits for an answer.
    pub needs_answer: bool,
}

/// A word that weighed in a reading, and how much. Positive: it spoke for what was read; negative: against.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// The word (or two neighbours, with a space between) as it was compared: in small letters, without accents.
    pub word: String,
    /// In the model's own measure (log-odds).
    pub weight: f32,
}

/// Why a text was read as it was: the words that weighed most, heaviest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Why {
    /// For (or against) the sentiment that was read.
    pub sentiment: Vec<Weight>,
    /// For (or against) the intent that was read.
    pub intent: Vec<Weight>,
    /// For (or against) abuse.
    pub abuse: Vec<Weight>,
}

/// Reads `text`, with what an organisation has corrected, if anything.
#[must_use]
pub fn read(
    model: &Model<'_>,
    delta: Option<&Delta>,
    text: &str,
    features: &mut feature::Features,
) -> Reading {
    read_with(model, None, delta, text, features)
}

/// Reads `text` with the encoder's help, where there is one: slower by some thousand times.
#[must_use]
pub fn read_with(
    model: &Model<'_>,
    strong: Option<&Strong>,
    delta: Option<&Delta>,
    text: &str,
    features: &mut feature::Features,
) -> Reading {
    features.take(text);
    let mut outputs = model.weigh(features);
    if let Some(strong) = strong {
        strong.weigh(text, &mut outputs);
    }
    conclude(outputs, delta, text, features)
}

/// What is read from what the models said of `text`, whose features are at hand.
#[must_use]
pub fn conclude(
    mut outputs: Outputs,
    delta: Option<&Delta>,
    text: &str,
    features: &feature::Features,
) -> Reading {
    if let Some(delta) = delta {
        delta.weigh(features, &mut outputs);
    }
    let (sentiment, score) = outputs.sentiment();
    Reading {
        language: language::of(text),
        sentiment,
        sentiment_score: score,
        intent: outputs.intent(),
        abuse: outputs.abuse(),
        needs_answer: outputs.needs_answer(),
    }
}

/// The words that weighed most in the reading of `text`: at most `most` for each question.
#[must_use]
pub fn explain(model: &Model<'_>, delta: Option<&Delta>, text: &str, reading: &Reading, most: usize) -> Why {
    let named = feature::named(text);
    let mut features = feature::Features::default();
    features.take(text);
    let mut sums: BTreeMap<String, Outputs> = BTreeMap::new();
    for (word, ids) in named {
        let mut part = model.weigh_part(&features, &ids);
        if let Some(delta) = delta {
            delta.weigh_part(&features, &ids, &mut part);
        }
        sums.entry(word).or_default().add(&part);
    }
    let top = |of: &dyn Fn(&Outputs) -> f32| {
        let mut all: Vec<Weight> =
            sums.iter().map(|(word, part)| Weight { word: word.clone(), weight: of(part) }).collect();
        all.retain(|it| it.weight.abs() > 0.005);
        all.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then_with(|| a.word.cmp(&b.word)));
        all.truncate(most);
        all
    };
    Why {
        sentiment: top(&|it| it.for_sentiment(reading.sentiment)),
        intent: top(&|it| it.for_intent(reading.intent)),
        abuse: top(&Outputs::for_abuse),
    }
}
