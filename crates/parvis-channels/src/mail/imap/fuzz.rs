//! Hostile IMAP servers: each line that they say, as far as it is read here.

use imap_proto::Response;

use super::{data, greeted, internal_date, is_fetch, literal, quoted, refused, stored, verdict};

#[test]
fn hostile_answers_of_an_imap_server_are_read_or_refused() {
    let tried = parvis_fuzz::fuzz("imap", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        assert!(!quoted(&text).contains(['\r', '\n', '\0']), "a command could end within a word");
        let verdict = verdict(&text);
        let read = match data(bytes) {
            Some(Response::Fetch(_, attributes)) => {
                stored(attributes).map_or(1, |it| 2 + it.bytes.len().min(4))
            }
            Some(_) => 20,
            None if is_fetch(bytes) => 21,
            None => 22,
        };
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let code = refused(&verdict).code();
        (read, code, literal(first).is_some(), internal_date(&text).is_some(), greeted(first).is_ok())
    });
    assert!(tried.unwrap().outcomes > 5);
}
