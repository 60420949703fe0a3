//! The whole house as lines of JSON, the same that `parvis export` writes.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt as _;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::rules::permission::Action;
use crate::store::transfer::line;

/// Export everything
///
/// Lines of JSON, as `parvis import` reads them; the last one counts the others, so that a file that broke off
/// is known. It holds passwords' hashes and sealed secrets: keep it as safe as the database. It doesn't hold
/// the key file and the media themselves.
#[utoipa::path(get, path = "/export", operation_id = "export", tag = "organisation",
    responses((status = 200, description = "The lines.", body = String, content_type = "application/jsonl")),
    extensions(("x-action" = json!(Action::MoveData))))]
pub async fn export(State(app): State<Arc<App>>, _: Caller) -> Result<Response> {
    let listed = app.media.list(None).map_ok(|it| (it.location.to_string(), it.size));
    let mut media: Vec<(String, u64)> = listed.try_collect().await.map_err(Problem::internal)?;
    media.sort();
    let mut conn = app.db.snapshot().await?;
    let (sender, lines) = mpsc::channel(8);
    let runtime = tokio::runtime::Handle::current();
    // The writer waits for a slow reader, so it has a thread of its own.
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { sender, held: Vec::with_capacity(CHUNK) };
        let written = runtime.block_on(line::export(&mut conn, &media, &mut pipe, |_, _| {}));
        if let Err(error) = written {
            tracing::warn!(%error, "an export broke off");
        }
    });
    let body = Body::from_stream(ReceiverStream::new(lines).map(Ok::<Bytes, io::Error>));
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"parvis.jsonl\""),
    ];
    Ok((headers, body).into_response())
}

/// Bytes handed over at once.
const CHUNK: usize = 64 * 1024;
/// How long a full pipe is left to empty.
const NAP: Duration = Duration::from_millis(2);

/// What is written goes to the answer's body, no faster than it is read.
struct Pipe {
    sender: Sender<Bytes>,
    held: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut chunk = Bytes::from(std::mem::take(&mut self.held));
        loop {
            match self.sender.try_send(chunk) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(TrySendError::Full(back)) => chunk = back,
            }
            std::thread::sleep(NAP);
        }
    }
}
