//! From rare points to alerts that people can bear: an episode is told when it opens, once, and again only when it
//! has become many times worse.

use super::Tuning;

/// Whether something is going on, and since when it has been calm.
#[derive(Clone, Debug, Default)]
pub struct Episode {
    /// The count it was told at, and hours of calm since.
    open: Option<(f64, f64)>,
}

impl Episode {
    /// Whether an episode is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether to tell of this point. `rare`: it passes what was asked for; `stirred`: it is still in the tail.
    pub fn push(&mut self, rare: bool, stirred: bool, count: f64, step: f64, tuning: &Tuning) -> bool {
        match &mut self.open {
            None if rare => {
                self.open = Some((count, 0.0));
                true
            }
            None => false,
            Some((told, calm)) => {
                *calm = if stirred { 0.0 } else { *calm + step };
                let again = rare && count >= *told * tuning.again;
                if again {
                    *told = count;
                }
                if *calm >= tuning.calm_hours {
                    self.open = None;
                }
                again
            }
        }
    }
}
