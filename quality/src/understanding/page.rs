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

    /// With the encoder: its heads alone, and mixed with the firehose's models as `--strong` does.
    pub(crate) fn strong(&mut self, french: &[Confusion; 2], english: &[Confusion; 2]) {
        self.0.push_str(
            "\nWith `--strong` (the encoder), in the same folds:\n\n| | heads alone | as `--strong` mixes them |\n|---|---|---|\n",
        );
        for (name, [alone, mixed]) in [("French", french), ("English", english)] {
            let _ = writeln!(self.0, "| {name} | {:.3} | {:.3} |", alone.macro_f1(), mixed.macro_f1());
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

    /// Our own cases: themes that training has never seen. Nothing where there are no readings.
    pub(crate) fn own(&mut self, french: bool, how: &str, cases: &[Case], readings: &[Reading]) {
        let these = cases.iter().zip(readings).filter(|(case, _)| case.french == french);
        let (cases, readings): (Vec<Case>, Vec<Reading>) =
            these.map(|(case, it)| (case.clone(), *it)).unzip();
        if cases.is_empty() {
            return;
        }
        let name = if french { "French" } else { "English" };
        let (intent, sentiment) = (intents(&cases, &readings), sentiments(&cases, &readings));
        let mut needs = Confusion::new(2);
        for (case, reading) in cases.iter().zip(&readings) {
            needs.add(usize::from(case.needs_answer == Some(true)), usize::from(reading.needs_answer));
        }
        let _ = write!(
            self.0,
            "\n## Our own cases, {name}{how}\n\n{} messages to brands ({}) in `quality/cases/test-*.tsv`;\n\
             the model was trained on other trades.\n\n| question | macro-F1 | accuracy |\n|---|---|---|\n",
            cases.len(),
            themes(&cases),
        );
        for (what, it) in
            [("intent, of twelve", &intent), ("sentiment", &sentiment), ("needs an answer", &needs)]
        {
            let _ = writeln!(self.0, "| {what} | {:.3} | {:.3} |", it.macro_f1(), it.accuracy());
        }
        self.alarms(&cases, &readings);
        self.0.push_str("\nF1 of each intent:");
        for it in Intent::ALL {
            let _ = write!(
                self.0,
                " {} {:.2}{}",
                it.name(),
                intent.f1(it as usize),
                if it == Intent::Other { ".\n" } else { "," }
            );
        }
    }

    /// Insults that are found, and anger without insult that is taken for one.
    fn alarms(&mut self, cases: &[Case], readings: &[Reading]) {
        let (mut angry, mut alarms, mut abuses, mut found) = (0, 0, 0, 0);
        for (case, reading) in cases.iter().zip(readings) {
            let said = reading.abuse >= 0.5;
            if case.abuse == Some(true) {
                abuses += 1;
                found += i32::from(said);
            } else if case.intent == Some(Intent::Complaint) {
                angry += 1;
                alarms += i32::from(said);
            }
        }
        let share = 100.0 * f64::from(alarms) / f64::from(angry.max(1));
        let _ = writeln!(
            self.0,
            "\nAbuse at a chance of 0.5 or more: {found} of {abuses} insults found; {alarms} of {angry} angry messages without \
             insult\ntaken for abuse ({share:.1} %)."
        );
    }

    /// Before and after corrections.
    pub(crate) fn corrected(&mut self, [before, after]: &[&Confusion; 2]) {
        let _ = write!(
            self.0,
            "\n## After a thousand corrections\n\nSentiment of our own cases, both languages: macro-F1 {:.3} with the model that ships, \
             {:.3} after a thousand\ncorrections of political tweets (DEFT 2017), which have nothing to do with them.\n",
            before.macro_f1(),
            after.macro_f1(),
        );
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
