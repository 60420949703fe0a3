//! A text cut into the pieces of a vocabulary: the likeliest cut under a unigram model (Kudo 2018), found by Viterbi.

use std::collections::HashMap;

use super::{NotAnEncoder, file::Reader};

/// Stands for a space.
const SPACE: char = '\u{2581}';

/// A vocabulary.
#[derive(Debug)]
pub(super) struct Pieces {
    by_bytes: HashMap<Vec<u8>, (usize, f32)>,
    count: usize,
    longest: usize,
    first: usize,
    last: usize,
    unknown: usize,
    unknown_score: f32,
    /// What some characters are replaced by before the cut.
    replaced: HashMap<u32, Vec<char>>,
}

impl Pieces {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, NotAnEncoder> {
        let count = reader.size()?;
        let [first, last, _, unknown] = [reader.size()?, reader.size()?, reader.size()?, reader.size()?];
        let length = reader.long_size()?;
        let offsets =
            reader.bytes(count.checked_add(1).and_then(|it| it.checked_mul(4)).ok_or(NotAnEncoder)?)?;
        let scores = reader.floats(count)?;
        let bytes = reader.bytes(length)?;
        let at = |it: &[u8; 4]| usize::try_from(u32::from_le_bytes(*it)).unwrap_or(usize::MAX);
        let mut by_bytes = HashMap::with_capacity(count);
        let (mut longest, mut least) = (1, 0.0_f32);
        for (id, (pair, score)) in offsets.as_chunks::<4>().0.windows(2).zip(&scores).enumerate() {
            let piece = bytes.get(at(&pair[0])..at(&pair[1])).ok_or(NotAnEncoder)?;
            longest = longest.max(piece.len());
            least = least.min(*score);
            if !piece.is_empty() && id != unknown {
                by_bytes.entry(piece.to_vec()).or_insert((id, *score));
            }
        }
        let replaced = Self::replaced(reader)?;
        Ok(Self { by_bytes, count, longest, first, last, unknown, unknown_score: least - 10.0, replaced })
    }

    fn replaced(reader: &mut Reader<'_>) -> Result<HashMap<u32, Vec<char>>, NotAnEncoder> {
        let count = reader.size()?;
        reader.number()?;
        let mut all = HashMap::new();
        for _ in 0..count {
            let from = reader.number()?;
            let mut to = Vec::new();
            for _ in 0..reader.byte()? {
                to.extend(char::from_u32(reader.number()?));
            }
            all.insert(from, to);
        }
        Ok(all)
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The pieces of `text` between the marks of beginning and end, at most `most` in all.
    pub(super) fn cut(&self, text: &str, most: usize) -> Vec<usize> {
        // No piece stands for less than a character, and a word of many has several.
        let text = &text[..text.floor_char_boundary(most * 16)];
        let (bytes, starts) = self.prepare(text);
        let mut best = vec![(f32::MIN, 0_usize, self.unknown); starts.len()];
        best[0].0 = 0.0;
        for from in 0..starts.len() - 1 {
            let score = best[from].0;
            let mut step = |to: usize, gain: f32, id: usize| {
                if score + gain > best[to].0 {
                    best[to] = (score + gain, from, id);
                }
            };
            for to in from + 1..starts.len() {
                if starts[to] - starts[from] > self.longest {
                    break;
                }
                if let Some((id, gain)) = self.by_bytes.get(&bytes[starts[from]..starts[to]]) {
                    step(to, *gain, *id);
                }
            }
            step(from + 1, self.unknown_score, self.unknown);
        }
        let mut ids = Vec::new();
        let mut at = starts.len() - 1;
        while at > 0 {
            ids.push(best[at].2);
            at = best[at].1;
        }
        ids.reverse();
        ids.truncate(most - 2);
        ids.insert(0, self.first);
        ids.push(self.last);
        ids
    }

    /// The text with its characters replaced, its spaces marked, and where each character begins (and the last one ends).
    fn prepare(&self, text: &str) -> (Vec<u8>, Vec<usize>) {
        let mut prepared = String::from(SPACE);
        let mut starts = vec![0];
        let mut spaced = true;
        let mut put = |it: char| {
            let space = it == ' ';
            if !(space && spaced) {
                starts.push(prepared.len());
                prepared.push(if space { SPACE } else { it });
            }
            spaced = space;
        };
        for it in text.chars() {
            match self.replaced.get(&u32::from(it)) {
                Some(others) => others.iter().copied().for_each(&mut put),
                None => put(it),
            }
        }
        starts.push(prepared.len());
        (prepared.into_bytes(), starts)
    }
}
