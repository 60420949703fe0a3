//! What a word is, and when two words are the same.
//!
//! A word is a run of letters, digits and `_`; all else separates, apostrophes and hyphens too. Accents written as
//! marks of their own belong to the letter before them. An emoji is no word: it stands between words, can be looked
//! for, and takes no step. Scripts that are written without spaces (Chinese, Japanese, Thai…) give long runs.

use std::ops::Range;

use unicode_normalization::{
    UnicodeNormalization as _,
    char::{canonical_combining_class, is_combining_mark},
};

/// What stands right before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sigil {
    /// Nothing that says more.
    None,
    /// `#`: a hashtag.
    Hash,
    /// `@`: a handle.
    At,
}

/// A word or an emoji in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes, its sigil left out.
    pub range: Range<usize>,
    /// What stands before it.
    pub sigil: Sigil,
    /// How many words stand before it.
    pub step: u32,
    /// Whether it is an emoji: then it stands between the words `step - 1` and `step`.
    pub is_emoji: bool,
}

/// Whether a word can have this character within it. A mark (an accent of its own) only continues a word.
#[must_use]
pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric() && !is_combining_mark(c))
}

/// Whether a word that has begun goes on with this character.
pub(crate) fn continues(c: char) -> bool {
    is_word(c) || (!c.is_ascii() && is_combining_mark(c))
}

/// The words and emoji of a text, in their order.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut step = 0;
    let mut at = 0;
    // The last two characters decide what stands before a word.
    let (mut before, mut last) = (None, None);
    while let Some(c) = text[at..].chars().next() {
        let from = at;
        if is_word(c) {
            let rest = &text[from..];
            at = from + rest.find(|c| !continues(c)).unwrap_or(rest.len());
            found.push(Token { range: from..at, sigil: sigil(before, last), step, is_emoji: false });
            step += 1;
        } else if let Some(length) = emoji_length(&text[from..]) {
            at = from + length;
            found.push(Token { range: from..at, sigil: Sigil::None, step, is_emoji: true });
        } else {
            at = from + c.len_utf8();
        }
        let taken = text[from..at].chars();
        for c in taken {
            (before, last) = (last, Some(c));
        }
    }
    found
}

/// What a word is when these two characters stand before it: in `bob@example.com` nobody is mentioned.
pub(crate) fn sigil(before: Option<char>, last: Option<char>) -> Sigil {
    match last {
        Some('#' | '＃') if !before.is_some_and(continues) => Sigil::Hash,
        Some('@' | '＠') if !before.is_some_and(continues) => Sigil::At,
        _ => Sigil::None,
    }
}

/// The word without case and accents: two words that fold to the same are the same, unless case matters.
///
/// Compatibility forms are taken apart, accents dropped, letters made small; `œ` is `oe`, `æ` is `ae`, `ß` is `ss`.
/// The voicing marks of kana stay: か and が are two letters.
#[must_use]
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.nfkd().filter(|c| !is_dropped(*c)).flat_map(char::to_lowercase).flat_map(Plain::of).nfc().collect()
}

/// The word as it is written, accents composed.
#[must_use]
pub fn compose(word: &str) -> String {
    word.nfc().collect()
}

/// Whether a mark is dropped when a word is folded.
pub(crate) fn is_dropped(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c) && !matches!(canonical_combining_class(c), 0 | 8)
}

/// The letters that stand for one that no normalisation takes apart.
struct Plain {
    letters: &'static str,
    own: Option<char>,
}

impl Plain {
    fn of(c: char) -> Self {
        let letters = match c {
            'ß' => "ss",
            'œ' => "oe",
            'æ' => "ae",
            'ø' => "o",
            'ł' => "l",
            'đ' => "d",
            'ı' => "i",
            'ς' => "σ",
            _ => return Self { letters: "", own: Some(c) },
        };
        Self { letters, own: None }
    }
}

impl Iterator for Plain {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if let Some(c) = self.own.take() {
            return Some(c);
        }
        let mut chars = self.letters.chars();
        let c = chars.next();
        self.letters = chars.as_str();
        c
    }
}

/// How many bytes the emoji takes with which a text begins, or nothing if it begins with none: a picture with what
/// changes it (tone of skin, presentation), several joined into one, or the two halves of a flag.
/// Source: unicode.org/reports/tr51, section 1.4.9, without keycaps.
#[must_use]
pub fn emoji_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    let (_, first) = chars.next()?;
    if is_flag_half(first) {
        return match chars.next() {
            Some((at, second)) if is_flag_half(second) => Some(at + second.len_utf8()),
            _ => Some(first.len_utf8()),
        };
    }
    if !is_picture(first) {
        return None;
    }
    let mut end = first.len_utf8();
    while let Some((at, c)) = chars.next() {
        if is_changed_by(c) {
            end = at + c.len_utf8();
        } else if c == '\u{200D}' && chars.peek().is_some_and(|(_, next)| is_picture(*next)) {
            if let Some((at, next)) = chars.next() {
                end = at + next.len_utf8();
            }
        } else {
            break;
        }
    }
    Some(end)
}

/// The emoji without tone of skin and presentation: 👍 finds 👍🏽.
#[must_use]
pub fn fold_emoji(emoji: &str) -> String {
    let plain: String = emoji.chars().filter(|c| !is_changed_by(*c)).collect();
    // A tone that stands alone is itself.
    if plain.is_empty() { emoji.to_owned() } else { plain }
}

fn is_changed_by(c: char) -> bool {
    matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

fn is_picture(c: char) -> bool {
    matches!(c,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '\u{2194}'..='\u{21AA}' | '\u{231A}'..='\u{23FF}'
        | '\u{25AA}'..='\u{25FE}' | '\u{2600}'..='\u{27BF}' | '\u{2934}'..='\u{2935}' | '\u{2B05}'..='\u{2B55}'
        | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
        && !c.is_alphanumeric()
}

/// Whether this letter's script is written without spaces between words, so that a word of it stands within a run.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(&str, Sigil, u32)> {
        tokens(text).into_iter().map(|it| (&text[it.range], it.sigil, it.step)).collect()
    }

    #[test]
    fn apostrophes_and_hyphens_separate() {
        let found = words("L’été, l'eau : porte-monnaie_2");
        let expected = ["L", "été", "l", "eau", "porte", "monnaie_2"];
        assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_sigil_stands_right_before_its_word_and_after_none() {
        use Sigil::{At, Hash, None};
        let found = words("#BadBuzz @bob bob@example.com a#b # c ＃d");
        let sigils: Vec<_> = found.iter().map(|it| it.1).collect();
        assert_eq!(sigils, [Hash, At, None, None, None, None, None, None, Hash]);
    }

    #[test]
    fn an_emoji_takes_no_step() {
        assert_eq!(
            words("bon 👍🏽👨‍👩‍👧 jour 🇫🇷"),
            [
                ("bon", Sigil::None, 0),
                ("👍🏽", Sigil::None, 1),
                ("👨‍👩‍👧", Sigil::None, 1),
                ("jour", Sigil::None, 1),
                ("🇫🇷", Sigil::None, 2),
            ]
        );
        assert_eq!(fold_emoji("👍🏽"), "👍");
        assert_eq!(fold_emoji("❤️"), "❤");
    }

    #[test]
    fn words_that_differ_in_case_and_accents_fold_to_the_same() {
        for (one, other) in [
            ("ÉTÉ", "ete"),
            ("e\u{301}te\u{301}", "été"),
            ("Cœur", "COEUR"),
            ("Straße", "STRASSE"),
            ("İ", "i"),
            ("ﬁn", "FIN"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("か"), fold("が"));
        assert_eq!(fold("が"), fold("か\u{3099}"));
        assert_eq!(fold("한국"), "한국");
        assert_eq!(compose("e\u{301}"), "é");
    }

    #[test]
    fn a_mark_continues_a_word_and_begins_none() {
        assert_eq!(words("\u{301}e\u{301}t e").iter().map(|it| it.0).collect::<Vec<_>>(), ["e\u{301}t", "e"]);
    }
}
