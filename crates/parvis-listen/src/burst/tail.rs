//! How often a stream strays very far: peaks over a threshold.
//!
//! Points above the threshold that lie close together are one cluster, of which only the peak counts; clusters come
//! at a rate, and their peaks exceed the threshold by an amount that falls off exponentially. Both are learned, from
//! a prior on. Davison and Smith, "Models for exceedances over high thresholds", J. R. Statist. Soc. B 52, 1990;
//! streaming as in Siffer et al., "Anomaly detection in streams with extreme value theory", KDD 2017.

use super::Tuning;

/// What the tail remembers, in days.
const MEMORY_DAYS: f64 = 60.0;
/// Days that the prior rate weighs.
const RATE_PRIOR_DAYS: f64 = 4.0;

/// The far end of one horizon's distances.
#[derive(Clone, Debug)]
pub struct Tail {
    from: f64,
    step_days: f64,
    keep: f64,
    calm: f64,
    days: f64,
    clusters: f64,
    excess: f64,
    prior: f64,
    cap: f64,
    /// Of the cluster that is open: its peak over the threshold, and hours since it was last above.
    peak: Option<(f64, f64)>,
}

impl Tail {
    /// Nothing seen yet; `step` in hours.
    #[must_use]
    pub fn new(step: f64, tuning: &Tuning) -> Self {
        let step_days = step / 24.0;
        Self {
            from: tuning.tail_from,
            step_days,
            keep: 1.0 - (step_days / MEMORY_DAYS).min(0.1),
            calm: tuning.calm_hours,
            days: RATE_PRIOR_DAYS,
            clusters: RATE_PRIOR_DAYS * tuning.tail_rate,
            excess: tuning.tail_prior * tuning.tail_mean,
            prior: tuning.tail_prior,
            cap: tuning.tail_cap,
            peak: None,
        }
    }

    /// The return time of `far`, in days, by what was seen before it; then learns it. 0 below the threshold.
    pub fn push(&mut self, far: f64) -> f64 {
        let days = self.return_days(far);
        self.days = self.days * self.keep + self.step_days;
        self.clusters *= self.keep;
        let over = far - self.from;
        let hours = self.step_days * 24.0;
        match &mut self.peak {
            Some((peak, calm)) if over > 0.0 => (*peak, *calm) = (peak.max(over), 0.0),
            Some((peak, calm)) => {
                *calm += hours;
                if *calm >= self.calm {
                    let peak = *peak;
                    self.learn(peak);
                }
            }
            None if over > 0.0 => self.peak = Some((over, 0.0)),
            None => {}
        }
        days
    }

    fn learn(&mut self, peak: f64) {
        self.peak = None;
        self.clusters += 1.0;
        // One giant must not make the next invisible.
        let mean = self.excess / self.prior;
        self.excess += peak.min(self.cap * mean);
        self.prior += 1.0;
    }

    fn return_days(&self, far: f64) -> f64 {
        let over = far - self.from;
        if over <= 0.0 {
            return 0.0;
        }
        let rate = self.clusters / self.days;
        let mean = self.excess / self.prior;
        (over / mean).exp() / rate.max(1e-6)
    }
}
