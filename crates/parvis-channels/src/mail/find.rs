//! Finding a mail again by its id, wherever people may have put it.

use super::imap::{Folder, Imap, Purpose, Stored};
use super::read;
use super::server::Settings;
use crate::ChannelError;

/// Only the head of a mail.
pub(super) const HEAD: &str = "BODY.PEEK[HEADER]";
/// All of it.
pub(super) const WHOLE: &str = "BODY.PEEK[]";
/// Folders looked through.
const MAX_FOLDERS: usize = 60;
/// Mails without an id of their own looked at in a folder: the latest.
const MAX_NAMELESS: usize = 50;

/// A mail by its id, in any folder but drafts, junk and bin.
pub(super) async fn mail(
    imap: &mut Imap,
    settings: &Settings,
    id: &str,
    what: &str,
) -> Result<Option<Stored>, ChannelError> {
    // Nearly always it is in one of these two.
    let mut folders = vec!["INBOX".to_owned()];
    folders.extend(settings.sent.clone());
    if let Some(found) = among(imap, &folders, id, what).await? {
        return Ok(Some(found));
    }
    let mut others = imap.folders().await?;
    others.retain(|it| it.purpose != Purpose::Aside && !folders.contains(&it.name));
    others.sort_by_key(|it| it.purpose != Purpose::Kept);
    let others: Vec<String> = others.into_iter().take(MAX_FOLDERS).map(|it| it.name).collect();
    among(imap, &others, id, what).await
}

async fn among(
    imap: &mut Imap,
    folders: &[String],
    id: &str,
    what: &str,
) -> Result<Option<Stored>, ChannelError> {
    for folder in folders {
        match imap.examine(folder).await {
            Ok(_) => {}
            // A folder that went away meanwhile, or that we may not open.
            Err(ChannelError::Refused { .. }) => continue,
            Err(error) => return Err(error),
        }
        if let Some(found) = here(imap, id, what).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A mail by its id in the open folder.
pub(super) async fn here(imap: &mut Imap, id: &str, what: &str) -> Result<Option<Stored>, ChannelError> {
    let what = format!("UID INTERNALDATE {what}");
    if id.starts_with(read::DIGEST) {
        let all = imap.search("NOT HEADER Message-ID \"\"").await?;
        for uid in all.into_iter().rev().take(MAX_NAMELESS) {
            let whole = imap.fetch(&uid.to_string(), true, &format!("UID INTERNALDATE {WHOLE}")).await?;
            if let Some(found) = whole.into_iter().find(|it| read::digest_id(&it.bytes) == id) {
                return Ok(Some(found));
            }
        }
        return Ok(None);
    }
    for uid in imap.search_id(id).await?.into_iter().take(5) {
        let all = imap.fetch(&uid.to_string(), true, &what).await?;
        if let Some(found) = all.into_iter().find(|it| has_id(it, id)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn has_id(stored: &Stored, id: &str) -> bool {
    let head = mail_parser::MessageParser::default().parse_headers(stored.bytes.as_slice());
    head.is_some_and(|it| it.message_id().map(str::trim) == Some(id))
}

/// The folder of sent copies: the one the server says it is, else the one that is called so.
pub(super) fn sent(folders: &[Folder]) -> Option<String> {
    const NAMES: [&str; 9] = [
        "sent",
        "sent items",
        "sent messages",
        "sent mail",
        // “Envoyés”, “Éléments envoyés”: in the alphabet of IMAP's folder names (RFC 3501, 5.1.3).
        "envoy&aok-s",
        "&amk-l&aok-ments envoy&aok-s",
        "messages envoy&aok-s",
        "gesendet",
        "enviados",
    ];
    let told = folders.iter().find(|it| it.purpose == Purpose::Sent);
    let named = || {
        folders.iter().find(|it| {
            let name = it.name.rsplit(['/', '.']).next().unwrap_or_default().to_lowercase();
            NAMES.contains(&name.as_str())
        })
    };
    told.or_else(named).map(|it| it.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_sent_copies_is_told_or_named() {
        let folder = |name: &str, purpose| Folder { name: name.to_owned(), purpose };
        let inbox = folder("INBOX", Purpose::Other);
        let named = [inbox.clone(), folder("INBOX.Sent Items", Purpose::Other)];
        assert_eq!(sent(&named).as_deref(), Some("INBOX.Sent Items"));
        let told = [folder("Sent", Purpose::Other), folder("[Gmail]/Enviados", Purpose::Sent)];
        assert_eq!(sent(&told).as_deref(), Some("[Gmail]/Enviados"));
        assert_eq!(sent(&[inbox]), None);
    }
}
