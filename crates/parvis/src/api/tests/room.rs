//! A disk that has no room for the files of an answer, or doesn't work.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use serde_json::json;

use super::{Client, EVERYTHING};
use crate::app::App;
use crate::seal::SealKey;
use crate::store::message;
use crate::testing::{houses, said};

/// Files, with room for so many more; then this is what the system says.
#[derive(Debug)]
struct Small {
    files: Arc<dyn ObjectStore>,
    room: Arc<AtomicUsize>,
    then: ErrorKind,
}

impl fmt::Display for Small {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("small")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Small {
    async fn put_opts(&self, at: &Path, payload: PutPayload, how: PutOptions) -> Result<PutResult> {
        let take = |room: usize| room.checked_sub(1);
        if self.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
            let source = std::io::Error::from(self.then);
            return Err(Error::Generic { store: "small", source: Box::new(source) });
        }
        self.files.put_opts(at, payload, how).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.files.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        self.files.get_opts(at, how).await
    }

    fn delete_stream(&self, all: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(all)
    }

    fn list(&self, below: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(below)
    }

    async fn list_with_delimiter(&self, below: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(below).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, how).await
    }
}

/// An answer with two pictures on a disk that takes one; then it takes both.
async fn refused(then: ErrorKind, status: u16, code: &str) {
    for mut house in houses().await {
        let (config, db) = (house.app.config.clone(), house.app.db.clone());
        let mut app = App::new(config, db, house.app.clock.clone(), SealKey::new(&[7; 32]).unwrap()).unwrap();
        let room = Arc::new(AtomicUsize::new(1));
        app.media = Arc::new(Small { files: app.media, room: room.clone(), then });
        house.app = Arc::new(app);
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let it = house.conversation("1").await;
        let client = Client::new(&house, &house.manager, &EVERYTHING).await;
        let picture =
            json!({ "mime": "image/png", "data": STANDARD.encode(b"\x89PNG\r\n\x1a\n"), "alt": "Un point" });
        let body = json!({ "text": "Voici", "media": [picture, picture] }).to_string();
        let send = async || {
            let request = client.request(&Method::POST, &format!("/conversations/{}/replies", it.id));
            let request = request.header(header::CONTENT_TYPE, "application/json");
            let request = request.header("Idempotency-Key", "one").body(Body::from(body.clone()));
            client.send(request.unwrap()).await
        };
        assert_eq!(send().await.be(status)["code"], code);
        assert_eq!(house.app.media.list(None).count().await, 0, "the first of them stays behind");
        let mut conn = house.app.db.read().await.unwrap();
        assert!(message::last_out(&mut conn, house.id, it.id).await.unwrap().is_none());
        drop(conn);
        room.store(2, Ordering::SeqCst);
        send().await.be(201);
        assert_eq!(house.app.media.list(None).count().await, 2);
    }
}

#[tokio::test]
async fn an_answer_whose_files_do_not_fit_is_refused_whole_and_works_once_there_is_room() {
    refused(ErrorKind::StorageFull, 507, "no-room").await;
}

#[tokio::test]
async fn an_answer_whose_files_the_disk_cannot_write_is_refused_whole_and_is_no_mistake_of_ours() {
    refused(ErrorKind::Other, 503, "files").await;
}
