//! Invented texts: words whose frequency falls as in real languages (Zipf, exponent 1), each with the stems
//! under which search finds it, so that five million texts needn't be stemmed one by one.

use parvis::rules::text::stems;

use super::random::Random;

/// Different words.
pub const WORDS: usize = 40_000;

const SYLLABLES: [&str; 40] = [
    "ba", "con", "dra", "fi", "gou", "ja", "lem", "mi", "no", "pla", "que", "ri", "so", "ta", "ver", "zo",
    "chan", "bri", "del", "fou", "gar", "lin", "mon", "pi", "rou", "san", "tel", "vi", "cor", "dal", "for",
    "gle", "lu", "mar", "nel", "por", "ral", "sen", "tur", "vel",
];

/// The invented language.
pub struct Vocabulary {
    words: Vec<String>,
    terms: Vec<String>,
    /// Sum of the weights up to each word.
    until: Vec<f64>,
}

/// A text and what search keeps of it.
pub struct Text {
    /// As it is read.
    pub text: String,
    /// As it is indexed.
    pub terms: String,
}

impl Vocabulary {
    /// Makes it.
    pub fn new() -> Self {
        let words: Vec<String> = (0..WORDS).map(word).collect();
        let terms = words.iter().map(|word| stems(word).join(" ")).collect();
        let mut sum = 0.0;
        let until = (1..=u32::try_from(WORDS).unwrap_or(0)).map(|rank| {
            sum += 1.0 / f64::from(rank);
            sum
        });
        Self { terms, until: until.collect(), words }
    }

    /// The word of that rank, the commonest being 0.
    pub fn word(&self, rank: usize) -> &str {
        self.words.get(rank).map_or("", String::as_str)
    }

    /// A text of 8 to 40 words.
    pub fn text(&self, random: &mut Random) -> Text {
        let mut it = Text { text: String::with_capacity(240), terms: String::with_capacity(280) };
        let top = self.until.last().copied().unwrap_or(1.0);
        for place in 0..8 + random.below(33) {
            let wanted = random.share() * top;
            let rank = self.until.partition_point(|until| *until < wanted).min(WORDS - 1);
            if place > 0 {
                it.text.push(' ');
                it.terms.push(' ');
            }
            it.text.push_str(self.word(rank));
            it.terms.push_str(self.terms.get(rank).map_or("", String::as_str));
        }
        it.text.push('.');
        it
    }
}

/// The word of that rank: its number in syllables, so that no two are alike.
fn word(rank: usize) -> String {
    let (mut left, mut out) = (rank + SYLLABLES.len(), String::new());
    while left > 0 {
        out.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_indexed_as_the_program_would_index_it() {
        let (vocabulary, mut random) = (Vocabulary::new(), Random(7));
        for _ in 0..50 {
            let it = vocabulary.text(&mut random);
            assert_eq!(it.terms, parvis::rules::text::terms(&it.text).trim());
        }
    }
}
