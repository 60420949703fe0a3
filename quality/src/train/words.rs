//! Vectors of words, distilled from a sentence encoder: what a word means, for words that no example holds. Kept in
//! `quality/words.bin` as ids (hashes) and signed bytes; the encoder itself isn't needed to train.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};

/// Numbers of a vector.
pub(crate) const WIDTH: usize = 128;

/// Vectors of length one by the word's id.
pub(crate) struct Words(HashMap<u32, [f32; WIDTH]>);

impl Words {
    /// Those that lie beside this program.
    pub(crate) fn kept() -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("words.bin");
        let bytes = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let (rows, left) = bytes.as_chunks::<{ 4 + WIDTH }>();
        ensure!(left.is_empty(), "{} is cut short", path.display());
        let mut words = HashMap::new();
        for row in rows {
            let (id, vector) = row.split_at(4);
            let id = u32::from_le_bytes([id[0], id[1], id[2], id[3]]);
            let vector: [f32; WIDTH] = std::array::from_fn(|at| f32::from(vector[at].cast_signed()));
            let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt().max(1.0);
            words.insert(id, vector.map(|it| it / length));
        }
        Ok(Self(words))
    }

    /// The vector of a word, if it has one.
    pub(crate) fn get(&self, id: u32) -> Option<&[f32; WIDTH]> {
        self.0.get(&id)
    }

    /// Every word, in the order of their ids.
    pub(crate) fn all(&self) -> Vec<(u32, &[f32; WIDTH])> {
        let mut all: Vec<_> = self.0.iter().map(|(id, vector)| (*id, vector)).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}
