//! What the program promised, and to whom, read from what went over its sockets: the moment at which a promise leaves is
//! where it stands in the record, so what was on the disk by then is known to the call.

use std::collections::HashMap;

use super::record::Record;

/// Something that left the program and can't be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Promise {
    /// An answer under this `Idempotency-Key` will leave (2xx).
    Answer(String),
    /// A note with this text is kept (2xx).
    Note(String),
    /// A delivery of this id was taken (2xx).
    Taken(String),
    /// A message with this key was handed to the network; nobody knows yet what became of it.
    Handed(String),
}

/// Follows what comes and goes over each socket.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The request that came in and isn't answered, by socket.
    asked: HashMap<u32, Vec<u8>>,
}

impl Traffic {
    /// What a call promised, if it did.
    pub fn take(&mut self, record: &Record) -> Option<Promise> {
        match record {
            Record::Got(socket, bytes) => {
                let begins = [b"GET ".as_slice(), b"POST ", b"PUT ", b"DELETE "]
                    .iter()
                    .any(|it| bytes.starts_with(it));
                if begins {
                    self.asked.insert(*socket, bytes.clone());
                } else if let Some(asked) = self.asked.get_mut(socket) {
                    asked.extend_from_slice(bytes);
                }
                None
            }
            Record::Sent(socket, bytes) if bytes.starts_with(b"HTTP/1.1 ") => {
                let asked = self.asked.remove(socket)?;
                if bytes.get(9) == Some(&b'2') { promised(&String::from_utf8_lossy(&asked)) } else { None }
            }
            Record::Sent(_, bytes) if bytes.starts_with(b"POST /api/v1/statuses ") => {
                header(&String::from_utf8_lossy(bytes), "idempotency-key").map(Promise::Handed)
            }
            _ => None,
        }
    }
}

fn promised(request: &str) -> Option<Promise> {
    let path = request.strip_prefix("POST ")?.split(' ').next()?;
    if path.ends_with("/replies") {
        return header(request, "idempotency-key").map(Promise::Answer);
    }
    if path.ends_with("/notes") {
        let (_, text) = request.split_once("\"text\":\"")?;
        return Some(Promise::Note(text.split('"').next()?.to_owned()));
    }
    if path.starts_with("/hooks/") {
        return header(request, "webhook-id").map(Promise::Taken);
    }
    None
}

fn header(request: &str, name: &str) -> Option<String> {
    let head = request.split("\r\n\r\n").next()?;
    let line = head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    });
    line.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_stands_where_the_answer_leaves() {
        let mut traffic = Traffic::default();
        let asked = b"POST /api/v1/conversations/c/replies HTTP/1.1\r\nIdempotency-Key: key-7\r\n\r\n{";
        assert_eq!(traffic.take(&Record::Got(5, asked.to_vec())), None);
        assert_eq!(traffic.take(&Record::Got(5, b"\"text\":\"a\"}".to_vec())), None);
        assert_eq!(traffic.take(&Record::Sent(6, b"HTTP/1.1 201 Created\r\n".to_vec())), None);
        let left = Record::Sent(5, b"HTTP/1.1 201 Created\r\n".to_vec());
        assert_eq!(traffic.take(&left), Some(Promise::Answer("key-7".to_owned())));
        assert_eq!(traffic.take(&left), None);
        traffic.take(&Record::Got(5, asked.to_vec()));
        assert_eq!(traffic.take(&Record::Sent(5, b"HTTP/1.1 503 Later\r\n".to_vec())), None);
    }

    #[test]
    fn notes_deliveries_and_what_is_handed_over_are_promises() {
        let mut traffic = Traffic::default();
        let mut answered = |asked: &str| {
            traffic.take(&Record::Got(1, asked.as_bytes().to_vec()));
            traffic.take(&Record::Sent(1, b"HTTP/1.1 200 OK\r\n".to_vec()))
        };
        let note = "POST /api/v1/conversations/c/notes HTTP/1.1\r\n\r\n{\"text\":\"note n1 among us\"}";
        assert_eq!(answered(note), Some(Promise::Note("note n1 among us".to_owned())));
        let pushed = "POST /hooks/c HTTP/1.1\r\nwebhook-id: w3\r\n\r\n{}";
        assert_eq!(answered(pushed), Some(Promise::Taken("w3".to_owned())));
        assert_eq!(answered("GET /health HTTP/1.1\r\n\r\n"), None);
        let handed = b"POST /api/v1/statuses HTTP/1.1\r\nidempotency-key: k\r\n\r\n{}".to_vec();
        assert_eq!(traffic.take(&Record::Sent(9, handed)), Some(Promise::Handed("k".to_owned())));
    }
}
