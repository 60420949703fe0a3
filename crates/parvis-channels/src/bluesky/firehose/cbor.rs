//! DAG-CBOR, as far as the network uses it: read without copying, within bounds, and turned into JSON the way
//! the network writes it. Pure. Source: ipld.io/specs/codecs/dag-cbor, atproto.com/specs/data-model.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Map, Number, Value, json};

/// Deeper nesting than this isn't read.
const MAX_DEPTH: usize = 64;
/// The alphabet of content identifiers (RFC 4648, base 32, small letters).
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A piece of data; texts and bytes stay where they are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Number(i64),
    Float(f64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Node<'a>>),
    Map(Vec<(&'a str, Node<'a>)>),
    /// A content identifier.
    Link(&'a [u8]),
}

/// Reads one piece; gives what comes behind it too. `None` for anything that isn't well-formed.
pub(super) fn read(bytes: &[u8]) -> Option<(Node<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes };
    let node = reader.node(0)?;
    Some((node, reader.rest))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    /// The kind of a piece (0 to 7) and its number: a value or a length.
    fn head(&mut self) -> Option<(u8, u8, u64)> {
        let first = *self.take(1)?.first()?;
        let (kind, small) = (first >> 5, first & 31);
        let length = match small {
            0..=23 => return Some((kind, small, u64::from(small))),
            24..=27 => 1 << (small - 24),
            // Lengths left open aren't allowed.
            _ => return None,
        };
        let number = self.take(length)?.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte));
        Some((kind, small, number))
    }

    fn node(&mut self, depth: usize) -> Option<Node<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (kind, small, number) = self.head()?;
        Some(match kind {
            0 => Node::Number(i64::try_from(number).ok()?),
            1 => Node::Number(-1 - i64::try_from(number).ok()?),
            2 => Node::Bytes(self.take(number)?),
            3 => Node::Text(std::str::from_utf8(self.take(number)?).ok()?),
            4 => Node::List(self.many(number, |reader| reader.node(depth + 1))?),
            5 => Node::Map(self.many(number, |reader| match reader.node(MAX_DEPTH)? {
                Node::Text(name) => Some((name, reader.node(depth + 1)?)),
                _ => None,
            })?),
            6 if number == 42 => match self.node(MAX_DEPTH)? {
                Node::Bytes([0, link @ ..]) => Node::Link(link),
                _ => return None,
            },
            7 => match (small, number) {
                (20, _) => Node::Bool(false),
                (21, _) => Node::Bool(true),
                (22, _) => Node::Null,
                (27, bits) => Node::Float(f64::from_bits(bits)),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Each piece takes a byte at least, so a length that lies doesn't cost memory.
    fn many<T>(&mut self, count: u64, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(count).ok().filter(|count| *count <= self.rest.len())?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(one(self)?);
        }
        Some(all)
    }
}

impl<'a> Node<'a> {
    /// A field of a map.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        let Self::Map(fields) = self else { return None };
        fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        if let Self::Text(text) = self.get(name)? { Some(text) } else { None }
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        if let Self::Number(number) = self.get(name)? { Some(*number) } else { None }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => Value::Bool(*it),
            Self::Number(it) => json!(it),
            Self::Float(it) => Number::from_f64(*it).map_or(Value::Null, Value::Number),
            Self::Bytes(it) => json!({ "$bytes": STANDARD_NO_PAD.encode(it) }),
            Self::Text(it) => json!(it),
            Self::List(all) => all.iter().map(Self::json).collect(),
            Self::Map(fields) => {
                let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Self::Link(cid) => json!({ "$link": written(cid) }),
        }
    }
}

/// A content identifier as it is written: `b` and base 32.
pub(super) fn written(cid: &[u8]) -> String {
    let (mut out, mut bits, mut held) = (String::from("b"), 0_u32, 0_u32);
    for byte in cid {
        (bits, held) = ((bits << 8) | u32::from(*byte), held + 8);
        while held >= 5 {
            held -= 5;
            out.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(letter(bits << (5 - held)));
    }
    out
}

fn letter(bits: u32) -> char {
    BASE32.get((bits & 31) as usize).copied().map_or('a', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_of_data_is_read() {
        // {"a": [1, -2, h'ff', null, true], "b": 42(h'00 0171')}
        let bytes = b"\xa2\x61a\x85\x01\x21\x41\xff\xf6\xf5\x61b\xd8\x2a\x43\x00\x01\x71rest";
        let (node, rest) = read(bytes).unwrap();
        assert_eq!(rest, b"rest");
        let expected = json!({ "a": [1, -2, { "$bytes": "/w" }, null, true], "b": { "$link": "bafyq" } });
        assert_eq!(node.json(), expected);
        let (long, _) = read(b"\x19\x01\x00").unwrap();
        assert_eq!(long, Node::Number(256));
        assert_eq!(read(b"\xfb\x3f\xf8\0\0\0\0\0\0").unwrap().0.json(), json!(1.5));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let deep = [vec![0x81; 10_000], vec![1]].concat();
        let all: [&[u8]; 11] = [
            b"",
            b"\x61",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"\x9f\x01\xff",
            b"\xa1\x01\x02",
            b"\xc0\x61a",
            b"\xd8\x2a\x61a",
            b"\x62\xff\xfe",
            b"\xf7",
            &deep,
        ];
        for bytes in all {
            assert_eq!(read(bytes), None, "{:?}", &bytes[..bytes.len().min(12)]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some((node, rest)) = read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
                drop(node.json());
            }
        }
    }
}
