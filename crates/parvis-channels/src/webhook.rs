//! Signed webhooks, in and out: how any program of the house's own (a form, a shop, a forum) hands messages to
//! Parvis and is handed the answers. Signatures are those of Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks>, spec 1.0.0); what is said in between is ours and
//! described in `docs/channels/webhook.md`.
//!
//! One secret signs both ways. A delivery of ours that is thrown back at us is told by its type, which we don't take.

mod key;
mod observe;
mod verify;
mod write;

#[cfg(test)]
mod fuzz;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    Access, Account, Capability, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind,
    ConnectError, Connection, Delivery, Field, Input, Made, MentionRule, Net, Outgoing, Page, Probe,
    Published, Received, Secret, TextRule, TextUnit, Typed, Undelivered, Why,
};
use key::Keys;

/// What connects a webhook.
const FIELDS: [Field; 2] = [
    Field {
        name: "address",
        input: Input::Address,
        required: false,
        example: "https://shop.example/parvis/answers",
    },
    Field { name: "readers", input: Input::Choice(&READERS), required: false, example: "" },
];
/// Who reads along: only the two who write to each other, or everybody.
const READERS: [&str; 2] = ["two", "everybody"];
/// Longest answer, in characters: ours, since the other side names none.
const MAX_TEXT: u32 = 10_000;
/// Stands for the address of a webhook that only brings messages.
const INWARD: &str = "webhook:in";

/// What is kept per account.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Tells two webhooks apart that have the same address, or none.
    id: String,
    /// Everybody reads what is written there.
    public: bool,
}

/// A first secret: to be kept sealed, and to be shown once.
pub(crate) fn make_key() -> Result<(Secret, Secret), ChannelError> {
    let keys = Keys::make()?;
    Ok((keys.write(), keys.newest()))
}

/// Hands over anything that is no answer, signed alike.
pub(crate) async fn post(
    net: &Net,
    url: &Url,
    secret: &Secret,
    (key, at): (&str, i64),
    body: serde_json::Value,
) -> Result<(), ChannelError> {
    let keys = Keys::read(secret)?;
    write::post(net, url, &keys, (key, at), body.to_string().into_bytes()).await.map(drop)
}

/// The room of webhooks.
#[derive(Debug)]
pub struct Webhook;

#[async_trait]
impl Channel for Webhook {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn streams(&self) -> &'static [&'static str] {
        &[]
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn connect(&self, net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        let inward = typed.line("address").is_empty();
        let named = if inward { INWARD.parse().ok() } else { Some(typed.address("address")?) };
        let base_url = named.ok_or(ConnectError::Field { name: "address", code: "address" })?;
        if !inward {
            net.check(&base_url)?;
            net.check_secret(&base_url)?;
        }
        let keys = Keys::make()?;
        let settings = Settings { id: key::random_id()?, public: typed.line("readers") == "everybody" };
        Ok(Connection {
            base_url,
            access: Access { secret: keys.write(), lives_for: None },
            settings: serde_json::json!(settings),
            shown: Some(keys.newest()),
        })
    }

    async fn probe(&self, _net: &Net, account: &Account) -> Result<Probe, ChannelError> {
        let settings: Settings = serde_json::from_value(account.settings.clone()).unwrap_or_default();
        let target = target(account);
        Ok(Probe {
            handle: String::new(),
            remote_id: settings.id.clone(),
            name: target.and_then(Url::host_str).unwrap_or("Webhook").to_owned(),
            avatar_url: None,
            url: None,
            capabilities: table(target.is_some(), settings.public),
            settings: serde_json::json!(settings),
        })
    }

    async fn pull(
        &self,
        _net: &Net,
        _account: &Account,
        _stream: &str,
        _cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    fn receive(&self, account: &Account, delivery: &Delivery<'_>, now: i64) -> Result<Received, Undelivered> {
        let keys = Keys::read(&account.secret)
            .map_err(|_| Undelivered::Unproved("no usable secret is kept for this webhook"))?;
        let head = verify::verify(&keys, delivery, now)?;
        observe::read(account, &head, delivery.body, now)
    }

    fn rotate(&self, account: &Account, now: i64, until: i64) -> Result<Made, ChannelError> {
        let keys = Keys::read(&account.secret)?.next(now, until)?;
        Ok(Made { access: Access { secret: keys.write(), lives_for: None }, shown: keys.newest() })
    }

    async fn publish(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        write::publish(net, account, outgoing).await
    }

    /// There is nothing to look at: an answer that may have been lost is handed over again under the same id,
    /// by which the other side recognises it.
    async fn find_published(
        &self,
        _net: &Net,
        _account: &Account,
        _outgoing: &Outgoing,
        _since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        Ok(None)
    }

    fn text_rule(&self, _capabilities: &CapabilitySet) -> TextRule {
        text_rule()
    }
}

/// Where answers go, unless the webhook only brings messages.
fn target(account: &Account) -> Option<&Url> {
    Some(&account.base_url).filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn text_rule() -> TextRule {
    TextRule {
        unit: TextUnit::Scalar,
        max: MAX_TEXT,
        also: None,
        url_len: None,
        mention: MentionRule::Whole,
        names_author: false,
        warning_counts: true,
    }
}

fn table(answers: bool, public: bool) -> CapabilitySet {
    let mut set = CapabilitySet::default();
    let answering = |line: Capability| if answers { line } else { Capability::unsupported(Why::NoAddress) };
    for key in CapabilityKey::ALL {
        set.set(
            key,
            match key {
                CapabilityKey::Listen | CapabilityKey::Stream => Capability::native(),
                CapabilityKey::Threads | CapabilityKey::SeeEdits | CapabilityKey::SeeDeletions => {
                    Capability::conditional(Why::AsTold)
                }
                CapabilityKey::ReplyPrivately if public => Capability::unsupported(Why::NotInNetwork),
                CapabilityKey::Reply
                | CapabilityKey::ReplyPrivately
                | CapabilityKey::Post
                | CapabilityKey::PostThread
                | CapabilityKey::Language => answering(Capability::native()),
                CapabilityKey::SafeRetry => answering(Capability::conditional(Why::ReceiverRecognises)),
                CapabilityKey::Schedule => answering(Capability::emulated(Why::HeldByParvis)),
                CapabilityKey::Edit
                | CapabilityKey::Delete
                | CapabilityKey::Images
                | CapabilityKey::AltText
                | CapabilityKey::Warning
                | CapabilityKey::Like
                | CapabilityKey::Public
                | CapabilityKey::Article
                | CapabilityKey::Quote
                | CapabilityKey::LinkCard
                | CapabilityKey::Spam
                | CapabilityKey::Hide => Capability::unsupported(Why::NotBuilt),
            },
        );
    }
    set.private_only = !public;
    set.text = Some(text_rule());
    set
}
