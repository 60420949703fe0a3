//! What servers of the AT Protocol send, as far as we read it. What a server may leave out is
//! optional; what comes in many shapes (embeds, facets) is looked into with care. Source: the lexicons
//! of `com.atproto` and `app.bsky`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// What can't be read as promised is taken as missing: one odd field must not hide a message.
fn lenient<'de, D: Deserializer<'de>, T: Default + for<'a> Deserialize<'a>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The answer to `createSession` and `refreshSession`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    pub(super) did: String,
    pub(super) access_jwt: String,
    pub(super) refresh_jwt: String,
}

/// The answer to `getSession`.
#[derive(Deserialize)]
pub(super) struct Identity {
    pub(super) did: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) handle: String,
    pub(super) active: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: String,
}

/// `{"error": "Name", "message": "…"}`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    #[serde(deserialize_with = "lenient")]
    pub(super) error: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) message: String,
}

/// A version of a record: its address and the digest of its content.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Strong {
    pub(super) uri: String,
    pub(super) cid: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReplyTo {
    pub(super) root: Strong,
    pub(super) parent: Strong,
}

/// `app.bsky.feed.post`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Post {
    #[serde(rename = "$type")]
    pub(super) kind: Option<String>,
    pub(super) text: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) created_at: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) langs: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) facets: Vec<Value>,
    #[serde(deserialize_with = "lenient")]
    pub(super) reply: Option<ReplyTo>,
    pub(super) embed: Value,
    pub(super) labels: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Author {
    pub(super) did: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) handle: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) display_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) avatar: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) labels: Vec<Label>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Label {
    pub(super) val: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) src: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) neg: bool,
}

/// `app.bsky.feed.defs#postView`; a notification about a post has the same fields, without embed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostView {
    pub(super) uri: String,
    pub(super) author: Author,
    pub(super) record: Post,
    #[serde(default)]
    pub(super) embed: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) indexed_at: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) labels: Vec<Label>,
}

/// What every notification has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notified {
    pub(super) uri: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cid: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reason: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) indexed_at: String,
}

#[derive(Deserialize)]
pub(super) struct Notifications {
    pub(super) notifications: Vec<Box<RawValue>>,
    pub(super) cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Posts {
    pub(super) posts: Vec<Box<RawValue>>,
}

/// A record as its own server keeps it.
#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) uri: String,
    pub(super) cid: Option<String>,
    pub(super) value: Post,
}

#[derive(Deserialize)]
pub(super) struct Records {
    pub(super) records: Vec<Box<RawValue>>,
    pub(super) cursor: Option<String>,
}

/// The answer to `createRecord`.
#[derive(Deserialize)]
pub(super) struct Created {
    pub(super) uri: String,
}

#[derive(Deserialize)]
pub(super) struct Uploaded {
    pub(super) blob: Value,
}

#[derive(Deserialize)]
pub(super) struct Resolved {
    pub(super) did: String,
}

/// `app.bsky.actor.defs#profileView`, and the record behind it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Profile {
    #[serde(deserialize_with = "lenient")]
    pub(super) display_name: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) avatar: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ProfileRecord {
    pub(super) value: Profile,
}

/// A DID document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) also_known_as: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) service: Vec<Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoint {
    pub(super) id: String,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) service_endpoint: String,
}
