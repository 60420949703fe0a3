//! "We went deaf": a stream that fell silent.
//!
//! Silence is measured in messages that should have come meanwhile: two hours at night may be two, at noon two
//! hundred. That is how many times the usual gap of that hour has passed.

/// Messages that must be missed before a silence is told, however talkative the stream.
const LEAST_MISSED: f64 = 20.0;
/// How many times the longest silence known of this stream.
const TIMES_LONGEST: f64 = 3.0;
/// What is kept of the longest silence from one day to the next.
const KEPT_PER_DAY: f64 = 0.97;

/// What is heard of a stream at one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quiet {
    /// Messages that should have come since the last one: how many times the usual gap.
    pub missed: f64,
    /// When the silence began (microseconds UTC), if there is one.
    pub since: Option<i64>,
    /// The silence is longer than any that is usual; says so at each step until something comes.
    pub is_deaf: bool,
}

/// Listens for silence in one stream of counts.
#[derive(Clone, Debug, Default)]
pub struct Silence {
    missed: f64,
    since: Option<i64>,
    longest: f64,
}

impl Silence {
    /// Hears the step that begins at `at` (microseconds UTC) and lasts `step`: `count` messages came, `expected` is
    /// what [`super::Detector`] expected. A point that is missing (`None`) is silence too: nothing came.
    pub fn push(&mut self, at: i64, step: i64, count: Option<f64>, expected: f64) -> Quiet {
        self.longest *= KEPT_PER_DAY.powf(step as f64 / (24.0 * super::MICROSECONDS_PER_HOUR));
        if count.unwrap_or(0.0) > 0.0 {
            // A silence that was told isn't usual, and is learned as what was just not told.
            self.longest = self.longest.max(self.missed.min(self.limit()));
            (self.missed, self.since) = (0.0, None);
            return Quiet::default();
        }
        self.missed += expected.max(0.0);
        let since = *self.since.get_or_insert(at);
        Quiet { missed: self.missed, since: Some(since), is_deaf: self.missed >= self.limit() }
    }

    fn limit(&self) -> f64 {
        LEAST_MISSED.max(TIMES_LONGEST * self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: i64 = 300_000_000;

    fn hear(silence: &mut Silence, from: i64, counts: &[Option<f64>], expected: f64) -> Vec<Quiet> {
        (from..).zip(counts).map(|(step, count)| silence.push(step * STEP, STEP, *count, expected)).collect()
    }

    #[test]
    fn a_stream_that_falls_silent_is_told_after_twenty_usual_gaps() {
        let mut silence = Silence::default();
        hear(&mut silence, 0, &[Some(5.0); 50], 5.0);
        let heard = hear(&mut silence, 50, &[Some(0.0); 6], 5.0);
        assert_eq!(heard.iter().position(|it| it.is_deaf), Some(3));
        assert_eq!(heard[5], Quiet { missed: 30.0, since: Some(50 * STEP), is_deaf: true });
        assert_eq!(hear(&mut silence, 56, &[Some(1.0)], 5.0), [Quiet::default()]);
    }

    #[test]
    fn the_same_silence_at_night_is_no_news() {
        let mut silence = Silence::default();
        let heard = hear(&mut silence, 0, &[Some(0.0); 24], 0.2);
        assert!(heard.iter().all(|it| !it.is_deaf), "two hours at two messages an hour");
    }

    #[test]
    fn points_that_never_came_are_silence_too() {
        let heard = hear(&mut Silence::default(), 0, &[None; 10], 5.0);
        assert!(heard[9].is_deaf);
    }

    #[test]
    fn a_stream_that_is_often_silent_is_given_time() {
        let mut silence = Silence::default();
        for round in 0..20 {
            hear(&mut silence, round * 10, &[[Some(0.0); 9].as_slice(), &[Some(9.0)]].concat(), 2.0);
        }
        let heard = hear(&mut silence, 200, &[Some(0.0); 40], 2.0);
        assert_eq!(heard.iter().position(|it| it.is_deaf).map(|it| it > 20), Some(true), "told, but later");
    }
}
