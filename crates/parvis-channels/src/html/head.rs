//! What a page says of itself in its head: title, `<meta>`, `<link>`.
//!
//! Read by the tokenizer of html5ever, without building a tree: its time grows with the length only, and a page of
//! hostile depth costs no more than another.

use std::borrow::Cow;
use std::cell::RefCell;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use reqwest::header::CONTENT_TYPE;

use crate::Answer;

/// Bytes of a page looked through; some put a lot before what describes them.
const LOOKED_AT: usize = 1024 * 1024;
/// Elements kept at most.
const MOST: usize = 500;

/// What stands in the head of a page, as it stands there: nothing is cleaned yet.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// Its `<title>`.
    pub(crate) title: String,
    /// Its `<meta>` and `<link>` elements in their order.
    pub(crate) elements: Vec<Element>,
}

/// An element without what it holds.
#[derive(Debug)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute; the first counts, as in browsers.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }
}

impl Head {
    /// Reads the head of a page; what isn't HTML has none.
    pub(crate) fn read(page: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(super::cut(page, LOOKED_AT)));
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        // A script's end hands control back.
        while !input.is_empty() {
            let _script = tokenizer.feed(&input);
        }
        tokenizer.end();
        tokenizer.sink.head.take()
    }

    /// The elements of this name.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |it| it.name == name)
    }

    /// What a `<meta>` says whose `property` or `name` is this, if it says anything.
    pub(crate) fn meta(&self, key: &str) -> Option<&str> {
        let named = |it: &&Element| {
            [it.get("property"), it.get("name")].into_iter().flatten().any(|it| it.eq_ignore_ascii_case(key))
        };
        self.all("meta").filter(named).find_map(|it| it.get("content")).filter(|it| !it.is_empty())
    }
}

#[derive(Default)]
struct Sink {
    head: RefCell<Head>,
    /// Inside the first `<title>`.
    titled: RefCell<bool>,
}

impl Sink {
    fn begin(&self, tag: &Tag) -> TokenSinkResult<()> {
        let mut head = self.head.borrow_mut();
        let name = match &*tag.name {
            "meta" => "meta",
            "link" => "link",
            "title" => {
                // A picture inside the page (SVG) may have a title, too.
                *self.titled.borrow_mut() = head.title.is_empty();
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            _ => return TokenSinkResult::Continue,
        };
        if head.elements.len() < MOST {
            let attributes = tag.attrs.iter().map(|it| (it.name.local.to_string(), it.value.to_string()));
            head.elements.push(Element { name, attributes: attributes.collect() });
        }
        TokenSinkResult::Continue
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.begin(&tag),
            Token::TagToken(_) => *self.titled.borrow_mut() = false,
            Token::CharacterTokens(text) if *self.titled.borrow() => {
                self.head.borrow_mut().title.push_str(&text);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// The text of a page: by its mark, by the head of the answer, by what the page says of itself, else UTF-8; and the
/// encoding of the western web where the bytes aren't that (WHATWG, “encoding sniffing”).
pub(crate) fn page_text(answer: &Answer) -> Cow<'_, str> {
    let body = &answer.body;
    let by_mark = Encoding::for_bom(body).map(|(encoding, _)| encoding);
    let told = by_mark.or_else(|| charset(answer)).or_else(|| declared(body));
    let encoding = match told {
        Some(encoding) if encoding != UTF_8 => encoding,
        _ if std::str::from_utf8(body).is_ok() => UTF_8,
        // Cut in the middle of a character, or mixed: what most of it is.
        _ if told.is_some() => UTF_8,
        _ => WINDOWS_1252,
    };
    encoding.decode(body).0
}

/// The encoding that the head of the answer claims.
pub(crate) fn charset(answer: &Answer) -> Option<&'static Encoding> {
    let value = answer.header(&CONTENT_TYPE)?;
    let (_, name) = value.split_once("charset=")?;
    Encoding::for_label(name.split(';').next()?.trim_matches(['"', ' ']).as_bytes())
}

/// The encoding that the page claims in its first kilobyte.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(body.get(..1024.min(body.len()))?);
    let (_, name) = start.split_once("charset=")?;
    let name = name.trim_start_matches(['"', '\'']).split(['"', '\'', ';', '>', ' ', '/']).next()?;
    // A page that can be read so far isn't in UTF-16, whatever it says (WHATWG).
    let wide = name.to_ascii_lowercase().starts_with("utf-16");
    if wide { Some(UTF_8) } else { Encoding::for_label(name.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: &str, body: &[u8]) -> Answer {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        Answer {
            status: 200,
            headers,
            body: body.to_vec().into(),
            url: "https://a.example".parse().unwrap(),
            moved: None,
        }
    }

    #[test]
    fn a_head_is_read_and_what_scripts_and_comments_hold_is_none_of_it() {
        let head = Head::read(
            "<!doctype html><head><script>var a = '<meta property=og:title content=no>';</script>\
             <!-- <title>no</title> --><title>L&rsquo;été &amp; nous</title>\
             <META Property='OG:Title' CONTENT=\"L&eacute;gumes\"><meta name=description content='  '>\
             <style>/* <link rel=no> */</style><link rel=icon href=/i.png></head>\
             <body><svg><title>Icon</title></svg>",
        );
        assert_eq!(head.title, "L’été & nous");
        assert_eq!(head.meta("og:title"), Some("Légumes"));
        assert_eq!(head.meta("description"), None);
        let links: Vec<_> = head.all("link").filter_map(|it| it.get("rel")).collect();
        assert_eq!(links, ["icon"]);
    }

    #[test]
    fn a_page_is_read_in_the_encoding_that_it_really_has() {
        let latin: Vec<u8> =
            "<meta charset=iso-8859-1>déjà".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let bare: Vec<u8> = "déjà".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for (kind, body) in [
            ("text/html", latin.as_slice()),
            ("text/html; charset=latin1", bare.as_slice()),
            ("text/html", bare.as_slice()),
            ("text/html; charset=\"UTF-8\"", "déjà".as_bytes()),
            ("text/html", "\u{feff}déjà".as_bytes()),
        ] {
            let answer = answer(kind, body);
            assert!(page_text(&answer).ends_with("déjà"), "{kind} {:?}", page_text(&answer));
        }
    }

    #[test]
    fn a_page_full_of_elements_is_read_in_bounds() {
        let head = Head::read(&"<meta name=a content=b>".repeat(5_000));
        assert_eq!(head.elements.len(), MOST);
        assert!(Head::read(&"<div>".repeat(300_000)).elements.is_empty());
        assert_eq!(Head::read("<title>open").title, "open");
    }
}
