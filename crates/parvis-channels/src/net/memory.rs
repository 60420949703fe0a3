//! What servers said that the next call to them needs: the nonce that they want to see in a proof (RFC 9449, 8.2), and
//! what time it is for them, since rooms have no clock. Nothing of it is secret, and whatever is forgotten is told again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use reqwest::header::{AGE, HeaderName};
use url::Url;

use super::Answer;

/// Servers remembered at most; all are forgotten when there are more.
const MOST: usize = 1_000;
/// Longest nonce that is kept.
const LONGEST: usize = 500;

/// What a server said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// To be put into the next proof.
    pub(crate) nonce: Option<String>,
    /// What time it is there: seconds since 1970.
    pub(crate) seconds: i64,
}

#[derive(Debug)]
struct Kept {
    nonce: Option<String>,
    /// Its clock (µs) when the answer came.
    date: i64,
    came: Instant,
}

/// By the origin of each server.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, Kept>>);

impl Memory {
    pub(super) fn said(&self, url: &Url) -> Option<Said> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let it = kept.get(&origin(url))?;
        let passed = i64::try_from(it.came.elapsed().as_micros()).unwrap_or(i64::MAX);
        let seconds = it.date.saturating_add(passed).div_euclid(1_000_000);
        Some(Said { nonce: it.nonce.clone(), seconds })
    }

    /// Takes what an answer says; one without a date says nothing that could be used.
    pub(super) fn remember(&self, answer: &Answer) {
        let Some(date) = answer.date() else { return };
        // What was kept on the way is as old as it says.
        let age = answer.header(&AGE).and_then(|age| age.trim().parse::<i64>().ok()).unwrap_or_default();
        let date = date.saturating_add(age.clamp(0, 86_400) * 1_000_000);
        let nonce = answer.header(&HeaderName::from_static("dpop-nonce"));
        let nonce = nonce.filter(|it| !it.is_empty() && it.len() <= LONGEST).map(str::to_owned);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        let place = origin(&answer.url);
        let before = kept.remove(&place).and_then(|it| it.nonce);
        kept.insert(place, Kept { nonce: nonce.or(before), date, came: Instant::now() });
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn answer(url: &str, headers: &[(&'static str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), value.parse::<reqwest::header::HeaderValue>().unwrap())
        });
        Answer {
            status: 200,
            headers: headers.collect(),
            body: Bytes::new(),
            url: url.parse().unwrap(),
            moved: None,
        }
    }

    #[test]
    fn each_server_has_its_own_nonce_and_its_own_time() {
        let memory = Memory::default();
        let date = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");
        memory.remember(&answer("https://a.example/x?y", &[date, ("dpop-nonce", "n1")]));
        memory.remember(&answer("https://b.example/", &[date, ("age", "60")]));
        let said = |url: &str| memory.said(&url.parse().unwrap());
        let told = said("https://a.example/other").unwrap();
        assert_eq!(told.nonce.as_deref(), Some("n1"));
        assert!((1_795_341_600..1_795_341_605).contains(&told.seconds), "{}", told.seconds);
        let other = said("https://b.example/").unwrap();
        assert_eq!((other.nonce, other.seconds >= 1_795_341_660), (None, true));
        assert_eq!(said("http://a.example/"), None);
        // An answer without a nonce doesn't take back the one before; one without a date says nothing.
        memory.remember(&answer("https://a.example/", &[date]));
        memory.remember(&answer("https://a.example/", &[("dpop-nonce", "n2")]));
        assert_eq!(said("https://a.example/").unwrap().nonce.as_deref(), Some("n1"));
        memory.remember(&answer("https://a.example/", &[date, ("dpop-nonce", "n3")]));
        assert_eq!(said("https://a.example/").unwrap().nonce.as_deref(), Some("n3"));
    }
}
