//! Nothing is taken that isn't the sender's and of now.

use parvis_channels::{Delivery, Secret, Undelivered};
use reqwest::header::{HeaderMap, HeaderValue};

use crate::peer::{NOW, deliver, head, inward, keeping, sign, webhook};

const BODY: &[u8] =
    br#"{"type":"message.created","timestamp":"2026-11-22T10:00:00Z","data":{"id":"1","author":{"id":"a"},"text":"x"}}"#;
const SECONDS: i64 = NOW / 1_000_000;

fn unproved<T>(result: Result<T, Undelivered>) -> bool {
    matches!(result, Err(Undelivered::Unproved(_)))
}

#[tokio::test]
async fn what_is_signed_is_taken_and_what_was_altered_is_not() {
    let (account, secret) = inward().await;
    assert!(deliver(&account, &secret, "m-1", BODY).is_ok());
    let right = sign(&secret, "m-1", SECONDS, BODY);
    let seconds = SECONDS.to_string();
    let take = |id: &str, seconds: &str, signature: &str, body: &[u8]| {
        let headers = head(id, seconds, signature);
        webhook().receive(&account, &Delivery { headers: &headers, body }, NOW)
    };
    assert!(take("m-1", &seconds, &right, BODY).is_ok());
    assert!(unproved(take("m-2", &seconds, &right, BODY)));
    assert!(unproved(take("m-1", &(SECONDS + 1).to_string(), &right, BODY)));
    // One bit anywhere: in the body, in the signature.
    for place in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[place] ^= 1;
        assert!(unproved(take("m-1", &seconds, &right, &body)), "body, byte {place}");
    }
    for place in 0..right.len() {
        let mut signature = right.clone().into_bytes();
        signature[place] = if signature[place] == b'A' { b'B' } else { b'A' };
        let signature = String::from_utf8(signature).unwrap();
        assert!(unproved(take("m-1", &seconds, &signature, BODY)), "signature, byte {place}");
    }
    for length in 0..right.len() {
        assert!(unproved(take("m-1", &seconds, &right[..length], BODY)), "signature cut at {length}");
    }
    assert!(unproved(take("m-1", &seconds, &right.replace("v1,", "v1a,"), BODY)));
    assert!(unproved(take("m-1", &seconds, &right, b"")));
}

#[tokio::test]
async fn another_secret_proves_nothing() {
    let (account, secret) = inward().await;
    let (other, theirs) = inward().await;
    assert!(unproved(deliver(&account, &theirs, "m-1", BODY)));
    assert!(unproved(deliver(&other, &secret, "m-1", BODY)));
    // Nor does a key that everybody knows.
    for key in ["whsec_", "whsec_AA==", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        assert!(unproved(deliver(&account, key, "m-1", BODY)), "{key}");
    }
    for kept in ["", "{}", r#"{"keys":[]}"#] {
        assert!(unproved(deliver(&keeping(&account, Secret::new(kept)), &secret, "m-1", BODY)), "{kept}");
    }
}

#[tokio::test]
async fn what_is_late_or_early_isnt_taken_though_it_is_signed() {
    let (account, secret) = inward().await;
    for (away, taken) in [(0, true), (-300, true), (300, true), (-301, false), (301, false), (-86_400, false)]
    {
        let seconds = SECONDS + away;
        let headers = head("m-1", &seconds.to_string(), &sign(&secret, "m-1", seconds, BODY));
        let result = webhook().receive(&account, &Delivery { headers: &headers, body: BODY }, NOW);
        assert_eq!(result.is_ok(), taken, "{away} s");
        assert!(taken || unproved(result));
    }
}

#[tokio::test]
async fn a_head_that_could_be_read_in_two_ways_is_refused() {
    let (account, secret) = inward().await;
    let right = sign(&secret, "m-1", SECONDS, BODY);
    let take = |headers: &HeaderMap| webhook().receive(&account, &Delivery { headers, body: BODY }, NOW);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut headers = head("m-1", &SECONDS.to_string(), &right);
        let same = headers[name].clone();
        headers.append(name, same);
        assert!(unproved(take(&headers)), "{name} twice");
        headers.remove(name);
        assert!(unproved(take(&headers)), "no {name}");
        headers.insert(name, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert!(unproved(take(&headers)), "{name} that is no text");
    }
    for seconds in
        ["", "+1795341600", "-1", "1795341600.0", " 1795341600", "99999999999999999999", "0x6b", "١٧"]
    {
        let Ok(value) = HeaderValue::from_str(seconds) else { continue };
        let mut headers = head("m-1", "1", &right);
        headers.insert("webhook-timestamp", value);
        assert!(unproved(take(&headers)), "{seconds:?}");
    }
    // Were a full stop allowed in an id, what is signed could be cut elsewhere.
    for id in ["a.b", "", "a b", &"x".repeat(201)] {
        let headers = head(id, &SECONDS.to_string(), &sign(&secret, id, SECONDS, BODY));
        assert!(unproved(take(&headers)), "{id:?}");
    }
}

#[tokio::test]
async fn one_right_signature_among_several_is_enough_but_nobody_makes_us_count_for_long() {
    let (account, secret) = inward().await;
    let right = sign(&secret, "m-1", SECONDS, BODY);
    let wrong = "v1,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU=";
    let take = |signatures: &str| {
        let headers = head("m-1", &SECONDS.to_string(), signatures);
        webhook().receive(&account, &Delivery { headers: &headers, body: BODY }, NOW)
    };
    assert!(take(&format!("{wrong} v1a,zzz  {right} {wrong}")).is_ok());
    assert!(unproved(take(&format!("{wrong} {wrong}"))));
    assert!(unproved(take(&format!("{}{right}", format!("{wrong} ").repeat(8)))));
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_are_good_until_the_former_ends() {
    let (account, former) = inward().await;
    let hour = 3_600_000_000;
    let made = webhook().rotate(&account, NOW - hour, NOW + 1).unwrap();
    let newest = made.shown.expose().to_owned();
    assert_ne!(former, newest);
    let rotated = keeping(&account, made.access.secret);
    assert!(deliver(&rotated, &former, "m-1", BODY).is_ok());
    assert!(deliver(&rotated, &newest, "m-1", BODY).is_ok());
    // The very microsecond that was named is over already.
    let made = webhook().rotate(&account, NOW - hour, NOW).unwrap();
    let rotated = keeping(&account, made.access.secret);
    assert!(unproved(deliver(&rotated, &former, "m-1", BODY)));
    assert!(deliver(&rotated, made.shown.expose(), "m-1", BODY).is_ok());
    assert!(unproved(deliver(&rotated, &newest, "m-1", BODY)), "a secret made for nobody");
}
