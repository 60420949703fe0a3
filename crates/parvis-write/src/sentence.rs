//! Where sentences end, in French and English: enough for cutting a text and for measuring it.

use std::ops::Range;

/// Words whose full stop ends no sentence by itself.
const SHORTENED: [&str; 40] = [
    "m", "mm", "mr", "mrs", "ms", "dr", "pr", "prof", "st", "ste", "p", "pp", "art", "al", "cf", "ex", "env",
    "av", "bd", "tél", "tel", "réf", "ref", "vol", "no", "nos", "vs", "inc", "ltd", "co", "jr", "sr", "eg",
    "ie", "e.g", "i.e", "c.-à-d", "min", "max", "approx",
];

/// What may stand between the end of a sentence and the space behind it.
const CLOSING: &str = ")]»”\"’'*_\u{a0}\u{202f}";

/// The sentences of a text, by byte, without the space around them. Ends of lines end sentences.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if c == '\n' {
            keep(text, start..at, &mut found);
            start = end;
        } else if matches!(c, '.' | '!' | '?' | '…') {
            if chars.peek().is_some_and(|(_, next)| matches!(next, '.' | '!' | '?' | '…')) {
                continue;
            }
            let after = text.get(end..).unwrap_or_default();
            let closing = closing_length(after);
            let behind = after.get(closing..).unwrap_or_default();
            let apart = behind.is_empty() || behind.starts_with(char::is_whitespace) || is_emoji_next(behind);
            if apart && ends(text.get(start..at).unwrap_or_default(), c, behind) {
                keep(text, start..end + closing, &mut found);
                start = end + closing;
                while chars.peek().is_some_and(|(next, _)| *next < start) {
                    chars.next();
                }
            }
        }
    }
    keep(text, start..text.len(), &mut found);
    found
}

/// Bytes of closing quotes and brackets; a space that can't break counts only before one of them.
fn closing_length(after: &str) -> usize {
    let end = after.find(|c| !CLOSING.contains(c)).unwrap_or(after.len());
    after.get(..end).unwrap_or_default().trim_end_matches(['\u{a0}', '\u{202f}']).len()
}

fn is_emoji_next(behind: &str) -> bool {
    behind.starts_with(|c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}'))
}

/// Whether the mark `c` behind `before` ends a sentence, `behind` following.
fn ends(before: &str, c: char, behind: &str) -> bool {
    let next = behind.trim_start().chars().next();
    let small = next.is_some_and(char::is_lowercase);
    match c {
        '.' => {
            let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
            let word = word.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            let initial = before.ends_with(char::is_uppercase) && word.chars().count() == 1;
            !small && !initial && !SHORTENED.contains(&word.as_str())
        }
        '…' => !small,
        // "Yahoo! is": a mark within a name.
        _ => !small || before.ends_with(char::is_whitespace),
    }
}

fn keep(text: &str, span: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(part) = text.get(span.clone()) else {
        return;
    };
    let start = span.start + part.len() - part.trim_start().len();
    let end = start + part.trim().len();
    if end > start {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_stops() {
        let cases: [(&str, &[&str]); 11] = [
            ("", &[]),
            ("One. Two! Three?", &["One.", "Two!", "Three?"]),
            ("Ça va\u{202f}? Oui\u{202f}!", &["Ça va\u{202f}?", "Oui\u{202f}!"]),
            ("«\u{a0}Bonjour.\u{a0}» Il part.", &["«\u{a0}Bonjour.\u{a0}»", "Il part."]),
            ("M. Dupont coûte 3.50 €. Merci.", &["M. Dupont coûte 3.50 €.", "Merci."]),
            ("J. Smith, e.g. Anna, left. Why?", &["J. Smith, e.g. Anna, left.", "Why?"]),
            ("Wait... what?! Yes.", &["Wait... what?!", "Yes."]),
            ("Pommes, poires, etc. sont là. Et puis", &["Pommes, poires, etc. sont là.", "Et puis"]),
            ("Titre\n\nTexte. Suite", &["Titre", "Texte.", "Suite"]),
            ("See a.example/b.html. Then", &["See a.example/b.html.", "Then"]),
            ("Merci !🎉 À demain.", &["Merci !", "🎉 À demain."]),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_space_lies_between_sentences(text in "([a-zA-Z]{1,4}|[.!?… \n»)]|\\PC){0,40}") {
            let mut last = 0;
            for it in sentences(&text) {
                prop_assert!(it.start >= last && it.end > it.start);
                prop_assert_eq!(text.get(last..it.start).map(str::trim), Some(""));
                last = it.end;
            }
            prop_assert_eq!(text.get(last..).map(str::trim), Some(""));
        }
    }
}
