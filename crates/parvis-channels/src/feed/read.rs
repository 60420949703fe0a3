//! From the bytes of a feed to its entries. The bytes are hostile: wrong encodings, markup in
//! titles, broken dates. Entities of a document type are never resolved (the XML reader knows
//! none), so there is nothing to include and nothing to blow up.

#[cfg(test)]
mod fuzz;

use encoding_rs::Encoding;
use feed_rs::model;
use url::Url;

use super::encoding;
use crate::html::{head, one_line, printable};
use crate::{
    Answer, AttachmentKind, ChannelError, Item, RemoteAttachment, RemoteAuthor, Visibility, plain_text,
    sanitise,
};

/// Characters of an id kept as they are; a longer one is replaced by its digest.
const MAX_ID: usize = 500;

/// A feed.
pub(super) struct Source {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) site: Option<String>,
    pub(super) icon: Option<String>,
    pub(super) entries: Vec<Entry>,
}

/// An entry of it.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) published: Option<i64>,
    pub(super) updated: Option<i64>,
    pub(super) raw: String,
    pub(super) item: Item,
}

impl Entry {
    /// What a reader sees, shortened: to notice changes.
    pub(super) fn digest(&self) -> String {
        let item = &self.item;
        let files: String = item.attachments.iter().map(|file| file.url.as_str()).collect();
        digest(&[
            item.title.as_deref().unwrap_or_default(),
            &item.html,
            item.url.as_deref().unwrap_or_default(),
            &files,
        ])
    }
}

/// Reads a feed, off the thread that serves others: a large one takes a while.
pub(super) async fn parse(answer: &Answer, address: &Url) -> Result<Source, ChannelError> {
    let (body, mime, charset) = (answer.body.clone(), answer.mime(), head::charset(answer));
    let address = address.clone();
    let read = move || read(&body, charset, &address);
    let result = tokio::task::spawn_blocking(read).await;
    result.unwrap_or_else(|_| Err("the reader gave up".to_owned())).map_err(|message| {
        let message = match mime.as_deref() {
            Some("text/html") => "a web page, not a feed".to_owned(),
            _ => one_line(&message, 200),
        };
        ChannelError::Malformed { message }
    })
}

fn read(body: &[u8], charset: Option<&'static Encoding>, address: &Url) -> Result<Source, String> {
    let body = encoding::readable(body, charset);
    let parser = feed_rs::parser::Builder::new()
        .base_uri(Some(address.as_str()))
        .sanitize_content(false)
        // guid or id, else the link, else (below) a digest.
        .id_generator(|links, _, _| links.first().map(|l| l.href.clone()).unwrap_or_default())
        .build();
    let feed = parser.parse(body.as_ref()).map_err(|error| error.to_string())?;
    Ok(source(&feed, address))
}

fn source(feed: &model::Feed, address: &Url) -> Source {
    let title = feed.title.as_ref().map(|text| label(text, 200)).unwrap_or_default();
    let host = address.host_str().unwrap_or_default().to_owned();
    let title = if title.is_empty() { host } else { title };
    let site = page_of(&feed.links);
    let icon = feed.icon.as_ref().or(feed.logo.as_ref()).and_then(|image| web(&image.uri));
    let id = if feed.id.is_empty() { address.to_string() } else { short(&feed.id) };
    let publisher = RemoteAuthor {
        remote_id: id.clone(),
        // Feeds know names, no handles.
        handle: String::new(),
        name: title.clone(),
        url: site.clone(),
        avatar_url: icon.clone(),
        bot: false,
    };
    let language = feed.language.as_deref();
    let entries = feed.entries.iter().map(|e| entry(e, &publisher, language)).collect();
    Source { id, title, site, icon, entries }
}

fn entry(entry: &model::Entry, publisher: &RemoteAuthor, language: Option<&str>) -> Entry {
    let raw = serde_json::to_string(entry).unwrap_or_else(|_| "null".to_owned());
    let html = html(entry);
    let title = entry.title.as_ref().map(|text| label(text, 500)).filter(|t| !t.is_empty());
    let url = page_of(&entry.links);
    let id = if entry.id.trim().is_empty() {
        digest(&[title.as_deref().unwrap_or_default(), &html])
    } else {
        short(&entry.id)
    };
    let language = entry.language.as_deref().or(language);
    let text = plain_text(&html);
    Entry {
        id,
        published: entry.published.map(|time| time.timestamp_micros()),
        updated: entry.updated.map(|time| time.timestamp_micros()),
        raw,
        item: Item {
            author: entry
                .authors
                .first()
                .map_or_else(|| publisher.clone(), |person| author(person, publisher)),
            parent_id: None,
            thread_id: None,
            url,
            html,
            text,
            title,
            language: language.map(|l| one_line(l, 35)).filter(|l| !l.is_empty()),
            visibility: Visibility::Public,
            attachments: entry.media.iter().flat_map(attachments).collect(),
            warning: None,
            ours: false,
            addressed: false,
            marks: Vec::new(),
        },
    }
}

/// The content, else the summary; plain text is taken as such.
fn html(entry: &model::Entry) -> String {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| Some((content.content_type.as_str(), content.body.as_deref()?)));
    let summary = || entry.summary.as_ref().map(|s| (s.content_type.as_str(), s.content.as_str()));
    match content.filter(|(_, body)| !body.trim().is_empty()).or_else(summary) {
        // Atom and JSON Feed know plain text; RSS calls everything HTML.
        Some(("text/plain", text)) => {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            sanitise(&escaped.trim().replace('\n', "<br>"))
        }
        Some((_, html)) => sanitise(html),
        None => String::new(),
    }
}

/// A title on one line, without markup.
fn label(text: &model::Text, max: usize) -> String {
    if text.content_type.as_str() == "text/plain" {
        one_line(&text.content, max)
    } else {
        one_line(&plain_text(&text.content), max)
    }
}

/// An author has no id in a feed: the name within the feed is all there is.
fn author(person: &model::Person, publisher: &RemoteAuthor) -> RemoteAuthor {
    let name = person.name.as_deref().or(person.email.as_deref()).unwrap_or_default();
    let name = one_line(name, 200);
    if name.is_empty() {
        return publisher.clone();
    }
    RemoteAuthor {
        remote_id: digest(&[&publisher.remote_id, &name]),
        handle: String::new(),
        name,
        url: person.uri.as_deref().and_then(web),
        avatar_url: None,
        bot: false,
    }
}

fn attachments(media: &model::MediaObject) -> impl Iterator<Item = RemoteAttachment> + '_ {
    let preview = media.thumbnails.first().and_then(|thumbnail| web(&thumbnail.image.uri));
    let alt = media.description.as_ref().map(|text| printable(&label(text, 1500)));
    media.content.iter().filter_map(move |content| {
        let mime = content.content_type.as_ref().map(|mime| mime.as_str().to_owned());
        let kind = mime.as_deref().and_then(|mime| mime.split('/').next());
        Some(RemoteAttachment {
            kind: match kind {
                Some("image") => AttachmentKind::Image,
                Some("video") => AttachmentKind::Video,
                Some("audio") => AttachmentKind::Audio,
                _ => AttachmentKind::Other,
            },
            url: web(content.url.as_ref()?.as_str())?,
            preview_url: preview.clone(),
            alt: alt.clone().filter(|alt| !alt.is_empty()),
            mime,
            width: content.width,
            height: content.height,
        })
    })
}

/// The page a reader would open.
fn page_of(links: &[model::Link]) -> Option<String> {
    let alternate = |link: &&model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    web(&links.iter().find(alternate)?.href)
}

/// An address that may stand in a link.
fn web(address: &str) -> Option<String> {
    let url: Url = address.parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

fn short(id: &str) -> String {
    let id = printable(id);
    if id.chars().count() > MAX_ID { digest(&[&id]) } else { id }
}

/// A short name for these pieces, in this order.
pub(super) fn digest(pieces: &[&str]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for piece in pieces {
        context.update(&(piece.len() as u64).to_le_bytes());
        context.update(piece.as_bytes());
    }
    let digest = context.finish();
    digest.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_text(feed: &str) -> Result<Source, String> {
        read(feed.as_bytes(), None, &"https://a.example/feed".parse().unwrap())
    }

    fn rss(item: &str) -> Entry {
        let feed =
            format!("<rss version=\"2.0\"><channel><title>T</title><item>{item}</item></channel></rss>");
        read_text(&feed).unwrap().entries.remove(0)
    }

    #[test]
    fn an_entry_is_known_by_guid_then_link_then_content() {
        let link = "<link>https://a.example/1</link>";
        assert_eq!(rss(&format!("<guid>g</guid>{link}")).id, "g");
        assert_eq!(rss(link).id, "https://a.example/1");
        let bare = rss("<title>x</title>").id;
        assert_eq!(bare, rss("<title>x</title>").id);
        assert_ne!(bare, rss("<title>y</title>").id);
    }

    #[test]
    fn hostile_markup_is_cleaned_and_titles_stay_text() {
        let entry = rss("<title>&lt;b&gt;Big&lt;/b&gt; news</title><link>javascript:alert(1)</link>\
             <description>&lt;p onclick='x'&gt;Hi&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description>");
        assert_eq!(entry.item.html, "<p>Hi</p>");
        assert_eq!(entry.item.title.as_deref(), Some("<b>Big</b> news"));
        assert_eq!(entry.item.url, None);
    }

    #[test]
    fn document_types_include_nothing_and_blow_nothing_up() {
        let feed = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\">\
            <!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>\
            <rss version=\"2.0\"><channel><title>T</title><item><guid>1</guid>\
            <description>[&b;][&f;]</description></item></channel></rss>";
        let text = read_text(feed).unwrap().entries.remove(0).item.text;
        assert!(!text.contains("root:") && !text.contains("aaaa"), "{text}");
    }

    #[test]
    fn deep_documents_do_no_harm() {
        let deep = "<a>".repeat(200_000);
        let _an_error_is_fine = read_text(&format!("<rss version=\"2.0\"><channel>{deep}"));
        let json = format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"x\":{}", "[".repeat(200_000));
        assert!(read_text(&json).is_err());
        let nested = format!("<description>{}</description>", "&lt;div&gt;&lt;b&gt;".repeat(20_000));
        assert_eq!(rss(&nested).item.text, "");
    }

    #[test]
    fn plain_text_stays_plain() {
        let feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><title>T</title><entry>\
            <id>1</id><title>a &lt;b&gt;</title><content type=\"text\">1 &lt; 2\n&lt;b&gt;</content>\
            <author><name>Anna</name><uri>https://a.example/anna</uri></author>\
            <updated>2026-11-22T10:00:00Z</updated></entry></feed>";
        let entry = read_text(feed).unwrap().entries.remove(0);
        assert_eq!(entry.item.title.as_deref(), Some("a <b>"));
        assert_eq!(entry.item.text, "1 < 2\n<b>");
        assert_eq!(entry.item.author.name, "Anna");
        assert_eq!(entry.updated, Some(1_795_341_600_000_000));
    }

    #[test]
    fn a_json_feed_is_a_feed() {
        let feed = r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","language":"fr",
            "items":[{"id":"1","url":"https://a.example/1","content_html":"<p>Oui<img src=x></p>",
            "attachments":[{"url":"https://a.example/s.mp3","mime_type":"audio/mpeg"}]}]}"#;
        let source = read_text(feed).unwrap();
        let item = &source.entries[0].item;
        assert_eq!((item.html.as_str(), item.language.as_deref()), ("<p>Oui</p>", Some("fr")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_bytes_give_a_feed_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _either = read(&bytes, None, &"https://a.example/".parse().unwrap());
        }

        #[test]
        fn any_soup_of_tags_gives_a_feed_or_an_error(pieces in prop::collection::vec(
            prop::sample::select(vec!["<rss version=\"2.0\">", "<channel>", "<item>", "</item>",
                "<title>", "</title>", "<![CDATA[", "]]>", "&#0;", "&#xFFFFFFFF;", "<guid>", "x",
                "<pubDate>", "Mon, 99 Foo 2026", "</pubDate>", "<media:content url=\"x\"/>",
                "<category>", "<!--", "-->", "<?xml encoding=\"x\"?>", "</channel></rss>"]), 0..40)) {
            let soup = format!("<rss version=\"2.0\"><channel>{}", pieces.concat());
            let _either = read_text(&soup);
        }
    }
}
