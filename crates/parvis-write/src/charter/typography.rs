//! French quotation marks, apostrophes and ellipses. Source: Lexique des règles typographiques en usage à l'Imprimerie
//! nationale. English is left alone: its straight quotes are what keyboards write and readers are used to.

use super::{Page, Remark, Rule};
use crate::Language;

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    if page.language != Language::French {
        return;
    }
    quotes(page, found);
    apostrophes(page, found);
    ellipses(page, found);
}

/// One remark for each pair, with the spaces that guillemets have; inches and unpaired marks are left alone.
fn quotes(page: &Page, found: &mut Vec<Remark>) {
    let mut open: Option<usize> = None;
    for (at, c) in page.text.char_indices() {
        if c == '\n' {
            open = None;
        }
        if !matches!(c, '"' | '“' | '”') || page.is_marked(at) {
            continue;
        }
        let before = page.text.get(..at).and_then(|it| it.chars().next_back());
        match open {
            Some(start) if c != '“' => {
                let end = at + c.len_utf8();
                let mark = page.text.get(start..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8);
                let inner = page.text.get(start + mark..at).unwrap_or_default().trim();
                if !inner.is_empty() {
                    let said = page.text.get(start..end).unwrap_or_default();
                    let instead = format!("«\u{a0}{inner}\u{a0}»");
                    found.push(Remark::new(Rule::Quote, start..end).said(said).instead(instead));
                }
                open = None;
            }
            _ if before.is_some_and(|c| c.is_alphanumeric()) => {}
            _ => open = Some(at),
        }
    }
}

fn apostrophes(page: &Page, found: &mut Vec<Remark>) {
    for (at, _) in page.text.match_indices('\'') {
        let before = page.text.get(..at).and_then(|it| it.chars().next_back());
        let after = page.text.get(at + 1..).and_then(|it| it.chars().next());
        let between = before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphanumeric);
        if between && !page.is_marked(at) {
            found.push(Remark::new(Rule::Apostrophe, at..at + 1).said("'").instead("’"));
        }
    }
}

fn ellipses(page: &Page, found: &mut Vec<Remark>) {
    let mut place = 0;
    while let Some(start) = page.text.get(place..).and_then(|rest| rest.find("..")).map(|at| at + place) {
        let row = page.text.get(start..).unwrap_or_default();
        let length = row.find(|c| c != '.').unwrap_or(row.len());
        let before = page.text.get(..start).unwrap_or_default();
        let closes = before.is_empty()
            || before.ends_with(|c: char| c.is_alphanumeric() || c.is_whitespace() || "»)!?".contains(c));
        if closes && !page.is_marked(start) && !row.get(length..).is_some_and(|rest| rest.starts_with('/')) {
            // "etc…" says the same twice.
            let instead = if before.to_lowercase().ends_with("etc") { "." } else { "…" };
            let said = row.get(..length).unwrap_or_default();
            found.push(Remark::new(Rule::Ellipsis, start..start + length).said(said).instead(instead));
        }
        place = start + length;
    }
}
