//! One layer of a BERT encoder (Devlin et al. 2019): attention, then two dense layers, each added to what came in and
//! normalised. Weights are whole numbers in blocks of 32 that share a scale; what comes in is rounded the same way to eight
//! bits, so that most of the work is on whole numbers.

use super::file::{BLOCK, Directory, PACKED, split};
use super::{NotAnEncoder, WIDTH};

/// A dense layer.
#[derive(Debug)]
struct Dense {
    weights: Vec<[i16; BLOCK]>,
    scales: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

/// States rounded to whole numbers.
#[derive(Debug, Default)]
struct Rounded {
    numbers: Vec<[i16; BLOCK]>,
    scales: Vec<f32>,
}

impl Rounded {
    fn take(&mut self, states: &[f32]) {
        self.numbers.clear();
        self.scales.clear();
        for block in states.as_chunks::<BLOCK>().0 {
            let scale = block.iter().fold(0.0_f32, |most, it| most.max(it.abs())) / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // At most 127, by the scale.
            self.numbers.push(block.map(|it| (it * inverse).round_ties_even() as i16));
            self.scales.push(scale);
        }
    }
}

impl Dense {
    fn read(
        directory: &Directory<'_>,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, NotAnEncoder> {
        let packed = directory.quads(&format!("{name}.w"), outputs, inputs)?;
        let (mut weights, mut scales) = (Vec::new(), Vec::new());
        for block in packed.as_chunks::<PACKED>().0 {
            let (scale, these) = split(block);
            weights.push(these);
            scales.push(scale);
        }
        Ok(Self { weights, scales, bias: directory.floats(&format!("{name}.b"), outputs)?, inputs })
    }

    /// Row by row of the weights, so that each is fetched once for all states.
    fn apply(&self, from: &Rounded, out: &mut Vec<f32>) {
        let blocks = self.inputs / BLOCK;
        let outputs = self.bias.len();
        out.clear();
        out.resize(from.scales.len() / blocks * outputs, 0.0);
        let rows = self.weights.chunks_exact(blocks).zip(self.scales.chunks_exact(blocks)).zip(&self.bias);
        for (output, ((weights, scales), bias)) in rows.enumerate() {
            let states = from.numbers.chunks_exact(blocks).zip(from.scales.chunks_exact(blocks));
            for (token, (numbers, others)) in states.enumerate() {
                let mut sum = *bias;
                for ((a, b), (scale, other)) in weights.iter().zip(numbers).zip(scales.iter().zip(others)) {
                    let dot: i32 = a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
                    sum += dot as f32 * scale * other;
                }
                out[token * outputs + output] = sum;
            }
        }
    }
}

/// Room for what a layer works on.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    rounded: Rounded,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    mixed: Vec<f32>,
    out: Vec<f32>,
}

/// One of the twelve.
#[derive(Debug)]
pub(super) struct Layer {
    query: Dense,
    key: Dense,
    value: Dense,
    attended: Dense,
    attended_norm: (Vec<f32>, Vec<f32>),
    widened: Dense,
    narrowed: Dense,
    narrowed_norm: (Vec<f32>, Vec<f32>),
}

impl Layer {
    pub(super) fn read(directory: &Directory<'_>, at: usize, inner: usize) -> Result<Self, NotAnEncoder> {
        let dense =
            |name: &str, inputs, outputs| Dense::read(directory, &format!("l{at}.{name}"), inputs, outputs);
        let norm = |name: &str| {
            let of = |part: &str| directory.floats(&format!("l{at}.{name}.{part}"), WIDTH);
            Ok((of("w")?, of("b")?))
        };
        Ok(Self {
            query: dense("q", WIDTH, WIDTH)?,
            key: dense("k", WIDTH, WIDTH)?,
            value: dense("v", WIDTH, WIDTH)?,
            attended: dense("ao", WIDTH, WIDTH)?,
            attended_norm: norm("aln")?,
            widened: dense("fi", WIDTH, inner)?,
            narrowed: dense("fo", inner, WIDTH)?,
            narrowed_norm: norm("oln")?,
        })
    }

    pub(super) fn apply(&self, states: &mut [f32], heads: usize, epsilon: f32, scratch: &mut Scratch) {
        scratch.rounded.take(states);
        self.query.apply(&scratch.rounded, &mut scratch.queries);
        self.key.apply(&scratch.rounded, &mut scratch.keys);
        self.value.apply(&scratch.rounded, &mut scratch.values);
        attend(scratch, heads);
        scratch.rounded.take(&scratch.mixed);
        self.attended.apply(&scratch.rounded, &mut scratch.out);
        add(states, &scratch.out);
        normalise(states, &self.attended_norm, epsilon);
        scratch.rounded.take(states);
        self.widened.apply(&scratch.rounded, &mut scratch.out);
        scratch.out.iter_mut().for_each(|it| *it = gelu(*it));
        scratch.rounded.take(&scratch.out);
        self.narrowed.apply(&scratch.rounded, &mut scratch.out);
        add(states, &scratch.out);
        normalise(states, &self.narrowed_norm, epsilon);
    }
}

/// Each state becomes a mixture of all values, by how well its query fits their keys, apart in each head.
fn attend(scratch: &mut Scratch, heads: usize) {
    let size = WIDTH / heads;
    let scale = 1.0 / (size as f32).sqrt();
    scratch.mixed.clear();
    scratch.mixed.resize(scratch.queries.len(), 0.0);
    let mut fits: Vec<f32> = Vec::new();
    for (query, mixed) in scratch.queries.chunks_exact(WIDTH).zip(scratch.mixed.chunks_exact_mut(WIDTH)) {
        for head in 0..heads {
            let part = head * size..(head + 1) * size;
            let query = &query[part.clone()];
            let fit =
                |key: &[f32]| scale * query.iter().zip(&key[part.clone()]).map(|(a, b)| a * b).sum::<f32>();
            fits.clear();
            fits.extend(scratch.keys.chunks_exact(WIDTH).map(fit));
            let top = fits.iter().copied().fold(f32::MIN, f32::max);
            fits.iter_mut().for_each(|it| *it = (*it - top).exp());
            let sum: f32 = fits.iter().sum();
            for (value, fit) in scratch.values.chunks_exact(WIDTH).zip(&fits) {
                let share = fit / sum;
                mixed[part.clone()]
                    .iter_mut()
                    .zip(&value[part.clone()])
                    .for_each(|(out, it)| *out += share * it);
            }
        }
    }
}

fn add(states: &mut [f32], what: &[f32]) {
    states.iter_mut().zip(what).for_each(|(it, more)| *it += more);
}

/// Brings each state to mean nought and variance one, then to learned ones.
pub(super) fn normalise(states: &mut [f32], (weight, bias): &(Vec<f32>, Vec<f32>), epsilon: f32) {
    for state in states.chunks_exact_mut(WIDTH) {
        let mean = state.iter().sum::<f32>() / WIDTH as f32;
        let variance = state.iter().map(|it| (it - mean).powi(2)).sum::<f32>() / WIDTH as f32;
        let inverse = 1.0 / (variance + epsilon).sqrt();
        for ((it, weight), bias) in state.iter_mut().zip(weight).zip(bias) {
            *it = (*it - mean) * inverse * weight + bias;
        }
    }
}

/// Gaussian error linear unit (Hendrycks and Gimpel 2016).
fn gelu(it: f32) -> f32 {
    0.5 * it * (1.0 + erf(it * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function by Abramowitz and Stegun 7.1.26; off by 1.5e-7 at most.
fn erf(it: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * it.abs());
    let series =
        t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - series * (-it * it).exp()).copysign(it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_right_at_known_points() {
        for (at, value) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (-2.0, -0.995_322_3)] {
            assert!((erf(at) - value).abs() < 1e-5, "{at}");
        }
    }

    #[test]
    fn rounding_keeps_states_within_a_hundredth_of_their_largest() {
        let states: Vec<f32> = (0..64).map(|it| (it as f32 - 20.0) / 7.0).collect();
        let mut rounded = Rounded::default();
        rounded.take(&states);
        for (at, it) in states.iter().enumerate() {
            let back = f32::from(rounded.numbers[at / BLOCK][at % BLOCK]) * rounded.scales[at / BLOCK];
            assert!((back - it).abs() < 0.07, "{it} {back}");
        }
    }
}
