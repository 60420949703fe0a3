//! How long the body of a request may take to arrive. Without an end to it, somebody who sends a byte a minute
//! holds a connection, and the memory behind it, for ever. Knows nothing of what bodies say.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::error::Failure;
use super::session::Visitor;

/// How long bodies may take, from head to end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Fields and JSON.
    pub words: Duration,
    /// Forms that carry files, which come over slow lines, too.
    pub files: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { words: Duration::from_secs(30), files: Duration::from_secs(300) }
    }
}

/// Middleware: a body that isn't there in time is read no further, and answered with 408.
pub async fn bound(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let has_files = kind.is_some_and(|it| it.to_ascii_lowercase().starts_with("multipart/"));
    let end = Instant::now() + if has_files { patience.files } else { patience.words };
    let late = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| until(body, end, Arc::clone(&late)));
    let response = next.run(request).await;
    if late.load(Ordering::Acquire) { refused(&response) } else { response }
}

/// The body as it comes; at `end` it fails, and `late` says why.
fn until(body: Body, end: Instant, late: Arc<AtomicBool>) -> Body {
    let step = move |body: Option<BodyDataStream>| {
        let late = Arc::clone(&late);
        async move {
            let mut body = body?;
            match timeout_at(end, body.next()).await {
                Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(body))),
                Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
                Ok(None) => None,
                Err(_) => {
                    late.store(true, Ordering::Release);
                    Some((Err(io::ErrorKind::TimedOut.into()), None))
                }
            }
        }
    };
    Body::from_stream(stream::unfold(Some(body.into_data_stream()), step))
}

/// 408, to whoever the handler's answer was for.
fn refused(answer: &Response) -> Response {
    let mut response = Failure::new(StatusCode::REQUEST_TIMEOUT).into_response();
    if let Some(visitor) = answer.extensions().get::<Visitor>() {
        response.extensions_mut().insert(visitor.clone());
    }
    // The rest of the body may still come: nothing else can be asked on this connection.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use axum::middleware::from_fn_with_state;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    /// A house that listens on a port of its own and waits for bodies half a second, for files a minute.
    async fn listening() -> (crate::web::tests::House, SocketAddr) {
        let house = crate::web::tests::House::new().await;
        let patience = Patience { words: Duration::from_millis(500), files: Duration::from_secs(60) };
        let address = serve(crate::web::router_with(house.app.clone(), patience)).await;
        (house, address)
    }

    async fn serve(router: axum::Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        address
    }

    fn head(path: &str, kind: &str, length: usize) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        )
    }

    /// A body of which a byte comes now and then, until the other side has had enough; what it said.
    async fn trickle(address: SocketAddr, path: &str, kind: &str) -> String {
        let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
        write.write_all(head(path, kind, 100_000).as_bytes()).await.unwrap();
        let drip = tokio::spawn(async move {
            while write.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let mut said = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(30), read.read_to_end(&mut said)).await.unwrap();
        drip.abort();
        String::from_utf8_lossy(&said).into_owned()
    }

    #[tokio::test]
    async fn a_form_that_trickles_in_is_answered_by_a_page_and_the_line_is_closed() {
        let (_house, address) = listening().await;
        let said = trickle(address, "/login", "application/x-www-form-urlencoded").await;
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
        assert!(said.to_ascii_lowercase().contains("connection: close") && said.contains("<h1"), "{said}");
    }

    #[tokio::test]
    async fn a_program_is_told_in_its_own_way() {
        let house = crate::web::tests::House::new().await;
        let patience = Patience { words: Duration::from_millis(200), files: Duration::from_secs(60) };
        let router = axum::Router::new()
            .route("/api/v1/words", axum::routing::post(async |body: String| body))
            .layer(from_fn_with_state(patience, bound))
            .layer(from_fn_with_state(house.app.clone(), crate::web::error::render));
        let said = trickle(serve(router).await, "/api/v1/words", "text/plain").await;
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("application/problem+json"), "{said}");
    }

    #[tokio::test]
    async fn a_body_that_comes_slowly_but_in_time_is_read_whole() {
        let (_house, address) = listening().await;
        let body = "email=nobody%40house.example&password=wrong";
        let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
        let kind = "application/x-www-form-urlencoded";
        let head = head("/login", kind, body.len()).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        write.write_all(head.as_bytes()).await.unwrap();
        for part in body.as_bytes().chunks(20) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            write.write_all(part).await.unwrap();
        }
        let mut said = String::new();
        read.read_to_string(&mut said).await.unwrap();
        assert!(said.contains("nobody@house.example"), "{said}");
    }
}
