//! `parvis demo`: an invented organisation, five weeks old, alive in a folder of its own.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::{say, serve};
use crate::app::App;
use crate::clock::{Clock, DAY};
use crate::config::Config;
use crate::demo::data::Data;
use crate::demo::network::Network;
use crate::demo::{self, fill, language, taught};
use crate::rules::factor::{base32, grouped};
use crate::seal;
use crate::store;
use crate::store::link::{self, Link};
use crate::web::session::Visitor;

/// Shows Parvis with an invented organisation; nothing leaves this machine
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Keeps the data after the end, in a folder here, for the other commands to look at
    #[arg(long)]
    keep: bool,
    /// Port to listen on, on this machine only
    #[arg(long, default_value_t = 7700)]
    port: u16,
    /// Language to begin in; afterwards it follows the browser
    #[arg(long, value_parser = ["fr", "en"], default_value = "fr")]
    language: String,
}

/// What the running demonstration needs to change its language.
struct Show {
    app: Arc<App>,
    network: Arc<Network>,
    data: Arc<Data>,
    keys: fill::Keys,
    language: Mutex<String>,
}

pub(super) async fn run(demo: &Demo, config: Config) -> anyhow::Result<ExitCode> {
    let folder = folder(demo.keep);
    let (listener, outside) = listeners(demo.port).await?;
    let base = format!("http://{}", outside.local_addr()?);
    let address = format!("http://{}", listener.local_addr()?);
    let config = Config {
        listen: listener.local_addr()?.to_string(),
        public_url: address.clone(),
        data: folder.clone(),
        database: String::new(),
        allow_hosts: vec![outside.local_addr()?.to_string()],
        poll_seconds: 4,
        // The past of the demonstration doesn't change behind its back.
        recheck_seconds: 86_400,
        ..config
    };
    let app = Arc::new(App::open(config, Clock::System).await?);
    let data = Arc::new(Data::load()?);
    let network = Network::new(&base, &demo.language, &data, Clock::System);
    tokio::spawn(axum::serve(outside, network.router()).into_future());
    let began = Instant::now();
    let keys = fill::fill(&app, &network, &data, &demo.language, &base, progress).await?;
    taught::teach(&app, &data, &keys).await?;
    for channel in keys.channels.values() {
        crate::intake::listen::probe(&app, keys.house, channel.id).await?;
    }
    demo::launch::fill(&app, &data, &keys, &demo.language).await?;
    demo::post::fill(&app, &data, &keys, &demo.language).await?;
    demo::asset::fill(&app, &data, &keys, &demo.language).await?;
    demo::request::fill(&app, &data, &keys, &demo.language).await?;
    demo::gesture::fill(&app, &data, &keys, &demo.language).await?;
    demo::calendar::fill(&app, &data, &keys, &demo.language).await?;
    network.fall_silent();
    say(format!("{} conversations in {:.1} s.", data.conversations.len(), began.elapsed().as_secs_f32()))?;
    let (mut addresses, password) = (Vec::new(), grouped(&base32(&seal::random::<10>()?)));
    for (key, _) in GUESTS {
        addresses.push(format!("{address}/link/{}", sign_in(&app, &keys, key, &password).await?));
    }
    let mut others = String::new();
    for ((_, who), address) in GUESTS.iter().zip(&addresses).skip(1) {
        others.push_str(&format!("\n  {address}  {who}"));
    }
    say(format!(
        "\nParvis shows {}. Open this address, it signs you in once:\n\n  {}\n\nOr as somebody else:{others}\n\nWhere a password is asked for, it is everybody’s: {password}\n\nNothing leaves this machine. Ctrl-C ends it{}.",
        data.organisation.name,
        addresses.first().map_or("", String::as_str),
        if demo.keep {
            format!("; the data stays in {}", folder.display())
        } else {
            " and removes the data".to_owned()
        },
    ))?;
    serve::end_when_asked(&app);
    tokio::spawn(demo::play(app.clone(), network.clone(), data.clone()));
    let language = Mutex::new(demo.language.clone());
    let show = Arc::new(Show { app: app.clone(), network, data, keys, language });
    serve::listen(&app, listener, |router| router.layer(from_fn_with_state(show, follow_language))).await;
    app.db.close().await;
    if !demo.keep {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whom a guest may be: who supervises, who does the day's work, who sees only what concerns them, who sets it up.
const GUESTS: [(&str, &str); 4] = [
    ("RC", "the head of community, who supervises"),
    ("CM", "the community manager of the day, who has the last word"),
    ("AH", "the agency, which sees what it works on"),
    ("AD", "the administrator"),
];

/// A folder of its own for each run, so that nothing that somebody kept is ever overwritten.
fn folder(keep: bool) -> PathBuf {
    let name = format!("parvis-demo-{}", std::process::id());
    if keep { PathBuf::from(name) } else { std::env::temp_dir().join(name) }
}

/// Where people come in, and the invented network on a port that is free.
async fn listeners(port: u16) -> anyhow::Result<(TcpListener, TcpListener)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.with_context(|| {
        format!("can't listen on 127.0.0.1:{port}; nothing was started. Choose another with --port, or end what uses it")
    })?;
    Ok((listener, TcpListener::bind("127.0.0.1:0").await?))
}

fn progress(done: usize, total: usize) {
    let step = (total / 20).max(1);
    if std::io::stderr().is_terminal() && (done.is_multiple_of(step) || done == total) {
        eprint!(
            "\rFilling the demonstration: {done} of {total} messages{}",
            if done == total { "\n" } else { "" }
        );
    }
}

async fn sign_in(app: &App, keys: &fill::Keys, key: &str, password: &str) -> anyhow::Result<String> {
    let secret = seal::secret()?;
    let now = app.now();
    let colleague = *keys.colleagues.get(key).with_context(|| format!("the demonstration has no {key}"))?;
    let link = Link {
        organisation: keys.house,
        digest: seal::digest(&secret),
        colleague,
        created_at: now,
        expires_at: now + DAY,
        used_at: None,
    };
    let mut conn = app.db.write().await?;
    // Whoever comes by the link isn't asked to choose one first, and can confirm that it is them.
    if let Some(mut it) = store::colleague::get(&mut conn, keys.house, colleague).await? {
        it.password_hash = Some(crate::web::password::digest(password)?);
        store::colleague::update(&mut conn, &it).await?;
    }
    link::insert(&mut conn, &link).await?;
    conn.commit().await?;
    Ok(secret)
}

/// Tells the shipped messages in the language in which the page was answered. What scripts of an open page fetch changes nothing:
/// two browsers in two languages would never come to rest.
async fn follow_language(State(show): State<Arc<Show>>, request: Request, next: Next) -> Response {
    let path = request.uri().clone();
    let opens = request.headers().get("sec-fetch-mode").is_none_or(|it| it == "navigate");
    let reading = opens && request.method() == axum::http::Method::GET;
    let response = next.run(request).await;
    let wanted = response.extensions().get::<Visitor>().filter(|it| it.signed.is_some());
    let Some(wanted) = wanted.map(|it| it.words.language.as_str()) else { return response };
    let mut told = show.language.lock().await;
    if told.as_str() == wanted || !reading {
        return response;
    }
    match language::retell(&show.app, &show.data, &show.keys, wanted).await {
        Ok(()) => {
            show.network.speak(wanted);
            wanted.clone_into(&mut told);
            Redirect::to(path.path_and_query().map_or("/", |it| it.as_str())).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the demonstration can't change its language");
            response
        }
    }
}
