//! A digest of a table that doesn't depend on the order of its rows, since the engines sort text
//! differently: the sum, modulo 2^128, of the first half of each row's SHA-256.

use ring::digest::{Context, SHA256};

use super::super::conn::Value;

/// How many rows, and the sum of their digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// Rows added.
    pub rows: u64,
    sum: u128,
}

impl Digest {
    /// Adds one row.
    pub fn add(&mut self, row: &[Value]) {
        let mut context = Context::new(&SHA256);
        for value in row {
            add_value(&mut context, value);
        }
        let digest = context.finish();
        let mut half = [0_u8; 16];
        half.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}

/// Each value with its type and its length before it, so that no two rows read the same.
fn add_value(context: &mut Context, value: &Value) {
    let mut put = |kind: u8, bytes: Option<&[u8]>| {
        context.update(&[kind, u8::from(bytes.is_some())]);
        let bytes = bytes.unwrap_or_default();
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    };
    match value {
        Value::Int(it) => put(1, it.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
        // PostgreSQL can't hold U+0000 and is given U+FFFD in its place: the same text for us.
        Value::Text(Some(it)) => put(2, Some(it.replace('\0', "\u{FFFD}").as_bytes())),
        Value::Text(None) => put(2, None),
        Value::Bool(it) => put(3, Some(&[u8::from(*it)])),
        Value::Bytes(it) => put(4, it.as_deref()),
        Value::Id(it) => put(5, it.as_ref().map(|id| id.as_bytes().as_slice())),
    }
}
