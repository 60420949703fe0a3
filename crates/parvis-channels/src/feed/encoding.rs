//! Encodings that lie. The XML reader believes the declaration inside a document, else takes
//! UTF-8; the bytes, the header of the answer and the declaration often disagree.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
/// The bytes as the XML reader can take them. It trusts the declaration inside the document
/// (else UTF-8); where the bytes give the lie to that, the header is tried, then the encoding
/// that most such feeds are really in.
pub(super) fn readable<'a>(body: &'a [u8], charset: Option<&'static Encoding>) -> Cow<'a, [u8]> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        let body = body.get(length..).unwrap_or_default();
        return if encoding == UTF_8 { Cow::Borrowed(body) } else { decoded(body, encoding) };
    }
    let head = String::from_utf8_lossy(body.get(..200.min(body.len())).unwrap_or_default());
    let declared = head
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.trim_start_matches(['"', '\'']).split(['"', '\'']).next())
        .and_then(|name| Encoding::for_label(name.as_bytes()));
    let as_declared = declared.is_some_and(|encoding| encoding != UTF_8);
    if as_declared || std::str::from_utf8(body).is_ok() {
        return Cow::Borrowed(body);
    }
    decoded(body, charset.filter(|encoding| *encoding != UTF_8).unwrap_or(WINDOWS_1252))
}

/// In UTF-8, and saying so: the declaration at the head no longer holds and is cut off.
fn decoded(body: &[u8], encoding: &'static Encoding) -> Cow<'static, [u8]> {
    let (text, _) = encoding.decode_without_bom_handling(body);
    let start = text.trim_start();
    let rest = match start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => start,
    };
    Cow::Owned(rest.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(body: &[u8], header: Option<&'static Encoding>) -> String {
        let feed = feed_rs::parser::parse(readable(body, header).as_ref()).unwrap();
        feed.title.unwrap().content
    }

    #[test]
    fn encodings_that_lie_are_seen_through() {
        let feed = |head: &str| {
            let text =
                format!("{head}<rss version=\"2.0\"><channel><title>d\u{e9}j\u{e0}</title></channel></rss>");
            text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>()
        };
        for (head, header) in [
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", None),
            ("<?xml version=\"1.0\" encoding=\"utf-8\"?>", None),
            ("<?xml version='1.0' encoding='utf-8'?>", Encoding::for_label(b"latin1")),
            ("", Some(UTF_8)),
        ] {
            assert_eq!(title(&feed(head), header), "d\u{e9}j\u{e0}", "{head}");
        }
        let wide = "<?xml version=\"1.0\" encoding=\"utf-16\"?><rss version=\"2.0\"><channel>\
                    <title>d\u{e9}j\u{e0}</title></channel></rss>";
        let wide: Vec<u8> =
            "\u{feff}".encode_utf16().chain(wide.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(title(&wide, None), "d\u{e9}j\u{e0}");
    }
}
