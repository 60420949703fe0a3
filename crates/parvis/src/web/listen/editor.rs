//! The editor of a query: its colours, and what is wrong with it in the reader's words.

use std::fmt::{self, Write as _};

use parvis_listen::query::{Class, Query, paint};
use serde::Deserialize;

use crate::command::watch::{Estimate, Wanted};
use crate::store::watch::Watch;
use crate::web::chart::escape;
use crate::web::language::Words;

/// The form of a watch.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) name: String,
    pub(super) query: String,
    pub(super) folder: String,
    pub(super) sensitivity: String,
    pub(super) tag: String,
}

impl Fields {
    /// Of a watch, with the name of its tag.
    pub(super) fn of(it: &Watch, tag: String) -> Self {
        let it = it.clone();
        Self { name: it.name, query: it.query, folder: it.folder, sensitivity: it.sensitivity, tag }
    }

    pub(super) fn wanted(&self) -> Wanted<'_> {
        let sensitivity = if self.sensitivity.is_empty() { "balanced" } else { &self.sensitivity };
        Wanted { name: &self.name, query: &self.query, folder: &self.folder, sensitivity, tag: &self.tag }
    }
}

/// A query as HTML, a line each, its parts in their classes.
pub(super) struct Painted(String);

impl askama::filters::HtmlSafe for Painted {}

impl fmt::Display for Painted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Painted {
    pub(super) fn of(query: &str) -> Self {
        let wrong = Query::parse(query).err().filter(|_| !query.trim().is_empty()).map(|it| it.range);
        let mut out = String::from("<span class=\"ln\">");
        let mut at = 0;
        for (range, class) in paint(query) {
            put(&mut out, query.get(at..range.start).unwrap_or_default(), "");
            let is_wrong = wrong
                .as_ref()
                .is_some_and(|it| it.start < range.end && range.start < it.end.max(it.start + 1));
            let text = query.get(range.clone()).unwrap_or_default();
            put(&mut out, text, if is_wrong { "er" } else { name(class, text) });
            at = range.end;
        }
        put(&mut out, query.get(at..).unwrap_or_default(), "");
        out.push_str("</span>");
        Self(out)
    }
}

fn name(class: Class, text: &str) -> &'static str {
    match class {
        Class::Operator if matches!(text, "NOT" | "SAUF") => "no",
        Class::Operator => "op",
        Class::Group => "pa",
        Class::Phrase => "st",
        Class::Field => "fi",
        Class::Comment => "co",
        Class::Wrong => "er",
        Class::Word | Class::Value => "",
    }
}

fn put(out: &mut String, text: &str, class: &str) {
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            out.push_str("</span><span class=\"ln\">");
        }
        if line.is_empty() {
            continue;
        }
        let line = escape(line);
        // Writing into a String can't fail.
        let _ = match class {
            "" => write!(out, "{line}"),
            _ => write!(out, "<span class=\"{class}\">{line}</span>"),
        };
    }
}

/// Whether a query can be read, in words.
pub(super) struct Checked {
    pub(super) valid: bool,
    pub(super) said: String,
    /// What stands beside it.
    pub(super) meta: String,
}

impl Checked {
    pub(super) fn read(words: &Words, query: &str) -> Self {
        let Err(error) = Query::parse(query) else {
            return Self { valid: true, said: words.t("query-valid"), meta: String::new() };
        };
        let problem = &error.problem;
        let what = words.t1(&format!("query-{}", problem.code()), "subject", problem.subject());
        let place = words.t2("query-place", "line", error.line, "column", error.column);
        Self { valid: false, said: what, meta: place }
    }

    pub(super) fn refused(said: String) -> Self {
        Self { valid: false, said, meta: String::new() }
    }
}

/// What a query would have found, in words.
pub(super) fn estimated(words: &Words, it: Estimate) -> String {
    let days = usize::try_from(it.days).unwrap_or(1).max(1);
    let by_day = it.found.div_ceil(days);
    let found = words.t2("query-found", "count", it.found, "days", it.days);
    if it.found == 0 { found } else { words.t2("query-usual", "found", &found, "count", by_day) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn a_query_is_painted_line_by_line_and_nothing_of_it_is_markup() {
        let painted = Painted::of("(\"a & b\" OU <b>)\nSAUF langue:fr").to_string();
        assert!(painted.contains(
            "<span class=\"st\">&quot;a &amp; b&quot;</span> <span class=\"op\">OU</span> &lt;b&gt;"
        ));
        assert!(painted.contains("</span><span class=\"ln\"><span class=\"no\">SAUF</span>"), "{painted}");
        assert!(!painted.contains("<b>"));
    }

    #[test]
    fn every_mistake_has_its_sentence_in_both_languages() {
        let wrong = [
            "",
            "(a",
            "a)",
            "()",
            "…",
            "a & b",
            "foo:x",
            "lang:",
            "followers:x",
            "followers:[9 TO 1]",
            "a~2",
            "a NEAR b",
            "a NEAR/2 (b AND c)",
            "\"a",
        ];
        for language in Language::ALL {
            let words = Words::new(language, "Europe/Paris");
            for query in wrong {
                let checked = Checked::read(&words, query);
                assert!(!checked.valid, "{query}");
                assert!(!checked.said.contains("query-"), "{query}: {}", checked.said);
            }
        }
        for code in ["too-deep", "too-long", "no-range", "reversed"] {
            assert!(Words::new(Language::Fr, "UTC").maybe(&format!("query-{code}")).is_some(), "{code}");
        }
    }
}
