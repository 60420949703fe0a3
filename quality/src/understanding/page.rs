//! docs/quality/understanding.md: the figures, in words that say what they are of.

use std::{collections::BTreeSet, fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::Result;
use parvis_listen::understand::{Intent, Reading, Sentiment};

use super::{intents, score::Confusion, sentiments};
use crate::train::data::Case;

/// The page while it is being written.
#[derive(Default)]
pub(crate) struct Page(String);

const HEAD: &str = "\
# How right the ear understands

Written by `cargo xtask evaluate understanding --data FOLDER`; what the models are and were trained on stands in
[MODEL_CARD.md](../../MODEL_CARD.md). FOLDER holds the public sets, which aren't part of this project. Everything below is of
the model that ships (the *firehose* tier, 8-bit weights), or of models trained in the same way without the part they are
measured on.
";

/// The trades that cases are set in.
fn themes(cases: &[Case]) -> String {
    let all: BTreeSet<&str> = cases.iter().map(|it| it.theme.as_str()).collect();
    Vec::from_iter(all).join(", ")
}

impl Page {
    pub(crate) fn sentiments(&mut self, french: &Confusion, english: &Confusion) {
        self.0.push_str(HEAD);
        self.0.push_str(
            "\n## Sentiment, UMSAB\n\nTraining part, five-fold cross-validation with a declared seed. The texts are mostly \
             about politics and ecology: they say\nlittle about customers. Macro-F1:\n\n\
             | | macro-F1 | negative | neutral | positive | texts |\n|---|---|---|---|---|---|\n",
        );
        for (name, confusion) in [("French", french), ("English", english)] {
            let f1 = |it: Sentiment| confusion.f1(it as usize);
            let _ = writeln!(
                self.0,
                "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {} |",
                confusion.macro_f1(),
                f1(Sentiment::Negative),
                f1(Sentiment::Neutral),
                f1(Sentiment::Positive),
                confusion.total()
            );
        }
    }

    pub(crate) fn abuse(&mut self, auc: f64) {
        let _ = write!(
            self.0,
            "\n## Abuse, MLMA (French)\n\nFive-fold cross-validation; whatever isn't labelled `normal` alone counts as \
             abuse. ROC-AUC: **{auc:.3}**.\n\
             Four fifths of that set are abuse, by labels that often disagree: it ranks, it doesn't tell of false alarms. For \
             those see below.\n"
        );
    }

    /// Our own cases: themes that training has never seen.
    pub(crate) fn own(&mut self, french: bool, cases: &[Case], readings: &[Reading]) {
        let name = if french { "French" } else { "English" };
        let (intent, sentiment) = (intents(cases, readings), sentiments(cases, readings));
        let mut needs = Confusion::new(2);
        let (mut angry, mut alarms, mut abuses, mut found) = (0, 0, 0, 0);
        for (case, reading) in cases.iter().zip(readings) {
            if let Some(it) = case.needs_answer {
                needs.add(usize::from(it), usize::from(reading.needs_answer));
            }
            let said = reading.abuse >= 0.5;
            if case.abuse == Some(true) {
                abuses += 1;
                found += i32::from(said);
            } else if case.intent == Some(Intent::Complaint) {
                angry += 1;
                alarms += i32::from(said);
            }
        }
        let _ = write!(
            self.0,
            "\n## Our own cases, {name}\n\n{} messages to brands ({}) in \
             `quality/cases/test-*.tsv`;\nthe model was trained on other trades (transport, energy, retail, bank, telecom, \
             town hall).\n\n\
             | question | figure |\n|---|---|\n\
             | intent, twelve classes | macro-F1 {:.3}, accuracy {:.3} |\n\
             | sentiment | macro-F1 {:.3}, accuracy {:.3} |\n\
             | needs an answer | macro-F1 {:.3}, accuracy {:.3} |\n\
             | abuse: insults found (chance ≥ 0.5) | {found} of {abuses} |\n\
             | abuse: false alarms on anger without insult | {alarms} of {angry} ({:.1} %) |\n\n\
             | intent | F1 |\n|---|---|\n",
            cases.len(),
            themes(cases),
            intent.macro_f1(),
            intent.accuracy(),
            sentiment.macro_f1(),
            sentiment.accuracy(),
            needs.macro_f1(),
            needs.accuracy(),
            100.0 * f64::from(alarms) / f64::from(angry.max(1)),
        );
        for it in Intent::ALL {
            let _ = writeln!(self.0, "| {} | {:.2} |", it.name(), intent.f1(it as usize));
        }
    }

    pub(crate) fn languages(&mut self, sets: &[(String, usize, f64)]) {
        self.0.push_str(
            "\n## Language, posts of 40 characters or more\n\nSome of the public sets' texts are in another language than their set's, \
             which counts as an error here.\n\n| set | posts | right |\n|---|---|---|\n",
        );
        for (name, count, share) in sets {
            let _ = writeln!(self.0, "| {name} | {count} | {:.1} % |", share * 100.0);
        }
    }

    pub(crate) fn speed(&mut self, posts: f64) {
        let _ = write!(
            self.0,
            "\n## Speed\n\nLanguage, sentiment, intent, abuse and whether an answer is waited for, on one core: **{:.0} posts a \
             second**\n(UMSAB's and our own, read in memory).\n",
            posts
        );
    }

    pub(crate) fn write(&self) -> Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/quality/understanding.md");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &self.0)?;
        write!(std::io::stdout(), "{}", self.0)?;
        Ok(())
    }
}
