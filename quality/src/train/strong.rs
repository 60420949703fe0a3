//! The heads of the stronger tier, learned on an encoder's numbers. These are slow to make, so they are kept in
//! `target/understanding` by the text's hash.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result};
use parvis_listen::understand::{
    encoder::{EMBEDDING, Encoder},
    model,
};

use super::{
    Head, Weighed,
    learn::{Example, learn},
};

/// Half the inverse variance of a weight, of numbers that vary by one. Found by cross-validation.
const PENALTY: f32 = 800.0;

/// Embeddings by the hash of their text.
pub(crate) struct Embeddings {
    kept: HashMap<u64, Vec<f32>>,
    encoder: Option<Encoder>,
}

impl Embeddings {
    /// Those that were kept, and an encoder for the others.
    pub(crate) fn open(encoder: Option<&Path>) -> Result<Self> {
        let mut kept = HashMap::new();
        if let Ok(bytes) = fs::read(path()) {
            for row in bytes.chunks_exact(8 + 4 * EMBEDDING) {
                let (hash, numbers) = row.split_at(8);
                let numbers = numbers.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it)).collect();
                kept.insert(u64::from_le_bytes(hash.try_into()?), numbers);
            }
        }
        let encoder = match encoder {
            Some(path) => Some(Encoder::new(
                &fs::read(path).with_context(|| format!("{} can't be read", path.display()))?,
            )?),
            None => None,
        };
        Ok(Self { kept, encoder })
    }

    /// The embedding of a text; an error where it isn't kept and there is no encoder.
    pub(crate) fn of(&mut self, text: &str) -> Result<&[f32]> {
        let hash = fnv(text);
        if !self.kept.contains_key(&hash) {
            let encoder = self.encoder.as_ref().context("name the encoder's file with --encoder FILE")?;
            self.kept.insert(hash, encoder.embed(text));
        }
        self.kept.get(&hash).map(Vec::as_slice).context("it was put there")
    }

    /// Keeps them for the next time.
    pub(crate) fn keep(&self) -> Result<()> {
        let mut all: Vec<_> = self.kept.iter().collect();
        all.sort_unstable_by_key(|(hash, _)| **hash);
        let mut bytes = Vec::new();
        for (hash, numbers) in all {
            bytes.extend_from_slice(&hash.to_le_bytes());
            numbers.iter().for_each(|it| bytes.extend_from_slice(&it.to_le_bytes()));
        }
        let path = path();
        fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(fs::write(path, bytes)?)
    }
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/understanding/embeddings.bin")
}

/// FNV-1a, 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, it| (hash ^ u64::from(it)).wrapping_mul(0x0100_0000_01b3))
}

/// Learns the heads that are asked for and gives the bytes of all; those of the others are nought.
pub(crate) fn train(cases: &[Weighed], embeddings: &mut Embeddings, heads: &[Head]) -> Result<Vec<u8>> {
    let mut all: Vec<Vec<f32>> = Vec::new();
    for (case, _) in cases {
        all.push(embeddings.of(&case.text)?.to_vec());
    }
    let (mean, spread) = spread(&all);
    let place = |numbers: &Vec<f32>| -> Vec<(u32, f32)> {
        let standard =
            numbers.iter().zip(&mean).zip(&spread).map(|((it, mean), spread)| (it - mean) / spread);
        (0..).zip(standard).collect()
    };
    let placed: Vec<Vec<(u32, f32)>> = all.iter().map(place).collect();
    let mut rows = vec![vec![0.0_f32; EMBEDDING + 1]; model::COLUMNS];
    for head in heads {
        let examples: Vec<Example<'_>> = cases
            .iter()
            .zip(&placed)
            .filter_map(|((case, weight), features)| {
                Some(Example { features, class: head.class(case)?, weight: *weight })
            })
            .collect();
        let learned = learn(&examples, head.classes(), EMBEDDING, PENALTY, 100);
        for (column, weights) in head.columns(&learned) {
            let row = &mut rows[column];
            row[EMBEDDING] = weights[EMBEDDING];
            for at in 0..EMBEDDING {
                row[at] = weights[at] / spread[at];
                row[EMBEDDING] -= row[at] * mean[at];
            }
        }
    }
    Ok(rows.iter().flatten().flat_map(|it| it.to_le_bytes()).collect())
}

/// Mean and standard deviation of each number.
fn spread(all: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    let total = all.len() as f32;
    let mean: Vec<f32> = (0..EMBEDDING).map(|at| all.iter().map(|it| it[at]).sum::<f32>() / total).collect();
    let variance = |at: usize| all.iter().map(|it| (it[at] - mean[at]).powi(2)).sum::<f32>() / total;
    let spread = (0..EMBEDDING).map(|at| variance(at).sqrt().max(1e-6)).collect();
    (mean, spread)
}
