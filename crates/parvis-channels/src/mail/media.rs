//! Files of a mail: they lie in the mailbox, so their address names the mail and the place within it. It is
//! in the manner of RFC 2392 (`mid:`), and means something only to this room.

use bytes::Bytes;
use url::form_urlencoded::{byte_serialize, parse};

use super::imap::Imap;
use super::{find, read, server};
use crate::{Account, ChannelError, Net};

/// The address of a file.
pub(super) fn address(id: &str, place: u32) -> String {
    format!("mid:{}/{place}", byte_serialize(id.as_bytes()).collect::<String>())
}

/// What an address names.
fn named(address: &str) -> Option<(String, u32)> {
    let (id, place) = address.strip_prefix("mid:")?.rsplit_once('/')?;
    let id = parse(id.as_bytes()).next()?.0.into_owned();
    Some((id, place.parse().ok()?))
}

/// Gets a file out of the mailbox.
pub(super) async fn fetch(
    net: &Net,
    account: &Account,
    url: &str,
    max: usize,
) -> Result<Bytes, ChannelError> {
    let gone = || ChannelError::Refused {
        status: 404,
        message: "the mail with this file isn't in the mailbox any more".to_owned(),
    };
    let (id, place) = named(url).ok_or_else(gone)?;
    let (settings, login) = server::open(account)?;
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    let found = find::mail(&mut imap, &settings, &id, find::WHOLE).await?.ok_or_else(gone)?;
    let bytes = tokio::task::spawn_blocking(move || read::file(&found.bytes, place)).await;
    let bytes = bytes.ok().flatten().ok_or_else(gone)?;
    if bytes.len() > max {
        return Err(ChannelError::Malformed { message: format!("longer than {max} bytes") });
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_mail_and_its_place() {
        for id in ["1@a.example", "a/b%c+d&e=f@a.example", "sha256:00ff"] {
            assert_eq!(named(&address(id, 3)), Some((id.to_owned(), 3)));
        }
        for wrong in ["", "mid:", "mid:x", "mid:x/y", "https://a.example/1"] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
