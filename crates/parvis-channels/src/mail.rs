//! A mailbox: read by IMAP, answered by SMTP.
//!
//! Both protocols are spoken over connections of [`Net`] ([`wire`]), so mail servers are called under the
//! same rule as web servers. A mail is a message, its Message-ID the message's id, its In-Reply-To and
//! References the thread. Nothing in the mailbox is changed but for the copies of our answers that go to the
//! folder of sent mail; nothing is marked as read.

mod automatic;
mod bounce;
mod find;
mod flowed;
mod imap;
mod media;
mod notice;
mod observe;
mod probe;
mod proof;
mod quote;
mod read;
mod server;
mod smtp;
mod walk;
mod wire;
mod write;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{
    Access, Account, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError, Connection, Field,
    Input, Net, Observation, Outgoing, Page, Probe, Published, TextRule, Typed, Why,
};

/// What is written to us.
const INBOX: &str = "inbox";
/// What we wrote, here or with another program: the echo.
const SENT: &str = "sent";

/// What connects a mailbox.
const FIELDS: [Field; 7] = [
    Field { name: "address", input: Input::Line, required: true, example: "contact@brand.example" },
    Field { name: "sender", input: Input::Line, required: false, example: "Brand" },
    Field { name: "imap", input: Input::Line, required: true, example: "imap.brand.example" },
    Field { name: "smtp", input: Input::Line, required: false, example: "smtp.brand.example" },
    Field { name: "security", input: Input::Choice(&server::SECURITY), required: false, example: "" },
    Field { name: "user", input: Input::Line, required: false, example: "contact@brand.example" },
    Field { name: "password", input: Input::Secret, required: true, example: "" },
];

/// Sends a notice to a colleague by the mailbox's own server.
pub(crate) async fn send_notice(
    net: &Net,
    account: &Account,
    to: &str,
    it: &crate::notify::Notice,
) -> Result<(), ChannelError> {
    notice::send(net, account, to, it).await
}

/// The room of mailboxes.
#[derive(Debug)]
pub struct Mail;

#[async_trait]
impl Channel for Mail {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mail
    }

    fn streams(&self) -> &'static [&'static str] {
        &[INBOX, SENT]
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn connect(&self, _net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        let (base_url, settings, secret) = server::connect(typed)?;
        Ok(Connection { base_url, access: Access { secret, lives_for: None }, settings, shown: None })
    }

    async fn probe(&self, net: &Net, account: &Account) -> Result<Probe, ChannelError> {
        probe::probe(net, account).await
    }

    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        walk::pull(net, account, stream == SENT, cursor).await
    }

    async fn listen(
        &self,
        net: &Net,
        account: &Account,
        sink: mpsc::Sender<Observation>,
    ) -> Result<(), ChannelError> {
        walk::listen(net, account, &sink).await
    }

    async fn thread(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
    ) -> Result<Vec<Observation>, ChannelError> {
        walk::thread(net, account, remote_id).await
    }

    /// A mail that was sent stays as it is: there is nothing to look at again.
    async fn recheck(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_ids: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        Ok(Vec::new())
    }

    async fn publish(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        write::publish(net, account, outgoing).await
    }

    async fn edit(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
        _outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    async fn delete(&self, _net: &Net, _account: &Account, _remote_id: &str) -> Result<(), ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    async fn find_published(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
        _since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        write::find_published(net, account, outgoing).await
    }

    async fn fetch_media(
        &self,
        net: &Net,
        account: &Account,
        url: &str,
        max: usize,
    ) -> Result<Bytes, ChannelError> {
        media::fetch(net, account, url, max).await
    }

    fn text_rule(&self, _capabilities: &CapabilitySet) -> TextRule {
        probe::text_rule()
    }
}
