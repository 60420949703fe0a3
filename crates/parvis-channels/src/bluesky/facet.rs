//! Marks in a text, by byte: which part is a link, a mention, a tag. Pure. Incoming marks become HTML; in
//! outgoing text they are found, so that a link can be followed and whoever is named is told. Source: the
//! lexicon `app.bsky.richtext.facet`.

use parvis_write::mark::{Dialect, Mark, MarkKind, marks};
use serde_json::{Value, json};
use url::Url;

use super::key::is_did;
use crate::html::escape;

/// Marks looked at in one text.
const MOST: usize = 500;
/// The pages that show what a mark leads to.
pub(super) const PAGES: &str = "https://bsky.app";

/// HTML of a text with its marks. Marks that lie outside of the text, cut a character or overlap an earlier
/// one are left out, and so are those of a kind unknown to us.
pub(super) fn html(text: &str, facets: &[Value]) -> String {
    let mut marks: Vec<(usize, usize, String)> = facets.iter().take(MOST).filter_map(mark).collect();
    marks.sort_by_key(|(start, ..)| *start);
    let mut out = String::from("<p>");
    let mut place = 0;
    for (start, end, address) in marks {
        let (Some(before), Some(marked)) = (text.get(place..start), text.get(start..end)) else {
            continue;
        };
        out.push_str(&lines(before));
        out.push_str(&format!("<a href=\"{}\">{}</a>", escape(&address), lines(marked)));
        place = end;
    }
    out.push_str(&lines(text.get(place..).unwrap_or_default()));
    out.push_str("</p>");
    out
}

/// Whom a text names.
pub(super) fn mentions(facets: &[Value]) -> impl Iterator<Item = &str> {
    let features = facets.iter().take(MOST).filter_map(|facet| facet.get("features")?.as_array()).flatten();
    features.filter_map(|feature| feature.get("did")?.as_str())
}

fn lines(text: &str) -> String {
    escape(text).replace("\r\n", "\n").replace('\n', "<br>")
}

/// Start, end and address of a mark.
fn mark(facet: &Value) -> Option<(usize, usize, String)> {
    let bound = |name: &str| usize::try_from(facet.get("index")?.get(name)?.as_u64()?).ok();
    let (start, end) = (bound("byteStart")?, bound("byteEnd")?);
    let address = facet.get("features")?.as_array()?.iter().find_map(leads_to)?;
    (start < end).then_some((start, end, address))
}

fn leads_to(feature: &Value) -> Option<String> {
    let field = |name: &str| feature.get(name).and_then(Value::as_str);
    match field("$type")? {
        "app.bsky.richtext.facet#link" => field("uri").and_then(web),
        "app.bsky.richtext.facet#mention" => {
            field("did").filter(|did| is_did(did)).map(|did| format!("{PAGES}/profile/{did}"))
        }
        "app.bsky.richtext.facet#tag" => {
            let mut url: Url = PAGES.parse().ok()?;
            url.path_segments_mut().ok()?.extend(["hashtag", field("tag")?]);
            Some(url.into())
        }
        _ => None,
    }
}

/// An address that may stand in a link.
pub(super) fn web(address: &str) -> Option<String> {
    let url: Url = address.parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// Something found in a text of ours, by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Link(String),
    /// A handle, still to be resolved.
    Mention(String),
    Tag(String),
}

impl Found {
    /// The mark to send; `did` is whoever is named.
    pub(super) fn facet(&self, did: Option<&str>) -> Option<Value> {
        let feature = match &self.what {
            What::Link(uri) => json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri }),
            What::Mention(_) => json!({ "$type": "app.bsky.richtext.facet#mention", "did": did? }),
            What::Tag(tag) => json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag }),
        };
        Some(json!({ "index": { "byteStart": self.start, "byteEnd": self.end }, "features": [feature] }))
    }
}

/// Links, mentions and tags in a text of ours.
pub(super) fn find(text: &str) -> Vec<Found> {
    let what = |it: &Mark| {
        let marked = it.text(text);
        Some(match it.kind {
            MarkKind::Link => What::Link(web(marked)?),
            MarkKind::Mention => What::Mention(marked.trim_start_matches('@').to_ascii_lowercase()),
            MarkKind::Hashtag => What::Tag(marked.trim_start_matches(['#', '＃']).to_owned()),
            MarkKind::List | MarkKind::Cashtag => return None,
        })
    };
    let marks = marks(text, Dialect::Atproto).into_iter();
    marks.filter_map(|it| Some(Found { what: what(&it)?, start: it.span.start, end: it.span.end })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facet(start: usize, end: usize, feature: &Value) -> Value {
        json!({ "index": { "byteStart": start, "byteEnd": end }, "features": [feature] })
    }

    fn link(uri: &str) -> Value {
        json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri })
    }

    #[test]
    fn marks_are_counted_in_bytes() {
        let text = "é👩‍👩‍👧 site <b>";
        let start = text.find("site").unwrap();
        let made = html(text, &[facet(start, start + 4, &link("https://a.example/?x=1&y=\"2"))]);
        let expected = "<p>é👩‍👩‍👧 <a href=\"https://a.example/?x=1&amp;y=%222\">site</a> &lt;b&gt;</p>";
        assert_eq!(made, expected);
        assert_eq!(html("a\r\nb\n\nc", &[]), "<p>a<br>b<br><br>c</p>");
    }

    #[test]
    fn marks_that_make_no_sense_are_left_out() {
        let text = "é one two";
        let good = link("https://a.example/");
        for odd in [
            facet(1, 4, &good),
            facet(3, 99, &good),
            facet(4, 4, &good),
            facet(6, 3, &good),
            facet(3, 6, &link("javascript:alert(1)")),
            facet(3, 6, &json!({ "$type": "app.bsky.richtext.facet#mention", "did": "x\" onclick=" })),
            facet(3, 6, &json!({ "$type": "example.facet#glow" })),
            json!({ "index": 7, "features": "x" }),
            json!(null),
        ] {
            assert_eq!(html(text, std::slice::from_ref(&odd)), "<p>é one two</p>", "{odd}");
        }
        let overlapping = [facet(3, 6, &good), facet(4, 9, &link("https://b.example/"))];
        assert_eq!(html(text, &overlapping), "<p>é <a href=\"https://a.example/\">one</a> two</p>");
    }

    #[test]
    fn links_mentions_and_tags_are_found_by_byte() {
        let text = "Ça va @anna.example ! (https://a.example/é?x=1). #Été2026, #1 @anna mail@b.example #ici";
        let found: Vec<(&str, What)> =
            find(text).into_iter().map(|it| (text.get(it.start..it.end).unwrap(), it.what)).collect();
        let expected = [
            ("@anna.example", What::Mention("anna.example".into())),
            ("https://a.example/é?x=1", What::Link("https://a.example/%C3%A9?x=1".into())),
            ("#Été2026", What::Tag("Été2026".into())),
            ("#ici", What::Tag("ici".into())),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_mark_to_send_has_its_place_and_who_is_named() {
        let found = find("à @b.example").remove(0);
        let facet = found.facet(Some("did:plc:b")).unwrap();
        assert_eq!(facet["index"], json!({ "byteStart": 3, "byteEnd": 13 }));
        assert_eq!(mentions(&[facet]).collect::<Vec<_>>(), ["did:plc:b"]);
        assert_eq!(found.facet(None), None);
    }

    proptest! {
        #[test]
        fn what_is_found_lies_on_whole_characters(text in "([@#]|https://|[a-zé. 👍🏽]|\\PC){0,40}") {
            let mut last = 0;
            for it in find(&text) {
                prop_assert!(it.start >= last && it.end > it.start);
                prop_assert!(text.get(it.start..it.end).is_some());
                last = it.end;
            }
        }

        #[test]
        fn any_marks_can_be_laid_out(text in "\\PC{0,20}", marks in prop::collection::vec((0_usize..30, 0_usize..30), 0..6)) {
            let facets: Vec<Value> =
                marks.into_iter().map(|(start, end)| facet(start, end, &link("https://a.example/"))).collect();
            prop_assert!(html(&text, &facets).starts_with("<p>"));
        }
    }
}
