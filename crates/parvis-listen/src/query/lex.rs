//! A query cut into its signs. Never fails: what is wrong becomes a sign of its own, so that a half-written query can
//! be painted too.

use std::ops::Range;

use super::{Name, Problem};

/// A sign of the query and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near {
        steps: Option<u32>,
        is_ordered: bool,
    },
    /// In quotes or braces; the range of what is within.
    Quoted {
        inner: Range<usize>,
        is_exact: bool,
    },
    Tilde(Option<u32>),
    /// A field's name with its colon.
    Field(Option<Name>),
    /// The value of the field before; without quotes.
    Value(Range<usize>),
    /// `[a TO b]`; what is within.
    Span(Range<usize>),
    Bare,
    Comment,
    Bad(Problem),
}

pub(super) fn signs(text: &str) -> Vec<Sign> {
    let mut lexer = Lexer { text, at: 0, signs: Vec::new() };
    while let Some(c) = lexer.rest().chars().next() {
        if c.is_whitespace() {
            lexer.at += c.len_utf8();
        } else {
            lexer.sign(c);
        }
    }
    lexer.signs
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    signs: Vec<Sign>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, length: usize, kind: Kind) {
        self.signs.push(Sign { kind, range: self.at..self.at + length });
        self.at += length;
    }

    fn sign(&mut self, c: char) {
        match c {
            '(' => self.push(1, Kind::Open),
            ')' => self.push(1, Kind::Close),
            '}' => self.push(1, Kind::Bad(Problem::Unopened("}"))),
            '~' => {
                let digits = digits(&self.rest()[1..]);
                let steps = self.rest()[1..=digits].parse().ok();
                self.push(1 + digits, Kind::Tilde(steps));
            }
            '{' => self.quoted(c, &['}'], "{", true),
            '"' | '“' | '”' | '„' | '«' | '»' => self.quoted(c, closers(c), "\"", false),
            _ if self.rest().starts_with("<<<") => match self.rest().find(">>>") {
                Some(end) => self.push(end + 3, Kind::Comment),
                None => self.push(self.rest().len(), Kind::Bad(Problem::Unclosed("<<<"))),
            },
            _ => self.bare(),
        }
    }

    fn quoted(&mut self, opener: char, closers: &[char], sign: &'static str, is_exact: bool) {
        let from = opener.len_utf8();
        let Some(end) = self.rest()[from..].find(closers) else {
            return self.push(self.rest().len(), Kind::Bad(Problem::Unclosed(sign)));
        };
        let inner = self.at + from..self.at + from + end;
        let closer = self.text[inner.end..].chars().next().map_or(0, char::len_utf8);
        self.push(from + end + closer, Kind::Quoted { inner, is_exact });
    }

    fn bare(&mut self) {
        let rest = self.rest();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters > 0 && rest[letters..].starts_with(':') {
            self.push(letters + 1, Kind::Field(Name::of(&rest[..letters])));
            return self.value();
        }
        let length = rest
            .char_indices()
            .find(|(at, c)| {
                c.is_whitespace()
                    || "()\"“”„«»{}~".contains(*c)
                    || (*c == '<' && rest[*at..].starts_with("<<<"))
            })
            .map_or(rest.len(), |(at, _)| at);
        self.push(length, word(&rest[..length]));
    }

    /// What stands behind a field's colon; a parenthesis is left to the parser.
    fn value(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\u{A0}']).len();
        let rest = self.rest();
        match rest.chars().next() {
            None | Some('(' | ')') => {}
            Some('[') => match rest.find(']') {
                Some(end) => self.push(end + 1, Kind::Span(self.at + 1..self.at + end)),
                None => self.push(rest.len(), Kind::Bad(Problem::Unclosed("["))),
            },
            Some(c @ ('"' | '“' | '”' | '„' | '«' | '»')) => {
                self.quoted(c, closers(c), "\"", false);
                if let Some(Sign { kind, .. }) = self.signs.last_mut()
                    && let Kind::Quoted { inner, .. } = kind
                {
                    *kind = Kind::Value(inner.clone());
                }
            }
            Some(c) if c.is_whitespace() => {}
            Some(_) => {
                let length =
                    rest.find(|c: char| c.is_whitespace() || ")\"»".contains(c)).unwrap_or(rest.len());
                self.push(length, Kind::Value(self.at..self.at + length));
            }
        }
    }
}

/// What ends a quotation that begins so; people and their phones mix them.
fn closers(opener: char) -> &'static [char] {
    match opener {
        '"' => &['"'],
        '«' => &['»'],
        '»' => &['«', '»'],
        _ => &['”', '“', '"'],
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn word(text: &str) -> Kind {
    match text {
        "AND" | "ET" => return Kind::And,
        "OR" | "OU" => return Kind::Or,
        "NOT" | "SAUF" => return Kind::Not,
        "&" | "&&" | "|" | "||" | "!" => return Kind::Bad(Problem::Foreign(text.to_owned())),
        _ => {}
    }
    let (near, ordered) = match text.strip_prefix("ONEAR") {
        Some(rest) => (Some(rest), true),
        None => (text.strip_prefix("NEAR").or_else(|| text.strip_prefix("PROCHE")), false),
    };
    match near {
        Some("" | "/") => Kind::Near { steps: None, is_ordered: ordered },
        Some(rest) if rest.starts_with('/') => {
            let length = digits(&rest[1..]);
            let (number, tail) = rest[1..].split_at(length);
            let is_ordered = match tail {
                "" => ordered,
                "f" | "F" => true,
                _ => return Kind::Near { steps: None, is_ordered: ordered },
            };
            Kind::Near { steps: number.parse().ok(), is_ordered }
        }
        _ => Kind::Bare,
    }
}
