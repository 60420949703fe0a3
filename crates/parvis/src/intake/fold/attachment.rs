//! The files that hang on a message: kept as the network shows them now, and fetched where that is needed. Part of
//! folding; makes no call.

use parvis_channels::Item;

use super::Context;
use crate::id::{AttachmentId, MessageId};
use crate::store::attachment::{self, Attachment};
use crate::store::{Conn, Result};
use crate::work;

/// Keeps what hangs on a message as it is now, and has what is needed fetched.
pub(super) async fn keep(conn: &mut Conn, context: &Context<'_>, id: MessageId, item: &Item) -> Result<()> {
    let known = attachment::of(conn, context.organisation, id).await?;
    let same = known
        .iter()
        .map(|it| (it.remote_url.as_deref(), it.alt.as_deref()))
        .eq(item.attachments.iter().map(|it| (Some(it.url.as_str()), it.alt.as_deref())));
    // What we sent ourselves is kept here already.
    if same || known.iter().any(|it| it.remote_url.is_none()) {
        return Ok(());
    }
    let all: Vec<Attachment> =
        (0_i64..).zip(&item.attachments).map(|(place, it)| attached(context, id, place, it)).collect();
    attachment::replace(conn, context.organisation, id, &all).await?;
    // A file that lies open on the web is left where it is; one that only the account can get is brought here.
    let is_open = |it: &Attachment| it.remote_url.as_deref().is_some_and(|url| url.starts_with("http"));
    for it in all.iter().filter(|it| it.kind == "image" || !is_open(it)) {
        work::media::enqueue(conn, context.organisation, it.id, context.now).await?;
    }
    Ok(())
}

fn attached(
    context: &Context<'_>,
    message: MessageId,
    position: i64,
    it: &parvis_channels::RemoteAttachment,
) -> Attachment {
    use parvis_channels::AttachmentKind as Kind;
    let kind = match it.kind {
        Kind::Image => "image",
        Kind::Video => "video",
        Kind::Audio => "audio",
        Kind::Other => "other",
    };
    Attachment {
        id: AttachmentId::new(context.now),
        message,
        position,
        kind: kind.to_owned(),
        remote_url: Some(it.url.clone()),
        alt: it.alt.clone(),
        mime: it.mime.clone(),
        width: it.width.map(i64::from),
        height: it.height.map(i64::from),
        stored_as: None,
        error_text: None,
    }
}
