//! Multinomial logistic regression by L-BFGS (Liu and Nocedal 1989) with a quadratic penalty: the optimum is one, so the
//! same data give the same weights, without chance. It knows nothing of texts.

/// One example: its features, its class, how much it counts.
pub(crate) struct Example<'a> {
    pub(crate) features: &'a [(u32, f32)],
    pub(crate) class: usize,
    pub(crate) weight: f32,
}

/// Weights, class after class: `weights[class * width + feature]`; the last feature of each class is its bias.
pub(crate) struct Learned {
    pub(crate) weights: Vec<f32>,
    pub(crate) width: usize,
}

/// Past steps that L-BFGS remembers.
const MEMORY: usize = 8;

/// Learns `classes` from `examples` of `features` features; `penalty` is half the inverse variance of a weight.
pub(crate) fn learn(
    examples: &[Example<'_>],
    classes: usize,
    features: usize,
    penalty: f32,
    steps: usize,
) -> Learned {
    let width = features + 1;
    let mut at = vec![0.0_f32; classes * width];
    let mut gradient = vec![0.0_f32; at.len()];
    let mut loss = loss_and_gradient(examples, classes, width, penalty, &at, &mut gradient);
    let mut past: Vec<(Vec<f32>, Vec<f32>, f64)> = Vec::new();
    for _ in 0..steps {
        let direction = direction(&gradient, &past);
        let slope = dot(&direction, &gradient);
        if slope > -1e-9 {
            break;
        }
        let mut far =
            if past.is_empty() { (1.0 / dot(&gradient, &gradient).sqrt()).min(1.0) as f32 } else { 1.0 };
        let mut next_gradient = vec![0.0; at.len()];
        let found = (0..20).find_map(|_| {
            let next: Vec<f32> = at.iter().zip(&direction).map(|(a, d)| a + far * d).collect();
            let next_loss = loss_and_gradient(examples, classes, width, penalty, &next, &mut next_gradient);
            if next_loss <= loss + 1e-4 * f64::from(far) * slope {
                return Some((next, next_loss));
            }
            far *= 0.5;
            None
        });
        let Some((next, next_loss)) = found else { break };
        let moved: Vec<f32> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f32> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            past.push((moved, turned, curvature));
            if past.len() > MEMORY {
                past.remove(0);
            }
        }
        let gain = (loss - next_loss) / loss.abs().max(1.0);
        (at, gradient, loss) = (next, next_gradient, next_loss);
        if gain < 1e-6 {
            break;
        }
    }
    Learned { weights: at, width }
}

fn direction(gradient: &[f32], past: &[(Vec<f32>, Vec<f32>, f64)]) -> Vec<f32> {
    let mut towards: Vec<f32> = gradient.iter().map(|it| -it).collect();
    let mut shares = Vec::new();
    for (moved, turned, curvature) in past.iter().rev() {
        let share = dot(moved, &towards) / curvature;
        add(&mut towards, turned, -share);
        shares.push(share);
    }
    if let Some((_, turned, curvature)) = past.last() {
        let scale = (curvature / dot(turned, turned)) as f32;
        towards.iter_mut().for_each(|it| *it *= scale);
    }
    for ((moved, turned, curvature), share) in past.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &towards) / curvature;
        add(&mut towards, moved, share - back);
    }
    towards
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn add(sum: &mut [f32], what: &[f32], times: f64) {
    for (sum, it) in sum.iter_mut().zip(what) {
        *sum += times as f32 * it;
    }
}

fn scores(weights: &[f32], width: usize, classes: usize, features: &[(u32, f32)]) -> Vec<f32> {
    let of = |class: usize| {
        let row = &weights[class * width..(class + 1) * width];
        row[width - 1] + features.iter().map(|(at, value)| row[*at as usize] * value).sum::<f32>()
    };
    (0..classes).map(of).collect()
}

fn loss_and_gradient(
    examples: &[Example<'_>],
    classes: usize,
    width: usize,
    penalty: f32,
    at: &[f32],
    gradient: &mut [f32],
) -> f64 {
    gradient.iter_mut().zip(at).for_each(|(it, at)| *it = penalty * at);
    let mut loss = 0.5 * f64::from(penalty) * dot(at, at);
    for class in 0..classes {
        // A bias bears no penalty.
        let bias = (class + 1) * width - 1;
        gradient[bias] = 0.0;
        loss -= 0.5 * f64::from(penalty) * f64::from(at[bias]).powi(2);
    }
    for example in examples {
        let mut chances = scores(at, width, classes, example.features);
        let top = chances.iter().copied().fold(f32::MIN, f32::max);
        chances.iter_mut().for_each(|it| *it = (*it - top).exp());
        let sum: f32 = chances.iter().sum();
        loss -= f64::from(example.weight) * f64::from((chances[example.class] / sum).max(1e-12)).ln();
        for (class, chance) in chances.iter().enumerate() {
            let error = example.weight * (chance / sum - f32::from(u8::from(class == example.class)));
            let row = &mut gradient[class * width..(class + 1) * width];
            row[width - 1] += error;
            for (at, value) in example.features {
                row[*at as usize] += error * value;
            }
        }
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_told_apart_is_told_apart() {
        let all: Vec<(Vec<(u32, f32)>, usize)> =
            (0..30).map(|at| (vec![(at % 3, 1.0), (3, 0.5)], (at % 3) as usize)).collect();
        let examples: Vec<Example<'_>> =
            all.iter().map(|(features, class)| Example { features, class: *class, weight: 1.0 }).collect();
        let learned = learn(&examples, 3, 4, 0.1, 50);
        for (features, class) in &all {
            let scores = scores(&learned.weights, learned.width, 3, features);
            assert!((0..3).all(|it| it == *class || scores[it] < scores[*class]), "{scores:?}");
        }
    }

    #[test]
    fn the_same_examples_give_the_same_weights() {
        let features = [(0, 1.0), (1, -0.3)];
        let examples = |class| Example { features: &features, class, weight: 1.0 };
        let one = learn(&[examples(0), examples(1), examples(1)], 2, 2, 0.01, 30);
        let two = learn(&[examples(0), examples(1), examples(1)], 2, 2, 0.01, 30);
        assert_eq!(one.weights, two.weights);
    }
}
