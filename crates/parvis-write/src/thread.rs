//! A long text in parts that each fit, cut where a reader would breathe: between paragraphs, else sentences, else words.

use thiserror::Error;

use crate::rule::{TextLimit, TextRule};
use crate::sentence::sentences;

/// Most parts of one thread.
pub const MOST_PARTS: usize = 100;
/// Longest text that is cut, in bytes.
pub const MOST_BYTES: usize = 200_000;

/// Whether parts say which they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// They don't.
    None,
    /// `(2/5)` at the end of each, where there is more than one.
    OfAll,
}

/// Why a text can't be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SplitError {
    /// The limit leaves no room for a single character or for an address that can't be cut.
    #[error("the limit leaves no room for what can't be cut")]
    TooTight,
    /// More than [`MOST_PARTS`] parts, or [`MOST_BYTES`] bytes.
    #[error("more than {MOST_PARTS} parts, or {MOST_BYTES} bytes")]
    TooLong,
}

/// Cuts a text in parts that fit `rule`. A line of three hyphens (`---`) by itself asks for a cut. Space at the cuts is
/// left out; nothing else is.
///
/// # Errors
/// The limit is too tight, or the text too long.
pub fn split(text: &str, rule: &TextRule, numbering: Numbering) -> Result<Vec<String>, SplitError> {
    if text.len() > MOST_BYTES {
        return Err(SplitError::TooLong);
    }
    let asked = asked_parts(text);
    if numbering == Numbering::None {
        return cut_all(&asked, rule, "");
    }
    if let [only] = asked.as_slice()
        && rule.fits(only, None)
    {
        return Ok(vec![(*only).to_owned()]);
    }
    // How many parts there are decides how much room their number takes.
    for widest in [" (9/9)", " (99/99)", " (100/100)"] {
        let parts = cut_all(&asked, rule, widest)?;
        let digits = (widest.len() - " (/)".len()) / 2;
        if parts.len().to_string().len() <= digits {
            let all = parts.len();
            let number = |(index, part): (usize, String)| format!("{part} ({}/{all})", index + 1);
            return Ok(if all == 1 { parts } else { parts.into_iter().enumerate().map(number).collect() });
        }
    }
    Err(SplitError::TooLong)
}

/// The text between the cuts that the writer asked for.
fn asked_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut place) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim() == "---" {
            parts.push(text.get(start..place).unwrap_or_default());
            start = place + line.len();
        }
        place += line.len();
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn cut_all(asked: &[&str], rule: &TextRule, ending: &str) -> Result<Vec<String>, SplitError> {
    let tighter = |max: u32, count: usize| max.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
    let rule = TextRule {
        max: tighter(rule.max, rule.unit.count(ending)),
        also: rule.also.map(|it| TextLimit { max: tighter(it.max, it.unit.count(ending)), ..it }),
        ..rule.clone()
    };
    let mut parts = Vec::new();
    for mut rest in asked.iter().copied() {
        while !rest.is_empty() {
            if parts.len() == MOST_PARTS {
                return Err(SplitError::TooLong);
            }
            let end = cut(rest, &rule).ok_or(SplitError::TooTight)?;
            let (part, after) = rest.split_at_checked(end).ok_or(SplitError::TooTight)?;
            parts.push(part.trim_end().to_owned());
            rest = after.trim_start();
        }
    }
    Ok(parts)
}

/// Where to cut: the byte up to which the next part goes.
fn cut(text: &str, rule: &TextRule) -> Option<usize> {
    let mut end = rule.end(text, None);
    if end == text.len() {
        return Some(end);
    }
    // What is cut may count for more by itself ("https://a.b" of something that was no address): then less is kept.
    for _ in 0..64 {
        let at = best(text, end)?;
        if rule.fits(text.get(..at)?.trim_end(), None) {
            return Some(at);
        }
        end = text.get(..at)?.char_indices().next_back()?.0;
    }
    None
}

/// The best place up to `end`, which is a place where a cut is possible; `None` for nothing at all.
fn best(text: &str, end: usize) -> Option<usize> {
    let room = text.get(..end).filter(|room| !room.trim().is_empty())?;
    let after = text.get(end..)?;
    let paragraph = room.rfind("\n\n").filter(|at| *at >= end / 2);
    if paragraph.is_some() {
        return paragraph;
    }
    // Sentences are found with what follows, or the end of the room would look like the end of one.
    let next = after.char_indices().nth(40).map_or(after.len(), |(at, _)| at);
    let seen = text.get(..end + next)?;
    let sentence =
        sentences(seen).into_iter().map(|it| it.end).filter(|at| *at <= end && *at >= end / 3).max();
    let sentence =
        sentence.filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(char::is_whitespace)));
    if sentence.is_some() {
        return sentence;
    }
    let is_break = |c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}';
    if after.starts_with(is_break) || room.ends_with(is_break) {
        return Some(end);
    }
    let word =
        room.trim_end().rfind(is_break).filter(|at| !room.get(..*at).unwrap_or_default().trim().is_empty());
    Some(word.unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TextUnit;

    fn ten(max: u32) -> TextRule {
        TextRule::plain(TextUnit::Grapheme, max)
    }

    #[test]
    fn a_text_that_fits_stays_whole_and_bears_no_number() {
        assert_eq!(split("Short.", &ten(6), Numbering::OfAll).unwrap(), ["Short."]);
        assert!(split("  ", &ten(6), Numbering::OfAll).unwrap().is_empty());
    }

    #[test]
    fn cuts_are_made_at_the_end_of_a_paragraph_then_a_sentence_then_a_word() {
        let cut = |text: &str, max| split(text, &ten(max), Numbering::None).unwrap();
        assert_eq!(cut("One two.\n\nThree. Four five six.", 20), ["One two.\n\nThree.", "Four five six."]);
        assert_eq!(cut("One two three.\n\nFour. Five six.", 20), ["One two three.", "Four. Five six."]);
        assert_eq!(cut("One two. Three four five.", 20), ["One two.", "Three four five."]);
        assert_eq!(cut("One two three four five", 14), ["One two three", "four five"]);
        assert_eq!(cut("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(cut("Prix : 10\u{a0}€ ici", 10), ["Prix :", "10\u{a0}€ ici"]);
    }

    #[test]
    fn parts_say_which_they_are_within_the_limit() {
        let parts = split("One two. Three four. Five six.", &ten(20), Numbering::OfAll).unwrap();
        assert_eq!(parts, ["One two. (1/3)", "Three four. (2/3)", "Five six. (3/3)"]);
        let many = split(&"Word and word. ".repeat(20), &ten(24), Numbering::OfAll).unwrap();
        assert!(many.len() > 9 && many.iter().all(|part| ten(24).fits(part, None)));
        assert!(many[9].ends_with(&format!("(10/{})", many.len())));
    }

    #[test]
    fn a_line_of_hyphens_asks_for_a_cut() {
        let parts = split("One.\n---\nTwo.\n---\n", &ten(100), Numbering::OfAll).unwrap();
        assert_eq!(parts, ["One. (1/2)", "Two. (2/2)"]);
    }

    #[test]
    fn an_address_is_never_cut() {
        let link = "https://a.example/a/long/path";
        let rule = TextRule::mastodon(30, 23);
        let parts = split(&format!("Words before {link} words after"), &rule, Numbering::None).unwrap();
        assert_eq!(parts, ["Words before", &format!("{link} words"), "after"]);
        assert_eq!(split(link, &TextRule::mastodon(10, 23), Numbering::None), Err(SplitError::TooTight));
        assert_eq!(split(&"x".repeat(700), &ten(6), Numbering::None), Err(SplitError::TooLong));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(
            text in "([a-zé]{1,9}[ .!\n]|https://a.example/b |👩‍👩‍👧|\\PC){0,60}", max in 1_u32..80, x in any::<bool>()
        ) {
            let rule = if x { TextRule { max, ..TextRule::x() } } else { TextRule::mastodon(max, 23) };
            if let Ok(parts) = split(&text, &rule, Numbering::None) {
                let bare = |it: &str| it.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(bare(&parts.concat()), bare(&text));
                for part in &parts {
                    prop_assert!(rule.fits(part, None), "{}", part);
                }
            }
            if let Ok(parts) = split(&text, &rule, Numbering::OfAll) {
                for part in &parts {
                    prop_assert!(rule.fits(part, None), "{}", part);
                }
            }
        }
    }
}
