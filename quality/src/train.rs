//! `cargo xtask train`: learns every answer of `parvis_listen::understand` from declared data and writes the model that
//! ships. There is no chance in it: the same data give the same bytes.

pub(crate) mod data;
mod learn;
mod space;
pub(crate) mod strong;
pub(crate) mod words;

use std::{collections::BTreeMap, fs, io::Write as _, path::Path};

use anyhow::Result;
use parvis_listen::understand::{
    Intent, Sentiment,
    feature::{Features, GROUPS},
    model,
};

use data::Case;
use learn::{Example, Learned, learn};
use space::{Shares, Space};
use words::Words;

/// A question that is asked of a text: where its columns begin, and what is learned for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Sentiment,
    Intent,
    Abuse,
    NeedsAnswer,
}

impl Head {
    pub(crate) const ALL: [Self; 4] = [Self::Sentiment, Self::Intent, Self::Abuse, Self::NeedsAnswer];

    fn classes(self) -> usize {
        match self {
            Self::Sentiment => Sentiment::ALL.len(),
            Self::Intent => Intent::ALL.len(),
            Self::Abuse | Self::NeedsAnswer => 2,
        }
    }

    /// The class of a case, if it is known.
    pub(crate) fn class(self, case: &Case) -> Option<usize> {
        match self {
            Self::Sentiment => case.sentiment.map(|it| it as usize),
            Self::Intent => case.intent.map(|it| it as usize),
            Self::Abuse => case.abuse.map(usize::from),
            Self::NeedsAnswer => case.needs_answer.map(usize::from),
        }
    }

    /// The model's columns of this head, with the weights that were learned for them.
    fn columns(self, learned: &Learned) -> Vec<(usize, Vec<f32>)> {
        let class = |at: usize| &learned.weights[at * learned.width..(at + 1) * learned.width];
        let difference = || class(1).iter().zip(class(0)).map(|(a, b)| a - b).collect::<Vec<f32>>();
        match self {
            Self::Sentiment => (0..model::INTENTS).map(|at| (at, class(at).to_vec())).collect(),
            Self::Intent => {
                (0..Intent::ALL.len()).map(|at| (model::INTENTS + at, class(at).to_vec())).collect()
            }
            Self::Abuse => vec![(model::ABUSE, difference())],
            Self::NeedsAnswer => vec![(model::NEEDS, difference())],
        }
    }
}

/// What is chosen, not learned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) shares: Shares,
    /// For each head, half the inverse variance of a weight.
    pub(crate) penalties: [f32; 4],
}

/// Found by cross-validation on UMSAB's training part and our own training cases (`search`).
pub(crate) const SETTINGS: Settings =
    Settings { shares: Shares { groups: [1.0, 1.0, 1.0], vectors: 0.5 }, penalties: [80.0, 3.0, 10.0, 3.0] };

/// A case, and how much it counts.
pub(crate) type Weighed = (Case, f32);

/// Everything that may be trained on.
pub(crate) fn everything(data: &Path) -> Result<Vec<Weighed>> {
    let mut all = Vec::new();
    for french in [true, false] {
        for part in ["train", "val"] {
            all.extend(data::umsab(data, french, part)?.into_iter().map(|it| (it, 1.0)));
        }
    }
    all.extend(beside_umsab(data)?);
    Ok(all)
}

/// What is learned from besides UMSAB.
pub(crate) fn beside_umsab(data: &Path) -> Result<Vec<Weighed>> {
    let mut all: Vec<Weighed> = data::deft(data)?.into_iter().map(|it| (it, 0.05)).collect();
    // Four fifths of MLMA are abuse, and its labels often disagree; what people write to brands is neither.
    all.extend(
        data::mlma(data)?.into_iter().map(|it| if it.abuse == Some(true) { (it, 0.1) } else { (it, 0.4) }),
    );
    all.extend(data::own("train")?.into_iter().map(|it| (it, 1.0)));
    Ok(all)
}

/// Learns the heads that are asked for and gives the bytes of a model; the columns of the others are nought.
pub(crate) fn train(cases: &[Weighed], words: &Words, heads: &[Head], settings: &Settings) -> Vec<u8> {
    let texts: Vec<&str> = cases.iter().map(|(it, _)| it.text.as_str()).collect();
    let space = Space::new(&texts, words, settings.shares);
    let mut features = Features::default();
    let placed: Vec<_> = texts.iter().map(|it| space.place(it, &mut features)).collect();
    let mut tables = Tables { rows: Default::default(), bias: [0.0; model::COLUMNS] };
    for head in heads {
        let examples: Vec<Example<'_>> = cases
            .iter()
            .zip(&placed)
            .filter_map(|((case, weight), features)| {
                Some(Example { features, class: head.class(case)?, weight: *weight })
            })
            .collect();
        let learned =
            learn(&examples, head.classes(), space.width(), settings.penalties[*head as usize], 120);
        tables.put(*head, &learned, &space);
    }
    tables.to_bytes()
}

/// The columns of a model, before they are rounded.
struct Tables {
    rows: [BTreeMap<u32, [f32; model::COLUMNS]>; GROUPS],
    bias: [f32; model::COLUMNS],
}

impl Tables {
    fn put(&mut self, head: Head, learned: &Learned, space: &Space<'_>) {
        for (column, weights) in head.columns(learned) {
            self.bias[column] = weights[learned.width - 1];
            for (rows, weights) in self.rows.iter_mut().zip(space.unfold(&weights)) {
                for (id, weight) in weights {
                    rows.entry(id).or_insert([0.0; model::COLUMNS])[column] = weight;
                }
            }
        }
    }

    /// As `parvis_listen::understand::model` reads it.
    fn to_bytes(&self) -> Vec<u8> {
        let power = |rows: &BTreeMap<u32, _>| (rows.len() * 5 / 4).max(1).next_power_of_two().ilog2();
        let mut bytes = model::MAGIC.to_vec();
        for rows in &self.rows {
            bytes.extend_from_slice(&power(rows).to_le_bytes());
        }
        let scales = self.rows.each_ref().map(scales);
        for number in scales.iter().flatten().chain(&self.bias) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for (rows, scales) in self.rows.iter().zip(&scales) {
            let mut table = vec![[0_u8; model::ROW]; 1 << power(rows)];
            for (id, weights) in rows.iter().filter(|(id, _)| **id != 0) {
                let mut at = *id as usize & (table.len() - 1);
                while table[at][..4] != [0; 4] {
                    at = (at + 1) & (table.len() - 1);
                }
                table[at][..4].copy_from_slice(&id.to_le_bytes());
                for ((byte, weight), scale) in table[at][4..].iter_mut().zip(weights).zip(scales) {
                    let root = if *scale > 0.0 { (weight.abs() / scale).sqrt().min(127.0) } else { 0.0 };
                    *byte = (root.copysign(*weight).round() as i8).cast_unsigned();
                }
            }
            bytes.extend_from_slice(table.as_flattened());
        }
        bytes
    }
}

/// For each column, what the square of 127 stands for, by the square of 127.
fn scales(rows: &BTreeMap<u32, [f32; model::COLUMNS]>) -> [f32; model::COLUMNS] {
    let most = |column: usize| rows.values().fold(0.0_f32, |most, row| most.max(row[column].abs()));
    std::array::from_fn(|column| most(column) / (127.0 * 127.0))
}

/// Trains on everything and writes the models into the library; the heads of the stronger tier only with its encoder.
pub(crate) fn run(data: &Path, encoder: Option<&Path>) -> Result<()> {
    let cases = everything(data)?;
    keep("model.bin", &train(&cases, &Words::kept()?, &Head::ALL, &SETTINGS), cases.len())?;
    if encoder.is_some() {
        let mut embeddings = strong::Embeddings::open(encoder)?;
        let cases = for_strong(data)?;
        let bytes = strong::train(&cases, &mut embeddings, &Head::ALL)?;
        embeddings.keep()?;
        keep("strong.bin", &bytes, cases.len())?;
    }
    Ok(())
}

/// What the heads of the stronger tier are trained on.
pub(crate) fn for_strong(data: &Path) -> Result<Vec<Weighed>> {
    Ok(everything(data)?
        .into_iter()
        .filter(|(case, weight)| *weight >= 1.0 && case.sentiment.is_some())
        .collect())
}

fn keep(name: &str, bytes: &[u8], texts: usize) -> Result<()> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/parvis-listen/src/understand").join(name);
    fs::write(&path, bytes)?;
    writeln!(std::io::stdout(), "{name}: {} bytes, from {texts} texts", bytes.len())?;
    Ok(())
}
