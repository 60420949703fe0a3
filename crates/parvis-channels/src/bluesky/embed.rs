//! What goes with a post: pictures, films, a link's card, a quoted post. It comes in two shapes: as an AppView
//! shows it (with addresses), and as the author's record has it (with digests of files). Pure.

use serde_json::Value;
use url::Url;

use super::client::endpoint;
use super::facet::{self, PAGES, web};
use super::key::{Place, owner};
use crate::html::{escape, one_line, printable};
use crate::{AttachmentKind, RemoteAttachment};

/// Pictures looked at; the network allows four, or a gallery of twenty.
const MOST: usize = 20;
/// Characters of a quoted text shown below.
const QUOTED: usize = 500;

/// What an embed adds to a message.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Embedded {
    pub(super) attachments: Vec<RemoteAttachment>,
    /// Still to be sanitised.
    pub(super) html: String,
    /// The post that is quoted.
    pub(super) quotes: Option<String>,
}

/// Where files of a repository are fetched.
pub(super) struct Blobs<'a> {
    pub(super) server: &'a Url,
    pub(super) did: &'a str,
}

impl Blobs<'_> {
    fn url(&self, file: &Value) -> Option<String> {
        let cid = file.get("ref")?.get("$link")?.as_str()?;
        let query = [("did", self.did), ("cid", cid)];
        Some(endpoint(self.server, "com.atproto.sync.getBlob", &query).ok()?.into())
    }
}

/// An embed as an AppView shows it.
pub(super) fn view(embed: &Value) -> Embedded {
    match kind(embed) {
        "app.bsky.embed.images" | "app.bsky.embed.gallery" => {
            pictures(embed, |picture| Some((text(picture, "fullsize")?, text(picture, "thumb"), None)))
        }
        "app.bsky.embed.video" => Embedded {
            attachments: film(embed, text(embed, "playlist").as_deref(), text(embed, "thumbnail").as_deref()),
            ..Embedded::default()
        },
        "app.bsky.embed.external" => card(embed),
        "app.bsky.embed.record" => quote(embed.get("record").unwrap_or(&Value::Null)),
        "app.bsky.embed.recordWithMedia" => {
            let inner = |name: &str| embed.get(name).unwrap_or(&Value::Null);
            let quoted = quote(inner("record").get("record").unwrap_or(&Value::Null));
            let media = view(inner("media"));
            Embedded {
                attachments: media.attachments,
                html: media.html + &quoted.html,
                quotes: quoted.quotes,
            }
        }
        _ => Embedded::default(),
    }
}

/// An embed as the record has it; files have no address unless `blobs` says where they are.
pub(super) fn record(embed: &Value, blobs: &Option<Blobs<'_>>) -> Embedded {
    let file = |file: &Value| blobs.as_ref().and_then(|blobs| blobs.url(file));
    match kind(embed) {
        "app.bsky.embed.images" | "app.bsky.embed.gallery" => pictures(embed, |picture| {
            let image = picture.get("image")?;
            Some((file(image)?, None, text(image, "mimeType")))
        }),
        "app.bsky.embed.video" => Embedded {
            attachments: film(embed, embed.get("video").and_then(file).as_deref(), None),
            ..Embedded::default()
        },
        "app.bsky.embed.external" => card(embed),
        "app.bsky.embed.record" => {
            let uri = embed.pointer("/record/uri").and_then(Value::as_str);
            Embedded { quotes: uri.map(str::to_owned), ..Embedded::default() }
        }
        "app.bsky.embed.recordWithMedia" => {
            let inner = |name: &str| embed.get(name).unwrap_or(&Value::Null);
            Embedded { quotes: record(inner("record"), blobs).quotes, ..record(inner("media"), blobs) }
        }
        _ => Embedded::default(),
    }
}

/// The kind, whether as shown (`…#view`) or as recorded.
fn kind(embed: &Value) -> &str {
    let name = embed.get("$type").and_then(Value::as_str).unwrap_or_default();
    // The record of a quotation with media has no name of its own inside.
    if name.is_empty() && embed.pointer("/record/uri").is_some() {
        return "app.bsky.embed.record";
    }
    name.split('#').next().unwrap_or_default()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn pictures(
    embed: &Value,
    place: impl Fn(&Value) -> Option<(String, Option<String>, Option<String>)>,
) -> Embedded {
    let list = embed.get("images").or_else(|| embed.get("items")).and_then(Value::as_array);
    let read = |picture: &Value| {
        let (url, preview, mime) = place(picture)?;
        attachment(AttachmentKind::Image, &url, preview.as_deref(), mime, picture)
    };
    let attachments = list.into_iter().flatten().take(MOST).filter_map(read).collect();
    Embedded { attachments, ..Embedded::default() }
}

fn film(embed: &Value, url: Option<&str>, preview: Option<&str>) -> Vec<RemoteAttachment> {
    let made = url.and_then(|url| attachment(AttachmentKind::Video, url, preview, None, embed));
    made.into_iter().collect()
}

fn attachment(
    kind: AttachmentKind,
    url: &str,
    preview: Option<&str>,
    mime: Option<String>,
    of: &Value,
) -> Option<RemoteAttachment> {
    let side = |name: &str| u32::try_from(of.get("aspectRatio")?.get(name)?.as_u64()?).ok();
    Some(RemoteAttachment {
        kind,
        url: web(url)?,
        preview_url: preview.and_then(web),
        alt: text(of, "alt").map(|alt| printable(&alt)).filter(|alt| !alt.is_empty()),
        mime: mime.map(|mime| one_line(&mime, 80)),
        width: side("width"),
        height: side("height"),
    })
}

/// The card of a link: its address may stand nowhere else.
fn card(embed: &Value) -> Embedded {
    let card = embed.get("external").unwrap_or(&Value::Null);
    let Some(address) = text(card, "uri").and_then(|uri| web(&uri)) else {
        return Embedded::default();
    };
    let title = text(card, "title").map(|title| one_line(&title, 300)).filter(|title| !title.is_empty());
    let shown = escape(title.as_deref().unwrap_or(&address));
    Embedded { html: format!("<p><a href=\"{}\">{shown}</a></p>", escape(&address)), ..Embedded::default() }
}

/// A quoted post: who wrote what.
fn quote(quoted: &Value) -> Embedded {
    let Some(uri) = text(quoted, "uri").filter(|uri| Place::read(uri).is_some()) else {
        return Embedded::default();
    };
    let handle = quoted.pointer("/author/handle").and_then(Value::as_str).map(|h| one_line(h, 300));
    let words = quoted.pointer("/value/text").and_then(Value::as_str);
    let html = match (handle, words) {
        (Some(handle), Some(words)) => {
            let words: String = printable(words).chars().take(QUOTED).collect();
            let who = format!("<a href=\"{PAGES}/profile/{}\">@{}</a>", owner(&uri), escape(&handle));
            format!("<blockquote><p>{who}</p>{}</blockquote>", facet::html(&words, &[]))
        }
        _ => String::new(),
    };
    Embedded { html, quotes: Some(uri), ..Embedded::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pictures_come_with_their_words_and_sizes_in_both_shapes() {
        let shown = view(&json!({ "$type": "app.bsky.embed.images#view", "images": [
            { "fullsize": "https://cdn.example/1", "thumb": "https://cdn.example/t", "alt": "A dot",
              "aspectRatio": { "width": 3, "height": -1 } },
            { "fullsize": "file:///etc/passwd", "alt": 7 }, null,
        ] }));
        let [picture] = shown.attachments.as_slice() else { panic!("one picture") };
        assert_eq!((picture.url.as_str(), picture.alt.as_deref()), ("https://cdn.example/1", Some("A dot")));
        assert_eq!((picture.width, picture.height), (Some(3), None));

        let server: Url = "https://pds.example/".parse().unwrap();
        let blobs = Some(Blobs { server: &server, did: "did:plc:me" });
        let kept = json!({ "$type": "app.bsky.embed.images", "images": [
            { "alt": "A dot", "image": { "$type": "blob", "ref": { "$link": "bafk&x" }, "mimeType": "image/png" } },
        ] });
        let file = &record(&kept, &blobs).attachments[0];
        let url = "https://pds.example/xrpc/com.atproto.sync.getBlob?did=did%3Aplc%3Ame&cid=bafk%26x";
        assert_eq!((file.url.as_str(), file.mime.as_deref()), (url, Some("image/png")));
        assert_eq!(record(&kept, &None), Embedded::default());
    }

    #[test]
    fn a_quotation_names_its_post_and_says_its_words_with_or_without_media() {
        let uri = "at://did:plc:a/app.bsky.feed.post/1";
        let post = json!({ "uri": uri, "author": { "handle": "a.example" }, "value": { "text": "<b>hi" } });
        let plain = json!({ "$type": "app.bsky.embed.record#view", "record": post });
        let media = json!({ "$type": "app.bsky.embed.recordWithMedia#view", "record": { "record": post },
            "media": { "$type": "app.bsky.embed.external#view",
                       "external": { "uri": "https://b.example", "title": "B & C" } } });
        for shown in [view(&plain), view(&media)] {
            assert_eq!(shown.quotes.as_deref(), Some(uri));
            assert!(
                shown.html.contains("@a.example") && shown.html.contains("&lt;b&gt;hi"),
                "{}",
                shown.html
            );
        }
        assert!(view(&media).html.contains("B &amp; C"));
        let kept = json!({ "$type": "app.bsky.embed.recordWithMedia",
            "record": { "record": { "uri": uri, "cid": "x" } }, "media": {} });
        assert_eq!(record(&kept, &None).quotes.as_deref(), Some(uri));
    }

    #[test]
    fn embeds_of_kinds_unknown_to_us_are_nothing() {
        for odd in [json!(null), json!({ "$type": "example.embed.hologram" }), json!([1]), json!("x")] {
            assert_eq!(view(&odd), Embedded::default());
            assert_eq!(record(&odd, &None), Embedded::default());
        }
    }
}
