//! How right the charter's rules are: our own labelled sentences (`cases/charter-{fr,en}.tsv`) against what
//! [`parvis_write::charter::check`] remarks, rule by rule; writes `docs/quality/charter.md`.
//!
//! One half was used to mend the lists, the other never.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context as _, Result, ensure};
use parvis_write::Language;
use parvis_write::charter::{Charter, Rule, check};
use parvis_write::mark::Dialect;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/quality/charter.md");
const CASES: [(Language, &str); 2] = [
    (Language::French, include_str!("../cases/charter-fr.tsv")),
    (Language::English, include_str!("../cases/charter-en.tsv")),
];

/// Right, wrong and missed remarks.
#[derive(Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn share(part: usize, rest: usize) -> String {
        if part + rest == 0 {
            return "–".to_owned();
        }
        format!("{:.0} % ({part}/{})", part as f64 * 100.0 / (part + rest) as f64, part + rest)
    }

    fn precision(self) -> String {
        Self::share(self.right, self.wrong)
    }

    fn recall(self) -> String {
        Self::share(self.right, self.missed)
    }
}

/// By rule; `None` holds sentences without any remark that should have none.
struct Half {
    rules: BTreeMap<Rule, Tally>,
    all: Tally,
    /// Sentences without fault: all, and those left alone.
    clean: (usize, usize),
    sentences: usize,
}

/// Measures, and writes the page; with `show`, prints what went wrong in the half that may be looked at.
pub(crate) fn run(show: bool) -> Result<()> {
    let mut found = Vec::new();
    for (language, cases) in CASES {
        for half in ["build", "held"] {
            found.push((language, half, measure(language, half, cases, show && half == "build")?));
        }
    }
    std::fs::write(PAGE, page(&found)?).context(PAGE)?;
    writeln!(std::io::stdout(), "wrote docs/quality/charter.md")?;
    Ok(())
}

fn measure(language: Language, half: &str, cases: &str, show: bool) -> Result<Half> {
    let names: BTreeMap<&str, Rule> = Rule::ALL.into_iter().map(|rule| (rule.name(), rule)).collect();
    let mut it = Half { rules: BTreeMap::new(), all: Tally::default(), clean: (0, 0), sentences: 0 };
    for (number, line) in cases.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [of, rules, text] = fields.as_slice() else {
            anyhow::bail!("line {} of {}: three fields wanted", number + 1, language.code());
        };
        if *of != half {
            continue;
        }
        let named = rules.split(',').filter(|name| *name != "-").map(|name| {
            names.get(name).copied().with_context(|| format!("line {}: no rule {name}", number + 1))
        });
        let wanted: BTreeSet<Rule> = named.collect::<Result<_>>()?;
        let seen: BTreeSet<Rule> = check(text, language, Dialect::Fediverse, &Charter::default())
            .into_iter()
            .map(|it| it.rule)
            .collect();
        it.sentences += 1;
        if wanted.is_empty() {
            it.clean.0 += 1;
            it.clean.1 += usize::from(seen.is_empty());
        }
        for rule in wanted.union(&seen).copied() {
            let one = Tally {
                right: usize::from(wanted.contains(&rule) && seen.contains(&rule)),
                wrong: usize::from(!wanted.contains(&rule)),
                missed: usize::from(!seen.contains(&rule)),
            };
            it.rules.entry(rule).or_default().add(one);
            it.all.add(one);
        }
        if show && wanted != seen {
            writeln!(std::io::stdout(), "{} wanted {wanted:?} seen {seen:?}: {text}", language.code())?;
        }
    }
    ensure!(it.sentences > 0, "no sentences of {half}");
    Ok(it)
}

fn page(found: &[(Language, &str, Half)]) -> Result<String> {
    let mut out = String::new();
    writeln!(out, "# The charter: how right its rules are\n")?;
    writeln!(out, "Written by `cargo xtask evaluate charter`; every figure below is from one run.\n")?;
    writeln!(out, "{METHOD}")?;
    for language in Language::ALL {
        let of = |half: &str| found.iter().find(|it| it.0 == language && it.1 == half).map(|it| &it.2);
        let (Some(build), Some(held)) = (of("build"), of("held")) else { continue };
        writeln!(out, "## {}\n", language.pick("French", "English"))?;
        writeln!(
            out,
            "{} sentences built with, {} held out. Sentences without fault that were left alone: {} of {} built with, {} of {} \
             held out.\n",
            build.sentences, held.sentences, build.clean.1, build.clean.0, held.clean.1, held.clean.0
        )?;
        writeln!(
            out,
            "| rule | precision, held out | recall, held out | precision, built with | recall, built with |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- |")?;
        let mut row = |name: &str, held: Tally, build: Tally| {
            let cells = [held.precision(), held.recall(), build.precision(), build.recall()];
            writeln!(out, "| {name} | {} |", cells.join(" | "))
        };
        for rule in Rule::ALL {
            let tally = |half: &Half| half.rules.get(&rule).copied().unwrap_or_default();
            let (held, build) = (tally(held), tally(build));
            if held.right + held.wrong + held.missed + build.right + build.wrong + build.missed > 0 {
                row(&format!("`{}`", rule.name()), held, build)?;
            }
        }
        row("**all**", held.all, build.all)?;
        writeln!(out)?;
    }
    out.push_str(LIMITS);
    Ok(out)
}

const METHOD: &str = "\
The sentences (`quality/cases/charter-fr.tsv`, `quality/cases/charter-en.tsv`) are our own, invented, in the manner of
what brands, shops and town halls post. Each bears the rules that a careful editor would speak of, under the charter's
defaults; many bear none, and some of those were written to mislead (\"the town's tallest tower\", \"keep your ticket, it
is your guarantee\"). Half were built with: the lists of words were mended until few mistakes stayed. The other half was
written before the lists were, and no list was changed after it had been measured on it. Both halves are by the same
hand, so that other people's texts will fare worse than the held-out columns, above all with the rules that are lists
of words. Counts stand in brackets: with five or ten cases of a rule, ten points more or less mean nothing.

A rule is right on a sentence when it makes at least one remark where one was wanted; the place isn't scored.
";

const LIMITS: &str = "\
## What isn't measured here

- `forbidden` and `mandatory` are the organisation's own words and can't be wrong in this sense; `hard-to-read` judges
  texts of thirty words and more by a published measure (Flesch 1948; Kandel and Moles 1958), with syllables counted by
  rules. Tests cover all three.
- Lists know the phrases that are in them. Wooden language that is new, irony, a boast in plain words, a promise between
  the lines are for a second reader, which is why there is one.
- A promise is remarked whether or not it can be kept; a boast with a source in another sentence still is one here.
";
