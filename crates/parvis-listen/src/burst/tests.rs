//! What the detector says of streams whose bursts are known.

use super::*;
use crate::testing::Chance;

const STEP: i64 = 300_000_000;
const HOUR: usize = 12;
const DAY: usize = 24 * HOUR;

/// A day with a quiet night, `per_step` counts on average, times what `more` says of each step.
fn stream(steps: usize, per_step: f64, more: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut chance = Chance::new(11);
    let day = |step: usize| 1.0 + 0.6 * (std::f64::consts::TAU * step as f64 / DAY as f64).sin();
    (0..steps).map(|step| chance.count(per_step * day(step) * more(step))).collect()
}

fn read(counts: &[f64], sensitivity: Sensitivity) -> Vec<Reading> {
    let mut detector = Detector::new(STEP, sensitivity);
    (0..).zip(counts).map(|(step, count)| detector.push(step * STEP, Some(*count), 1.0)).collect()
}

fn alerts(readings: &[Reading]) -> Vec<usize> {
    (0..readings.len()).filter(|&step| readings[step].alert).collect()
}

#[test]
fn three_quiet_weeks_are_quiet() {
    for per_step in [0.2, 3.0, 80.0] {
        assert_eq!(alerts(&read(&stream(21 * DAY, per_step, |_| 1.0), Sensitivity::Balanced)), [0_usize; 0]);
    }
}

#[test]
fn a_steep_rise_is_told_once_within_a_quarter_of_an_hour() {
    let rise = 10 * DAY + 5;
    let counts =
        stream(14 * DAY, 20.0, |step| if (rise..rise + 8 * HOUR).contains(&step) { 4.0 } else { 1.0 });
    let readings = read(&counts, Sensitivity::Balanced);
    let [told] = alerts(&readings)[..] else { panic!("{:?}", alerts(&readings)) };
    assert!((rise..rise + 4).contains(&told), "{told} for {rise}");
    assert!(readings[told].ratio > 2.0 && readings[told].open);
    assert!(!readings[rise - 1].open && !readings[rise + 20 * HOUR].open);
}

#[test]
fn a_slow_burn_is_told_while_it_burns() {
    let rise = 10 * DAY;
    let burn = |step: usize| if step < rise { 1.0 } else { 1.0 + (step - rise) as f64 / (6 * HOUR) as f64 };
    let readings = read(&stream(rise + 12 * HOUR, 20.0, burn), Sensitivity::Balanced);
    let told = alerts(&readings)[0];
    assert!((rise + HOUR..rise + 9 * HOUR).contains(&told), "{told} for {rise}");
}

#[test]
fn what_comes_every_day_at_nine_is_usual_in_a_week() {
    let counts = stream(28 * DAY, 20.0, |step| if step % DAY / HOUR == 9 { 3.0 } else { 1.0 });
    let late: Vec<usize> =
        alerts(&read(&counts, Sensitivity::Balanced)).into_iter().filter(|step| *step > 7 * DAY).collect();
    assert_eq!(late, [0_usize; 0]);
}

#[test]
fn a_new_level_is_told_once_and_becomes_the_usual() {
    let shift = 14 * DAY;
    let readings =
        read(&stream(42 * DAY, 20.0, |step| if step < shift { 1.0 } else { 3.0 }), Sensitivity::Balanced);
    let told = alerts(&readings);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!readings[28 * DAY].open);
    assert!((readings[35 * DAY].expected / 60.0 - 1.0).abs() < 0.35, "{:?}", readings[35 * DAY]);
}

#[test]
fn an_episode_that_becomes_much_worse_is_told_again() {
    let rise = 10 * DAY;
    let worse = |step: usize| match step {
        step if step < rise => 1.0,
        step if step < rise + 4 * HOUR => 4.0,
        _ => 40.0,
    };
    let told = alerts(&read(&stream(rise + 6 * HOUR, 20.0, worse), Sensitivity::Balanced));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1] >= rise + 4 * HOUR);
}

#[test]
fn what_was_foreseen_is_no_alarm() {
    let news = 10 * DAY..10 * DAY + 6 * HOUR;
    let counts = stream(12 * DAY, 20.0, |step| if news.contains(&step) { 4.0 } else { 1.0 });
    let mut detector = Detector::new(STEP, Sensitivity::Balanced);
    for (step, count) in counts.iter().enumerate() {
        let foreseen = if news.contains(&step) { 4.0 } else { 1.0 };
        let reading = detector.push(step as i64 * STEP, Some(*count), foreseen);
        assert!(!reading.alert, "{step}: {reading:?}");
        assert!(!news.contains(&step) || reading.expected_high > 3.0 * reading.expected);
    }
}

#[test]
fn missing_points_are_passed_over() {
    let mut counts: Vec<Option<f64>> = stream(12 * DAY, 20.0, |_| 1.0).into_iter().map(Some).collect();
    counts[8 * DAY..9 * DAY].fill(None);
    let mut detector = Detector::new(STEP, Sensitivity::Balanced);
    for (step, count) in (0..).zip(counts) {
        let reading = detector.push(step * STEP, count, 1.0);
        assert!(!reading.alert);
        assert!(count.is_some() || reading.score == 0.0 && reading.expected_high > reading.expected);
    }
}

#[test]
fn the_band_is_wide_on_the_first_day_and_holds_later() {
    let counts = stream(28 * DAY, 20.0, |_| 1.0);
    let readings = read(&counts, Sensitivity::Balanced);
    let width = |it: &Reading| it.expected_high / it.expected.max(1.0);
    assert!(width(&readings[6]) > 1.5 * width(&readings[27 * DAY + 6]));
    let inside = |from: usize, to: usize| {
        let within = |step: &usize| {
            (readings[*step].expected_low..=readings[*step].expected_high).contains(&counts[*step])
        };
        (from..to).filter(within).count() as f64 / (to - from) as f64
    };
    assert!(inside(1, DAY) > 0.95, "{}", inside(1, DAY));
    assert!((0.95..1.0).contains(&inside(7 * DAY, 28 * DAY)), "{}", inside(7 * DAY, 28 * DAY));
}

#[test]
fn score_and_alert_say_the_same() {
    let counts = stream(20 * DAY, 5.0, |step| if step % (3 * DAY) < HOUR { 6.0 } else { 1.0 });
    let readings = read(&counts, Sensitivity::More);
    assert!(
        readings.iter().all(|it| it.alert == (it.score >= ALERT_SCORE) && (0.0..=1.0).contains(&it.score))
    );
    assert!(!alerts(&readings).is_empty());
}

#[test]
fn more_tells_more_than_fewer() {
    let counts = stream(40 * DAY, 5.0, |step| if step % (4 * DAY) < HOUR { 2.5 } else { 1.0 });
    let told = |sensitivity| alerts(&read(&counts, sensitivity)).len();
    let (fewer, balanced, more) =
        (told(Sensitivity::Fewer), told(Sensitivity::Balanced), told(Sensitivity::More));
    assert!(fewer <= balanced && balanced < more, "{fewer} {balanced} {more}");
}

#[test]
fn nothing_that_comes_from_outside_breaks_it() {
    for step in [i64::MIN, -1, 0, 1, STEP, 86_400_000_000, i64::MAX] {
        let mut detector = Detector::new(step, Sensitivity::Balanced);
        let counts = [0.0, f64::NAN, f64::INFINITY, -5.0, 1e300, f64::MAX, 0.0, 3.0, f64::MIN_POSITIVE];
        for (round, count) in counts.iter().cycle().take(300).enumerate() {
            let at = if round % 7 == 0 { i64::MAX - round as i64 } else { round as i64 * STEP };
            let it = detector.push(at, Some(*count), if round % 5 == 0 { f64::NAN } else { 1e9 });
            let figures = [it.expected_low, it.expected, it.expected_high, it.score, it.far, it.ratio];
            assert!(figures.iter().all(|figure| !figure.is_nan()), "{it:?}");
            assert!((0.0..=1.0).contains(&it.score), "{it:?}");
        }
    }
}
