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
            value.feed(&mut context);
        }
        let digest = context.finish();
        let mut half = [0_u8; 16];
        half.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}
