//! Hostile messages of a stream: CBOR with a CAR file in it, and the JSON of Jetstream.

use super::Firehose;
use crate::ChannelKind;
use crate::fuzz::{account, outcome};

#[test]
fn hostile_messages_of_a_stream_are_read_or_refused() {
    let account = account(ChannelKind::Bluesky, "");
    let url: url::Url = "wss://stream.example".parse().unwrap();
    let both = [Firehose::Repos(url.clone()), Firehose::Jetstream(url)];
    let tried = parvis_fuzz::fuzz("firehose", |bytes| {
        let made = both.iter().map(|it| match it.read(&account, bytes) {
            Ok(Some(passed)) => (1, outcome(&passed.observations)),
            Ok(None) => (2, Vec::new()),
            Err(error) => (3, vec![error.code().to_owned()]),
        });
        made.collect::<Vec<_>>()
    });
    assert!(tried.unwrap().outcomes > 5);
}
