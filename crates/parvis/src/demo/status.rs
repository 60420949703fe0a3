//! Messages as the invented network keeps and tells them: Mastodon's entities (docs.joinmastodon.org,
//! Status and Notification), in the language that is shown now.

use serde_json::{Value as Json, json};

use super::data::{Author, Message, Text};

/// Who said it on the network.
#[derive(Clone, Debug)]
pub enum Speaker {
    /// Somebody of the public.
    Member(Author),
    /// One of the organisation's accounts, by its key.
    Account(String),
}

/// A message on the network.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its id there.
    pub id: String,
    /// On which of the organisation's channels it is seen, by key.
    pub channel: String,
    /// Who said it.
    pub speaker: Speaker,
    /// What it answers.
    pub parent: Option<String>,
    /// What it says, per language; ours is what was really sent.
    pub text: Text,
    /// The data it was made of, when it was shipped.
    pub message: Option<Message>,
    /// When it was said (µs).
    pub at: i64,
    /// When it was edited (µs).
    pub edited_at: Option<i64>,
    /// Alternative texts of pictures that were sent along, with their media ids.
    pub media: Vec<(String, String)>,
    /// `public`, `unlisted`, `private`, `direct`.
    pub visibility: String,
    /// It was taken away.
    pub deleted: bool,
    /// The key it was sent with.
    pub key: Option<String>,
}

/// Times as the network writes them.
pub fn time(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).unwrap_or_default().to_string()
}

/// Text as the HTML that networks send.
pub fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs: Vec<String> =
        escaped.split("\n\n").map(|part| format!("<p>{}</p>", part.replace('\n', "<br>"))).collect();
    paragraphs.concat()
}

/// The network's id of a member.
pub fn member_id(author: &Author) -> String {
    format!("member-{}", handle(author))
}

/// The member's handle with its server.
pub fn handle(author: &Author) -> String {
    let name = author.handle.trim_start_matches('@');
    author.server.as_ref().map_or_else(|| name.to_owned(), |server| format!("{name}@{server}"))
}

impl Status {
    /// The entity as it is told in `language`; pictures are at `base`.
    pub fn to_json(&self, base: &str, language: &str) -> Json {
        let image = self.message.as_ref().and_then(|it| it.image.as_ref());
        let mut media: Vec<Json> = image
            .iter()
            .map(|it| {
                let url = format!("{base}/images/{}", it.file);
                json!({ "id": it.file, "type": "image", "url": url, "preview_url": url, "description": it.alt.get(language) })
            })
            .collect();
        media.extend(self.media.iter().map(|(id, alt)| {
            json!({ "id": id, "type": "image", "url": format!("{base}/media/{id}"), "description": alt })
        }));
        let (text, spoken) = match &self.message {
            Some(it) => (it.text.get(language), it.language(language)),
            None => (self.text.get(language), language),
        };
        json!({
            "id": self.id,
            "uri": format!("{base}/statuses/{}", self.id),
            "url": format!("{base}/@{}/{}", self.channel, self.id),
            "account": self.account(base),
            "created_at": time(self.at),
            "edited_at": self.edited_at.map(time),
            "content": html(text),
            "visibility": self.visibility,
            "language": spoken,
            "spoiler_text": "",
            "media_attachments": media,
            "mentions": match &self.speaker {
                Speaker::Member(_) => json!([{ "id": self.channel, "username": self.channel, "acct": self.channel, "url": format!("{base}/@{}", self.channel) }]),
                Speaker::Account(_) => json!([]),
            },
            "in_reply_to_id": self.parent,
        })
    }

    fn account(&self, base: &str) -> Json {
        match &self.speaker {
            Speaker::Member(it) => json!({
                "id": member_id(it), "username": it.handle, "acct": handle(it), "display_name": it.name,
                "url": format!("{base}/@{}", handle(it)), "bot": it.bot,
            }),
            Speaker::Account(key) => json!({
                "id": key, "username": key, "acct": key, "display_name": key, "url": format!("{base}/@{key}"), "bot": false,
            }),
        }
    }
}
