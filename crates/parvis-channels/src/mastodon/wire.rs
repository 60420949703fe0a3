//! What Mastodon-API servers send. Every field that some server leaves out is optional; ids
//! are opaque texts. Source: docs.joinmastodon.org, entities.

use serde::{Deserialize, Deserializer};

/// `null` where a list or a text was promised is taken as empty.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) acct: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) display_name: String,
    pub(super) url: Option<String>,
    pub(super) avatar_static: Option<String>,
    pub(super) avatar: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) bot: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) url: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) account: Account,
    pub(super) created_at: Option<String>,
    pub(super) edited_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) content: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) visibility: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) spoiler_text: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) media_attachments: Vec<Attachment>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) mentions: Vec<Mention>,
    pub(super) in_reply_to_id: Option<String>,
    pub(super) in_reply_to_account_id: Option<String>,
    pub(super) language: Option<String>,
    pub(super) reblog: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Mention {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) url: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attachment {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) id: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub(super) kind: String,
    pub(super) url: Option<String>,
    pub(super) remote_url: Option<String>,
    pub(super) preview_url: Option<String>,
    pub(super) description: Option<String>,
    /// Looked into with care: servers put many things here.
    pub(super) meta: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Notification {
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub(super) kind: String,
    pub(super) created_at: Option<String>,
    pub(super) status: Option<Status>,
}

/// The one thing every entity has.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Identified {
    pub(super) id: String,
    pub(super) created_at: Option<String>,
}

/// `/api/v2/instance`, and what of `/api/v1/instance` has the same shape.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Instance {
    /// v2.
    pub(super) domain: Option<String>,
    pub(super) configuration: Configuration,
    /// v2, since Mastodon 4.3.
    #[serde(deserialize_with = "or_default")]
    pub(super) api_versions: ApiVersions,
    /// v1 of older servers and of Pleroma.
    pub(super) max_toot_chars: Option<u32>,
    /// v1.
    pub(super) urls: Option<Urls>,
}

/// What of the API is there, by numbers that only grow.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ApiVersions {
    pub(super) mastodon: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) statuses: StatusLimits,
    pub(super) media_attachments: MediaLimits,
    /// v2.
    pub(super) urls: Option<Urls>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct StatusLimits {
    pub(super) max_characters: Option<u32>,
    pub(super) max_media_attachments: Option<u32>,
    pub(super) characters_reserved_per_url: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct MediaLimits {
    #[serde(deserialize_with = "or_default")]
    pub(super) supported_mime_types: Vec<String>,
    pub(super) image_size_limit: Option<u64>,
    pub(super) description_limit: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Urls {
    /// v2.
    pub(super) streaming: Option<String>,
    /// v1.
    pub(super) streaming_api: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) error: Option<String>,
    pub(super) error_description: Option<String>,
}
