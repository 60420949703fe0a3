//! `parvis serve`: listens, does the background work, and ends in good order.

mod door;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;

use self::door::Bounds;
use super::say;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;

/// How long open requests may take once the end was asked for.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind(&config.listen).await.with_context(|| {
        let listen = &config.listen;
        format!("can't listen on {listen}; nothing was started. Another --listen, or end what uses it")
    })?;
    let app = Arc::new(App::open(config, Clock::System).await?);
    if let Some(address) = app.setup_address().await? {
        say(format!("Nobody has set Parvis up yet. Open this address to begin:\n  {address}"))?;
    }
    say(format!("Parvis listens on http://{} (Ctrl-C ends it)", listener.local_addr()?))?;
    end_when_asked(&app);
    listen(&app, listener, |router| router).await;
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Ends the program on Ctrl-C or SIGTERM.
pub(super) fn end_when_asked(app: &Arc<App>) {
    let ending = Arc::clone(app);
    tokio::spawn(async move {
        asked_to_end().await;
        ending.stop.ask();
    });
}

/// Answers until the end is asked for, then lets open requests finish for a while. `around` may put a layer
/// of its own around the pages.
pub(super) async fn listen(
    app: &Arc<App>,
    listener: TcpListener,
    around: impl FnOnce(axum::Router) -> axum::Router,
) {
    let stop = app.stop.clone();
    let router = around(crate::web::router(Arc::clone(app)))
        .layer(from_fn_with_state(Arc::clone(app), name_the_client));
    let background = [
        tokio::spawn(crate::work::run(Arc::clone(app), app.stop.follow())),
        tokio::spawn(crate::intake::listen::run(Arc::clone(app), app.stop.follow())),
    ];
    let others = tokio::spawn({
        let app = Arc::clone(app);
        async move { app.db.hear_others().await }
    });
    let mut server = std::pin::pin!(door::serve(listener, router, Bounds::default(), stop.asked()));
    tokio::select! {
        () = &mut server => {}
        () = app.stop.asked() => if tokio::time::timeout(PATIENCE, server).await.is_err() {
            tracing::warn!(seconds = PATIENCE.as_secs(), "open requests were cut off");
        },
    }
    others.abort();
    for task in background {
        // What a task had begun is finished, or comes back when its lease ends.
        if tokio::time::timeout(PATIENCE, task).await.is_err() {
            tracing::warn!("background work was cut off");
        }
    }
}

/// Puts the client's address in the place of the reverse proxy's, when that proxy is trusted.
async fn name_the_client(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
    if let Some(client) = peer.and_then(|peer| client(&app.config, peer.ip(), request.headers())) {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, 0)));
    }
    next.run(request).await
}

/// The last address in `X-Forwarded-For` that isn't one of our own proxies: those before it were
/// written by the client and may say anything. `None` when the peer isn't trusted.
fn client(config: &Config, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    if !config.trusts(peer) {
        return None;
    }
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let hops = values.iter().flat_map(|value| value.split(',')).rev();
    let hops = hops.map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.map(|hop| hop.to_canonical()).find(|hop| !config.trusts(*hop))
}

/// Waits for Ctrl-C or, where there is such a thing, SIGTERM.
async fn asked_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn said(peer: &str, forwarded: &[&'static str]) -> Option<String> {
        let trusted_proxies = vec!["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()];
        let config = Config { trusted_proxies, ..Config::default() };
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        client(&config, peer.parse().unwrap(), &headers).map(|it| it.to_string())
    }

    #[test]
    fn a_client_is_named_by_a_trusted_proxy_only() {
        assert_eq!(said("127.0.0.1", &["192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(said("192.0.2.1", &["192.0.2.7"]), None);
        assert_eq!(said("127.0.0.1", &[]), None);
        assert_eq!(said("127.0.0.1", &["nonsense"]), None);
    }

    #[test]
    fn what_a_client_wrote_itself_isnt_believed() {
        assert_eq!(said("127.0.0.1", &["1.1.1.1, 192.0.2.7, 10.0.0.2"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(said("127.0.0.1", &["1.1.1.1", "192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(said("127.0.0.1", &["192.0.2.7, <script>"]), None);
    }
}
