//! How right the usual topics are, on messages made for the purpose (`quality/cases/topics-*.tsv`: the topics, a tab, the
//! text). The figures stand in docs/quality/topics.md; this test says when they don't any more.

use std::fmt::Write as _;

use super::USUAL;
use super::tests::topics_of;

const CASES: [(&str, &str); 2] = [
    ("French", include_str!("../../../../../quality/cases/topics-fr.tsv")),
    ("English", include_str!("../../../../../quality/cases/topics-en.tsv")),
];
const PAGE: &str = include_str!("../../../../../docs/quality/topics.md");

/// How a topic is called in the files: its first word.
fn key(name: &str) -> String {
    name.split(' ').next().unwrap().to_lowercase()
}

/// Messages of the topic, those found, and those of them found rightly.
#[derive(Default, Clone, Copy)]
struct Tally {
    labelled: usize,
    found: usize,
    right: usize,
}

impl Tally {
    fn add(&mut self, is: bool, found: bool) {
        self.labelled += usize::from(is);
        self.found += usize::from(found);
        self.right += usize::from(is && found);
    }

    fn cells(self) -> String {
        let Self { labelled, found, right } = self;
        let share = |of: usize| right as f64 / of.max(1) as f64;
        format!("| {labelled} | {right} of {found} ({:.2}) | {:.2} |", share(found), share(labelled))
    }
}

/// The rows of the page for one language, and the sum of all topics.
fn table(cases: &str) -> (String, Tally) {
    let cases: Vec<(Vec<&str>, Vec<String>)> = cases
        .lines()
        .map(|line| {
            let (labels, text) = line.split_once('\t').unwrap();
            let labels = labels.split(',').filter(|it| *it != "-").collect::<Vec<_>>();
            assert!(labels.iter().all(|it| USUAL.iter().any(|usual| key(usual.en) == *it)), "{line}");
            (labels, topics_of(text).into_iter().map(key).collect())
        })
        .collect();
    assert!(cases.len() >= 150, "{}", cases.len());
    let (mut rows, mut all) = (String::new(), Tally::default());
    for usual in USUAL {
        let (key, mut tally) = (key(usual.en), Tally::default());
        for (labels, found) in &cases {
            let (is, found) = (labels.contains(&key.as_str()), found.contains(&key));
            tally.add(is, found);
            all.add(is, found);
        }
        let _ = writeln!(rows, "| {} {}", usual.en, tally.cells());
    }
    let _ = writeln!(rows, "| all {}", all.cells());
    (rows, all)
}

#[test]
fn the_figures_of_the_page_are_those_of_the_queries_that_ship() {
    for (language, cases) in CASES {
        let (rows, all) = table(cases);
        assert!(PAGE.contains(&rows), "docs/quality/topics.md, {language}, should say:\n{rows}");
        assert!(all.right * 10 >= all.found * 8, "{language}: more than one in five is wrong");
    }
}
