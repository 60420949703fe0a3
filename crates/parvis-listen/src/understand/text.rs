//! A text as the models compare it: tokens in small letters, without accents, addresses and names put aside, shouting and
//! stretched letters noted. It knows nothing of weights.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters and digits.
    Word,
    /// Anything else that was kept: an emoji, `?!`, an address, a name.
    Mark,
}

/// A piece of the folded text: bytes `start..end` of [`Folded::bytes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A folded text. Kept between texts, so that reading one allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Every token, with `_` before and after each.
    pub(super) bytes: Vec<u8>,
    pub(super) tokens: Vec<Token>,
    /// Words of three letters or more, all capitals.
    pub(super) shouted: u32,
    /// Words in which a letter was stretched (nooon).
    pub(super) stretched: u32,
}

/// Texts longer than this (bytes) are read to here: what someone wants stands at the beginning.
const LONGEST: usize = 4000;

impl Folded {
    /// Puts `text` in, instead of what was there.
    pub(super) fn take(&mut self, text: &str) {
        self.bytes.clear();
        self.tokens.clear();
        self.shouted = 0;
        self.stretched = 0;
        let mut rest = &text[..text.floor_char_boundary(LONGEST)];
        while let Some(first) = rest.chars().next() {
            let used = match first {
                '@' | '#' => self.sigil(rest, first),
                'h' | 'H' | 'w' | 'W' if is_address(rest) => self.address(rest),
                _ if is_inner(first) => self.word(rest),
                '!' | '?' => self.run(rest, first),
                '.' | '…' => self.dots(rest),
                _ => self.other(first),
            };
            rest = &rest[used..];
        }
        self.bytes.push(b'_');
    }

    fn mark(&mut self, what: &[u8]) {
        self.bytes.push(b'_');
        let start = self.bytes.len();
        self.bytes.extend_from_slice(what);
        self.push(Kind::Mark, start);
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let (start, end) = (narrow(start), narrow(self.bytes.len()));
        self.tokens.push(Token { kind, start, end });
    }

    /// `@name` is put aside whole; of `#aTag` the words are read on.
    fn sigil(&mut self, rest: &str, sigil: char) -> usize {
        let tail = &rest[1..];
        if !tail.starts_with(is_inner) {
            return 1;
        }
        if sigil == '#' {
            self.mark(b"#");
            return 1;
        }
        self.mark(b"@");
        1 + tail.find(|it: char| !is_inner(it) && it != '.' && it != '-').unwrap_or(tail.len())
    }

    fn address(&mut self, rest: &str) -> usize {
        self.mark(b"http");
        rest.find(char::is_whitespace).unwrap_or(rest.len())
    }

    fn run(&mut self, rest: &str, first: char) -> usize {
        let used = rest.find(|it| it != first).unwrap_or(rest.len());
        match (first, used) {
            ('!', 1) => self.mark(b"!"),
            ('!', _) => self.mark(b"!!"),
            (_, 1) => self.mark(b"?"),
            _ => self.mark(b"??"),
        }
        used
    }

    fn dots(&mut self, rest: &str) -> usize {
        let used = rest.find(|it| it != '.' && it != '…').unwrap_or(rest.len());
        if used > 1 {
            self.mark(b"...");
        }
        used
    }

    fn other(&mut self, it: char) -> usize {
        // Variation selectors, joiners and the colour of a skin change nothing in what is said.
        let silent = matches!(it, '\u{fe0e}' | '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}');
        if !it.is_whitespace() && !it.is_control() && !silent && !matches!(it, '\'' | '’' | ',' | '_') {
            let mut buffer = [0; 4];
            self.mark(it.encode_utf8(&mut buffer).as_bytes());
        }
        it.len_utf8()
    }

    /// A word ends where its letters end, or where a capital follows a small letter (`#BonjourParis`).
    fn word(&mut self, rest: &str) -> usize {
        self.bytes.push(b'_');
        let start = self.bytes.len();
        let (mut used, mut capitals, mut letters) = (0, 0_u32, 0_u32);
        let (mut last, mut repeats, mut small, mut stretched) = ('\0', 0, false, false);
        for it in rest.chars().take_while(|it| is_inner(*it)) {
            let upper = it.is_uppercase();
            if small && upper {
                break;
            }
            small = it.is_lowercase();
            capitals += u32::from(upper);
            letters += u32::from(it.is_alphabetic());
            used += it.len_utf8();
            repeats = if it == last { repeats + 1 } else { 0 };
            last = it;
            if repeats > 1 && it.is_alphabetic() {
                stretched = true;
            } else if it.is_ascii_digit() {
                self.digit();
            } else {
                push_folded(&mut self.bytes, it);
            }
        }
        if self.bytes.len() == start {
            self.bytes.truncate(start - 1);
            return used;
        }
        self.shouted += u32::from(letters >= 3 && capitals == letters);
        self.stretched += u32::from(stretched);
        self.push(Kind::Word, start);
        used
    }

    /// What a number counts is of no weight, only how long it is.
    fn digit(&mut self) {
        if !self.bytes.ends_with(b"000") {
            self.bytes.push(b'0');
        }
    }
}

/// Of a text of at most [`LONGEST`] bytes, which never grows beyond three times that.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn is_inner(it: char) -> bool {
    // An accent may be written after its letter, as a sign of its own.
    it.is_ascii_alphanumeric()
        || (!it.is_ascii() && (it.is_alphanumeric() || matches!(it, '\u{300}'..='\u{36f}')))
}

fn is_address(rest: &str) -> bool {
    let start = rest.as_bytes();
    let is = |what: &[u8]| start.len() >= what.len() && start[..what.len()].eq_ignore_ascii_case(what);
    is(b"http://")
        || is(b"https://")
        || is(b"www.")
        || (is(b"http") && (start.len() == 4 || start[4] == b' '))
}

/// `it` in small letters and without its accent. Letters beyond Latin keep their shape.
fn push_folded(bytes: &mut Vec<u8>, it: char) {
    if it.is_ascii() {
        bytes.push(it.to_ascii_lowercase() as u8);
        return;
    }
    let plain: &[u8] = match it {
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' => b"a",
        'ç' | 'Ç' | 'ć' | 'č' => b"c",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' => b"e",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' => b"i",
        'ñ' | 'Ñ' | 'ń' => b"n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' => b"o",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' => b"u",
        'ý' | 'ÿ' | 'Ý' => b"y",
        'œ' | 'Œ' => b"oe",
        'æ' | 'Æ' => b"ae",
        'ß' => b"ss",
        '\u{300}'..='\u{36f}' => b"",
        _ => {
            let mut buffer = [0; 4];
            for small in it.to_lowercase() {
                bytes.extend_from_slice(small.encode_utf8(&mut buffer).as_bytes());
            }
            return;
        }
    };
    bytes.extend_from_slice(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut folded = Folded::default();
        folded.take(text);
        let of = |it: &Token| String::from_utf8(folded.bytes[it.start as usize..it.end as usize].to_vec());
        folded.tokens.iter().map(|it| of(it).unwrap()).collect()
    }

    #[test]
    fn accents_capitals_and_stretched_letters_are_folded() {
        assert_eq!(tokens("L’ÉTÉ, c'est nuuuul"), ["l", "ete", "c", "est", "nuul"]);
    }

    #[test]
    fn an_accent_written_after_its_letter_is_the_same() {
        assert_eq!(tokens("e\u{301}te\u{301}"), tokens("été"));
    }

    #[test]
    fn names_addresses_and_numbers_are_put_aside() {
        assert_eq!(tokens("@Marie.D voir https://a.b/c 12345€"), ["@", "voir", "http", "000", "€"]);
    }

    #[test]
    fn a_hashtag_is_read_word_by_word() {
        assert_eq!(tokens("#BonjourParis"), ["#", "bonjour", "paris"]);
    }

    #[test]
    fn what_is_shouted_is_counted() {
        let mut folded = Folded::default();
        folded.take("RENDEZ l'argent !!! NOOOON");
        assert_eq!((folded.shouted, folded.stretched), (2, 1));
    }

    #[test]
    fn a_text_of_any_bytes_is_taken() {
        assert_eq!(tokens("\u{301}\u{200d}👍🏽 \u{0}#"), ["👍"]);
        assert!(tokens(&"é".repeat(5000)).len() == 1);
    }
}
