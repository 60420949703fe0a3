//! The gauge of weariness: five steps, what they rest on and how sure that is, and what could be changed.

use askama::Template;
use parvis_write::wear::{Reading, SignalKind};

use super::language::Words;
use crate::rules::wear;

/// The gauge of a theme.
#[derive(Template)]
#[template(path = "speak/gauge.html")]
pub struct Gauge {
    words: Words,
    /// The theme, where it has to be said.
    theme: String,
    /// 1 to 5; nothing where there is too little to say.
    step: Option<u8>,
    said: String,
    evidence: Vec<String>,
    advice: Vec<String>,
}

impl Gauge {
    /// What a reading says, in words.
    pub fn of(words: &Words, theme: &str, it: &Reading) -> Self {
        let step = wear::step(it);
        Self {
            words: words.clone(),
            theme: theme.to_owned(),
            step,
            said: words.named("weariness", wear::name(it)),
            evidence: evidence(words, it),
            advice: it.advice.iter().map(|it| words.t(it.key())).collect(),
        }
    }

    /// Which of the five steps are drawn.
    fn lit(&self) -> [bool; 5] {
        [1, 2, 3, 4, 5].map(|place| self.step.is_some_and(|step| step >= place))
    }

    /// It is worth a word before something else is said of this theme.
    pub fn warns(&self) -> bool {
        self.step.is_some_and(|step| step >= 4)
    }

    /// What it says, in a few words.
    pub fn short(&self) -> String {
        self.words.t2("gauge-short", "theme", self.theme.as_str(), "said", self.said.as_str())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "percents and days are small whole numbers")]
fn evidence(words: &Words, it: &Reading) -> Vec<String> {
    let percent = |times: f64| (times * 100.0).round().clamp(0.0, 100_000.0) as i64;
    let (before, lately) = it.posts;
    let mut all = Vec::new();
    match it.times.filter(|_| wear::step(it).is_some()) {
        Some(times) => {
            let lines = [
                ("lately", lately as i64),
                ("before", before as i64),
                ("percent", percent(times)),
                ("low", percent(it.low)),
                ("high", percent(it.high)),
            ];
            all.push(words.numbers("weariness-evidence", &lines));
            all.push(words.t("gauge-usual"));
        }
        None => all.push(words.t1("gauge-thin", "count", before + lately)),
    }
    if let (Some(before), Some(lately)) = it.spacing {
        all.push(words.t2("gauge-spacing", "before", before.round() as i64, "lately", lately.round() as i64));
    }
    if it.signals.iter().any(|signal| signal.rose && signal.kind == SignalKind::Negative) {
        all.push(words.named("weariness", "negative-rose"));
    }
    all
}
