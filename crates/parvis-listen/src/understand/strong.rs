//! The encoder's answers: one linear head on its numbers for each column of the model, mixed with what the firehose's
//! models say.

use super::encoder::{EMBEDDING, Encoder};
use super::model::{COLUMNS, Outputs};

/// The heads that ship: for each column [`EMBEDDING`] weights and a bias (f32, little-endian).
static HEADS: &[u8] = include_bytes!("strong.bin");
/// The encoder's part in an answer; the rest is the firehose's. Found by cross-validation.
pub const SHARE: f32 = 0.8;

/// The name of what reads where the encoder weighed too: the firehose's model's and its own.
pub const STRONG_NAME: &str = "linear-1+e5-1";

/// An encoder with its heads.
#[derive(Debug)]
pub struct Strong {
    encoder: Encoder,
}

impl Strong {
    /// Puts the heads that ship on an encoder.
    #[must_use]
    pub fn new(encoder: Encoder) -> Self {
        Self { encoder }
    }

    /// What the encoder makes of `text`, with nothing of the firehose's models in it.
    #[must_use]
    pub fn say(&self, text: &str) -> Outputs {
        shipped(&self.encoder.embed(text))
    }

    /// Mixes what the encoder makes of `text` into what the firehose's models said.
    pub fn weigh(&self, text: &str, outputs: &mut Outputs) {
        mix(&self.say(text), outputs);
    }
}

/// What the heads that ship say of an embedding.
#[must_use]
pub fn shipped(embedding: &[f32]) -> Outputs {
    answer(HEADS, embedding)
}

/// What heads say of an embedding.
#[must_use]
pub fn answer(heads: &[u8], embedding: &[f32]) -> Outputs {
    let mut outputs = Outputs::default();
    let rows = heads.chunks_exact(4 * (EMBEDDING + 1));
    for (output, row) in outputs.0.iter_mut().zip(rows) {
        let row = row.as_chunks::<4>().0;
        let weights = row.iter().map(|it| f32::from_le_bytes(*it));
        *output = weights.zip(embedding.iter().chain([&1.0])).map(|(a, b)| a * b).sum();
    }
    outputs
}

/// Both answers, each by its part.
pub fn mix(strong: &Outputs, outputs: &mut Outputs) {
    for at in 0..COLUMNS {
        outputs.0[at] = SHARE * strong.0[at] + (1.0 - SHARE) * outputs.0[at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heads_that_ship_have_a_row_for_each_column() {
        assert_eq!(HEADS.len(), COLUMNS * 4 * (EMBEDDING + 1));
    }

    #[test]
    fn its_name_changes_with_the_model_that_it_is_mixed_with() {
        assert!(STRONG_NAME.starts_with(super::super::model::SHIPPED_NAME));
    }

    #[test]
    fn a_head_is_a_sum_of_products_and_its_bias() {
        let mut heads = vec![0_u8; COLUMNS * 4 * (EMBEDDING + 1)];
        heads[..4].copy_from_slice(&2.0_f32.to_le_bytes());
        heads[4 * EMBEDDING..4 * (EMBEDDING + 1)].copy_from_slice(&0.5_f32.to_le_bytes());
        let mut embedding = vec![0.0; EMBEDDING];
        embedding[0] = 3.0;
        assert!((answer(&heads, &embedding).0[0] - 6.5).abs() < 1e-6);
    }
}
