//! The door: takes connections and hands their requests to the pages. Bounds how many there are and how long one may take
//! to say what it wants, so that nobody keeps others out by saying nothing. Knows no page.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// What a client may ask of the door.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// How long a client may take for the head of a request, and how long it may stay without a new one.
    pub(super) head: Duration,
    /// Connections at once; whoever comes after them waits in the system's queue.
    pub(super) connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), connections: 4_096 }
    }
}

/// Serves until `stop` resolves; then takes no more connections and resolves when those that are open have got their
/// answers. HTTP/1.1 only: what speaks HTTP/2 with browsers is the reverse proxy.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(bounds.head);
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(bounds.connections));
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let router = router.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
        });
        let connection = open.watch(protocol.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// The next connection. What goes wrong with one is the client's; what goes wrong with accepting (no more files may be
/// opened) passes when others end.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    const BOUNDS: Bounds = Bounds { head: Duration::from_millis(600), connections: 2 };

    /// A door on loopback whose page says who asks; its address, and what closes it.
    async fn door(bounds: Bounds) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        async fn page(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
            peer.to_string()
        }
        async fn slow() -> &'static str {
            tokio::time::sleep(Duration::from_millis(700)).await;
            "slow"
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(page)).route("/slow", get(slow));
        let (close, closed) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router, bounds, async {
            let _ = closed.await;
        }));
        (address, close, serving)
    }

    /// Everything that the other side says until it hangs up.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all).await;
        String::from_utf8_lossy(&all).into_owned()
    }

    async fn ask(address: SocketAddr, path: &str) -> (String, SocketAddr) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        (rest(&mut stream).await, stream.local_addr().unwrap())
    }

    #[tokio::test]
    async fn a_client_that_drips_its_head_or_says_nothing_is_shown_out() {
        let (address, _close, _) = door(BOUNDS).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut dripping = TcpStream::connect(address).await.unwrap();
        // It never stops by itself.
        let drip = async {
            dripping.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
            while dripping.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let patience = Duration::from_secs(20);
        let ends = async { tokio::join!(drip, rest(&mut silent)) };
        assert!(tokio::time::timeout(patience, ends).await.is_ok(), "they are still there");
    }

    #[tokio::test]
    async fn whoever_comes_when_all_places_are_taken_is_served_as_soon_as_one_is_free() {
        let (address, _close, _) = door(BOUNDS).await;
        let _idle = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        let waiting = tokio::time::timeout(Duration::from_secs(20), ask(address, "/")).await;
        let (answer, peer) = waiting.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&peer.to_string()), "{answer}");
    }

    #[tokio::test]
    async fn who_asked_before_the_end_gets_an_answer_and_who_said_nothing_holds_nobody_up() {
        let (address, close, serving) = door(Bounds { connections: 9, ..Bounds::default() }).await;
        let _idle = TcpStream::connect(address).await.unwrap();
        let asked = tokio::spawn(ask(address, "/slow"));
        tokio::time::sleep(Duration::from_millis(300)).await;
        close.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(20), serving).await;
        assert!(ended.is_ok(), "the silent one holds the end up");
        assert!(asked.await.unwrap().0.ends_with("slow"));
        assert!(TcpStream::connect(address).await.is_err(), "the door is closed");
    }
}
