//! Alters inputs: bytes, but also what texts are made of (words of the seeds, numbers, brackets), since a parser refuses at
//! once what isn't nearly right.

/// What parsers stumble over.
const TOKENS: [&[u8]; 44] = [
    b"",
    b"\0",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"<",
    b">",
    b"</",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"&#0;",
    b"&#x202e;",
    b"&#xffffffff;",
    b"&amp;",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"\"\"",
    b"=?utf-8?B?",
    b"?=",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    "\u{202e}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{1f469}\u{200d}\u{1f52c}".as_bytes(),
    "é".as_bytes(),
    "İ".as_bytes(),
    "ﷺ".as_bytes(),
];
const NUMBERS: [&[u8]; 18] = [
    b"0",
    b"-1",
    b"-0",
    b"1",
    b"255",
    b"256",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967296",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"1e999",
    b"0.1e-999",
    b"99999999999999999999999999",
    b"9999-12-31T23:59:59Z",
];
/// The longest input (bytes).
const LONGEST: usize = 256 * 1024;
/// Alterations of one input.
const AT_ONCE: u64 = 6;

/// Makes inputs of others.
pub(crate) struct Mutator {
    state: u64,
    words: Vec<Vec<u8>>,
}

impl Mutator {
    pub(crate) fn new(seed: u64, seeds: &[Vec<u8>]) -> Self {
        let is_edge =
            |byte: &u8| !byte.is_ascii_alphanumeric() && *byte < 0x80 && *byte != b'_' && *byte != b'-';
        let mut words: Vec<Vec<u8>> = seeds
            .iter()
            .flat_map(|it| it.split(is_edge))
            .filter(|it| it.len() > 1)
            .map(<[u8]>::to_vec)
            .collect();
        words.sort();
        words.dedup();
        Self { state: seed, words }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, 0 when there is none.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end as u64).max(1)).unwrap_or(0)
    }

    fn pick<'a>(&mut self, all: &'a [Vec<u8>]) -> &'a [u8] {
        all.get(self.below(all.len())).map(Vec::as_slice).unwrap_or_default()
    }

    /// One of `pool`, altered.
    pub(crate) fn alter(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.pick(pool).to_vec();
        for _ in 0..1 + self.next() % AT_ONCE {
            self.step(&mut input, pool);
            input.truncate(LONGEST);
        }
        input
    }

    fn step(&mut self, input: &mut Vec<u8>, pool: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let range = self.range(input.len());
        match self.below(14) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << (self.state % 8);
                }
            }
            1 => {
                let random = self.next().to_le_bytes();
                if let Some(byte) = input.get_mut(at) {
                    *byte = random[0];
                }
            }
            2 => drop(input.drain(range)),
            3 => input.truncate(at),
            // The same again and again, up to some thousand times.
            4 => {
                let piece = input.get(range).unwrap_or_default().to_vec();
                let most = [2, 8, 100, 3_000][self.below(4)];
                let times = (1 + self.below(most)).min(LONGEST / piece.len().max(1));
                put(input, at..at, &piece.repeat(times));
            }
            // A piece of another, in the place of one of ours or before it.
            5 | 6 => {
                let other = self.pick(pool).to_vec();
                let piece = other.get(self.range(other.len())).unwrap_or_default().to_vec();
                put(input, if self.next().is_multiple_of(2) { range } else { at..at }, &piece);
            }
            7 => put(input, at..at, TOKENS[self.below(TOKENS.len())]),
            8 => put(input, range, TOKENS[self.below(TOKENS.len())]),
            9 | 10 => self.number(input, at),
            11 | 12 => self.word(input, at),
            // Both halves change places; or everything stands the other way round.
            _ if at < input.len() => input.rotate_left(at),
            _ => input.reverse(),
        }
    }

    /// A range of an input, short more often than long.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = [4, 16, 64, length][self.below(4)];
        start..(start + self.below(most + 1)).min(length)
    }

    /// Another number in the place of the next one.
    fn number(&mut self, input: &mut Vec<u8>, from: usize) {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let Some(start) = input.iter().skip(from).position(is_digit).map(|it| it + from) else { return };
        let length = input.iter().skip(start).take_while(|byte| is_digit(byte)).count();
        put(input, start..start + length, NUMBERS[self.below(NUMBERS.len())]);
    }

    /// A word of the seeds, or nothing, in the place of the next one.
    fn word(&mut self, input: &mut Vec<u8>, from: usize) {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        let Some(start) = input.iter().skip(from).position(is_letter).map(|it| it + from) else { return };
        let length = input.iter().skip(start).take_while(|byte| is_letter(byte)).count();
        let words = std::mem::take(&mut self.words);
        put(input, start..start + length, self.pick(&words));
        self.words = words;
    }
}

fn put(input: &mut Vec<u8>, range: std::ops::Range<usize>, piece: &[u8]) {
    input.splice(range, piece.iter().copied());
}

/// A shorter input for which `is_bad` still holds.
pub(crate) fn shrink(input: &[u8], is_bad: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut best, mut size) = (input.to_vec(), input.len() / 2);
    let mut tries = 0;
    while size > 0 {
        let mut at = 0;
        while at < best.len() && tries < 2_000 {
            tries += 1;
            let mut less = best.clone();
            less.drain(at..(at + size).min(best.len()));
            if is_bad(&less) {
                best = less;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs_and_they_differ() {
        let seeds = vec![b"{\"id\": 12, \"name\": \"Anna\"}".to_vec(), b"[1, 2]".to_vec()];
        let made = |seed| {
            let mut mutator = Mutator::new(seed, &seeds);
            (0..200).map(|_| mutator.alter(&seeds)).collect::<Vec<_>>()
        };
        assert_eq!(made(3), made(3));
        let different: std::collections::HashSet<_> = made(3).into_iter().collect();
        assert!(different.len() > 150, "{}", different.len());
        assert!(different.iter().any(|it| it.len() > 1_000) && different.iter().any(|it| it.len() < 5));
    }

    #[test]
    fn what_is_bad_is_found_and_made_small() {
        let seeds = vec![b"{\"id\": 12, \"name\": \"Anna\"}".to_vec()];
        let is_bad = |it: &[u8]| it.windows(3).any(|it| it == b"-1,");
        let mut mutator = Mutator::new(1, &seeds);
        let found = (0..20_000).map(|_| mutator.alter(&seeds)).find(|it| is_bad(it)).unwrap();
        assert_eq!(shrink(&found, is_bad), b"-1,");
    }
}
