//! Hostile HTML in, harmless HTML and plain text out.
//!
//! Networks send HTML written by strangers. What is kept is what a message needs, by a short
//! list; everything else is dropped. Pictures inside the text are dropped too (they would
//! tell a stranger when it is read): attachments are shown by the program itself.

#[cfg(test)]
mod fuzz;
pub(crate) mod head;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Bytes of HTML looked at; what comes after is cut.
const MAX_HTML: usize = 512 * 1024;

/// Elements within elements; what is deeper is cut.
const MAX_NESTING: usize = 500;
/// Elements that are often left open and don't nest by that.
const CLOSES_ITSELF: [&str; 12] =
    ["p", "br", "hr", "img", "li", "wbr", "source", "input", "meta", "link", "td", "tr"];

const TAGS: [&str; 15] =
    ["p", "br", "a", "span", "em", "strong", "b", "i", "code", "pre", "blockquote", "ul", "ol", "li", "del"];

/// Elements dropped with all they hold.
const DROPPED: [&str; 15] = [
    "script", "style", "svg", "math", "iframe", "object", "template", "noscript", "title", "textarea",
    "select", "audio", "video", "noembed", "noframes",
];

static STRICT: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(DROPPED))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer ugc"));
    builder
});

/// Elements of an article of ours besides those of messages.
const ARTICLE_TAGS: [&str; 16] = [
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "figure",
    "figcaption",
    "img",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sup",
];

static ARTICLE: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(ARTICLE_TAGS).collect())
        .clean_content_tags(HashSet::from(DROPPED))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "width", "height"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(None);
    builder
});

/// HTML of ours, to be published as an article: with headings, tables and pictures, without anything that acts.
pub(crate) fn sanitise_article(html: &str) -> String {
    let clean = ARTICLE.clean(&printable(shallow(cut(html, MAX_HTML)))).to_string();
    let shown = printable(&clean);
    if shown == clean { clean } else { sanitise_article(&shown) }
}

/// HTML that is safe to show as it is.
#[must_use]
pub fn sanitise(html: &str) -> String {
    let clean = STRICT.clean(&printable(shallow(cut(html, MAX_HTML)))).to_string();
    let shown = printable(&clean);
    // `&#x202E;` has become the character: without it, what is left is looked at anew (`java&#1;script:`).
    if shown == clean { clean } else { sanitise(&shown) }
}

/// The text of it: paragraphs apart by an empty line, list entries by dashes, and of a link
/// its address too, unless the text shows it already.
#[must_use]
pub fn plain_text(html: &str) -> String {
    text_of(&sanitise(html))
}

/// Text as it stands inside of HTML, and inside of quotes there.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text for a single line (a name, a title): no markup is read, breaks become spaces, control
/// characters go, and it is cut at `max` characters.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let text = printable(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(max).collect()
}

/// Without the control characters that no text needs (a database may refuse NUL) and without
/// those that turn the direction of what follows outside of it.
pub(crate) fn printable(text: &str) -> String {
    let unwanted = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().filter(|c| !unwanted(*c)).collect()
}

/// The first `max` bytes at most, whole characters only.
fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}

/// What comes before the elements nest deeper than [`MAX_NESTING`]: the time of an HTML parser
/// grows with the square of the depth, and no honest message is that deep.
fn shallow(html: &str) -> &str {
    let mut depth = 0_usize;
    for (place, _) in html.match_indices('<') {
        let tag = html.get(place + 1..).unwrap_or_default();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            depth += usize::from(!CLOSES_ITSELF.iter().any(|t| name.eq_ignore_ascii_case(t)));
        }
        if depth > MAX_NESTING {
            return html.get(..place).unwrap_or_default();
        }
    }
    html
}

/// Plain text of HTML that [`sanitise`] wrote: its few tags, and four entities.
fn text_of(clean: &str) -> String {
    let mut out = String::new();
    // The link being read: its address, and where its text starts.
    let mut link: Option<(String, usize)> = None;
    let mut rest = clean;
    while let Some(start) = rest.find('<') {
        let (text, from) = rest.split_at(start);
        out.push_str(&decode(text));
        let end = tag_end(from);
        let (tag, after) = from.split_at(end);
        rest = after;
        let name = tag.trim_start_matches('<').split([' ', '>']).next().unwrap_or_default();
        match name {
            "br" => out.push('\n'),
            "p" | "/p" | "pre" | "/pre" | "blockquote" | "/blockquote" | "/ul" | "/ol" => {
                break_lines(&mut out, 2);
            }
            "li" => {
                break_lines(&mut out, 1);
                out.push_str("- ");
            }
            "a" => link = href(tag).map(|address| (address, out.len())),
            "/a" => {
                if let Some((address, start)) = link.take() {
                    close_link(&mut out, &address, start);
                }
            }
            _ => {}
        }
    }
    out.push_str(&decode(rest));
    out.trim().to_owned()
}

/// Bytes up to and with the `>` that ends a tag; one inside quotes doesn't.
fn tag_end(from: &str) -> usize {
    let mut quoted = false;
    for (place, c) in from.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return place + 1,
            _ => {}
        }
    }
    from.len()
}

fn href(tag: &str) -> Option<String> {
    let (_, value) = tag.split_once("href=\"")?;
    Some(decode(value.split('"').next()?))
}

/// A link whose text shows the address gets the whole of it; a mention or a hashtag stays as
/// it is; otherwise the address follows in parentheses.
fn close_link(out: &mut String, address: &str, start: usize) {
    let shown = out.get(start..).unwrap_or_default().trim().to_owned();
    if shown.starts_with(['@', '#']) {
        return;
    }
    let bare = |text: &str| {
        let text = text.trim_start_matches("https://").trim_start_matches("http://");
        text.trim_start_matches("mailto:").trim_end_matches(['/', '…']).to_owned()
    };
    if shown.is_empty() || bare(address).starts_with(&bare(&shown)) {
        out.truncate(start);
        out.push_str(address.trim_start_matches("mailto:"));
    } else {
        out.push_str(" (");
        out.push_str(address);
        out.push(')');
    }
}

/// Ends the line, so that `count` line breaks stand at the end (none at the very start).
fn break_lines(out: &mut String, count: usize) {
    let kept = out.trim_end_matches([' ', '\n']).len();
    let have = out.get(kept..).unwrap_or_default().matches('\n').count();
    if kept > 0 {
        out.extend(std::iter::repeat_n('\n', count.saturating_sub(have)));
    }
}

fn decode(text: &str) -> String {
    let decoded = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    decoded.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_runs_or_calls_home_survives() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"java\u{0}script:alert(1)\">x</a>",
            "<a href=\"data:text/html,x\">x</a>",
            "<a href=\"//evil.example/\">x</a>",
            "<p style=\"background:url(http://evil.example)\" class=\"modal\" id=\"x\">x</p>",
            "<iframe src=http://evil.example></iframe><object data=x></object><embed src=x>",
            "<form action=http://evil.example><input name=password><button>x</button></form>",
            "<link rel=stylesheet href=http://evil.example><meta http-equiv=refresh content=0>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<video src=x onerror=alert(1)></video><audio src=x></audio>",
            "<base href=http://evil.example/><body onload=alert(1)>",
        ];
        for piece in hostile {
            let clean = sanitise(piece).to_lowercase();
            for word in ["alert", "evil", "onerror", "style", "class", "id=", "<img", "<svg"] {
                assert!(!clean.contains(word), "{piece} gave {clean}");
            }
        }
    }

    #[test]
    fn what_a_message_needs_stays() {
        let html = "<p>Hi <strong>you</strong>, <a href=\"https://a.example/\" class=\"x\" \
                    rel=\"me\" target=\"_blank\">here</a><br>bye</p>";
        let expected = "<p>Hi <strong>you</strong>, <a href=\"https://a.example/\" \
                        rel=\"nofollow noopener noreferrer ugc\">here</a><br>bye</p>";
        assert_eq!(sanitise(html), expected);
    }

    #[test]
    fn text_keeps_paragraphs_lists_and_links() {
        let html = "<p>One &amp; two</p><p>Three<br>four</p><ul><li>a</li><li>b</li></ul>\
                    <p><a href=\"https://a.example/x\">our page</a></p>";
        let expected = "One & two\n\nThree\nfour\n\n- a\n- b\n\nour page (https://a.example/x)";
        assert_eq!(plain_text(html), expected);
    }

    #[test]
    fn a_shortened_link_is_written_out() {
        let html = "<a href=\"https://a.example/long/path?a=1&amp;b=2\"><span class=\"invisible\">\
                    https://</span><span class=\"ellipsis\">a.example/long</span><span \
                    class=\"invisible\">/path?a=1&amp;b=2</span></a>";
        assert_eq!(plain_text(html), "https://a.example/long/path?a=1&b=2");
        let mention = "<span><a href=\"https://b.example/@anna\">@<span>anna</span></a></span> hi";
        assert_eq!(plain_text(mention), "@anna hi");
    }

    #[test]
    fn a_bottomless_pit_is_cut_at_once() {
        let clean = sanitise(&format!("top{}", "<div><b>".repeat(50_000)));
        assert!(clean.starts_with("top"));
        assert!(clean.matches("<b>").count() <= MAX_NESTING);
        let long = "<p>x<br>".repeat(2000);
        assert_eq!(plain_text(&long).matches('x').count(), 2000);
    }

    #[test]
    fn double_escaping_stays_text() {
        assert_eq!(plain_text("&amp;lt;b&amp;gt;"), "&lt;b&gt;");
        assert_eq!(plain_text("&lt;script&gt;"), "<script>");
    }

    #[test]
    fn a_name_is_one_line_without_tricks() {
        assert_eq!(one_line("An\u{202E}na\n\u{0} \t B", 40), "Anna B");
        assert_eq!(one_line("ééé", 2), "éé");
    }

    #[test]
    fn characters_that_nobody_may_write_do_not_come_in_by_their_numbers() {
        for html in ["&#1🌀", "a&#x202E;b", "&#8238;", "<p>&#x2066;x</p>"] {
            let clean = sanitise(html);
            assert_eq!(clean, printable(&clean), "{html}");
            assert_eq!(sanitise(&clean), clean);
        }
        let clean = sanitise(
            "<a href=\"java&#1;script:alert(1)\">x</a><a href=\"https://a.example/&#x202E;b\">y</a>",
        );
        assert!(!clean.contains("script:"), "{clean}");
    }

    proptest! {
        #[test]
        fn any_text_can_be_cleaned_and_cleaning_again_changes_nothing(html in "\\PC{0,200}") {
            let once = sanitise(&html);
            prop_assert_eq!(sanitise(&once), once.clone());
            prop_assert!(!plain_text(&html).contains('\0'));
        }

        #[test]
        fn tags_in_any_order_do_no_harm(pieces in prop::collection::vec(
            prop::sample::select(vec!["<p>", "</p>", "<a href=\"https://a.example\">", "</a>",
                "<svg>", "<math>", "<style>", "</style>", "<br>", "<li>", "x", "<!--", "-->",
                "<img src=x onerror=alert(1)>", "\"", "<![CDATA[", "&", "<"]), 0..30)) {
            let clean = sanitise(&pieces.concat());
            prop_assert!(!clean.contains("<img") && !clean.contains("<svg"));
        }
    }
}
