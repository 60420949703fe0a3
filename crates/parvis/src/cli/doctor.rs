//! `parvis doctor`: looks at everything that an installation stands on and says what is wrong and how
//! to mend it. Changes nothing unless told to mend: it writes one file in the data folder and removes it.

mod deep;

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use serde::Serialize;
use tokio::net::TcpListener;

use super::say;
use crate::app::without_password;
use crate::clock::{Clock, DAY, MINUTE};
use crate::config::{self, Config};
use crate::id::OrganisationId;
use crate::intake::second;
use crate::media;
use crate::seal::SealKey;
use crate::store::sealed::{self, Sealed};
use crate::store::{self, Conn, Db, channel, counter, journal, migration, organisation};

#[derive(Debug, Default, clap::Args)]
pub(super) struct Doctor {
    /// Answers as JSON
    #[arg(long)]
    json: bool,
    /// Reads everything: each counter against a recount, the search index and the media against the messages, the
    /// journal's chain, and whatever points at rows that are gone. Parvis may go on running
    #[arg(long)]
    deep: bool,
    /// Looks deeply, and makes anew what is made from other rows: counters and the search index
    #[arg(long)]
    mend: bool,
    /// A number and hash that the doctor or a backup gave earlier: looks deeply, and whether it still stands in the
    /// journal
    #[arg(long, value_name = "NUMBER:HASH")]
    journal: Option<deep::Mark>,
}

impl Doctor {
    /// The look that a restore ends with, at the place in the journal that the backup gives.
    pub(super) fn after_restore(journal: Option<&str>) -> Self {
        Self { deep: true, journal: journal.and_then(|it| it.parse().ok()), ..Self::default() }
    }

    fn is_deep(&self) -> bool {
        self.deep || self.mend || self.journal.is_some()
    }
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    Notice,
    Problem,
}

/// What was found about one thing.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do; empty when nothing has to be done.
    mend: String,
}

/// Findings in the order in which they were looked for.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, what: &'static str, found: impl Into<String>) {
        self.0.push(Finding { what, state: State::Good, found: found.into(), mend: String::new() });
    }

    fn notice(&mut self, what: &'static str, found: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { what, state: State::Notice, found: found.into(), mend: mend.into() });
    }

    fn problem(&mut self, what: &'static str, found: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { what, state: State::Problem, found: found.into(), mend: mend.into() });
    }
}

pub(super) async fn run(it: &Doctor, loaded: Result<Config, config::Error>) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    match loaded {
        Err(error) => {
            findings.problem("configuration", error.to_string(), "mend it; the rest wasn't looked at")
        }
        Ok(config) => {
            findings.good("configuration", "can be read");
            let variable = std::env::var("PARVIS_SEAL_KEY").ok();
            examine(&mut findings, &config, variable.as_deref(), Clock::System.now(), it).await;
        }
    }
    let problems = findings.0.iter().filter(|it| it.state == State::Problem).count();
    if it.json {
        say(serde_json::to_string_pretty(
            &serde_json::json!({ "problems": problems, "findings": findings.0 }),
        )?)?;
    } else {
        for it in &findings.0 {
            let mark = match it.state {
                State::Good => "good   ",
                State::Notice => "notice ",
                State::Problem => "PROBLEM",
            };
            say(format!("{mark}  {:14} {}", it.what, it.found))?;
            if !it.mend.is_empty() {
                say(format!("{:24} → {}", "", it.mend))?;
            }
        }
        say(if problems == 0 { "No problem found.".to_owned() } else { format!("{problems} to mend.") })?;
    }
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(findings: &mut Findings, config: &Config, key: Option<&str>, now: i64, how: &Doctor) {
    look_at_address(findings, config);
    look_at_port(findings, config).await;
    let made = look_at_folder(findings, &config.data);
    look_at_media(findings, config).await;
    look_at_encoder(findings, config);
    look_at_clock(findings, now);
    let address = config.database_address();
    let Some(db) = look_at_database(findings, &address, made).await else { return };
    if let Err(error) = examine_database(findings, &db, config, key, now, how).await {
        findings.problem(
            "database",
            error.to_string(),
            "see whether the disk is full or damaged, or something holds it",
        );
    }
    db.close().await;
}

async fn examine_database(
    findings: &mut Findings,
    db: &Db,
    config: &Config,
    key: Option<&str>,
    now: i64,
    how: &Doctor,
) -> store::Result<()> {
    let mut conn = db.snapshot().await?;
    let Some(house) = look_at_house(findings, &mut conn, config, key, now).await? else { return Ok(()) };
    if how.is_deep() {
        drop(conn);
        return deep::examine(findings, db, config, house, now, how).await;
    }
    let wrong = counter::wrong(&mut conn, house).await?;
    if wrong == 0 {
        findings.good("counters", "agree with the conversations");
    } else {
        let mend = "run `parvis doctor --mend`; Parvis may go on running";
        findings.problem("counters", format!("{wrong} differ from the conversations"), mend);
    }
    Ok(())
}

fn look_at_address(findings: &mut Findings, config: &Config) {
    let url = url::Url::parse(&config.public_url).ok();
    let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default().to_owned();
    let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
    let secure = config.public_url.starts_with("https://");
    let shown = &config.public_url;
    let port = config.listen.rsplit(':').next().and_then(|it| it.parse::<u16>().ok());
    if secure || local && url.as_ref().and_then(url::Url::port_or_known_default) == port {
        findings.good("public_url", shown);
    } else if local {
        let mend = "set public_url to the address that people type";
        findings.problem("public_url", format!("{shown}, but Parvis listens on {}", config.listen), mend);
    } else {
        let mend =
            "put a reverse proxy with a certificate before it (docs/operating.md) and say https:// here";
        findings.problem("public_url", format!("{shown} sends passwords unencrypted"), mend);
    }
}

async fn look_at_port(findings: &mut Findings, config: &Config) {
    match TcpListener::bind(&config.listen).await {
        Ok(_) => findings.good("listen", format!("{} is free", config.listen)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => findings.notice(
            "listen",
            format!("{} is in use", config.listen),
            "good when Parvis is running now; otherwise choose another listen address",
        ),
        Err(error) => findings.problem(
            "listen",
            format!("{}: {error}", config.listen),
            "choose an address of this machine; ports below 1024 need a privilege",
        ),
    }
}

/// Answers with whether the folder was there.
fn look_at_folder(findings: &mut Findings, data: &Path) -> bool {
    let shown = data.display();
    if !data.exists() {
        findings.notice("data", format!("{shown} isn't there yet"), "the first start makes it");
        return false;
    }
    let probe = data.join(".doctor");
    match std::fs::write(&probe, b"written").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => findings.good("data", format!("{shown} can be written")),
        Err(error) => findings.problem(
            "data",
            format!("{shown} can't be written: {error}"),
            "give the folder to the user that runs Parvis, and see whether the disk is full",
        ),
    }
    true
}

/// Asks a bucket for what it holds; a folder is looked at with the data folder, or read through by a deep look.
async fn look_at_media(findings: &mut Findings, config: &Config) {
    if !config.media.starts_with("s3://") {
        return;
    }
    let shown = &config.media;
    let asked = async { anyhow::Ok(media::open(config)?.list(None).try_next().await?) };
    match asked.await {
        Ok(_) => findings.good("media", format!("{shown} answers")),
        Err(error) => {
            let mend = "see AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and \
                        whether the bucket is there";
            findings.problem("media", format!("{shown} can't be used: {error:#}"), mend);
        }
    }
}

/// Reads the encoder's file, where one is set.
fn look_at_encoder(findings: &mut Findings, config: &Config) {
    if config.encoder.as_os_str().is_empty() {
        return;
    }
    match second::open(&config.encoder) {
        Ok(_) => findings.good("encoder", format!("{} can be used", config.encoder.display())),
        Err(error) => findings.problem(
            "encoder",
            format!("{error}; messages are read by the model that ships"),
            "put e5-small-q4.bin there (MODEL_CARD.md), or leave `encoder` out; then start Parvis again",
        ),
    }
}

fn look_at_clock(findings: &mut Findings, now: i64) {
    // The day this was written: earlier than that is a machine that lost its clock.
    const EARLIEST: i64 = 1_760_000_000_000_000;
    if now < EARLIEST {
        findings.problem("clock", "the machine's clock is far behind", "set it and let it be set by NTP");
    } else {
        findings.good("clock", "plausible");
    }
}

/// Walks the steps to the database and says at which one it ends.
async fn look_at_database(findings: &mut Findings, address: &str, made: bool) -> Option<Db> {
    let shown = without_password(address);
    if let Some(path) = address.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        let problem = made && Path::new(path).parent().is_some_and(|parent| parent.join("seal.key").exists());
        let found = format!("{path} isn't there yet");
        let mend = "the first start makes it; if there was one, put it back before you start";
        if problem {
            findings.problem("database", found, mend)
        } else {
            findings.notice("database", found, mend)
        }
        return None;
    }
    if address.starts_with("postgres") && !reaches_server(findings, address).await {
        return None;
    }
    match Db::connect(address).await {
        Ok(db) => {
            findings.good("database", format!("{shown} opens ({})", db.engine_name()));
            Some(db)
        }
        Err(error @ store::Error::Address(_)) => {
            findings.problem("database", error.to_string(), "mend `database` in the configuration");
            None
        }
        Err(error) => {
            let mend = "the server answers: see user, password, name of the database and pg_hba.conf";
            let mend = if address.starts_with("sqlite:") {
                "see the file's owner, or restore a backup"
            } else {
                mend
            };
            findings.problem("database", format!("{shown} refuses: {error}"), mend);
            None
        }
    }
}

/// Whether a name is found and a server listens, before any password is sent.
async fn reaches_server(findings: &mut Findings, address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return true };
    // An address without a host means a socket of this machine; connecting will tell.
    let Some(host) = url.host_str() else { return true };
    let port = url.port().unwrap_or(5432);
    let connect = async {
        let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
        Ok::<_, std::io::Error>((addresses.clone(), tokio::net::TcpStream::connect(&*addresses).await))
    };
    let (found, mend) = match tokio::time::timeout(Duration::from_secs(5), connect).await {
        Ok(Ok((_, Ok(_)))) => return true,
        Ok(Ok((_, Err(error)))) => (
            format!("{host} is found, but port {port} doesn't answer: {error}"),
            "start PostgreSQL, or mend the port",
        ),
        Ok(Err(error)) => (format!("the name {host} isn't found: {error}"), "mend the host's name"),
        Err(_) => (format!("{host}:{port} doesn't answer within 5 seconds"), "see the firewall between them"),
    };
    findings.problem("database", found, mend);
    false
}

/// What can be seen at once; answers with the organisation, unless there is none or its tables are another version's.
async fn look_at_house(
    findings: &mut Findings,
    conn: &mut Conn,
    config: &Config,
    key: Option<&str>,
    now: i64,
) -> store::Result<Option<OrganisationId>> {
    match migration::found(conn).await? {
        Some(step) if step == migration::last() => findings.good("tables", format!("at step {step}")),
        Some(step) if step > migration::last() => {
            findings.problem(
                "tables",
                format!("at step {step}, of a newer Parvis"),
                "start that newer version",
            );
            return Ok(None);
        }
        found => {
            let step = found.unwrap_or(0);
            findings.notice("tables", format!("at step {step}"), "the next start brings them up to date");
            return Ok(None);
        }
    }
    let Some(house) = organisation::first(conn).await? else {
        findings.notice(
            "set-up",
            "nobody has set Parvis up yet",
            "start it and open the address that it prints",
        );
        return Ok(None);
    };
    let newest = journal::page(conn, house.id, None, 1).await?;
    if newest.first().is_some_and(|it| it.at > now + 5 * MINUTE) {
        let mend = "set the clock by NTP; until then new messages sort before old ones";
        findings.problem("clock", "is behind the newest entry of the journal", mend);
    }
    let channels = channel::list(conn, house.id).await?;
    let secrets = sealed::list(conn, house.id).await?;
    look_at_key(findings, &secrets, &config.data, key);
    look_at_channels(findings, &channels, now);
    Ok(Some(house.id))
}

fn look_at_key(findings: &mut Findings, secrets: &[Sealed], data: &Path, key: Option<&str>) {
    let path = data.join("seal.key");
    let text = key.map(str::to_owned).or_else(|| std::fs::read_to_string(&path).ok());
    let mend = "put back the seal.key that belongs to this database, or connect the channels anew";
    let Some(key) = text.as_deref().map(SealKey::parse) else {
        findings.problem("seal key", format!("{} can't be read", path.display()), mend);
        return;
    };
    let Some(key) = key else {
        findings.problem("seal key", "isn't 32 bytes in base64", mend);
        return;
    };
    let is_shut = |it: &&Sealed| key.open(&it.secret, it.id.as_bytes()).is_err();
    let shut: Vec<&str> = secrets.iter().filter(is_shut).map(|it| it.name.as_str()).collect();
    let is_former = |it: &&Sealed| !key.is_current(&it.secret, it.id.as_bytes());
    let former = secrets.iter().filter(is_former).count() - shut.len();
    if !shut.is_empty() {
        findings.problem("seal key", format!("doesn't open the secrets of: {}", shut.join(", ")), mend);
    } else if former > 0 {
        let found = format!("{former} of {} secrets are still sealed with a former key", secrets.len());
        findings.notice("seal key", found, "run `parvis secret rotate`: it goes on where it was interrupted");
    } else if key.count() > 1 {
        let mend = "once every Parvis on this database has the new key, run `parvis secret forget`";
        findings.notice("seal key", format!("{} former keys are kept", key.count() - 1), mend);
    } else {
        findings.good("seal key", "opens every secret");
    }
}

fn look_at_channels(findings: &mut Findings, channels: &[channel::Channel], now: i64) {
    for it in channels.iter().filter(|it| it.state == "active") {
        let health = &it.health;
        if health.failing_since.is_some() {
            let (code, text) = (health.error_code.as_deref(), health.error_text.as_deref());
            let found = format!("{}: {} ({})", it.name, text.unwrap_or("isn't heard"), code.unwrap_or("?"));
            findings.problem("channel", found, "open the channel's page: it says what to do");
        } else if it.secret_expires_at.is_some_and(|at| at < now + 7 * DAY) {
            findings.notice(
                "channel",
                format!("{}: its access ends within a week", it.name),
                "connect it anew",
            );
        } else {
            findings.good("channel", format!("{} is heard", it.name));
        }
    }
}

#[cfg(test)]
mod tests;
