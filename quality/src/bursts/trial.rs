//! What the detector makes of invented brands: bursts seen, after how many steps, and false alarms.

use parvis_listen::burst::{Detector, Sensitivity, silence::Silence};

use super::invented::{Brand, invent};

/// Hours after a burst in which an alert still belongs to it.
const AFTERMATH_HOURS: usize = 6;
const MONTH_DAYS: f64 = 30.0;

/// Counts over several brands of one kind.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Bursts that were planted.
    pub planted: usize,
    /// Steps from the beginning of each burst that was seen to its alert.
    pub delays: Vec<usize>,
    /// Alerts without a burst, after the history.
    pub false_alarms: usize,
    /// Alerts in the history (four weeks from the first point on).
    pub early: usize,
    /// Points that lie above and below the band, and all of them, after the history.
    pub above: usize,
    /// See `above`.
    pub below: usize,
    /// See `above`.
    pub points: usize,
    /// Steps from the beginning of each silence that was told, and how many were told without one.
    pub deaf: (Vec<usize>, usize),
    days: f64,
    early_days: f64,
}

impl Trial {
    /// Lets the detector read `brands` invented ones.
    pub fn run(brand: &Brand, brands: u64, sensitivity: Sensitivity) -> Self {
        let mut it = Self::default();
        for seed in 0..brands {
            it.read(brand, seed * 7_919 + brand.minutes as u64 * 31 + brand.hourly as u64, sensitivity);
        }
        it.delays.sort_unstable();
        it.deaf.0.sort_unstable();
        it
    }

    /// Share of the bursts that were seen.
    pub fn recall(&self) -> f64 {
        self.delays.len() as f64 / self.planted as f64
    }

    /// False alarms per brand and month, after the history.
    pub fn false_alarms_a_month(&self) -> f64 {
        self.false_alarms as f64 * MONTH_DAYS / self.days
    }

    /// The same in the first four weeks.
    pub fn early_a_month(&self) -> f64 {
        self.early as f64 * MONTH_DAYS / self.early_days
    }

    fn read(&mut self, brand: &Brand, seed: u64, sensitivity: Sensitivity) {
        let series = invent(brand, seed);
        let step = brand.minutes as i64 * 60_000_000;
        let mut detector = Detector::new(step, sensitivity);
        let mut silence = Silence::default();
        let (mut alerts, mut was_deaf) = (Vec::new(), false);
        for (number, point) in series.points.iter().enumerate() {
            let reading = detector.push(point.at, point.count, point.foreseen);
            if let Some(count) = point.count.filter(|_| number >= series.from) {
                self.points += 1;
                self.above += usize::from(count > reading.expected_high);
                self.below += usize::from(count < reading.expected_low);
            }
            if reading.alert {
                alerts.push(number);
            }
            let quiet = silence.push(point.at, step, point.count, reading.expected);
            if quiet.is_deaf && !was_deaf {
                match series.silences.iter().find(|(first, last)| (*first..=*last).contains(&number)) {
                    Some((first, _)) => self.deaf.0.push(number - first + 1),
                    None => self.deaf.1 += 1,
                }
            }
            was_deaf = quiet.is_deaf;
        }
        let steps = series.points.len();
        let day = 1_440.0 / brand.minutes as f64;
        self.early_days += series.from as f64 / day;
        self.days += (steps - series.from) as f64 / day;
        self.early += alerts.iter().filter(|it| **it < series.from).count();
        self.planted += series.bursts.len();
        let aftermath = AFTERMATH_HOURS * 60 / brand.minutes;
        for (first, last) in &series.bursts {
            // As it is counted from one: seen at its first step is after one step.
            self.delays
                .extend(alerts.iter().find(|it| (*first..=*last).contains(it)).map(|it| it - first + 1));
        }
        let is_false = |it: &&usize| {
            !series.bursts.iter().any(|(first, last)| (*first..=last + aftermath).contains(*it))
        };
        self.false_alarms += alerts.iter().filter(|it| **it >= series.from).filter(is_false).count();
    }
}
