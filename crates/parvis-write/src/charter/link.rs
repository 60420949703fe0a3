//! Links that hide where they lead, and links that lead nowhere. Whether an address answers is asked elsewhere.

use super::{Page, Remark, Rule};
use crate::campaign::host;
use crate::mark::MarkKind;

/// Hosts that only send on to others.
const SHORTENERS: [&str; 33] = [
    "bit.ly",
    "tinyurl.com",
    "t.co",
    "goo.gl",
    "ow.ly",
    "buff.ly",
    "lnkd.in",
    "is.gd",
    "v.gd",
    "t.ly",
    "rb.gy",
    "cutt.ly",
    "urlz.fr",
    "shorturl.at",
    "tiny.cc",
    "bl.ink",
    "rebrand.ly",
    "short.io",
    "adf.ly",
    "dlvr.it",
    "ift.tt",
    "trib.al",
    "j.mp",
    "amzn.to",
    "fb.me",
    "vu.fr",
    "lc.cx",
    "huit.re",
    "miniurl.be",
    "s.id",
    "qr.ae",
    "x.gd",
    "han.gl",
];

/// Beginnings that somebody meant as `http://` or `https://`.
const MISTYPED: [&str; 14] = [
    "htpp://",
    "htpps://",
    "htp://",
    "htps://",
    "hhtp://",
    "hhtps://",
    "htttp://",
    "htttps://",
    "http//",
    "https//",
    "http;//",
    "https;//",
    "ttp://",
    "ttps://",
];

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    for mark in page.marks.iter().filter(|mark| mark.kind == MarkKind::Link) {
        let said = mark.text(page.text);
        let host = host(said).to_lowercase();
        if SHORTENERS.contains(&host.strip_prefix("www.").unwrap_or(&host)) {
            found.push(Remark::new(Rule::ShortLink, mark.span.clone()).said(said));
        }
    }
    let mut place = 0;
    for word in page.text.split_inclusive(char::is_whitespace) {
        let start = place + word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        place += word.len();
        let said = page.text.get(start..place).unwrap_or_default().trim_end();
        if let Some(mended) = broken(said) {
            let remark = Remark::new(Rule::BrokenLink, start..start + said.len()).said(said);
            found.push(match mended {
                Some(mended) => remark.instead(mended),
                None => remark,
            });
        }
    }
}

/// Whether a word was meant as a link and isn't one; with what it should have been, where that is plain.
fn broken(word: &str) -> Option<Option<String>> {
    let small = word.get(..word.len().min(12)).unwrap_or(word).to_ascii_lowercase();
    if let Some(typo) = MISTYPED.iter().find(|typo| small.starts_with(*typo)) {
        let scheme = if typo.contains('s') { "https://" } else { "http://" };
        return Some(
            word.get(typo.len()..).filter(|rest| !rest.is_empty()).map(|rest| format!("{scheme}{rest}")),
        );
    }
    for scheme in ["https:", "http:"] {
        let Some(rest) = word.get(scheme.len()..).filter(|_| small.starts_with(scheme)) else {
            continue;
        };
        return match rest.strip_prefix("//") {
            Some(address) => (!is_reachable(host(address))).then_some(None),
            None => {
                let bare = rest.trim_start_matches(['/', '\\']);
                Some((!bare.is_empty()).then(|| format!("{scheme}//{bare}")))
            }
        };
    }
    None
}

/// Whether readers elsewhere could reach a host of this name.
fn is_reachable(host: &str) -> bool {
    let host = host.trim_end_matches(['.', ',', ')', '!', '?', ';', '»']).to_lowercase();
    let private = ["localhost", "127.", "10.", "192.168.", "0.0.0.0"];
    let ends = [".local", ".localhost", ".internal", ".lan"];
    host.contains('.')
        && !host.starts_with('.')
        && !private.iter().any(|start| host.starts_with(start))
        && !ends.iter().any(|end| host.ends_with(end))
}
