//! How hard a text is to read, with a measure made for each language, and sentences that are too long.
//!
//! English: Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948): 206.835 − 1.015 × words per
//! sentence − 84.6 × syllables per word. French: Kandel and Moles, "Application de l'indice de Flesch à la langue
//! française", Cahiers d'études de radio-télévision 19 (1958): 207 − 1.015 × words per sentence − 73.6 × syllables per
//! word. Both give 100 for what a child reads and 0 for what specialists do. Syllables are counted by groups of vowels,
//! with the silent endings of each language.

use super::word::{Word, fold};
use super::{Page, Remark, Rule};
use crate::Language;

/// The measure of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Readability {
    /// 100 is very easy, 60 plain, 30 hard; can lie beyond both ends.
    pub ease: f64,
    /// Words measured.
    pub words: usize,
    /// Words in a sentence, on average.
    pub per_sentence: f64,
    /// Syllables in a word, on average.
    pub per_word: f64,
}

/// Words from which a text is judged: on less, chance decides.
const ENOUGH: usize = 30;

/// Measures a text; `None` for one without words.
#[must_use]
pub fn readability(text: &str, language: Language) -> Option<Readability> {
    let sentences = crate::sentence::sentences(text);
    measure(&super::word::words(text, &[], &sentences), language)
}

#[expect(clippy::cast_precision_loss, reason = "counts of words are far below 2^52")]
fn measure(words: &[Word], language: Language) -> Option<Readability> {
    let spoken = words.iter().filter(|it| it.folded.chars().any(char::is_alphabetic));
    let (mut count, mut all, mut sentences, mut last) = (0_usize, 0, 0_usize, usize::MAX);
    for word in spoken {
        count += 1;
        all += syllables(&word.folded, language);
        if word.sentence != last {
            sentences += 1;
            last = word.sentence;
        }
    }
    if count == 0 {
        return None;
    }
    let per_sentence = count as f64 / sentences.max(1) as f64;
    let per_word = all as f64 / count as f64;
    let ease = match language {
        Language::French => 207.0 - 1.015 * per_sentence - 73.6 * per_word,
        Language::English => 206.835 - 1.015 * per_sentence - 84.6 * per_word,
    };
    Some(Readability { ease, words: count, per_sentence, per_word })
}

/// Syllables of a folded word, one at least.
fn syllables(word: &str, language: Language) -> usize {
    let word = fold(word);
    let is_vowel = |c: char| "aeiouyàâäéèêëîïôöùûüÿ".contains(c);
    let (mut groups, mut before) = (0_usize, false);
    for c in word.chars() {
        // A diaeresis and an accent after a vowel begin a syllable: "Noël", "réel", "chaos" is missed.
        let opens = before && "ëïüé".contains(c) && language == Language::French;
        if is_vowel(c) && (!before || opens) {
            groups += 1;
        }
        before = is_vowel(c);
    }
    let silent = match language {
        Language::French => {
            let end = word
                .strip_suffix("ent")
                .or_else(|| word.strip_suffix("es"))
                .or_else(|| word.strip_suffix('e'));
            // "vent", "content" are said; verbs in -ent of three letters and more before it mostly aren't.
            let is_silent = |rest: &str| rest.chars().next_back().is_some_and(|c| !is_vowel(c));
            end.is_some_and(|rest| {
                is_silent(rest)
                    && (!word.ends_with("ment") && rest.chars().count() > 2 || !word.ends_with("ent"))
            })
        }
        Language::English => {
            let le = word.ends_with("le") && !word.trim_end_matches("le").ends_with(is_vowel);
            let end = word
                .strip_suffix('e')
                .or_else(|| word.strip_suffix("es"))
                .or_else(|| word.strip_suffix("ed"));
            end.is_some_and(|rest| {
                let said = rest.ends_with(['t', 'd']) && word.ends_with("ed")
                    || rest.ends_with(['s', 'x', 'z', 'c', 'g', 'h']) && word.ends_with("es");
                rest.ends_with(|c| !is_vowel(c)) && !le && !said
            })
        }
    };
    groups.saturating_sub(usize::from(silent && groups > 1)).max(1)
}

#[expect(clippy::cast_possible_truncation, reason = "the measure lies between −10,000 and 207")]
pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    let most = page.charter.longest_sentence;
    for (index, span) in page.sentences.iter().enumerate() {
        let from = page.words.partition_point(|it| it.sentence < index);
        let until = page.words.partition_point(|it| it.sentence <= index);
        if until - from > most {
            found.push(Remark::new(Rule::Long, span.clone()).count(until - from, most));
        }
    }
    if let Some(it) = measure(&page.words, page.language)
        && it.words >= ENOUGH
        && it.ease < f64::from(page.charter.least_ease)
    {
        let ease = (it.ease.round().max(0.0) as i64).unsigned_abs() as usize;
        let least = page.charter.least_ease.unsigned_abs() as usize;
        found.push(Remark::new(Rule::HardToRead, 0..page.text.len()).count(ease, least));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_counted_as_they_are_said() {
        let french = [
            ("maison", 2),
            ("table", 1),
            ("réponse", 2),
            ("parlent", 1),
            ("vraiment", 2),
            ("noël", 2),
            ("eau", 1),
        ];
        for (word, count) in french {
            assert_eq!(syllables(word, Language::French), count, "{word}");
        }
        let english = [
            ("house", 1),
            ("table", 2),
            ("wanted", 2),
            ("looked", 1),
            ("boxes", 2),
            ("readability", 5),
            ("the", 1),
        ];
        for (word, count) in english {
            assert_eq!(syllables(word, Language::English), count, "{word}");
        }
    }

    #[test]
    fn plain_words_are_easier_than_an_administration() {
        let ease = |text, language| readability(text, language).unwrap().ease;
        let (plain, stiff) = (
            "Le chat dort. Il fait chaud. La porte est ouverte et le vent entre.",
            "L’établissement procédera ultérieurement à la régularisation administrative des réclamations antérieures.",
        );
        assert!(ease(plain, Language::French) > 90.0 && ease(stiff, Language::French) < 10.0);
        let (plain, stiff) = (
            "The cat sleeps. It is hot. The door is open and the wind comes in.",
            "Subsequent administrative regularisation of outstanding international documentation necessitates authorisation.",
        );
        assert!(ease(plain, Language::English) > 90.0 && ease(stiff, Language::English) < 0.0);
        assert_eq!(readability("… 12 !", Language::French), None);
    }
}
