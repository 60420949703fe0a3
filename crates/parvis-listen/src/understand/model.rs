//! The numbers of the linear models: for each family of features a table, in it the features that training has met, and for
//! each of them a column for each answer, in eight bits. The tables are read where they lie; nothing is parsed when a
//! program starts.
//!
//! The file: `PVU1`, for each family the count of its rows as a power of two (u32), for each family and each column a scale
//! (f32), for each column a bias (f32), then the rows of each family. A row is the feature's id (u32, 0 where there is none)
//! and [`STRIDE`] signed bytes; it stands at the id's lower bits or in the first free place after. A byte `q` means
//! `scale · q · |q|`: small weights, which are most, are kept as exactly as large ones. All little-endian.

use super::feature::{ALL, Features, GROUPS, Group};
use super::{Intent, Sentiment};

/// Answers: three sentiments, twelve intents, abuse, an answer that is waited for.
pub const COLUMNS: usize = 17;
/// Weights of a row.
pub const STRIDE: usize = 20;
/// Bytes of a row.
pub const ROW: usize = 4 + STRIDE;
/// The first bytes of a file.
pub const MAGIC: [u8; 4] = *b"PVU1";
/// Bytes before the rows.
pub const HEADER: usize = 4 * (1 + GROUPS + (GROUPS + 1) * COLUMNS);

/// How many features are looked up at once.
const AHEAD: usize = 64;

/// The column where the intents begin.
pub const INTENTS: usize = 3;
/// The column of abuse.
pub const ABUSE: usize = 15;
/// The column of an answer that is waited for.
pub const NEEDS: usize = 16;

/// The name of the model that ships, to be kept with what it said. It grows with every training that is shipped.
pub const SHIPPED_NAME: &str = "linear-1";

/// What ships.
static SHIPPED: &[u8] = include_bytes!("model.bin");

/// A file that isn't a model, or one of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAModel;

impl std::fmt::Display for NotAModel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("this isn't a model of this version; train it anew with `cargo xtask train`")
    }
}

impl std::error::Error for NotAModel {}

/// A view of a model's bytes.
#[derive(Debug, Clone)]
pub struct Model<'a> {
    scales: [[f32; COLUMNS]; GROUPS],
    bias: [f32; COLUMNS],
    tables: [&'a [[u8; ROW]]; GROUPS],
}

impl Model<'static> {
    /// The model that ships with the program.
    ///
    /// # Errors
    /// Never for a build whose tests have passed.
    pub fn shipped() -> Result<Self, NotAModel> {
        Self::new(SHIPPED)
    }
}

impl<'a> Model<'a> {
    /// Reads the header of a model and looks at its size.
    ///
    /// # Errors
    /// The bytes aren't a model of this version.
    pub fn new(bytes: &'a [u8]) -> Result<Self, NotAModel> {
        let (header, rows) = bytes.split_at_checked(HEADER).ok_or(NotAModel)?;
        let words = header.as_chunks::<4>().0;
        let (mut rows, left) = rows.as_chunks::<ROW>();
        if words[0] != MAGIC || !left.is_empty() {
            return Err(NotAModel);
        }
        let mut tables: [&[[u8; ROW]]; GROUPS] = [&[]; GROUPS];
        for (table, power) in tables.iter_mut().zip(&words[1..]) {
            let count =
                1_usize.checked_shl(u32::from_le_bytes(*power)).filter(|it| *it > 0).ok_or(NotAModel)?;
            (*table, rows) = rows.split_at_checked(count).ok_or(NotAModel)?;
        }
        if !rows.is_empty() {
            return Err(NotAModel);
        }
        let number = |at: usize| f32::from_le_bytes(words[1 + GROUPS + at]);
        let scales =
            std::array::from_fn(|group| std::array::from_fn(|column| number(group * COLUMNS + column)));
        let bias = std::array::from_fn(|column| number(GROUPS * COLUMNS + column));
        Ok(Self { scales, bias, tables })
    }

    /// What the features of a text speak for.
    #[must_use]
    pub fn weigh(&self, features: &Features) -> Outputs {
        let mut outputs = Outputs(self.bias);
        for group in ALL {
            let mut sums = [0_i32; STRIDE];
            for ids in features.ids(group).chunks(AHEAD) {
                let (met, count) = self.met(group, ids);
                for row in met[..count].iter().filter_map(|id| self.row(group, *id)) {
                    add_row(&mut sums, row);
                }
            }
            self.scale(&sums, group, features.value(group), &mut outputs);
        }
        outputs
    }

    /// What some of a text's features speak for, without the bias.
    #[must_use]
    pub fn weigh_part(&self, features: &Features, ids: &[(Group, u32)]) -> Outputs {
        let mut outputs = Outputs::default();
        for (group, id) in ids {
            let Some(row) = self.row(*group, *id) else { continue };
            let mut sums = [0_i32; STRIDE];
            add_row(&mut sums, row);
            self.scale(&sums, *group, features.value(*group), &mut outputs);
        }
        outputs
    }

    /// Those of `ids` (at most [`AHEAD`]) whose place in the table isn't empty. Without a branch for any of them, so that
    /// all are fetched from memory at once; whoever takes one after the other waits for each.
    fn met(&self, group: Group, ids: &[u32]) -> ([u32; AHEAD], usize) {
        let table = self.tables[group as usize];
        let (mut met, mut count) = ([0; AHEAD], 0);
        for id in ids {
            // The table is never empty, and its size is a power of two.
            let place = &table[*id as usize & (table.len() - 1)];
            met[count] = *id;
            count += usize::from(place[..4] != [0; 4]);
        }
        (met, count)
    }

    /// The weights of a feature; none for one that training never met.
    fn row(&self, group: Group, id: u32) -> Option<&[u8; STRIDE]> {
        let table = self.tables[group as usize];
        let mut at = id as usize;
        for _ in 0..table.len() {
            // A power of two, and never empty.
            let (found, weights) = table[at & (table.len() - 1)].split_first_chunk::<4>()?;
            match u32::from_le_bytes(*found) {
                0 => return None,
                it if it == id => return weights.first_chunk(),
                _ => at += 1,
            }
        }
        None
    }

    fn scale(&self, sums: &[i32; STRIDE], group: Group, value: f32, outputs: &mut Outputs) {
        let scales = &self.scales[group as usize];
        for ((output, sum), scale) in outputs.0.iter_mut().zip(sums).zip(scales) {
            // At most some thousand features of fourteen bits; what f32 rounds off is below what eight bits did.
            *output += *sum as f32 * scale * value;
        }
    }
}

fn add_row(sums: &mut [i32; STRIDE], row: &[u8; STRIDE]) {
    for (sum, byte) in sums.iter_mut().zip(row) {
        // At most 128 · 128, which sixteen bits hold, and which every processor multiplies eight at a time.
        let weight = i16::from(byte.cast_signed());
        *sum += i32::from(weight.wrapping_mul(weight.abs()));
    }
}

/// How much each answer is spoken for, in log-odds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outputs(pub [f32; COLUMNS]);

impl Outputs {
    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        for (sum, it) in self.0.iter_mut().zip(&other.0) {
            *sum += it;
        }
    }

    /// The likeliest sentiment, and the chance of positive less that of negative.
    #[must_use]
    pub fn sentiment(&self) -> (Sentiment, f32) {
        let chances = softmax::<3>(&self.0[..INTENTS]);
        (Sentiment::ALL[largest(&chances)], chances[2] - chances[0])
    }

    /// The likeliest intent.
    #[must_use]
    pub fn intent(&self) -> Intent {
        Intent::ALL[largest(&self.0[INTENTS..ABUSE])]
    }

    /// The chance that people are insulted.
    #[must_use]
    pub fn abuse(&self) -> f32 {
        1.0 / (1.0 + (-self.0[ABUSE]).exp())
    }

    /// Whether an answer is waited for.
    #[must_use]
    pub fn needs_answer(&self) -> bool {
        self.0[NEEDS] >= 0.0
    }

    /// How much speaks for `sentiment` rather than for the mean of all.
    #[must_use]
    pub fn for_sentiment(&self, sentiment: Sentiment) -> f32 {
        above_mean(&self.0[..INTENTS], sentiment as usize)
    }

    /// How much speaks for `intent` rather than for the mean of all.
    #[must_use]
    pub fn for_intent(&self, intent: Intent) -> f32 {
        above_mean(&self.0[INTENTS..ABUSE], intent as usize)
    }

    /// How much speaks for abuse.
    #[must_use]
    pub fn for_abuse(&self) -> f32 {
        self.0[ABUSE]
    }
}

fn above_mean(all: &[f32], one: usize) -> f32 {
    all[one] - all.iter().sum::<f32>() / all.len() as f32
}

fn largest(all: &[f32]) -> usize {
    let mut best = 0;
    for (at, it) in all.iter().enumerate() {
        if *it > all[best] {
            best = at;
        }
    }
    best
}

fn softmax<const N: usize>(all: &[f32]) -> [f32; N] {
    let top = all.iter().copied().fold(f32::MIN, f32::max);
    let mut chances = [0.0; N];
    for (chance, it) in chances.iter_mut().zip(all) {
        *chance = (it - top).exp();
    }
    let sum: f32 = chances.iter().sum();
    chances.map(|it| it / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_a_model() {
        assert!(Model::shipped().is_ok());
    }

    /// FNV-1a, 64 bits.
    fn digest(bytes: &[u8]) -> u64 {
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |sum, it| (sum ^ u64::from(*it)).wrapping_mul(0x0100_0000_01b3))
    }

    #[test]
    fn another_model_has_another_name() {
        // Trained anew: give it its next name above, and here its digest.
        assert_eq!((SHIPPED_NAME, digest(SHIPPED)), ("linear-1", 3_777_971_412_699_075_554));
    }

    #[test]
    fn a_file_cut_short_is_no_model() {
        assert_eq!(Model::new(&SHIPPED[..SHIPPED.len() - 1]).err(), Some(NotAModel));
        assert_eq!(Model::new(b"PVU1").err(), Some(NotAModel));
        assert_eq!(Model::new(&[0; HEADER]).err(), Some(NotAModel));
    }

    #[test]
    fn the_parts_of_a_text_add_up_to_the_whole() {
        let model = Model::shipped().unwrap();
        let text = "Votre appli est NULLE, je veux un remboursement !!";
        let mut features = Features::default();
        features.take(text);
        let mut sum = Outputs(model.bias);
        for (_, ids) in super::super::feature::named(text) {
            sum.add(&model.weigh_part(&features, &ids));
        }
        let whole = model.weigh(&features);
        for (a, b) in sum.0.iter().zip(&whole.0) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }
}
