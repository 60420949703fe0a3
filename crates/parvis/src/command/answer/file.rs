//! The files of an answer: all of them are kept before it is, or none.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::Upload;

use super::UPLOAD_BYTES;
use crate::app::App;
use crate::command::{Refusal, Result};
use crate::fault::{self, Point};
use crate::id::{AttachmentId, MessageId};
use crate::store::attachment::Attachment;

/// Keeps the files. When one can't be, those before it are taken away again: on a full disk nobody needs what no answer
/// names.
pub(super) async fn keep(
    app: &App,
    message: MessageId,
    media: &[Upload],
    now: i64,
) -> Result<Vec<Attachment>> {
    let mut kept: Vec<Attachment> = Vec::new();
    for upload in media {
        match keep_one(app, message, upload, kept.len(), now).await {
            Ok(it) => kept.push(it),
            Err(refused) => {
                drop_all(app, &kept).await;
                return Err(refused);
            }
        }
    }
    Ok(kept)
}

async fn keep_one(
    app: &App,
    message: MessageId,
    upload: &Upload,
    before: usize,
    now: i64,
) -> Result<Attachment> {
    let name = match upload.mime.as_str() {
        "image/png" | "image/jpeg" | "image/webp" | "image/gif" => upload.mime.replace("image/", "."),
        _ => return Err(Refusal::Invalid { field: "media", code: "kind" }),
    };
    if upload.bytes.is_empty() || upload.bytes.len() > UPLOAD_BYTES {
        return Err(Refusal::Invalid { field: "media", code: "size" });
    }
    let id = AttachmentId::new(now);
    let path = format!("sent/{message}/{id}{name}");
    app.media.put(&Path::from(path.as_str()), upload.bytes.clone().into()).await?;
    fault::pass(Point::MediaKept);
    Ok(Attachment {
        id,
        message,
        position: i64::try_from(before).unwrap_or(i64::MAX),
        kind: "image".to_owned(),
        remote_url: None,
        alt: Some(upload.alt.trim().to_owned()).filter(|alt| !alt.is_empty()),
        mime: Some(upload.mime.clone()),
        width: None,
        height: None,
        stored_as: Some(path),
        error_text: None,
    })
}

async fn drop_all(app: &App, kept: &[Attachment]) {
    for path in kept.iter().filter_map(|it| it.stored_as.as_deref()) {
        if let Err(error) = app.media.delete(&Path::from(path)).await {
            tracing::warn!(%error, path, "a file that belongs to no answer stays behind");
        }
    }
}
