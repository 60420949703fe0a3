//! Slows down guessing: a bucket per address and per account, kept in memory and bounded. What it keeps
//! is lost at a restart, which gives an attacker a handful of attempts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::device::Device;
use super::error::Failure;
use super::session::Visitor;
use crate::app::App;
use crate::clock::{MINUTE, SECOND};

/// How many attempts at once, and how long until one more is given back (µs).
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    burst: i64,
    refill: i64,
}

/// For one account: eight at once, then one a minute.
pub const ACCOUNT: Rate = Rate { burst: 8, refill: MINUTE };
/// For one address, behind which many may sit: thirty at once, then one every ten seconds.
const ADDRESS: Rate = Rate { burst: 30, refill: 10 * SECOND };
/// Deliveries from one address, proved or not: three hundred at once, then ten a second.
pub const HOOK_ADDRESS: Rate = Rate { burst: 300, refill: SECOND / 10 };
/// Deliveries of one channel that were proved: six hundred at once, then twenty a second.
pub const HOOK: Rate = Rate { burst: 600, refill: SECOND / 20 };

/// Lines of the log about one who is refused again and again: ten at once, then one a minute.
const TOLD: Rate = Rate { burst: 10, refill: MINUTE };

/// Keys that are remembered at once; the one nearest to being forgiven goes first.
const MOST: usize = 20_000;

/// The buckets. Each is the instant (µs) at which it will be full again.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<String, i64>>);

impl Attempts {
    /// Takes one attempt for `key` at `now` (µs).
    ///
    /// # Errors
    /// None is left; gives the seconds until there is one.
    pub fn take(&self, key: &str, rate: Rate, now: i64) -> Result<(), i64> {
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST && !full_at.contains_key(key) {
            forget_some(&mut full_at, now);
        }
        let slot = full_at.entry(key.to_owned()).or_insert(now);
        let wanted = (*slot).max(now) + rate.refill;
        let over = wanted - now - rate.burst * rate.refill;
        if over > 0 {
            return Err((over + SECOND - 1) / SECOND);
        }
        *slot = wanted;
        Ok(())
    }

    /// Takes one attempt of where a device is, behind which many may sit.
    ///
    /// # Errors
    /// None is left: 429, with when to try again.
    pub fn take_address(&self, device: &Device, now: i64) -> Result<(), Failure> {
        self.take(&format!("address {}", device.address), ADDRESS, now).map_err(Failure::too_many)
    }

    /// Whether a refusal is to be told in the log: whoever is refused again and again doesn't fill it.
    pub fn is_told(&self, key: &str, now: i64) -> bool {
        self.take(&format!("told {key}"), TOLD, now).is_ok()
    }

    /// Forgives everything about `key`: the right password was given.
    pub fn forgive(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Middleware around the check of where forms come from: tells the log of forms of other sites, which are refused before
/// anybody asks whose browser sent them. No address that was typed and nothing of the form is told.
pub async fn tell_of_other_sites(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    device: Device,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let response = next.run(request).await;
    // Whoever came past the check has been looked at: the guard leaves the visitor in the answer.
    let is_foreign =
        response.status() == StatusCode::FORBIDDEN && response.extensions().get::<Visitor>().is_none();
    if is_foreign && attempts.is_told(&format!("site {}", device.address), app.now()) {
        let route = route.unwrap_or_default();
        tracing::warn!(address = %device.address, route, "a form of another site was refused");
    }
    response
}

fn forget_some(full_at: &mut HashMap<String, i64>, now: i64) {
    full_at.retain(|_, at| *at > now);
    while full_at.len() >= MOST {
        let Some(nearest) = full_at.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone()) else {
            return;
        };
        full_at.remove(&nearest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_eight_attempts_one_waits_a_minute_for_each() {
        let attempts = Attempts::default();
        let now = 1_000 * MINUTE;
        assert!((0..8).all(|_| attempts.take("a", ACCOUNT, now).is_ok()));
        assert_eq!(attempts.take("a", ACCOUNT, now), Err(60));
        assert_eq!(attempts.take("a", ACCOUNT, now + 45 * SECOND), Err(15));
        assert!(attempts.take("b", ACCOUNT, now).is_ok());
        assert!(attempts.take("a", ACCOUNT, now + MINUTE).is_ok());
        assert_eq!(attempts.take("a", ACCOUNT, now + MINUTE), Err(60));
        attempts.forgive("a");
        assert!(attempts.take("a", ACCOUNT, now + MINUTE).is_ok());
    }

    #[test]
    fn a_flood_of_names_doesn_t_fill_the_memory_nor_free_the_one_that_is_held() {
        let attempts = Attempts::default();
        while attempts.take("held", ACCOUNT, 0).is_ok() {}
        for name in 0..MOST + 500 {
            attempts.take(&name.to_string(), ACCOUNT, 0).unwrap();
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST);
        assert!(attempts.take("held", ACCOUNT, 0).is_err());
    }
}
