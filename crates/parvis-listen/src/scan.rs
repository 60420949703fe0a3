//! A post cut into words and folded in one pass, with a table of where each word stands.
//!
//! It does what [`crate::word`] says, faster: words of ASCII, Latin letters with accents and accents of their own are
//! folded byte by byte while they are hashed; all others go through [`word::fold`]. Tests hold the two against each
//! other. Two words with the same hash of 64 bits are taken for the same.

use std::sync::LazyLock;

use crate::word::{self, Sigil};

/// A word or an emoji of a post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Of its folded text.
    pub(crate) hash: u64,
    /// The first eight bytes of its folded text, from the highest.
    pub(crate) head: u64,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many words stand before it.
    pub(crate) step: u32,
    /// The next token with the same hash, or [`NONE`].
    pub(crate) next: u32,
    /// The last token with the same hash; kept in the first of them.
    tail: u32,
    pub(crate) sigil: Sigil,
    pub(crate) is_emoji: bool,
}

pub(crate) const NONE: u32 = u32::MAX;

/// The tokens of one post. Made once and used for many.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) tokens: Vec<Token>,
    /// Open addressing: the first token of each hash, plus one.
    slots: Vec<u32>,
    /// One bit for each of the post's hashes: a quick no.
    bits: [u64; 16],
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(hash: u64) -> u64 {
    let hash = hash.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    hash ^ (hash >> 32)
}

/// A hash that takes bytes one after the other, eight at a time.
#[derive(Clone, Copy)]
struct Hasher {
    hash: u64,
    block: u64,
    head: u64,
    length: u32,
}

impl Hasher {
    fn new() -> Self {
        Self { hash: SEED, block: 0, head: 0, length: 0 }
    }

    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.block = self.block << 8 | u64::from(byte);
        self.length += 1;
        if self.length & 7 == 0 {
            if self.length == 8 {
                self.head = self.block;
            }
            self.hash = mix(self.hash ^ self.block);
            self.block = 0;
        }
    }

    #[inline(always)]
    fn end(self) -> (u64, u64) {
        let hash = mix(mix(self.hash ^ self.block ^ u64::from(self.length) << 56));
        let head =
            if self.length < 8 && self.length > 0 { self.block << (64 - 8 * self.length) } else { self.head };
        (hash, head)
    }
}

/// The hash of a text that is folded already.
pub(crate) fn hash(folded: &str) -> u64 {
    hash_and_head(folded).0
}

/// With the first eight bytes, from the highest.
pub(crate) fn hash_and_head(folded: &str) -> (u64, u64) {
    let mut hasher = Hasher::new();
    folded.bytes().for_each(|byte| hasher.push(byte));
    hasher.end()
}

/// A hash that no word has, for what isn't a word.
pub(crate) fn salted(salt: u64, value: u64) -> u64 {
    mix(mix(value ^ salt.wrapping_mul(SEED)) ^ salt)
}

const SEPARATOR: u8 = 0;
/// The first of two bytes that [`PAIRS`] knows.
const PAIR: u8 = 0x80;
const OTHER: u8 = 0x81;

/// What each byte is when a word is looked for: a small letter or digit of a word, or one of the above.
const CLASS: [u8; 256] = {
    let mut class = [SEPARATOR; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        class[at] = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => byte,
            b'A'..=b'Z' => byte + 32,
            0xC2..=0xC5 | 0xCC | 0xCD => PAIR,
            0x80.. => OTHER,
            _ => SEPARATOR,
        };
        at += 1;
    }
    class
};

/// What a character of two bytes becomes.
#[derive(Clone, Copy, PartialEq)]
enum Pair {
    Separator,
    /// One or two bytes of ASCII; the second may be 0.
    Letters(u8, u8),
    /// An accent of its own.
    Mark,
    /// To be looked at by [`word`].
    Other,
}

/// U+0080 to U+017F and U+0300 to U+037F.
static PAIRS: LazyLock<[Pair; 384]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let Some(c) = char::from_u32(if at < 256 { 0x80 + at as u32 } else { 0x300 + at as u32 - 256 })
        else {
            return Pair::Other;
        };
        if word::is_dropped(c) {
            return Pair::Mark;
        }
        if !word::continues(c) && word::emoji_length(c.encode_utf8(&mut [0; 4])).is_none() {
            return Pair::Separator;
        }
        let folded = word::fold(c.encode_utf8(&mut [0; 4]));
        match *folded.as_bytes() {
            [one] if one.is_ascii_alphanumeric() => Pair::Letters(one, 0),
            [one, two] if one.is_ascii_alphanumeric() && two.is_ascii_alphanumeric() => {
                Pair::Letters(one, two)
            }
            _ => Pair::Other,
        }
    })
});

fn pair(pairs: &[Pair; 384], lead: u8, second: u8) -> Pair {
    let low = usize::from(second & 0x3F);
    let at = if lead < 0xCC {
        usize::from(lead - 0xC2) * 64 + low
    } else {
        256 + usize::from(lead - 0xCC) * 64 + low
    };
    pairs.get(at).copied().unwrap_or(Pair::Other)
}

impl Scan {
    /// Takes the place of what was scanned before.
    pub(crate) fn read(&mut self, text: &str) {
        self.tokens.clear();
        let mut reader = Reader { text, bytes: text.as_bytes(), pairs: &PAIRS, at: 0, step: 0 };
        while reader.at < reader.bytes.len() {
            if let Some(token) = reader.token() {
                self.tokens.push(token);
            }
        }
        self.table();
    }

    fn table(&mut self) {
        let size = (self.tokens.len() * 2).next_power_of_two().max(64);
        self.slots.clear();
        self.slots.resize(size, 0);
        self.bits = [0; 16];
        let mask = size - 1;
        for at in 0..self.tokens.len() {
            let hash = self.tokens[at].hash;
            let mut slot = hash as usize & mask;
            loop {
                let first = self.slots[slot];
                if first == 0 {
                    self.slots[slot] = at as u32 + 1;
                    self.bits[(hash >> 60) as usize] |= 1 << (hash >> 54 & 63);
                    break;
                }
                let first = first as usize - 1;
                if self.tokens[first].hash == hash {
                    let tail = self.tokens[first].tail;
                    let last = if tail == NONE { first } else { tail as usize };
                    self.tokens[last].next = at as u32;
                    self.tokens[first].tail = at as u32;
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
    }

    /// Whether the hash may be one of the post's: no is sure, and quick. Only its upper ten bits count.
    #[inline]
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        self.bits[(hash >> 60) as usize] >> (hash >> 54 & 63) & 1 == 1
    }

    /// The first token with this hash.
    #[inline]
    pub(crate) fn first(&self, hash: u64) -> Option<usize> {
        if !self.may_have(hash) {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let first = self.slots[slot];
            if first == 0 {
                return None;
            }
            let first = first as usize - 1;
            if self.tokens[first].hash == hash {
                return Some(first);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Every token with this hash, in their order.
    pub(crate) fn all(&self, hash: u64) -> impl Iterator<Item = usize> {
        let mut at = self.first(hash);
        std::iter::from_fn(move || {
            let now = at?;
            let next = self.tokens[now].next;
            at = (next != NONE).then_some(next as usize);
            Some(now)
        })
    }

    /// Whether this token is the first with its hash.
    #[inline]
    pub(crate) fn is_first(&self, at: usize) -> bool {
        self.first(self.tokens[at].hash) == Some(at)
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pairs: &'static [Pair; 384],
    at: usize,
    step: u32,
}

impl Reader<'_> {
    /// The token that begins here, if one does; goes on behind it, or behind what separates.
    #[inline]
    fn token(&mut self) -> Option<Token> {
        let byte = self.bytes[self.at];
        match CLASS[usize::from(byte)] {
            SEPARATOR => {
                self.at += 1;
                None
            }
            PAIR => match pair(self.pairs, byte, self.bytes[self.at + 1]) {
                Pair::Separator | Pair::Mark => {
                    self.at += 2;
                    None
                }
                Pair::Letters(..) => Some(self.word()),
                Pair::Other => self.other(),
            },
            // General punctuation: typographic apostrophes, quotes, dashes, narrow spaces.
            OTHER if byte == 0xE2 && self.bytes[self.at + 1] == 0x80 && self.bytes[self.at + 2] != 0xBC => {
                self.at += 3;
                None
            }
            OTHER => self.other(),
            _ => Some(self.word()),
        }
    }

    /// A character that the quick tables don't know.
    fn other(&mut self) -> Option<Token> {
        let rest = &self.text[self.at..];
        let c = rest.chars().next()?;
        if word::is_word(c) {
            return Some(self.slow_word(self.at));
        }
        let start = self.at;
        let Some(length) = word::emoji_length(rest) else {
            self.at += c.len_utf8();
            return None;
        };
        self.at += length;
        let (hash, head) = hash_and_head(&word::fold_emoji(&rest[..length]));
        Some(Token { sigil: Sigil::None, is_emoji: true, ..self.made(start, hash, head) })
    }

    fn made(&self, start: usize, hash: u64, head: u64) -> Token {
        Token {
            hash,
            head,
            start: start as u32,
            end: self.at as u32,
            step: self.step,
            next: NONE,
            tail: NONE,
            sigil: self.sigil(start),
            is_emoji: false,
        }
    }

    #[inline]
    fn word(&mut self) -> Token {
        let start = self.at;
        let mut hasher = Hasher::new();
        while let Some(byte) = self.bytes.get(self.at) {
            match CLASS[usize::from(*byte)] {
                SEPARATOR => break,
                PAIR => match pair(self.pairs, *byte, self.bytes[self.at + 1]) {
                    Pair::Separator => break,
                    Pair::Mark => {}
                    Pair::Letters(one, two) => {
                        hasher.push(one);
                        if two != 0 {
                            hasher.push(two);
                        }
                    }
                    Pair::Other if self.goes_on() => return self.slow_word(start),
                    Pair::Other => break,
                },
                OTHER if self.goes_on() => return self.slow_word(start),
                OTHER => break,
                letter => {
                    hasher.push(letter);
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
        }
        let (hash, head) = hasher.end();
        let token = self.made(start, hash, head);
        self.step += 1;
        token
    }

    /// Whether the word goes on with the character that stands here.
    fn goes_on(&self) -> bool {
        self.text[self.at..].chars().next().is_some_and(word::continues)
    }

    fn slow_word(&mut self, start: usize) -> Token {
        let rest = &self.text[start..];
        let length = rest.find(|c| !word::continues(c)).unwrap_or(rest.len());
        self.at = start + length;
        let (hash, head) = hash_and_head(&word::fold(&rest[..length]));
        let token = self.made(start, hash, head);
        self.step += 1;
        token
    }

    #[inline]
    fn sigil(&self, start: usize) -> Sigil {
        let Some(last) = start.checked_sub(1).map(|it| self.bytes[it]) else { return Sigil::None };
        if !matches!(last, b'#' | b'@' | 0x83 | 0xA0) {
            return Sigil::None;
        }
        let mut before = self.text[..start].chars().rev();
        let last = before.next();
        word::sigil(before.next(), last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_same(text: &str) {
        let mut scan = Scan::default();
        scan.read(text);
        let slow = word::tokens(text);
        assert_eq!(scan.tokens.len(), slow.len(), "{text:?}");
        for (fast, slow) in scan.tokens.iter().zip(&slow) {
            let raw = &text[slow.range.clone()];
            assert_eq!(
                (fast.start as usize, fast.end as usize),
                (slow.range.start, slow.range.end),
                "{text:?}"
            );
            assert_eq!(
                (fast.sigil, fast.step, fast.is_emoji),
                (slow.sigil, slow.step, slow.is_emoji),
                "{text:?}"
            );
            let folded = if slow.is_emoji { word::fold_emoji(raw) } else { word::fold(raw) };
            assert_eq!((fast.hash, fast.head), hash_and_head(&folded), "{raw:?} in {text:?}");
        }
        for (at, token) in scan.tokens.iter().enumerate() {
            assert!(scan.all(token.hash).any(|it| it == at));
            assert!(scan.all(token.hash).is_sorted());
        }
    }

    #[test]
    fn every_character_is_cut_and_folded_as_the_slow_way_does() {
        for c in (0..=0x10_FFFFu32).filter_map(char::from_u32) {
            assert_same(&format!("a{c}b {c}#{c}x e{c}"));
        }
    }

    #[test]
    fn words_whose_letters_meet_are_folded_as_the_slow_way_does() {
        for text in [
            "de\u{301}ja\u{300}",
            "#Ｐarvis ＃x",
            "bob@été",
            "été@bob @été",
            "œuf½",
            "l’œil de «cœur»",
            "か\u{3099}aé",
            "가\u{11A8}b",
        ] {
            assert_same(text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_and_folded_as_the_slow_way_does(text in r"(\PC|[éÀœ#@’_ ]|[a-zA-Z]|[\u{300}-\u{310}]|[👍🏽\u{200D}❤️🇫]){0,40}") {
            assert_same(&text);
        }
    }
}
