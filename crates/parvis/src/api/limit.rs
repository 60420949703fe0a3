//! How often a token may ask: so many requests in a minute, counted in memory. Knows no HTTP beyond the
//! headers that tell the caller (draft-ietf-httpapi-ratelimit-headers-10).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::clock::{MINUTE, SECOND};
use crate::id::TokenId;

/// Requests of one token in [`WINDOW`]: ten a second are far above what a person or a sound program needs.
pub const MOST: u32 = 600;
/// The window (µs).
pub const WINDOW: i64 = MINUTE;

/// Tokens kept in memory; ended windows are forgotten when there are more.
const CROWD: usize = 10_000;

/// What a token may still ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests left.
    pub left: u32,
    /// Seconds until the window ends.
    pub seconds: i64,
}

impl Budget {
    /// Tells the caller.
    pub fn tell(self, headers: &mut HeaderMap) {
        let policy = format!("\"token\";q={MOST};w={}", WINDOW / SECOND);
        let now = format!("\"token\";r={};t={}", self.left, self.seconds);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// The windows of all tokens.
#[derive(Debug, Default)]
pub struct Limit(Mutex<HashMap<TokenId, (i64, u32)>>);

impl Limit {
    /// Counts one request at `now` (µs).
    ///
    /// # Errors
    /// There were [`MOST`] in this window already.
    pub fn take(&self, token: TokenId, now: i64) -> Result<Budget, Budget> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CROWD {
            windows.retain(|_, (began, _)| *began + WINDOW > now);
        }
        let (began, used) = windows.entry(token).or_insert((now, 0));
        if *began + WINDOW <= now || *began > now {
            (*began, *used) = (now, 0);
        }
        let seconds = (*began + WINDOW - now + SECOND - 1) / SECOND;
        if *used >= MOST {
            return Err(Budget { left: 0, seconds });
        }
        *used += 1;
        Ok(Budget { left: MOST - *used, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_asks_too_often_waits_for_the_next_minute_and_others_dont() {
        let (limit, busy, other) = (Limit::default(), TokenId::new(1), TokenId::new(1));
        for left in (0..MOST).rev() {
            assert_eq!(limit.take(busy, 5), Ok(Budget { left, seconds: 60 }));
        }
        assert_eq!(limit.take(busy, 5 + WINDOW - SECOND), Err(Budget { left: 0, seconds: 1 }));
        assert!(limit.take(other, 5).is_ok());
        assert_eq!(limit.take(busy, 5 + WINDOW), Ok(Budget { left: MOST - 1, seconds: 60 }));
    }
}
