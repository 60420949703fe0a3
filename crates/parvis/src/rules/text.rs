//! Words as search compares them: folded (case, accents, width) and brought to their stem in French
//! and English, the same for both engines. Knows no index.

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// At most this many words of one message are indexed; the rest of a longer text can't be found.
pub const WORDS_INDEXED: usize = 4_000;

/// Lower case, without accents, compatibility forms made plain.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .flat_map(|c| match c {
            'œ' => ['o', 'e'],
            'æ' => ['a', 'e'],
            'ß' => ['s', 's'],
            other => [other, '\0'],
        })
        .filter(|c| *c != '\0')
        .collect()
}

/// The folded words of a text: runs of letters and digits, each of at most 40 characters.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect()
}

/// The forms under which a folded word is found: its French and its English stem (once, when equal).
pub fn stems(word: &str) -> Vec<String> {
    let french = Stemmer::create(Algorithm::French).stem(word).into_owned();
    let english = Stemmer::create(Algorithm::English).stem(word).into_owned();
    if french == english { vec![french] } else { vec![french, english] }
}

/// What is put in the index for a text: the stems of its words, by spaces.
pub fn terms(text: &str) -> String {
    let mut out = String::new();
    for word in words(text).into_iter().take(WORDS_INDEXED) {
        for stem in stems(&word) {
            out.push_str(&stem);
            out.push(' ');
        }
    }
    out
}

/// The words of a text as they stand, where a line may break: the no-break spaces of typography stay within.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let breaks = |c: char| c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{202F}' | '\u{2007}');
    text.split(breaks).filter(|word| !word.is_empty())
}

/// The first `max` characters on one line, with an ellipsis when cut: what lists show.
pub fn excerpt(text: &str, max: usize) -> String {
    let line = split(text).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_ligatures_make_no_difference() {
        assert_eq!(words("L’Été à Œuvrer ! ＦＵＬＬ"), ["l", "ete", "a", "oeuvrer", "full"]);
    }

    #[test]
    fn a_plural_finds_its_singular_in_both_languages() {
        assert!(stems("commandes").iter().any(|stem| stems("commande").contains(stem)));
        assert!(stems("tickets").iter().any(|stem| stems("ticket").contains(stem)));
    }

    #[test]
    fn an_excerpt_is_one_line_and_says_that_it_was_cut() {
        assert_eq!(excerpt("un\n deux   trois", 40), "un deux trois");
        assert_eq!(excerpt("quoi\u{202F}?", 40), "quoi\u{202F}?");
        assert_eq!(excerpt("abcdef", 4), "abc…");
    }
}
