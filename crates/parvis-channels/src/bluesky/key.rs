//! Names of things on the AT Protocol: record addresses (`at://DID/COLLECTION/KEY`), decentralised
//! identifiers, and record keys made from a key of ours. Pure. Source: atproto.com/specs, "at-uri-scheme",
//! "did", "handle", "tid".

use ring::digest::{SHA256, digest};

/// The collection of posts.
pub(super) const POST: &str = "app.bsky.feed.post";
/// The alphabet of record keys, in the order of their bytes.
const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
/// Characters of a record key made from a time ("TID").
const TID_LENGTH: usize = 13;

/// The parts of a record's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) did: String,
    pub(super) collection: String,
    pub(super) rkey: String,
}

impl Place {
    /// Reads `at://DID/COLLECTION/KEY`; anything else is `None`.
    pub(super) fn read(uri: &str) -> Option<Self> {
        let mut parts = uri.strip_prefix("at://")?.split('/');
        let (did, collection, rkey) = (parts.next()?, parts.next()?, parts.next()?);
        let plain = |text: &str| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"._:~-".contains(&b);
            !text.is_empty() && text.len() <= 512 && text.bytes().all(fits)
        };
        (parts.next().is_none() && is_did(did) && plain(collection) && plain(rkey)).then(|| Self {
            did: did.to_owned(),
            collection: collection.to_owned(),
            rkey: rkey.to_owned(),
        })
    }
}

/// Whose record it is.
pub(super) fn owner(uri: &str) -> &str {
    uri.strip_prefix("at://").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// The address of a post.
pub(super) fn post_uri(did: &str, rkey: &str) -> String {
    format!("at://{did}/{POST}/{rkey}")
}

/// Whether this is an identifier of one of the two methods that the network uses.
pub(super) fn is_did(text: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:%-".contains(&b))
    };
    text.len() <= 2048
        && (text.strip_prefix("did:plc:").is_some_and(|rest| plain(rest) && !rest.contains([':', '%', '.']))
            || text.strip_prefix("did:web:").is_some_and(plain))
}

/// Whether this can be a handle: a host name of two labels at least.
pub(super) fn is_handle(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The record key of a message: always the same for the same key of ours, so that one sent
/// twice is one record. Posts need a key in the form of a time stamp: where ours is a UUID of
/// version 7 its own time is taken, and some of its chance; otherwise a digest stands for both.
pub(super) fn record_key(key: &str) -> String {
    // The parts of a thread follow one another as their times would.
    let part = |(key, number): (&str, &str)| Some((from_uuid(key)?, number.parse::<u16>().ok()?));
    let parted = key.rsplit_once('/').and_then(part).map(|(bits, number)| bits + (u64::from(number) << 10));
    let bits = parted.or_else(|| from_uuid(key)).unwrap_or_else(|| {
        let digest = digest(&SHA256, key.as_bytes());
        digest.as_ref().iter().take(8).fold(0, |all, byte| (all << 8) | u64::from(*byte))
    });
    tid(bits)
}

/// A short name for a text: the first `bytes` bytes of its digest, in hexadecimal.
pub(super) fn short(text: &str, bytes: usize) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// Microseconds (53 bits), then 10 bits that tell clocks apart.
fn from_uuid(key: &str) -> Option<u64> {
    let hex: String = key.chars().filter(|c| *c != '-').collect();
    if hex.len() != 32 || hex.get(12..13) != Some("7") {
        return None;
    }
    let millis = u64::from_str_radix(hex.get(..12)?, 16).ok()?;
    let chance = u64::from_str_radix(hex.get(19..32)?, 16).ok()?;
    Some(((millis * 1000 + chance % 1000) << 10) | ((chance / 1000) & 0x3ff))
}

/// Thirteen characters of five bits, of which the very first bit is always zero.
fn tid(bits: u64) -> String {
    let bits = bits & (u64::MAX >> 1);
    (0..TID_LENGTH)
        .rev()
        .map(|place| usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default())
        .filter_map(|digit| ALPHABET.get(digit).copied().map(char::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_time_of_a_uuid_becomes_the_time_of_the_record() {
        // 2026-11-22T06:06:36Z; a server's own record of that second was 3n2ux5ubbd22p.
        let key = record_key("01a201dd-15e0-7abc-8def-0123456789ab");
        let later = record_key("01a201dd-15e1-7abc-8def-0123456789ab");
        assert!(key.starts_with("3n2ux5"), "{key}");
        assert_eq!(key.len(), TID_LENGTH);
        assert!(key < later, "{key} {later}");
        let whole = "01a201dd-15e0-7abc-8def-0123456789ab";
        let parts: Vec<String> = (0..40).map(|number| record_key(&crate::part_key(whole, number))).collect();
        assert!(parts.is_sorted_by(|one, next| one < next) && parts[0] == key);
        assert_eq!(tid(0), "2222222222222");
        assert_eq!(tid(u64::MAX), "bzzzzzzzzzzzz");
    }

    #[test]
    fn addresses_of_records_are_read_and_nothing_else() {
        let uri = "at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a";
        let place = Place::read(uri).unwrap();
        assert_eq!(post_uri(&place.did, &place.rkey), uri);
        assert_eq!(owner(uri), "did:plc:abc");
        for wrong in [
            "",
            "at://did:plc:abc",
            "at://did:plc:abc/x/y/z",
            "at://alice.test/app.bsky.feed.post/a",
            "https://bsky.app/profile/x/post/y",
            "at://did:plc:abc/app.bsky.feed.post/../x",
            "at://did:plc:abc/app.bsky.feed.post/a?b",
            "at://did:key:z/app.bsky.feed.post/a",
        ] {
            assert_eq!(Place::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn handles_and_identifiers_are_told_from_what_only_looks_like_them() {
        for right in ["alice.test", "a.b-c.example", "8.example", "xn--nxasmq6b.example"] {
            assert!(is_handle(right), "{right}");
        }
        for wrong in
            ["alice", "alice.", ".test", "a..b", "-a.test", "a.test/x", "a@b.test", "127.0.0.1", "é.test"]
        {
            assert!(!is_handle(wrong), "{wrong}");
        }
        for right in ["did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:example.com", "did:web:localhost%3A1234"] {
            assert!(is_did(right), "{right}");
        }
        for wrong in ["did:plc:", "did:plc:../x", "did:web:a/b", "did:key:zQ3", "DID:plc:a", "did:plc:a b"] {
            assert!(!is_did(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_key_gives_a_record_key_that_posts_can_have(key in "\\PC{0,64}") {
            let made = record_key(&key);
            prop_assert_eq!(&made, &record_key(&key));
            prop_assert_eq!(made.len(), TID_LENGTH);
            prop_assert!("234567abcdefghij".contains(made.chars().next().unwrap()));
            prop_assert!(made.bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }
}
