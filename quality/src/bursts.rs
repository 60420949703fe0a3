//! `evaluate bursts`: how well the detector of `parvis-listen` sees bursts, on the brands of NAB and on invented ones.
//! Writes `docs/quality/bursts.md`.

mod brand;
mod constant;
mod invented;
mod nab;
pub(crate) mod random;
mod report;
mod trial;

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use parvis_listen::burst::{Sensitivity, Tuning};

use brand::Brand;
use constant::{CONSTANTS, LeftOut};
use invented::{Kind, Life};
use nab::Outcome;
use trial::Trial;

/// Invented brands of each kind.
const BRANDS: u64 = 12;
/// Bursts that are planted: times the usual.
const TIMES: [f64; 4] = [1.5, 2.0, 3.0, 6.0];
/// How long they last, and how long short ones do.
const HOURS: f64 = 12.0;
const SHORT_HOURS: f64 = 3.0;

/// All that was measured.
struct Findings {
    /// Name, outcome, share of points above and below the band.
    brands: Vec<(String, Outcome, f64, f64)>,
    total: Outcome,
    simple: Outcome,
    left_out: Vec<LeftOut>,
    /// Each constant at three quarters and at five quarters.
    moved: Vec<(Outcome, Outcome)>,
    /// Return times around the default, in days.
    around: Vec<(f64, Outcome)>,
    invented: Vec<Volume>,
    known: Vec<Foreknown>,
    words: Vec<Word>,
    rate: f64,
}

/// Brands of which something is known beforehand: posts or holidays, without knowing it and knowing it.
struct Foreknown {
    hourly: f64,
    posts: [Trial; 2],
    /// The same with steep bursts at three times the usual.
    bursts: [Trial; 2],
    holidays: [Trial; 2],
}

/// Invented brands of one volume.
struct Volume {
    minutes: usize,
    hourly: f64,
    quiet: Trial,
    steep: Vec<Trial>,
    slow: Vec<Trial>,
    short: Vec<Trial>,
    shifts: Trial,
    foreseen: Trial,
    holes: Trial,
}

/// One sensitivity, on brands with a hundred messages an hour.
struct Word {
    name: &'static str,
    quiet: Trial,
    steep: Vec<Trial>,
    outcome: Outcome,
}

/// Measures all and writes the report.
///
/// # Errors
/// The data can't be read, or the report can't be written.
pub fn run(data: &Path) -> Result<()> {
    let brands = brand::load(data)?;
    let mut spent = Duration::ZERO;
    let mut found = Vec::new();
    let (mut total, mut simple) = (Outcome::default(), Outcome::default());
    for brand in &brands {
        let begun = Instant::now();
        let readings = brand.read(&Tuning::default());
        spent += begun.elapsed();
        let outcome = brand.judge(&readings);
        total.add(&outcome);
        simple.add(&brand.judge_simple_rule());
        let scored = nab::probation(brand.counts.len());
        let after = || brand.counts.iter().zip(&readings).skip(scored);
        let share = |count: usize| count as f64 / after().count() as f64;
        let above = share(after().filter(|(count, it)| **count > it.expected_high).count());
        let below = share(after().filter(|(count, it)| **count < it.expected_low).count());
        found.push((brand.name.clone(), outcome, above, below));
    }
    let points: usize = brands.iter().map(|it| it.counts.len()).sum();
    let findings = Findings {
        brands: found,
        total,
        simple,
        left_out: constant::leave_one_out(&brands),
        moved: CONSTANTS.iter().map(|it| moved(&brands, it)).collect(),
        around: around(&brands),
        invented: invented(),
        known: known(),
        words: words(&brands),
        rate: points as f64 / spent.as_secs_f64(),
    };
    let text = report::write(&findings);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/quality");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("bursts.md"), &text)?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn moved(brands: &[Brand], constant: &constant::Constant) -> (Outcome, Outcome) {
    let judge = |times| constant::judge(brands, &constant::moved(constant, times));
    (judge(0.75), judge(1.25))
}

fn around(brands: &[Brand]) -> Vec<(f64, Outcome)> {
    let days = [5.0, 10.0, 15.0, 18.0, 20.0, 22.0, 25.0, 30.0, 60.0];
    days.map(|days| (days, constant::judge(brands, &Tuning { days, ..Tuning::default() }))).into()
}

fn invented() -> Vec<Volume> {
    let mut all = Vec::new();
    for minutes in [5, 60] {
        for hourly in [1.0, 10.0, 100.0, 1_000.0] {
            let of = |kind, life| {
                Trial::run(&invented::Brand { hourly, minutes, kind, life }, BRANDS, Sensitivity::Balanced)
            };
            let bursts = |is_slow, hours| {
                TIMES.map(|times| of(Some(Kind { times, is_slow, hours }), Life::Ordinary)).into()
            };
            all.push(Volume {
                minutes,
                hourly,
                quiet: of(None, Life::Ordinary),
                steep: bursts(false, HOURS),
                slow: bursts(true, HOURS),
                short: bursts(false, SHORT_HOURS),
                shifts: of(None, Life::Shifts),
                foreseen: of(None, Life::Foreseen),
                holes: of(None, Life::Holes),
            });
        }
    }
    all
}

fn known() -> Vec<Foreknown> {
    let of = |hourly, life, kind| {
        let brand = invented::Brand { hourly, minutes: 5, kind, life };
        [false, true].map(|knows| Trial::knowing(&brand, BRANDS, Sensitivity::Balanced, knows))
    };
    let steep = Some(Kind { times: 3.0, is_slow: false, hours: HOURS });
    let each = |hourly| Foreknown {
        hourly,
        posts: of(hourly, Life::Posts, None),
        bursts: of(hourly, Life::Posts, steep),
        holidays: of(hourly, Life::Holidays, None),
    };
    [10.0, 100.0, 1_000.0].map(each).into()
}

fn words(brands: &[Brand]) -> Vec<Word> {
    let named =
        [("fewer", Sensitivity::Fewer), ("balanced", Sensitivity::Balanced), ("more", Sensitivity::More)];
    named
        .map(|(name, sensitivity)| {
            let of = |kind| {
                let brand = invented::Brand { hourly: 100.0, minutes: 5, kind, life: Life::Ordinary };
                Trial::run(&brand, BRANDS, sensitivity)
            };
            // The default's return time is that of "balanced".
            let days = sensitivity.days(&Tuning::default());
            Word {
                name,
                quiet: of(None),
                steep: TIMES.map(|times| of(Some(Kind { times, is_slow: false, hours: HOURS }))).into(),
                outcome: constant::judge(brands, &Tuning { days, ..Tuning::default() }),
            }
        })
        .into()
}
