//! Spaces: French puts one that can't break before high punctuation and inside guillemets, English none.
//!
//! Source for French: Lexique des règles typographiques en usage à l'Imprimerie nationale, "Ponctuation". A narrow space
//! (U+202F) and a full one (U+00A0) are both taken; the narrow one is proposed, but before a colon and in guillemets.

use super::{Page, Remark, Rule};
use crate::Language;

const NARROW: char = '\u{202f}';
const FULL: char = '\u{a0}';

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    let chars: Vec<(usize, char)> = page.text.char_indices().collect();
    let at = |index: usize| chars.get(index).map(|it| it.1);
    let byte = |index: usize| chars.get(index).map_or(page.text.len(), |it| it.0);
    let mut say = |from: usize, until: usize, instead: String| {
        let (from, until) = (byte(from), byte(until));
        let said = page.text.get(from..until).unwrap_or_default();
        found.push(Remark::new(Rule::Space, from..until).said(said).instead(instead));
    };
    let mut index = 0;
    while let Some((place, c)) = chars.get(index).copied() {
        let before = index.checked_sub(1).and_then(at);
        let after = at(index + 1);
        if page.is_marked(place) {
            index += 1;
            continue;
        }
        if c == ' ' && after == Some(' ') {
            let end = (index..chars.len()).find(|it| at(*it) != Some(' ')).unwrap_or(chars.len());
            let inside = before.is_some_and(|c| c.is_alphanumeric() || ".,;:!?»)".contains(c));
            if inside && at(end).is_some_and(|c| c.is_alphanumeric() || "«(".contains(c)) {
                say(index, end, " ".to_owned());
            }
            index = end;
            continue;
        }
        if let Some(length) = face_length(page.text.get(place..).unwrap_or_default()) {
            index += length;
            continue;
        }
        if is_end(c) {
            let end = (index..chars.len()).find(|it| !at(*it).is_some_and(is_end)).unwrap_or(chars.len());
            let spaces = (0..index).rev().take_while(|it| at(*it).is_some_and(is_space)).count();
            let word = (index - spaces).checked_sub(1).and_then(at);
            if let Some(word) = word.filter(|it| !it.is_whitespace())
                && !(c == '.' && end - index > 1)
                && !is_part(word, c, at(end), spaces)
                && !is_address(page.text.get(..byte(index - spaces)).unwrap_or_default())
            {
                let row: String = chars.get(index..end).unwrap_or_default().iter().map(|it| it.1).collect();
                let has: String =
                    chars.get(index - spaces..index).unwrap_or_default().iter().map(|it| it.1).collect();
                let wanted = wanted(page.language, c, &has);
                let apart = at(end).is_some_and(char::is_alphabetic) && !".»".contains(c);
                if wanted != has || apart {
                    let space = if apart { " " } else { "" };
                    say(index - spaces, end, format!("{wanted}{row}{space}"));
                }
            }
            index = end;
            continue;
        }
        if c == '«' && page.language == Language::French {
            let spaces = (index + 1..chars.len()).take_while(|it| at(*it).is_some_and(is_space)).count();
            let has = (spaces == 1).then_some(after).flatten();
            if has != Some(FULL) && has != Some(NARROW) && at(index + 1 + spaces).is_some() {
                say(index, index + 1 + spaces, format!("«{FULL}"));
            }
        }
        index += 1;
    }
}

fn is_end(c: char) -> bool {
    matches!(c, '!' | '?' | ';' | ':' | ',' | '.' | '»')
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | NARROW | FULL | '\u{2009}')
}

/// What should stand before a mark; `has` is what does.
fn wanted(language: Language, mark: char, has: &str) -> String {
    let wide = matches!(mark, ':' | '»');
    match (language, mark) {
        (_, ',' | '.') | (Language::English, '!' | '?' | ';' | ':') => String::new(),
        (Language::English, _) => has.to_owned(),
        (Language::French, _) if has == "\u{202f}" || has == "\u{a0}" => has.to_owned(),
        (Language::French, _) => if wide { FULL } else { NARROW }.to_string(),
    }
}

/// Whether a mark belongs to what is no sentence: a time, an address, a face, a file's name, an ellipsis.
fn is_part(word: char, mark: char, after: Option<char>, spaces: usize) -> bool {
    let next = after.unwrap_or(' ');
    let glued = spaces == 0 && !next.is_whitespace();
    if "«([{“".contains(word) {
        return true;
    }
    match mark {
        '.' => spaces == 0 || !next.is_whitespace(),
        ',' => spaces == 0 && next.is_ascii_digit(),
        ':' => glued && (next.is_ascii_digit() || word.is_ascii_digit() || "/)(-*'".contains(next)),
        '!' | '?' => spaces == 0 && "!?\"…".contains(word) || "/=&".contains(next) && glued,
        ';' => next == ')',
        _ => false,
    }
}

/// Whether a text ends with what was meant as an address: that is for another rule. Only the last word counts, and of a
/// very long one only its end, or a text without spaces would be slow.
fn is_address(done: &str) -> bool {
    let start = done.char_indices().rev().take(200).take_while(|(_, c)| !c.is_whitespace()).last();
    start.and_then(|(at, _)| done.get(at..)).is_some_and(|word| word.starts_with("http"))
}

/// Characters of `:)`, `;-)`, `:D`, and of the name of an emoji (`:tada:`).
fn face_length(rest: &str) -> Option<usize> {
    let eyes = rest.strip_prefix([':', ';'])?;
    let face = eyes.strip_prefix(['-', '\'']).unwrap_or(eyes);
    let stops = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let mouth = face.strip_prefix([')', '(', '/', '|', '*']).is_some()
        || face.strip_prefix(['D', 'P', 'p', 'o', 'O', '3']).is_some_and(stops);
    if mouth {
        return Some(rest.len() - face.len() + 1);
    }
    let (name, _) = eyes.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_name.then_some(name.len() + 2)
}
