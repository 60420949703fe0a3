//! Answering. The Message-ID is made from the answer's key, so that the same answer is the same mail however
//! often it is handed over. SMTP can't be asked what became of a mail; the copy among the sent ones can be.

use std::time::Duration;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;

use super::find;
use super::imap::Imap;
use super::read::{self, Mail, Reader, minted};
use super::server::{self, Login, Settings};
use super::smtp::Smtp;
use crate::html::one_line;
use crate::{Account, ChannelError, Mark, Net, Outgoing, Published, Upload, Why};

/// For looking up what is answered. All these together stay below the time that the program gives a call:
/// a call that it gives up on counts as a lost answer.
const LOOK: Duration = Duration::from_secs(30);
/// For signing in where mail is handed in; how long handing it in may take stands in [`super::smtp`].
const SIGN_IN: Duration = Duration::from_secs(15);
/// For putting the copy among the sent ones.
const COPY: Duration = Duration::from_secs(10);
/// Characters of a subject.
const SUBJECT: usize = 300;

/// Sends an answer, unless its copy says that it was sent already.
pub(super) async fn publish(
    net: &Net,
    account: &Account,
    outgoing: &Outgoing,
) -> Result<Published, ChannelError> {
    let (settings, login) = server::open(account)?;
    let id = minted(&outgoing.key, &settings.address);
    let look = look(net, &settings, &login, &id, outgoing.parent()?);
    let looked = tokio::time::timeout(LOOK, look).await.unwrap_or_else(|_| Err(late()))?;
    let (mut imap, parent) = match looked {
        Looked::Sent(published) => return Ok(published),
        Looked::Parent(imap, parent) => (imap, *parent),
    };
    let to = recipient(&parent, &settings)?;
    let mail = compose(&settings, outgoing, &parent, &to, &id)?;
    let smtp = tokio::time::timeout(SIGN_IN, Smtp::open(net, &settings.smtp, &login)).await;
    let smtp = smtp.unwrap_or_else(|_| Err(late()))?;
    let words = smtp.deliver(&settings.address, &to, &mail).await?;
    keep_copy(&mut imap, &settings, &id, &mail).await;
    Ok(Published {
        remote_id: id,
        url: None,
        published_at: None,
        raw: serde_json::json!({ "smtp": words }).to_string(),
    })
}

/// Looks for the copy of an answer among the sent ones. Where none are kept there is nowhere to look: that isn't the same
/// as not being there.
pub(super) async fn find_published(
    net: &Net,
    account: &Account,
    outgoing: &Outgoing,
) -> Result<Option<Published>, ChannelError> {
    let (settings, login) = server::open(account)?;
    if settings.sent.is_none() {
        return Err(ChannelError::Unsupported(Why::NotOnServer));
    }
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    copy(&mut imap, &settings, &minted(&outgoing.key, &settings.address)).await
}

enum Looked {
    /// The answer stands there already.
    Sent(Published),
    /// What is answered.
    Parent(Imap, Box<Mail>),
}

async fn look(
    net: &Net,
    settings: &Settings,
    login: &Login,
    id: &str,
    parent: &str,
) -> Result<Looked, ChannelError> {
    let mut imap = Imap::open(net, &settings.imap, login).await?;
    if let Some(published) = copy(&mut imap, settings, id).await? {
        return Ok(Looked::Sent(published));
    }
    let reader = Reader { ours: settings.address.clone(), imap: settings.imap.host.clone() };
    let found = find::mail(&mut imap, settings, parent, find::HEAD).await?;
    let found = found.and_then(|it| read::mail(&it.bytes, &reader, true));
    let Some(parent) = found else {
        let message = "the mail to be answered isn't in the mailbox any more; put it back, then try again";
        return Err(ChannelError::Refused { status: 404, message: message.to_owned() });
    };
    Ok(Looked::Parent(imap, Box::new(parent)))
}

async fn copy(imap: &mut Imap, settings: &Settings, id: &str) -> Result<Option<Published>, ChannelError> {
    let Some(sent) = &settings.sent else { return Ok(None) };
    imap.examine(sent).await?;
    let found = find::here(imap, id, find::HEAD).await?;
    Ok(found.map(|found| Published {
        remote_id: id.to_owned(),
        url: None,
        published_at: found.arrived,
        raw: serde_json::json!({ "folder": sent, "uid": found.uid }).to_string(),
    }))
}

/// Whom an answer goes to. A program never gets one.
fn recipient(parent: &Mail, settings: &Settings) -> Result<String, ChannelError> {
    let automatic = parent.marks.iter().any(|it| matches!(it, Mark::Automatic(_)));
    let ours = parent.from.address == settings.address;
    if !ours && (automatic || parent.report.is_some()) {
        return Err(ChannelError::Unsupported(Why::NotToPrograms));
    }
    // Below a mail of our own the answer goes on to whom that one went.
    let first = parent.to.iter().map(|it| it.address.clone()).find(|it| !it.is_empty());
    let wanted = parent.reply_to.as_ref().map(|it| it.address.clone()).filter(|it| *it != settings.address);
    let to = if ours { first } else { wanted.or_else(|| Some(parent.from.address.clone())) };
    to.filter(|it| !it.is_empty()).ok_or_else(|| ChannelError::Refused {
        status: 553,
        message: "the mail names no address that could be answered".to_owned(),
    })
}

/// Puts the mail together. (Its Date is set by the builder; nothing here depends on it.)
fn compose(
    settings: &Settings,
    outgoing: &Outgoing,
    parent: &Mail,
    to: &str,
    id: &str,
) -> Result<Vec<u8>, ChannelError> {
    let name = Some(settings.name.as_str()).filter(|it| !it.is_empty());
    let known = |person: &&read::Person| person.address == to;
    let their = parent.reply_to.iter().chain(Some(&parent.from)).chain(&parent.to).find(known);
    let their = their.map(|it| it.name.as_str()).filter(|it| !it.is_empty());
    let mut mail = MessageBuilder::new()
        .from(Address::new_address(name, settings.address.as_str()))
        .to(Address::new_address(their, to))
        .subject(answered(&parent.subject))
        .message_id(id.to_owned())
        .text_body(outgoing.text.as_str());
    let mut thread = parent.parents.clone();
    if read::is_id(&parent.id) {
        mail = mail.in_reply_to(parent.id.clone());
        thread.push(parent.id.clone());
    }
    if !thread.is_empty() {
        mail = mail.references(MessageId::from(thread));
    }
    if let Some(language) = outgoing.language.as_deref().filter(|it| is_language(it)) {
        mail = mail.header("Content-Language", Text::new(language));
    }
    let mut parts = vec![MimePart::new("text/plain; charset=utf-8", outgoing.text.as_str())];
    parts.extend(outgoing.media.iter().zip(1..).map(|(file, number)| attached(file, number)));
    if parts.len() > 1 {
        mail = mail.body(MimePart::new("multipart/mixed", parts));
    }
    let bytes =
        mail.write_to_vec().map_err(|error| ChannelError::Malformed { message: error.to_string() })?;
    if settings.size.is_some_and(|max| u64::try_from(bytes.len()).is_ok_and(|size| size > max)) {
        let message = "the mail is larger than what the server takes".to_owned();
        return Err(ChannelError::Refused { status: 552, message });
    }
    Ok(bytes)
}

fn attached(file: &Upload, number: usize) -> MimePart<'_> {
    let ending = match file.mime.as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "bin",
    };
    let fine = |c: char| c.is_ascii_alphanumeric() || "/+.-".contains(c);
    let mime = if file.mime.chars().all(fine) { file.mime.as_str() } else { "application/octet-stream" };
    let part = MimePart::new(mime, file.bytes.as_slice()).attachment(format!("{number}.{ending}"));
    let alt = one_line(&file.alt, 1_000);
    if alt.is_empty() { part } else { part.header("Content-Description", Text::new(alt)) }
}

/// `Re: ` once, whatever the parent's subject begins with.
fn answered(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some(shorter) = ["re:", "re :", "aw:", "sv:", "rép:", "rép :"].iter().find_map(|start| {
        let head = rest.get(..start.len())?;
        head.to_lowercase().eq(start).then(|| rest.get(start.len()..))?
    }) {
        rest = shorter.trim_start();
    }
    one_line(&format!("Re: {rest}"), SUBJECT)
}

fn is_language(tag: &str) -> bool {
    !tag.is_empty() && tag.len() <= 35 && tag.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

/// Puts our copy among the sent ones, unless the server did so itself. The mail has left: a copy that can't
/// be kept is no reason to say that it hasn't.
async fn keep_copy(imap: &mut Imap, settings: &Settings, id: &str, mail: &[u8]) {
    let Some(sent) = &settings.sent else { return };
    let keep = async {
        if copy(imap, settings, id).await?.is_none() {
            imap.append(sent, mail).await?;
        }
        Ok::<(), ChannelError>(())
    };
    drop(tokio::time::timeout(COPY, keep).await);
}

fn late() -> ChannelError {
    ChannelError::Unreachable { message: "no answer in time".to_owned() }
}

#[cfg(test)]
#[path = "write/tests.rs"]
mod tests;
