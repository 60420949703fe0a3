//! What an organisation's people have corrected: a sparse table beside the model's, which stays as it is. Each correction
//! is a vector of whole numbers, kept by itself, so that it can be taken out again and leave the very bytes that were there.
//!
//! A correction is passive-aggressive (Crammer et al. 2006, PA-I): a move as small as it can be for the text to be read
//! as it should have been, with a margin, and none where it is already.

use std::collections::HashMap;

use super::feature::{ALL, Features, GROUPS, Group};
use super::model::{ABUSE, COLUMNS, INTENTS, Model, NEEDS, Outputs};
use super::{Intent, Sentiment};

/// One in the whole numbers of a delta.
const ONE: f32 = 65_536.0;
/// How far the right answer is to stand above the others afterwards, in log-odds.
const MARGIN: f32 = 1.0;
/// What is as near as this to the margin is left there: rounding may have put it so.
const CLOSE: f32 = 0.02;
/// How far one step may go at most.
const FARTHEST: f32 = 3.0;

/// What a person says a text is. What is left out stays as the models have it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Truth {
    /// Its sentiment.
    pub sentiment: Option<Sentiment>,
    /// Its intent.
    pub intent: Option<Intent>,
    /// Whether people are insulted.
    pub abuse: Option<bool>,
    /// Whether it waits for an answer.
    pub needs_answer: Option<bool>,
}

/// One correction: the features of the text (not the text) and how far each column moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    ids: [Vec<u32>; GROUPS],
    push: [i32; COLUMNS],
}

/// Bytes that aren't a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACorrection;

impl std::fmt::Display for NotACorrection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("these bytes aren't a correction; it is safe to leave it out")
    }
}

impl std::error::Error for NotACorrection {}

impl Correction {
    /// What must be learned for `text` to be read as `truth`, beyond the model and what was learned already.
    #[must_use]
    pub fn new(model: &Model<'_>, delta: &Delta, text: &str, truth: &Truth) -> Self {
        let mut features = Features::default();
        features.take(text);
        let mut outputs = model.weigh(&features);
        delta.weigh(&features, &mut outputs);
        let length = squared_length(&features);
        let mut push = [0.0; COLUMNS];
        if let Some(it) = truth.sentiment {
            choose(&outputs.0[..INTENTS], it as usize, length, &mut push[..INTENTS]);
        }
        if let Some(it) = truth.intent {
            choose(&outputs.0[INTENTS..ABUSE], it as usize, length, &mut push[INTENTS..ABUSE]);
        }
        for (it, column) in [(truth.abuse, ABUSE), (truth.needs_answer, NEEDS)] {
            let Some(it) = it else { continue };
            let sign = if it { 1.0 } else { -1.0 };
            push[column] = sign * step(MARGIN - sign * outputs.0[column], length);
        }
        // Bounded by FARTHEST.
        let push = push.map(|it: f32| (it * ONE).round() as i32);
        Self { ids: ALL.map(|group| features.ids(group).to_vec()), push }
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for push in self.push {
            bytes.extend_from_slice(&push.to_le_bytes());
        }
        for ids in &self.ids {
            bytes.extend_from_slice(&u32::try_from(ids.len()).unwrap_or(u32::MAX).to_le_bytes());
            for id in ids {
                bytes.extend_from_slice(&id.to_le_bytes());
            }
        }
        bytes
    }

    /// From what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// The bytes aren't those of a correction.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotACorrection> {
        let (words, left) = bytes.as_chunks::<4>();
        let (push, mut words) = words.split_at_checked(COLUMNS).ok_or(NotACorrection)?;
        let push = std::array::from_fn(|at| i32::from_le_bytes(push[at]));
        let mut ids = [const { Vec::new() }; GROUPS];
        for group in &mut ids {
            let (count, rest) = words.split_first().ok_or(NotACorrection)?;
            let count = usize::try_from(u32::from_le_bytes(*count)).map_err(|_| NotACorrection)?;
            let (these, rest) = rest.split_at_checked(count).ok_or(NotACorrection)?;
            *group = these.iter().map(|it| u32::from_le_bytes(*it)).collect();
            words = rest;
        }
        if !left.is_empty() || !words.is_empty() {
            return Err(NotACorrection);
        }
        Ok(Self { ids, push })
    }
}

/// Least moves, one rival after another, until `right` stands a margin above all the others.
fn choose(outputs: &[f32], right: usize, length: f32, push: &mut [f32]) {
    let mut outputs = outputs.to_vec();
    for _ in 0..4 * outputs.len() {
        let others = (0..outputs.len()).filter(|it| *it != right);
        let Some(rival) = others.max_by(|a, b| outputs[*a].total_cmp(&outputs[*b])) else { return };
        let far = step(MARGIN - (outputs[right] - outputs[rival]), 2.0 * length);
        if far == 0.0 {
            return;
        }
        for (column, far) in [(right, far), (rival, -far)] {
            push[column] += far;
            outputs[column] += far * length;
        }
    }
}

fn step(loss: f32, length: f32) -> f32 {
    if loss < CLOSE { 0.0 } else { (loss / length).min(FARTHEST) }
}

/// The square of the length of a text's features, each id counted as often as it occurs.
fn squared_length(features: &Features) -> f32 {
    let mut sum = 0.0;
    for group in ALL {
        let mut ids = features.ids(group).to_vec();
        ids.sort_unstable();
        for same in ids.chunk_by(|a, b| a == b) {
            sum += (same.len() as f32 * features.value(group)).powi(2);
        }
    }
    sum.max(1.0)
}

/// The sum of an organisation's corrections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delta {
    rows: HashMap<(u8, u32), [i32; COLUMNS]>,
}

impl Delta {
    /// Learns a correction.
    pub fn learn(&mut self, correction: &Correction) {
        self.move_by(correction, i32::wrapping_add);
    }

    /// Takes a correction that was learned out again, whatever was learned since.
    pub fn forget(&mut self, correction: &Correction) {
        self.move_by(correction, i32::wrapping_sub);
    }

    fn move_by(&mut self, correction: &Correction, with: fn(i32, i32) -> i32) {
        for group in ALL {
            let ids = &correction.ids[group as usize];
            let value = 1.0 / (ids.len().max(1) as f32).sqrt();
            let part = correction.push.map(|it| (it as f32 * value).round() as i32);
            for id in ids {
                let key = (group as u8, *id);
                let row = self.rows.entry(key).or_insert([0; COLUMNS]);
                for (sum, it) in row.iter_mut().zip(&part) {
                    *sum = with(*sum, *it);
                }
                if *row == [0; COLUMNS] {
                    self.rows.remove(&key);
                }
            }
        }
    }

    /// Whether nothing was learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds what was learned to what the model says of a text.
    pub fn weigh(&self, features: &Features, outputs: &mut Outputs) {
        if self.is_empty() {
            return;
        }
        for group in ALL {
            for id in features.ids(group) {
                self.weigh_one(group, *id, features.value(group), outputs);
            }
        }
    }

    /// Adds what was learned about some of a text's features.
    pub fn weigh_part(&self, features: &Features, ids: &[(Group, u32)], outputs: &mut Outputs) {
        for (group, id) in ids {
            self.weigh_one(*group, *id, features.value(*group), outputs);
        }
    }

    fn weigh_one(&self, group: Group, id: u32, value: f32, outputs: &mut Outputs) {
        let Some(row) = self.rows.get(&(group as u8, id)) else { return };
        for (output, it) in outputs.0.iter_mut().zip(row) {
            *output += *it as f32 / ONE * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::{explain, read};

    fn wrong() -> Truth {
        Truth { sentiment: Some(Sentiment::Positive), intent: Some(Intent::Lead), ..Truth::default() }
    }

    fn sentiment(delta: &Delta, text: &str) -> Sentiment {
        read(&Model::shipped().unwrap(), Some(delta), text, &mut Features::default()).sentiment
    }

    #[test]
    fn a_correction_changes_the_next_reading_of_like_texts() {
        let model = Model::shipped().unwrap();
        let mut delta = Delta::default();
        let text = "Ce gigot est une tuerie, c'est mortel !";
        let before = read(&model, None, text, &mut Features::default());
        let truth =
            if before.sentiment == Sentiment::Positive { Sentiment::Neutral } else { Sentiment::Positive };
        delta.learn(&Correction::new(
            &model,
            &delta,
            text,
            &Truth { sentiment: Some(truth), ..Truth::default() },
        ));
        assert_eq!(sentiment(&delta, text), truth);
        assert_eq!(sentiment(&delta, "Ce gigot est une tuerie, c'est mortel"), truth);
    }

    #[test]
    fn what_is_taken_out_leaves_the_very_bytes_that_were_there() {
        let model = Model::shipped().unwrap();
        let mut delta = Delta::default();
        let first = Correction::new(&model, &delta, "Votre tuerie de gigot", &wrong());
        delta.learn(&first);
        let kept = delta.clone();
        let second = Correction::new(&model, &delta, "Bande de gigots, vous êtes nuls", &wrong());
        delta.learn(&second);
        let third = Correction::new(&model, &delta, "Rendez mes gigots", &wrong());
        delta.learn(&third);
        assert_ne!(delta, kept);
        delta.forget(&second);
        delta.forget(&third);
        assert_eq!(delta, kept);
        delta.forget(&first);
        assert!(delta.is_empty());
    }

    #[test]
    fn a_correction_of_what_is_right_already_teaches_nothing() {
        let model = Model::shipped().unwrap();
        let mut delta = Delta::default();
        let truth = wrong();
        let text = "Combien pour un gigot de deux kilos ?";
        for _ in 0..3 {
            delta.learn(&Correction::new(&model, &delta, text, &truth));
        }
        let kept = delta.clone();
        delta.learn(&Correction::new(&model, &delta, text, &truth));
        assert_eq!(delta, kept);
    }

    #[test]
    fn a_correction_is_kept_as_bytes_and_comes_back_the_same() {
        let model = Model::shipped().unwrap();
        let correction = Correction::new(&model, &Delta::default(), "Votre tuerie de gigot", &wrong());
        let bytes = correction.to_bytes();
        assert_eq!(Correction::from_bytes(&bytes), Ok(correction));
        assert_eq!(Correction::from_bytes(&bytes[..bytes.len() - 1]), Err(NotACorrection));
        assert_eq!(Correction::from_bytes(&[255; 80]), Err(NotACorrection));
    }

    #[test]
    fn what_was_learned_is_seen_in_the_explanation() {
        let model = Model::shipped().unwrap();
        let mut delta = Delta::default();
        let text = "gigotesque";
        delta.learn(&Correction::new(&model, &delta, text, &wrong()));
        let reading = read(&model, Some(&delta), text, &mut Features::default());
        let why = explain(&model, Some(&delta), text, &reading, 3);
        assert_eq!(reading.intent, Intent::Lead);
        assert!(why.intent.iter().any(|it| it.word == "gigotesque" && it.weight > 0.0), "{why:?}");
    }
}
