//! An answer, read with bounds, and what its head says about allowance and waiting.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use url::Url;

use crate::{Budget, ChannelError};

/// Waiting time when a server says "too many requests" without saying how long.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);
/// Nobody makes us wait longer than this in one go: a wrong date would silence a channel.
const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Where a request went.
#[derive(Debug)]
pub(super) struct Hops {
    last: Url,
    /// The furthest address reached by permanent redirects only.
    permanent: Option<Url>,
    broken: bool,
}

impl Hops {
    pub(super) fn new(start: Url) -> Self {
        Self { last: start, permanent: None, broken: false }
    }

    pub(super) fn add(&mut self, status: u16, next: &Url) {
        self.broken |= !matches!(status, 301 | 308);
        if !self.broken {
            self.permanent = Some(next.clone());
        }
        self.last = next.clone();
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its head.
    pub headers: HeaderMap,
    /// Its body, undecoded.
    pub body: Bytes,
    /// Where it came from, after redirects.
    pub url: Url,
    /// The new address, when the server says that it moved for good.
    pub moved: Option<Url>,
}

/// Reads the body up to `max` bytes.
pub(super) async fn read(
    response: reqwest::Response,
    hops: Hops,
    max: usize,
    once: bool,
) -> Result<Answer, ChannelError> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = BytesMut::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| super::failure(&error, once))?;
        if body.len() + piece.len() > max {
            let message = format!("longer than {max} bytes");
            // The head of a request that must not happen twice said whether it was taken.
            return Err(if once && status < 400 {
                ChannelError::Unknown { message }
            } else {
                ChannelError::Malformed { message }
            });
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, headers, body: body.freeze(), url: hops.last, moved: hops.permanent })
}

impl Answer {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type, in lower case and without parameters.
    #[must_use]
    pub fn mime(&self) -> Option<String> {
        let value = self.header(&CONTENT_TYPE)?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// The body as text, which has to be UTF-8.
    ///
    /// # Errors
    /// `Malformed`, with the place of the first wrong byte.
    pub fn text(&self) -> Result<&str, ChannelError> {
        std::str::from_utf8(&self.body).map_err(|error| ChannelError::Malformed {
            message: format!("no UTF-8 at byte {}", error.valid_up_to()),
        })
    }

    /// What is left of our allowance (`X-RateLimit-*`, `RateLimit-*`; the reset may be
    /// ISO 8601, seconds since 1970 or seconds from now).
    #[must_use]
    pub fn budget(&self) -> Option<Budget> {
        let number = |name: &str| -> Option<u32> { self.rate(name)?.trim().parse().ok() };
        Some(Budget { limit: number("limit")?, remaining: number("remaining")?, reset_at: self.reset_at() })
    }

    /// How long the server wants us to wait: `Retry-After` (seconds or a date), else until
    /// the allowance starts anew, else a minute. Dates are taken against the server's own.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let asked = self.header(&RETRY_AFTER).and_then(|value| {
            let seconds = value.trim().parse::<u64>().ok().map(Duration::from_secs);
            seconds.or_else(|| self.until(http_date(value)?))
        });
        let reset = || self.until(self.reset_at()?);
        asked.or_else(reset).unwrap_or(DEFAULT_WAIT).min(MAX_WAIT)
    }

    /// The server's clock, µs.
    #[must_use]
    pub fn date(&self) -> Option<i64> {
        http_date(self.header(&DATE)?)
    }

    fn rate(&self, name: &str) -> Option<&str> {
        ["x-ratelimit-", "ratelimit-"]
            .iter()
            .find_map(|prefix| self.headers.get(format!("{prefix}{name}"))?.to_str().ok())
    }

    fn reset_at(&self) -> Option<i64> {
        let value = self.rate("reset")?.trim();
        if let Ok(time) = value.parse::<jiff::Timestamp>() {
            return Some(time.as_microsecond());
        }
        let seconds = value.parse::<i64>().ok().filter(|seconds| *seconds >= 0)?;
        let micros = seconds.checked_mul(1_000_000)?;
        // A count since 1970 is large, a count from now is small.
        if seconds > 1_000_000_000 { Some(micros) } else { self.date()?.checked_add(micros) }
    }

    fn until(&self, time: i64) -> Option<Duration> {
        let micros = time.checked_sub(self.date()?)?;
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }
}

/// A date of an HTTP header (RFC 9110, 5.6.7), µs.
pub(crate) fn http_date(value: &str) -> Option<i64> {
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(zoned.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: 429,
            headers: map,
            body: Bytes::new(),
            url: "https://a.example/".parse().unwrap(),
            moved: None,
        }
    }

    const NOW: (&str, &str) = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(answer(&[("retry-after", "17")]).wait().as_secs(), 17);
        let later = ("retry-after", "Sun, 22 Nov 2026 10:00:30 GMT");
        assert_eq!(answer(&[NOW, later]).wait().as_secs(), 30);
        assert_eq!(answer(&[]).wait(), DEFAULT_WAIT);
        assert_eq!(answer(&[("retry-after", "99999999999")]).wait(), MAX_WAIT);
    }

    #[test]
    fn a_reset_is_iso_or_unix_or_a_delta() {
        for reset in ["2026-11-22T10:05:00.000000Z", "1795341900", "300"] {
            let headers = [
                NOW,
                ("x-ratelimit-limit", "300"),
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", reset),
            ];
            let answer = answer(&headers);
            assert_eq!(answer.wait().as_secs(), 300, "{reset}");
            assert_eq!(answer.budget().unwrap().reset_at, Some(1_795_341_900_000_000), "{reset}");
        }
    }

    #[test]
    fn nonsense_in_rate_headers_is_no_budget() {
        let headers = [("x-ratelimit-limit", "many"), ("x-ratelimit-remaining", "0")];
        assert_eq!(answer(&headers).budget(), None);
    }
}
