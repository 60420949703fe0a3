//! What the detector makes of invented brands: bursts seen, after how many steps, and false alarms.

use parvis_listen::burst::course::{Course, Turn};
use parvis_listen::burst::{Detector, Sensitivity, echo::Echo, silence::Silence};

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
    /// Steps from the end of each burst that was seen until it was over; 0 for one that was over before its end.
    pub over: Vec<usize>,
    /// Of these, over before the end.
    pub early_over: usize,
    /// How often a burst that was seen began anew before its end.
    pub anew: usize,
    /// Steps from the beginning of each silence that was told, and how many were told without one.
    pub deaf: (Vec<usize>, usize),
    days: f64,
    early_days: f64,
}

impl Trial {
    /// Lets the detector read `brands` invented ones.
    pub fn run(brand: &Brand, brands: u64, sensitivity: Sensitivity) -> Self {
        Self::knowing(brand, brands, sensitivity, false)
    }

    /// The same; what is published and which days are holidays is known with `knows`.
    pub fn knowing(brand: &Brand, brands: u64, sensitivity: Sensitivity, knows: bool) -> Self {
        let mut it = Self::default();
        for seed in 0..brands {
            let seed = seed * 7_919 + brand.minutes as u64 * 31 + brand.hourly as u64;
            it.read(brand, seed, sensitivity, knows);
        }
        it.delays.sort_unstable();
        it.over.sort_unstable();
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

    fn read(&mut self, brand: &Brand, seed: u64, sensitivity: Sensitivity, knows: bool) {
        let series = invent(brand, seed);
        let step = brand.minutes as i64 * 60_000_000;
        let mut detector = Detector::new(step, sensitivity);
        let mut silence = Silence::default();
        let (mut echo, mut course, mut turns) = (Echo::default(), Course::default(), Vec::new());
        let (mut alerts, mut was_deaf) = (Vec::new(), false);
        for (number, point) in series.points.iter().enumerate() {
            let (mut foreseen, mut like) = (point.foreseen, point.at);
            if knows {
                if point.is_post {
                    echo.said(point.at);
                }
                like = point.like;
                let holiday = detector.expected(point.at) / detector.expected(like);
                foreseen *= echo.foreseen(point.at) * holiday.max(1.0);
            }
            let reading = detector.push(like, point.count, foreseen);
            echo.learn(point.at, point.count, reading.expected);
            turns.push(course.push(&reading, point.count, foreseen, step));
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
        for (first, last) in &series.bursts {
            self.follow(&turns, (*first, *last));
        }
        let is_false = |it: &&usize| {
            !series.bursts.iter().any(|(first, last)| (*first..=last + aftermath).contains(*it))
        };
        self.false_alarms += alerts.iter().filter(|it| **it >= series.from).filter(is_false).count();
    }

    /// How a burst that was seen ended.
    fn follow(&mut self, turns: &[Turn], (first, last): (usize, usize)) {
        let begun = |from: usize| (from..=last).find(|step| turns.get(*step) == Some(&Turn::Began));
        let Some(told) = begun(first) else { return };
        let over = turns.iter().skip(told).position(|it| *it == Turn::Usual).map(|steps| told + steps);
        let Some(over) = over else { return };
        self.over.push(over.saturating_sub(last + 1));
        if over <= last {
            self.early_over += 1;
            self.anew += usize::from(begun(over).is_some());
        }
    }
}
