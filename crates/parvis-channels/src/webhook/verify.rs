//! Whether a delivery comes from whom it says, and is of now. Reads nothing of what it says.

use super::key::Keys;
use crate::{Delivery, Undelivered};

/// How far the time of a delivery may be from ours, both ways (µs).
const TOLERANCE: i64 = 300_000_000;
/// Longest id of a delivery.
const MAX_ID: usize = 200;

/// The head of a delivery that was proved.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// The same for every attempt at the same delivery.
    pub(super) id: &'a str,
    /// When this attempt was made: seconds since 1970, as it was written.
    pub(super) timestamp: &'a str,
}

/// Looks at signature and time.
pub(super) fn verify<'a>(keys: &Keys, delivery: &Delivery<'a>, now: i64) -> Result<Head<'a>, Undelivered> {
    let id =
        header(delivery, "webhook-id").ok_or(Undelivered::Unproved("one header webhook-id is needed"))?;
    // A full stop would let what is signed be cut in another place.
    if !(1..=MAX_ID).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_graphic() && b != b'.') {
        return Err(Undelivered::Unproved("webhook-id is too long, or holds what no id needs"));
    }
    let timestamp = header(delivery, "webhook-timestamp")
        .filter(|text| (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()))
        .ok_or(Undelivered::Unproved("one header webhook-timestamp is needed, in seconds since 1970"))?;
    let signatures = header(delivery, "webhook-signature")
        .ok_or(Undelivered::Unproved("one header webhook-signature is needed"))?;
    if !keys.verify(id, timestamp, delivery.body, signatures, now) {
        return Err(Undelivered::Unproved("no signature is right: is it the secret of this webhook?"));
    }
    let seconds: i64 = timestamp.parse().unwrap_or_default();
    let ahead = seconds.saturating_mul(1_000_000).saturating_sub(now);
    if ahead < -TOLERANCE {
        return Err(Undelivered::Unproved("webhook-timestamp is more than five minutes ago"));
    }
    if ahead > TOLERANCE {
        return Err(Undelivered::Unproved("webhook-timestamp is more than five minutes ahead"));
    }
    Ok(Head { id, timestamp })
}

/// A header that is there once; two of a kind could be read differently by two programs.
fn header<'a>(delivery: &Delivery<'a>, name: &str) -> Option<&'a str> {
    let mut all = delivery.headers.get_all(name).iter();
    let only = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(only)
}
