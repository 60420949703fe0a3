//! `parvis serve`: listens, does the background work, and ends in good order.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

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
    let ending = Arc::clone(&app);
    tokio::spawn(async move {
        asked_to_end().await;
        ending.stop.ask();
    });
    listen(&app, listener).await?;
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Answers until the end is asked for, then lets open requests finish for a while.
pub(super) async fn listen(app: &Arc<App>, listener: TcpListener) -> anyhow::Result<()> {
    let stop = app.stop.clone();
    let router = crate::web::router(Arc::clone(app)).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move { stop.asked().await });
    let mut server = std::pin::pin!(server.into_future());
    tokio::select! {
        done = &mut server => done?,
        () = app.stop.asked() => match tokio::time::timeout(PATIENCE, server).await {
            Ok(done) => done?,
            Err(_) => tracing::warn!(seconds = PATIENCE.as_secs(), "open requests were cut off"),
        },
    }
    Ok(())
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
