//! The role every network plays, and the list of those that play it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{
    Access, Account, CapabilitySet, ChannelError, ChannelKind, Client, ConnectError, Connection, Delivery,
    Field, Figure, Made, Net, Observation, Outgoing, Page, Passed, Person, Published, Received, Request,
    Returned, Secret, SignIn, TextRule, Typed, Undelivered, Why,
};

/// What we learn by asking an account who it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// How people write it: `brand@social.example`.
    pub handle: String,
    /// The network's id.
    pub remote_id: String,
    /// The name shown, plain text.
    pub name: String,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Profile page or site.
    pub url: Option<String>,
    /// The table, to be stored with the account.
    pub capabilities: CapabilitySet,
    /// Facts about the server that the channel wants back in [`Account::settings`].
    pub settings: serde_json::Value,
}

/// A network. Calls are stateless: what has to be remembered is in the account or the cursor.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Which one.
    fn kind(&self) -> ChannelKind;

    /// The streams to pull, each with a cursor of its own; none where the network only pushes.
    fn streams(&self) -> &'static [&'static str];

    /// What a person types to connect an account.
    fn fields(&self) -> &'static [Field];

    /// Begins to connect an account on a sign-in page of the network's own, where what was typed leads there; `state`
    /// comes back with the person. `None`: nothing but [`Channel::connect`] is needed.
    async fn begin(
        &self,
        _net: &Net,
        _typed: &Typed,
        _client: &Client,
        _state: &str,
    ) -> Result<Option<SignIn>, ConnectError> {
        Ok(None)
    }

    /// Connects the account of a person who came back from that page, by what was kept ([`SignIn::kept`]).
    async fn finish(
        &self,
        _net: &Net,
        _kept: &Secret,
        _returned: &Returned,
    ) -> Result<Connection, ConnectError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork).into())
    }

    /// What has to be typed to begin so for an account that is connected already; `None` where a secret is needed.
    fn again(&self, _account: &Account) -> Option<BTreeMap<String, String>> {
        None
    }

    /// Connects an account by what was typed into [`Channel::fields`]; [`Channel::probe`] comes next.
    async fn connect(&self, _net: &Net, _typed: &Typed) -> Result<Connection, ConnectError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork).into())
    }

    /// Gets the next access of an account whose present one ends ([`Access::lives_for`]). The program calls it
    /// under a lock of its own, in good time, and keeps the answer before anything else happens: the old
    /// access may be spent.
    async fn renew(&self, _net: &Net, _account: &Account) -> Result<Access, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Whether renewing spends the only thing by which this access can be renewed: it must never be begun by two.
    fn renews_once(&self, _account: &Account) -> bool {
        false
    }

    /// Gives the access back, since the account is being removed here.
    async fn revoke(&self, _net: &Net, _account: &Account) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Makes the next secret of an account whose secret is ours to make ([`Connection::shown`]). The former is good
    /// until `until`; both times in µs.
    fn rotate(&self, _account: &Account, _now: i64, _until: i64) -> Result<Made, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Asks who we are and what we can do: when connecting, once a day, after a refusal.
    async fn probe(&self, net: &Net, account: &Account) -> Result<Probe, ChannelError>;

    /// One step along a stream; `None` to start. A first pull takes what is there now.
    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError>;

    /// Listens until the connection ends and tells why. What passes here is told again by the
    /// next [`Channel::pull`]: only pulling moves a cursor, so a lost connection loses nothing.
    async fn listen(
        &self,
        _net: &Net,
        _account: &Account,
        _sink: mpsc::Sender<Observation>,
    ) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::Polled))
    }

    /// Follows what everybody says in public until the connection ends and tells why; `Ok` when nobody listens any
    /// more. It goes on at `cursor`, without one with what comes next ([`crate::CapabilityKey::Public`]).
    async fn overhear(
        &self,
        _net: &Net,
        _account: &Account,
        _cursor: Option<i64>,
        _sink: mpsc::Sender<Passed>,
    ) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Reads what the network pushed to us by HTTP: first whether it is the sender's and of now (µs), then what it
    /// says. Pure: the program keeps what comes of it and answers only then.
    fn receive(
        &self,
        _account: &Account,
        _delivery: &Delivery<'_>,
        _now: i64,
    ) -> Result<Received, Undelivered> {
        Err(Undelivered::Unsupported)
    }

    /// The thread around a message, oldest first, without the message itself.
    async fn thread(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
    ) -> Result<Vec<Observation>, ChannelError> {
        Err(ChannelError::Unsupported(Why::ReadOnly))
    }

    /// Looks again at messages: what was changed or deleted in silence. Every id that could be
    /// looked at gives one observation.
    async fn recheck(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_ids: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        Err(ChannelError::Unsupported(Why::WindowOnly))
    }

    /// What the network counts below a message of ours, out of the raw text that [`Channel::recheck`] gave of it; nothing
    /// where it counts nothing, or didn't tell this time.
    fn figures(&self, _raw: &str) -> Vec<Figure> {
        Vec::new()
    }

    /// Publishes an answer, or a post that answers nothing ([`crate::CapabilityKey::Post`]).
    async fn publish(
        &self,
        _net: &Net,
        _account: &Account,
        _outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        Err(ChannelError::Unsupported(Why::ReadOnly))
    }

    /// Changes a message of ours to `outgoing` (its key and media are not used).
    async fn edit(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
        _outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        Err(ChannelError::Unsupported(Why::ReadOnly))
    }

    /// Deletes a message of ours. A message that is gone already counts as deleted.
    async fn delete(&self, _net: &Net, _account: &Account, _remote_id: &str) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::ReadOnly))
    }

    /// Hides what somebody wrote below something of ours, or shows it again.
    async fn hide(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
        _hidden: bool,
    ) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Marks what somebody wrote below something of ours as spam, or takes that back.
    async fn spam(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
        _spam: bool,
    ) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Looks whether a message of ours stands on the network, after [`ChannelError::Unknown`]. `since`
    /// (µs): when the first attempt began.
    async fn find_published(
        &self,
        _net: &Net,
        _account: &Account,
        _outgoing: &Outgoing,
        _since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        Err(ChannelError::Unsupported(Why::ReadOnly))
    }

    /// People whom a text of ours could name, by a name or a handle: the one with just that handle, if there is one, and those
    /// whom the network's own search finds, at most [`crate::MOST_PEOPLE`].
    async fn find_people(
        &self,
        _net: &Net,
        _account: &Account,
        _words: &str,
    ) -> Result<Vec<Person>, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    /// Gets a file of a message ([`crate::RemoteAttachment::url`]), at most `max` bytes of it. A web address
    /// is open to everybody; a room whose files lie behind the account gets them itself.
    async fn fetch_media(
        &self,
        net: &Net,
        _account: &Account,
        url: &str,
        max: usize,
    ) -> Result<Bytes, ChannelError> {
        let url =
            url.parse().map_err(|_| ChannelError::ForbiddenAddress { address: "(no address)".to_owned() })?;
        let answer = net.send(Request::get(url).max_bytes(max)).await?;
        match answer.status {
            200 => Ok(answer.body),
            408 | 425 | 500..600 => {
                Err(ChannelError::Unreachable { message: format!("status {}", answer.status) })
            }
            429 => Err(ChannelError::Limited { retry_after: answer.wait() }),
            status => Err(ChannelError::Refused { status, message: "the file isn't given".to_owned() }),
        }
    }

    /// How text is counted for an account with these capabilities.
    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule;
}

/// The room of a network.
#[must_use]
pub fn channel(kind: ChannelKind) -> &'static dyn Channel {
    match kind {
        ChannelKind::Mastodon => &crate::mastodon::Mastodon,
        ChannelKind::Feed => &crate::feed::Feed,
        ChannelKind::Bluesky => &crate::bluesky::Bluesky,
        ChannelKind::Mail => &crate::mail::Mail,
        ChannelKind::Webhook => &crate::webhook::Webhook,
        ChannelKind::Wordpress => &crate::wordpress::Wordpress,
    }
}
