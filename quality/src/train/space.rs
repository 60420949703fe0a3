//! From a text's hashes to the columns of a regression, and back to the rows of a model. A column is a feature that
//! training meets often enough, weighed by how rare it is; the numbers of the words' vectors come after.

use std::collections::HashMap;

use parvis_listen::understand::feature::{ALL, Features, GROUPS, Group};

use super::words::{WIDTH, Words};

/// In how many texts a feature of each family must occur to have a column.
const OFTEN: [u32; GROUPS] = [1, 2, 3];

/// How much each family counts, and the words' vectors. Found by cross-validation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) groups: [f32; GROUPS],
    pub(crate) vectors: f32,
}

/// The columns that are in use.
pub(crate) struct Space<'a> {
    columns: HashMap<(usize, u32), (u32, f32)>,
    /// How rare the words of each id are: their vectors weigh as much.
    rare: HashMap<u32, f32>,
    words: &'a Words,
    shares: Shares,
    commonest: f32,
    /// What makes each number of the texts' vectors vary by one: what tells texts apart isn't where words differ most.
    spread: [f32; WIDTH],
}

impl<'a> Space<'a> {
    /// The columns that `texts` need: words that occur at all, other features that occur twice.
    pub(crate) fn new(texts: &[&str], words: &'a Words, shares: Shares) -> Self {
        let mut counts: HashMap<(usize, u32), u32> = HashMap::new();
        let mut word_counts: HashMap<u32, u32> = HashMap::new();
        let mut features = Features::default();
        for text in texts {
            features.take(text);
            for group in ALL {
                let mut ids = features.ids(group).to_vec();
                ids.sort_unstable();
                ids.dedup();
                for id in ids {
                    *counts.entry((group as usize, id)).or_default() += 1;
                    if group == Group::Words {
                        *word_counts.entry(id).or_default() += 1;
                    }
                }
            }
        }
        let total = texts.len() as f32;
        let rarity = |count: u32| ((1.0 + total) / (1.0 + count as f32)).ln() + 1.0;
        let mut used: Vec<_> =
            counts.into_iter().filter(|((group, _), count)| *count >= OFTEN[*group]).collect();
        used.sort_unstable();
        let columns = used.iter().zip(0..).map(|((key, count), at)| (*key, (at, rarity(*count)))).collect();
        let rare = word_counts.into_iter().map(|(id, count)| (id, rarity(count))).collect();
        let mut space = Self { columns, rare, words, shares, commonest: rarity(1), spread: [1.0; WIDTH] };
        space.spread = space.measure_spread(texts, &mut features);
        space
    }

    fn measure_spread(&self, texts: &[&str], features: &mut Features) -> [f32; WIDTH] {
        let (mut sums, mut squares) = ([0.0_f64; WIDTH], [0.0_f64; WIDTH]);
        for text in texts {
            features.take(text);
            for (at, it) in self.vector(features).into_iter().enumerate() {
                sums[at] += f64::from(it);
                squares[at] += f64::from(it).powi(2);
            }
        }
        let total = texts.len() as f64;
        let variance = |at: usize| squares[at] / total - (sums[at] / total).powi(2);
        std::array::from_fn(|at| (1.0 / variance(at).max(1e-6).sqrt()) as f32)
    }

    /// The words' vectors of a text, added up.
    fn vector(&self, features: &Features) -> [f32; WIDTH] {
        let mut sum = [0.0_f32; WIDTH];
        let value = features.value(Group::Words);
        for id in features.ids(Group::Words) {
            let Some(vector) = self.words.get(*id) else { continue };
            let share = value * self.rarity(*id);
            sum.iter_mut().zip(vector).for_each(|(sum, it)| *sum += share * it);
        }
        sum
    }

    /// How many columns there are.
    pub(crate) fn width(&self) -> usize {
        self.columns.len() + WIDTH
    }

    fn rarity(&self, id: u32) -> f32 {
        self.rare.get(&id).copied().unwrap_or(self.commonest)
    }

    /// A text as columns and values, each column once.
    pub(crate) fn place(&self, text: &str, features: &mut Features) -> Vec<(u32, f32)> {
        features.take(text);
        let mut placed: Vec<(u32, f32)> = Vec::new();
        for group in ALL {
            let value = features.value(group) * self.shares.groups[group as usize];
            for id in features.ids(group) {
                if let Some((column, rarity)) = self.columns.get(&(group as usize, *id)) {
                    placed.push((*column, value * rarity));
                }
            }
        }
        placed.sort_unstable_by_key(|(column, _)| *column);
        placed.dedup_by(|b, a| {
            let same = a.0 == b.0;
            if same {
                a.1 += b.1;
            }
            same
        });
        let vector = self.vector(features).into_iter().zip(self.spread).map(|(it, spread)| it * spread);
        let first = self.columns.len() as u32;
        placed.extend(vector.zip(first..).map(|(it, at)| (at, it * self.shares.vectors)));
        placed
    }

    /// The weights of one class as rows: for each family, id and weight. What the vectors weigh is folded into words.
    pub(crate) fn unfold(&self, weights: &[f32]) -> [HashMap<u32, f32>; GROUPS] {
        let mut rows: [HashMap<u32, f32>; GROUPS] = std::array::from_fn(|_| HashMap::new());
        for ((group, id), (column, rarity)) in &self.columns {
            let weight = weights[*column as usize] * rarity * self.shares.groups[*group];
            rows[*group].insert(*id, weight);
        }
        let of_vectors = &weights[self.columns.len()..self.columns.len() + WIDTH];
        for (id, vector) in self.words.all() {
            let dot: f32 =
                vector.iter().zip(of_vectors).zip(&self.spread).map(|((a, b), spread)| a * b * spread).sum();
            *rows[0].entry(id).or_default() += dot * self.rarity(id) * self.shares.vectors;
        }
        rows
    }
}
