//! The secrets of a webhook, and what is signed with them: HMAC-SHA256 over `id.timestamp.body`, in base64 behind
//! `v1,` (Standard Webhooks, "Signature scheme"). While a secret is being replaced the former is good too.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::{ChannelError, Secret};

/// How secrets begin, so that people recognise them.
const PREFIX: &str = "whsec_";
/// How a signature of the kind that we know begins.
const VERSION: &str = "v1,";
/// Bytes of a secret.
const LENGTH: usize = 32;
/// Secrets that are good at once: the newest, and those that it replaces.
const MOST: usize = 3;
/// Signatures of a delivery looked at, so that nobody makes us count for long.
const SIGNATURES: usize = 8;

/// Secrets, the newest first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    secret: String,
    /// When it ends, µs; `None` for the newest.
    until: Option<i64>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Keys {
    /// A first secret.
    pub(super) fn make() -> Result<Self, ChannelError> {
        Ok(Self { keys: vec![Key::make()?] })
    }

    /// What is kept of an account.
    pub(super) fn read(secret: &Secret) -> Result<Self, ChannelError> {
        let unusable = || ChannelError::Unauthorized {
            message: "no usable secret is kept for this webhook; make a new one".to_owned(),
        };
        let keys: Self = serde_json::from_str(secret.expose()).map_err(|_| unusable())?;
        let usable = !keys.keys.is_empty() && keys.keys.iter().all(|key| key.signer().is_some());
        usable.then_some(keys).ok_or_else(unusable)
    }

    /// To be kept, sealed.
    pub(super) fn write(&self) -> Secret {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|key| serde_json::json!({ "secret": key.secret, "until": key.until }))
            .collect();
        Secret::new(serde_json::json!({ "keys": keys }).to_string())
    }

    /// To be shown once.
    pub(super) fn newest(&self) -> Secret {
        Secret::new(self.keys.first().map(|key| key.secret.as_str()).unwrap_or_default())
    }

    /// A new secret before these, which end at `until` (µs) at the latest; those that have ended go.
    pub(super) fn next(self, now: i64, until: i64) -> Result<Self, ChannelError> {
        let ending = |key: Key| Key { until: Some(key.until.map_or(until, |end| end.min(until))), ..key };
        let former = self.keys.into_iter().map(ending).filter(|key| key.until.is_some_and(|end| end > now));
        Ok(Self { keys: std::iter::once(Key::make()?).chain(former).take(MOST).collect() })
    }

    /// A signature by each secret, so that the other side may change its own when it likes. One that has ended does
    /// no harm here: a receiver needs one that it trusts.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let content = content(id, timestamp, body);
        let signers = self.keys.iter().filter_map(Key::signer);
        let signed = signers.map(|key| format!("{VERSION}{}", STANDARD.encode(hmac::sign(&key, &content))));
        signed.collect::<Vec<_>>().join(" ")
    }

    /// Whether one of `signatures` was made with a secret that is good at `now` (µs). Takes the same time whatever
    /// is wrong with a signature of the right length.
    pub(super) fn verify(&self, id: &str, timestamp: &str, body: &[u8], signatures: &str, now: i64) -> bool {
        let content = content(id, timestamp, body);
        let good = self.keys.iter().filter(|key| key.until.is_none_or(|end| end > now));
        let good: Vec<_> = good.filter_map(Key::signer).collect();
        let told = signatures.split(' ').filter_map(|one| one.strip_prefix(VERSION)).take(SIGNATURES);
        told.filter_map(|one| STANDARD.decode(one).ok())
            .any(|one| good.iter().any(|key| hmac::verify(key, &content, &one).is_ok()))
    }
}

impl Key {
    fn make() -> Result<Self, ChannelError> {
        let secret = format!("{PREFIX}{}", STANDARD.encode(random::<LENGTH>()?));
        Ok(Self { secret, until: None })
    }

    fn signer(&self) -> Option<hmac::Key> {
        let bytes = STANDARD.decode(self.secret.strip_prefix(PREFIX)?).ok()?;
        (!bytes.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// A name for an account, of 128 random bits.
pub(super) fn random_id() -> Result<String, ChannelError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<16>()?))
}

fn random<const N: usize>() -> Result<[u8; N], ChannelError> {
    let mut bytes = [0_u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| ChannelError::Unreachable {
        message: "the system has no randomness to give".to_owned(),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        // From the reference implementation (standard-webhooks/libraries/rust).
        let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned();
        let keys = Keys { keys: vec![Key { secret, until: None }] };
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let signed = keys.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "1649367553", body);
        assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn a_former_secret_is_good_until_its_time_and_no_longer() {
        let first = Keys::make().unwrap();
        let old = first.sign("m", "1", b"{}");
        let both = first.next(1_000, 5_000).unwrap();
        assert!(both.verify("m", "1", b"{}", &old, 4_999));
        assert!(!both.verify("m", "1", b"{}", &old, 5_000));
        let signed = both.sign("m", "1", b"{}");
        assert_eq!(signed.split(' ').count(), 2);
        // A later replacement doesn't lengthen it, and what has ended is forgotten.
        let third = both.next(4_000, 9_000).unwrap();
        assert!(third.verify("m", "1", b"{}", &old, 4_999) && !third.verify("m", "1", b"{}", &old, 5_000));
        assert!(third.verify("m", "1", b"{}", &signed, 8_999));
        assert_eq!(third.next(9_000, 9_500).unwrap().keys.len(), 2);
        // One that leaked is ended at once.
        let leaked = Keys::make().unwrap();
        let forged = leaked.sign("m", "1", b"{}");
        assert!(!leaked.next(7_000, 7_000).unwrap().verify("m", "1", b"{}", &forged, 7_000));
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_else_opens_anything() {
        let keys = Keys::make().unwrap();
        let again = Keys::read(&keys.write()).unwrap();
        let signed = again.sign("m", "1", b"{}");
        assert!(keys.verify("m", "1", b"{}", &signed, 0));
        assert!(!format!("{keys:?}").contains(PREFIX));
        for text in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"secret":"whsec_","until":null}]}"#] {
            let error = Keys::read(&Secret::new(text)).unwrap_err();
            assert_eq!(error.code(), "unauthorized", "{text}");
        }
    }
}
