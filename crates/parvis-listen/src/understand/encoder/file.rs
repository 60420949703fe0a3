//! The file of an encoder: header, vocabulary, directory, tensors. Every length in it is doubted.

use std::collections::HashMap;

use super::{NotAnEncoder, WIDTH};

/// Weights that share a scale.
pub(super) const BLOCK: usize = 32;
/// Bytes of a block: a scale in sixteen bits, then thirty-two halves of bytes.
pub(super) const PACKED: usize = 18;

/// How the network is built.
pub(super) struct Shape {
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Width of the inner layer.
    pub(super) inner: usize,
    pub(super) epsilon: f32,
}

/// Reads from the beginning to the end.
pub(super) struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(whole: &'a [u8]) -> Self {
        Self { whole, rest: whole }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], NotAnEncoder> {
        let (these, rest) = self.rest.split_at_checked(count).ok_or(NotAnEncoder)?;
        self.rest = rest;
        Ok(these)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotAnEncoder> {
        self.bytes(N)?.try_into().map_err(|_| NotAnEncoder)
    }

    pub(super) fn number(&mut self) -> Result<u32, NotAnEncoder> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A length or a place, of four bytes.
    pub(super) fn size(&mut self) -> Result<usize, NotAnEncoder> {
        usize::try_from(self.number()?).map_err(|_| NotAnEncoder)
    }

    /// A length or a place, of eight bytes.
    pub(super) fn long_size(&mut self) -> Result<usize, NotAnEncoder> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| NotAnEncoder)
    }

    pub(super) fn byte(&mut self) -> Result<u8, NotAnEncoder> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn floats(&mut self, count: usize) -> Result<Vec<f32>, NotAnEncoder> {
        Ok(floats(self.bytes(count.checked_mul(4).ok_or(NotAnEncoder)?)?))
    }

    pub(super) fn shape(&mut self) -> Result<Shape, NotAnEncoder> {
        if self.array()? != *b"E5S1" {
            return Err(NotAnEncoder);
        }
        self.number()?;
        let [width, layers, heads, inner] = [self.size()?, self.size()?, self.size()?, self.size()?];
        self.bytes(3 * 4)?;
        let epsilon = f32::from_le_bytes(self.array()?);
        let block = self.size()?;
        let fits =
            width == WIDTH && layers == 12 && (1..=WIDTH).contains(&heads) && WIDTH.is_multiple_of(heads);
        if fits && block == BLOCK && (BLOCK..=8 * WIDTH).contains(&inner) && inner.is_multiple_of(BLOCK) {
            Ok(Shape { layers, heads, inner, epsilon })
        } else {
            Err(NotAnEncoder)
        }
    }

    pub(super) fn directory(&mut self) -> Result<Directory<'a>, NotAnEncoder> {
        let mut starts = HashMap::new();
        for _ in 0..self.size()? {
            let length = usize::from(u16::from_le_bytes(self.array()?));
            let name = String::from_utf8_lossy(self.bytes(length)?).into_owned();
            // Its type and count, which follow from what it is.
            self.bytes(1 + 4)?;
            starts.insert(name, self.long_size()?);
            self.bytes(8)?;
        }
        Ok(Directory { whole: self.whole, starts })
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it)).collect()
}

/// Where each tensor lies.
pub(super) struct Directory<'a> {
    whole: &'a [u8],
    starts: HashMap<String, usize>,
}

impl<'a> Directory<'a> {
    fn bytes(&self, name: &str, count: usize) -> Result<&'a [u8], NotAnEncoder> {
        let start = *self.starts.get(name).ok_or(NotAnEncoder)?;
        self.whole.get(start..start.checked_add(count).ok_or(NotAnEncoder)?).ok_or(NotAnEncoder)
    }

    pub(super) fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, NotAnEncoder> {
        Ok(floats(self.bytes(name, count * 4)?))
    }

    /// A table of `rows` times `columns` weights in four bits.
    pub(super) fn quads(&self, name: &str, rows: usize, columns: usize) -> Result<&'a [u8], NotAnEncoder> {
        self.bytes(name, rows.checked_mul(columns / BLOCK * PACKED).ok_or(NotAnEncoder)?)
    }
}

/// A row of such a table as numbers; nought where there is no such row.
pub(super) fn unpack(table: &[u8], row: usize, columns: usize, out: &mut [f32]) {
    let length = columns / BLOCK * PACKED;
    let Some(row) = table.get(row * length..(row + 1) * length) else { return };
    for (block, out) in row.as_chunks::<PACKED>().0.iter().zip(out.chunks_exact_mut(BLOCK)) {
        let (scale, weights) = split(block);
        out.iter_mut().zip(weights).for_each(|(out, it)| *out = f32::from(it) * scale);
    }
}

/// A block's scale and weights, -8 to 7.
pub(super) fn split(block: &[u8; PACKED]) -> (f32, [i16; BLOCK]) {
    let scale = half(u16::from_le_bytes([block[0], block[1]]));
    let mut weights = [0; BLOCK];
    for (at, byte) in block[2..].iter().enumerate() {
        weights[at] = i16::from(byte & 0x0f) - 8;
        weights[at + BLOCK / 2] = i16::from(byte >> 4) - 8;
    }
    (scale, weights)
}

/// A number of sixteen bits (IEEE 754 binary16).
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    if exponent == 0 {
        sign * fraction * 2.0_f32.powi(-14)
    } else {
        sign * (1.0 + fraction) * 2.0_f32.powi(exponent - 15)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_they_are_defined() {
        for (bits, number) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8)]
        {
            assert!((half(bits) - number).abs() < 1e-9, "{bits:x}");
        }
    }

    #[test]
    fn a_block_holds_its_low_halves_first() {
        let mut block = [0_u8; PACKED];
        block[..2].copy_from_slice(&0x3c00_u16.to_le_bytes());
        block[2] = 0xf0;
        let (scale, weights) = split(&block);
        assert!((scale - 1.0).abs() < 1e-9);
        assert_eq!((weights[0], weights[16]), (-8, 7));
    }
}
