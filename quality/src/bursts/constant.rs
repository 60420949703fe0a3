//! What each constant of the detector is worth: moved alone, and chosen without the brand that is scored.

use parvis_listen::burst::Tuning;

use super::{
    brand::Brand,
    nab::{Outcome, PROFILES},
};

/// One constant: its name and where it stands.
pub type Constant = (&'static str, fn(&mut Tuning) -> &mut f64);

/// All of them.
pub const CONSTANTS: [Constant; 20] = [
    ("days", |it| &mut it.days),
    ("level_days", |it| &mut it.level_days),
    ("day_prior", |it| &mut it.day_prior),
    ("week_prior", |it| &mut it.week_prior),
    ("doubt", |it| &mut it.doubt),
    ("clip", |it| &mut it.clip),
    ("spread", |it| &mut it.spread),
    ("spread_days", |it| &mut it.spread_days),
    ("quick_steps", |it| &mut it.quick_steps),
    ("slow_hours", |it| &mut it.slow_hours),
    ("tail_from", |it| &mut it.tail_from),
    ("tail_mean", |it| &mut it.tail_mean),
    ("tail_prior", |it| &mut it.tail_prior),
    ("tail_cap", |it| &mut it.tail_cap),
    ("tail_rate", |it| &mut it.tail_rate),
    ("calm_hours", |it| &mut it.calm_hours),
    ("least_far", |it| &mut it.least_far),
    ("least_ratio", |it| &mut it.least_ratio),
    ("least_count", |it| &mut it.least_count),
    ("again", |it| &mut it.again),
];

/// The default with one constant multiplied.
pub fn moved(constant: &Constant, times: f64) -> Tuning {
    let mut tuning = Tuning::default();
    *(constant.1)(&mut tuning) *= times;
    tuning
}

/// All brands with one setting.
pub fn judge(brands: &[Brand], tuning: &Tuning) -> Outcome {
    let mut all = Outcome::default();
    for brand in brands {
        all.add(&brand.judge(&brand.read(tuning)));
    }
    all
}

/// A brand that was left out when the constants were chosen.
pub struct LeftOut {
    /// Its outcome.
    pub outcome: Outcome,
    /// The four constants that were chosen on the others.
    pub chosen: [f64; 4],
}

/// For each brand: the setting of a grid around four constants that is best on the other brands (mean of the standard
/// and the low-false-positive profile), scored on it. The grid is round, and doesn't know the default.
pub fn leave_one_out(brands: &[Brand]) -> Vec<LeftOut> {
    let grid = grid();
    let outcomes: Vec<Vec<Outcome>> = grid
        .iter()
        .map(|tuning| brands.iter().map(|brand| brand.judge(&brand.read(tuning))).collect())
        .collect();
    let worth = |setting: &[Outcome], without: usize| {
        let mut others = Outcome::default();
        setting.iter().enumerate().filter(|(brand, _)| *brand != without).for_each(|(_, it)| others.add(it));
        (others.score(&PROFILES[0]) + others.score(&PROFILES[1])) / 2.0
    };
    let chosen = (0..brands.len()).filter_map(|brand| {
        let best = outcomes
            .iter()
            .zip(&grid)
            .max_by(|(a, _), (b, _)| worth(a, brand).total_cmp(&worth(b, brand)))?;
        let tuning = best.1;
        Some(LeftOut {
            outcome: best.0.get(brand)?.clone(),
            chosen: [tuning.days, tuning.level_days, tuning.tail_from, tuning.tail_mean],
        })
    });
    chosen.collect()
}

fn grid() -> Vec<Tuning> {
    let mut grid = Vec::new();
    for days in [10.0, 15.0, 20.0, 30.0, 45.0] {
        for level_days in [2.0, 3.0, 5.0] {
            for tail_from in [1.25, 1.5, 2.0] {
                for tail_mean in [0.75, 1.0, 1.25] {
                    grid.push(Tuning { days, level_days, tail_from, tail_mean, ..Tuning::default() });
                }
            }
        }
    }
    grid
}
