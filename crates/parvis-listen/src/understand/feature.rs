//! The features of a text: hashes of its words, of neighbouring words and of the letters within words, computed once and
//! shared by every question that is asked of the text. The same hashes are made in training.

use super::text::{Folded, Kind, Token};

/// A family of features. Each is weighed by the root of how many there are, so that a long text doesn't shout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Words, emoji, marks, and what the text is like as a whole.
    Words = 0,
    /// Two neighbours.
    Pairs = 1,
    /// Three to five letters within a word or at its edges.
    Letters = 2,
}

/// How many families there are.
pub const GROUPS: usize = 3;

/// The features of one text. Kept between texts, so that reading one allocates nothing.
#[derive(Debug, Default)]
pub struct Features {
    folded: Folded,
    ids: [Vec<u32>; GROUPS],
}

impl Features {
    /// Puts the features of `text` in, instead of those that were there.
    pub fn take(&mut self, text: &str) {
        self.folded.take(text);
        for ids in &mut self.ids {
            ids.clear();
        }
        let mut before = START;
        for token in &self.folded.tokens {
            let hash = hash_of(&self.folded, *token);
            self.ids[Group::Words as usize].push(word_id(hash));
            if is_in_pairs(&self.folded, *token) {
                self.ids[Group::Pairs as usize].push(pair_id(before, hash));
                before = hash;
            }
            letters(&self.folded, *token, |id| self.ids[Group::Letters as usize].push(id));
        }
        self.ids[Group::Pairs as usize].push(pair_id(before, END));
        for id in whole(&self.folded).into_iter().flatten() {
            self.ids[Group::Words as usize].push(id);
        }
    }

    /// The ids of one family, once per occurrence.
    #[must_use]
    pub fn ids(&self, group: Group) -> &[u32] {
        &self.ids[group as usize]
    }

    /// What one occurrence in a family weighs.
    #[must_use]
    pub fn value(&self, group: Group) -> f32 {
        let count = u16::try_from(self.ids[group as usize].len()).unwrap_or(u16::MAX);
        1.0 / f32::from(count.max(1)).sqrt()
    }
}

/// Every family.
pub const ALL: [Group; GROUPS] = [Group::Words, Group::Pairs, Group::Letters];

const START: u64 = 0x0053_5441_5254;
const END: u64 = 0x0000_0045_4e44;

/// The id of a word, for tables of words that weren't read in a text. The word is folded as texts are.
#[must_use]
pub fn id_of_word(word: &str) -> Option<u32> {
    let mut folded = Folded::default();
    folded.take(word);
    let first = folded.tokens.first().copied()?;
    (folded.tokens.len() == 1).then(|| word_id(hash_of(&folded, first)))
}

/// The words and pairs of a text by name, each with the ids that are due to it (its letters included): what an
/// explanation is made of.
pub(super) fn named(text: &str) -> Vec<(String, Vec<(Group, u32)>)> {
    let mut folded = Folded::default();
    folded.take(text);
    let mut all = Vec::new();
    let (mut before, mut name_before) = (START, String::from("^"));
    for token in &folded.tokens {
        let hash = hash_of(&folded, *token);
        let bytes = &folded.bytes[token.start as usize..token.end as usize];
        let name = String::from_utf8_lossy(bytes).into_owned();
        let mut ids = vec![(Group::Words, word_id(hash))];
        letters(&folded, *token, |id| ids.push((Group::Letters, id)));
        all.push((name.clone(), ids));
        if is_in_pairs(&folded, *token) {
            all.push((format!("{name_before} {name}"), vec![(Group::Pairs, pair_id(before, hash))]));
            (before, name_before) = (hash, name);
        }
    }
    all.push((format!("{name_before} $"), vec![(Group::Pairs, pair_id(before, END))]));
    for (name, id) in ["(CAPITALS)", "(streeetched)", "(length)"].into_iter().zip(whole(&folded)) {
        all.extend(id.map(|id| (name.to_owned(), vec![(Group::Words, id)])));
    }
    all
}

/// What the text is like as a whole: shouted, stretched, how long.
fn whole(folded: &Folded) -> [Option<u32>; 3] {
    let length = folded.tokens.len().min(63).checked_ilog2().unwrap_or(0);
    [
        (folded.shouted > 0).then(|| mix(0x5348_4f55 + u64::from(folded.shouted.min(3)))),
        (folded.stretched > 0).then(|| mix(0x5354_5245)),
        Some(mix(0x4c45_4e00 + u64::from(length))),
    ]
}

/// Commas, quotes and brackets stand between words without parting them.
fn is_in_pairs(folded: &Folded, token: Token) -> bool {
    token.kind == Kind::Word
        || !matches!(folded.bytes[token.start as usize], b'"' | b'(' | b')' | b'-' | b'#')
}

/// Hash of a token's bytes: multiply and rotate, eight bytes at a time (after the hasher of rustc).
fn hash_of(folded: &Folded, token: Token) -> u64 {
    let bytes = &folded.bytes[token.start as usize..token.end as usize];
    let mut hash: u64 = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(eight)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    hash
}

fn word_id(hash: u64) -> u32 {
    mix(hash ^ 0x776f_7264)
}

fn pair_id(before: u64, hash: u64) -> u32 {
    mix(before.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash)
}

/// Three, four and five bytes in a row of a word with its edges (`_mot_`), which are letters wherever the script is Latin.
fn letters(folded: &Folded, token: Token, mut each: impl FnMut(u32)) {
    if token.kind != Kind::Word {
        return;
    }
    let (start, end) = (token.start as usize - 1, token.end as usize + 1);
    let word = &folded.bytes[start..end.min(folded.bytes.len())];
    for at in 0..word.len().saturating_sub(2) {
        let mut packed = u64::from(word[at]) | u64::from(word[at + 1]) << 8 | u64::from(word[at + 2]) << 16;
        each(mix(packed | 3 << 56));
        for more in [3, 4] {
            let Some(byte) = word.get(at + more) else { break };
            packed |= u64::from(*byte) << (8 * more);
            each(mix(packed | (more as u64 + 1) << 56));
        }
    }
}

/// The finish of SplitMix64 (Steele, Lea, Flood 2014), of which the upper half is kept.
fn mix(hash: u64) -> u32 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str, group: Group) -> Vec<u32> {
        let mut features = Features::default();
        features.take(text);
        features.ids(group).to_vec()
    }

    #[test]
    fn case_and_accents_make_no_other_words() {
        assert_eq!(ids("Été pourri", Group::Words), ids("ete pourri", Group::Words));
    }

    #[test]
    fn the_order_of_words_is_kept_in_pairs() {
        assert_ne!(ids("pas bon", Group::Pairs), ids("bon pas", Group::Pairs));
    }

    #[test]
    fn a_misspelt_word_shares_letters_with_the_right_one() {
        let right = ids("remboursement", Group::Letters);
        let shared =
            ids("rembourssement", Group::Letters).into_iter().filter(|it| right.contains(it)).count();
        assert!(shared > 15, "{shared}");
    }

    #[test]
    fn a_word_in_a_table_has_the_id_that_it_has_in_a_text() {
        assert_eq!(id_of_word("Génial"), ids("génial", Group::Words).first().copied());
        assert_eq!(id_of_word("deux mots"), None);
    }
}
