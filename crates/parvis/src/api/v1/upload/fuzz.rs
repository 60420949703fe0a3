//! Hostile forms with files, and files that say they are pictures.

use axum::response::IntoResponse as _;

use super::*;
use crate::work::media::picture_kind;

#[test]
fn hostile_forms_with_files_are_read_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tried = parvis_fuzz::fuzz("upload", |bytes| {
        let request = axum::http::Request::post("/replies");
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit");
        let request = request.body(axum::body::Body::from(bytes.to_vec())).unwrap();
        let kind = picture_kind(bytes).map(|it| it.0);
        match runtime.block_on(Sent::from_request(request, &())) {
            Ok(Sent(answer)) => {
                assert!(answer.media.len() <= PICTURES && !answer.text.contains('\0'), "{answer:?}");
                (kind, 200, answer.media.len(), answer.close, answer.text.len().min(8))
            }
            Err(problem) => {
                let status = problem.into_response().status().as_u16();
                assert!((400..500).contains(&status), "{status}");
                (kind, status, 0, false, 0)
            }
        }
    });
    assert!(tried.unwrap().outcomes > 5);
}
