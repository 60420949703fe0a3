//! Notices to the house's own people, where they are: a Matrix room, a chat that takes Slack's incoming webhooks
//! (Slack, Mattermost, Rocket.Chat), a program of their own by a signed webhook, a mailbox. One way only: nothing that
//! is said there comes in.
//!
//! A notice has a key. Matrix and webhooks know by it what they have already, so a lost answer is followed by the same
//! request; a chat's webhook and a mail server don't, so there it is followed by nothing.

mod chat;
mod matrix;

use serde_json::{Value, json};
use url::Url;

use crate::{Account, ChannelError, Net, Secret, mail, webhook};

/// Where notices can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyKind {
    /// A Matrix room, by an account's access token.
    Matrix,
    /// An incoming webhook as Slack and Mattermost have them: its address is its secret.
    Chat,
    /// A webhook signed as Standard Webhooks are.
    Webhook,
    /// An address, by the mail server of a connected mailbox.
    Mail,
}

impl NotifyKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Matrix, Self::Chat, Self::Mail, Self::Webhook];

    /// The word in the database and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Chat => "chat",
            Self::Webhook => "webhook",
            Self::Mail => "mail",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Whether the other side knows a notice by its key, so that sending it again does no harm.
    #[must_use]
    pub fn knows_keys(self) -> bool {
        matches!(self, Self::Matrix | Self::Webhook)
    }
}

/// Where a notice goes, its secret opened.
#[derive(Debug, Clone)]
pub struct Target {
    /// By which way.
    pub kind: NotifyKind,
    /// Matrix: the server's address and the room's id, with a space between. Webhook: its address. Mail: the address.
    /// Chat: what is shown of it; the whole address is the secret.
    pub address: String,
    /// Matrix: the access token. Chat: the address. Webhook: what [`make_key`] gave.
    pub secret: Secret,
    /// Mail: the mailbox whose server sends.
    pub mailbox: Option<Account>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its own key, the same for every attempt: letters, digits and hyphens.
    pub key: String,
    /// When it was made (µs).
    pub at: i64,
    /// What it is, for programs: `alert.opened`.
    pub event: String,
    /// One line.
    pub title: String,
    /// What stands under it, in plain lines.
    pub text: String,
    /// The same as HTML, for mail; made from `text` where there is none.
    pub html: Option<String>,
    /// Where it leads.
    pub link: Option<Url>,
    /// The facts, for programs.
    pub data: Value,
}

/// A signing key for a webhook: to be kept sealed, and to be shown once.
///
/// # Errors
/// The system has no randomness to give.
pub fn make_key() -> Result<(Secret, Secret), ChannelError> {
    webhook::make_key()
}

/// Looks whether notices can go there, without sending one, and answers with the target as it is to be kept.
///
/// # Errors
/// The address isn't one that Parvis calls, the access isn't accepted, or the room can't be entered.
pub async fn check(net: &Net, target: &Target) -> Result<Target, ChannelError> {
    match target.kind {
        NotifyKind::Matrix => matrix::check(net, target).await,
        NotifyKind::Chat => chat::check(net, target),
        NotifyKind::Webhook => {
            let url = address(&target.address)?;
            net.check(&url)?;
            net.check_secret(&url)?;
            Ok(Target { address: url.to_string(), ..target.clone() })
        }
        NotifyKind::Mail => {
            let fine = |it: &str| {
                it.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
                    && it.len() <= 254
                    && it.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>,;\"()".contains(c))
            };
            let address = target.address.trim();
            if fine(address) {
                Ok(Target { address: address.to_owned(), ..target.clone() })
            } else {
                Err(ChannelError::Refused { status: 553, message: "this is no mail address".to_owned() })
            }
        }
    }
}

/// Sends one notice.
///
/// # Errors
/// As of any channel. `Unknown` where it may have arrived and can't be recognised there.
pub async fn send(net: &Net, target: &Target, notice: &Notice) -> Result<(), ChannelError> {
    match target.kind {
        NotifyKind::Matrix => matrix::send(net, target, notice).await,
        NotifyKind::Chat => chat::send(net, target, notice).await,
        NotifyKind::Webhook => {
            let body =
                json!({ "type": notice.event, "timestamp": timestamp(notice.at), "data": notice.data });
            webhook::post(net, &address(&target.address)?, &target.secret, (&notice.key, notice.at), body)
                .await
        }
        NotifyKind::Mail => {
            let mailbox = target.mailbox.as_ref().ok_or_else(|| ChannelError::Refused {
                status: 404,
                message: "the mailbox that sends is no longer connected".to_owned(),
            })?;
            mail::send_notice(net, mailbox, &target.address, notice).await
        }
    }
}

fn address(text: &str) -> Result<Url, ChannelError> {
    text.trim()
        .parse()
        .map_err(|_| ChannelError::ForbiddenAddress { address: "what isn't an address".to_owned() })
}

fn timestamp(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).unwrap_or_default().to_string()
}

/// The notice in plain lines, with its link last.
pub(crate) fn plain(notice: &Notice) -> String {
    let link = notice.link.as_ref().map(Url::as_str).unwrap_or_default();
    let parts = [notice.title.as_str(), notice.text.as_str(), link];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A text as it stands inside of markup.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The notice as HTML.
pub(crate) fn html(notice: &Notice) -> String {
    let text = escape(&notice.text).replace('\n', "<br>");
    let link = notice.link.as_ref().map(|it| escape(it.as_str()));
    let link = link.map_or_else(String::new, |it| format!("<br><a href=\"{it}\">{it}</a>"));
    format!("<strong>{}</strong><br>{text}{link}", escape(&notice.title))
}
