//! Chance from a seed, for tests: counts, and words as unequal in frequency as words are.

/// Xorshift (Marsaglia 2003).
pub(crate) struct Chance(u64);

impl Chance {
    /// The same for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 to 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About as a count with this mean falls: twelve uniforms make a normal variable.
    pub(crate) fn count(&mut self, mean: f64) -> f64 {
        let normal: f64 = (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0;
        (mean + mean.sqrt() * normal).round().max(0.0)
    }
}

/// A source of words that mean nothing, the k-th most frequent 1/k as frequent as the first (Zipf).
pub(crate) struct Words {
    chance: Chance,
    sums: Vec<f64>,
}

impl Words {
    /// The same words for the same seed; `count` different ones.
    pub(crate) fn new(seed: u64, count: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=count).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Self { chance: Chance::new(seed), sums: sums.collect() }
    }

    /// So many words.
    pub(crate) fn text(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| format!("w{}x", self.rank())).collect();
        words.join(" ")
    }

    fn rank(&mut self) -> usize {
        let share = self.chance.uniform() * self.sums.last().copied().unwrap_or_default();
        self.sums.partition_point(|sum| *sum < share)
    }
}
