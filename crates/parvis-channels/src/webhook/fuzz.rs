//! Hostile senders: heads and bodies of deliveries. An input is a head, an empty line, and a body; where the head says
//! `webhook-signature: SIGNED`, the body is signed as it should be, so that what is behind the signature is reached too.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::Webhook;
use super::key::Keys;
use crate::fuzz::{account, outcome};
use crate::{Channel as _, ChannelKind, Delivery, Undelivered};

const NOW: i64 = 1_788_249_600_000_000;

#[test]
fn hostile_deliveries_are_read_or_refused_and_none_is_taken_without_a_signature() {
    let keys = Keys::make().unwrap();
    let account = account(ChannelKind::Webhook, keys.write().expose());
    let tried = parvis_fuzz::fuzz("webhook", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut headers = HeaderMap::new();
        let mut signed = false;
        let field = |name: &str| {
            head.lines().find_map(|it| it.split_once(": ").filter(|it| it.0 == name)).map_or("", |it| it.1)
        };
        for (name, value) in head.lines().filter_map(|it| it.split_once(": ")) {
            let mut value = value.to_owned();
            if value == "SIGNED" {
                signed = true;
                value = keys.sign(field("webhook-id"), field("webhook-timestamp"), body.as_bytes());
            }
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.append(name, value);
            }
        }
        match Webhook.receive(&account, &Delivery { headers: &headers, body: body.as_bytes() }, NOW) {
            Ok(received) => {
                assert!(signed, "taken without a signature");
                outcome(&received.observations)
            }
            Err(Undelivered::Malformed(why)) => {
                vec![why.chars().filter(|c| c.is_alphabetic()).take(30).collect()]
            }
            Err(why) => vec![why.to_string()],
        }
    });
    assert!(tried.unwrap().outcomes > 10);
}
