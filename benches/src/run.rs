//! The run: a kept or new database, the servers, the rounds, the report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use parvis::clock::{Clock, DAY, HOUR};
use parvis::id::{ColleagueId, DeskId, OrganisationId, TagId};
use parvis::rules::permission::{Actor, Role, Scope};
use parvis::seal;
use parvis::store::session::{self, Session};
use parvis::store::{Db, colleague, conversation, desk, organisation, tag};

use crate::measure::{Case, Sample, open_loop, rounds};
use crate::process::Server;
use crate::seed::text::Vocabulary;
use crate::{Wanted, inside, intake, report, say, seed};

const PORTS: [u16; 2] = [7_781, 7_782];

/// What was found out; the report is made of it.
pub struct Findings {
    /// Pages that were left out.
    pub without: Vec<String>,
    /// Messages in the database.
    pub messages: i64,
    /// Conversations, all and open.
    pub conversations: (i64, i64),
    /// Size of the database (MiB).
    pub size: f64,
    /// Version of SQLite.
    pub sqlite: String,
    /// Rounds counted.
    pub rounds: u32,
    /// Start to ready (ms).
    pub ready: Sample,
    /// Resident memory (MiB): after the start, after all rounds, and two minutes of rest later.
    pub memory: [f64; 3],
    /// Name, CPU time, bytes and wall time in the open loop (ms) of each page.
    pub pages: Vec<Page>,
    /// Badges against counting.
    pub badges: inside::Pair,
    /// Search against the bare index.
    pub searches: Vec<inside::Pair>,
    /// Taking in, on each engine that was there; nothing where it was left out.
    pub intake: Vec<intake::Intake>,
    /// Load of the machine (1 minute) at the beginning and at the end.
    pub load: (String, String),
}

/// A measured page.
pub struct Page {
    /// Short name.
    pub name: &'static str,
    /// Server CPU time of one request (µs).
    pub cpu: Sample,
    /// Bytes of its body as sent.
    pub bytes: usize,
    /// Wall time in the open loop (ms), where it was measured.
    pub wall: Option<Sample>,
}

/// Does everything that is wanted.
///
/// # Errors
/// A database can't be made, or a server doesn't start or answer.
pub async fn all(wanted: &Wanted) -> Result<()> {
    let now = Clock::System.now();
    let folder = kept(wanted.messages)?;
    if !folder.join("filled").exists() {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        say(&format!("making {} messages in {}", wanted.messages, folder.display()));
        let db = Db::open(&address(&folder)).await?;
        seed::fill(&db, wanted.messages, now).await?;
        db.close().await;
        std::fs::write(folder.join("filled"), "")?;
    }
    let findings = measure(wanted, &folder, now).await?;
    let text = report::write(&findings, now);
    match &wanted.report {
        Some(path) => std::fs::write(path, text)?,
        None => say(&text),
    }
    Ok(())
}

/// The folder in which the database of that many messages is kept, outside the project.
fn kept(messages: i64) -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("PARVIS_BENCH_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|it| it.join("parvis-bench")))
        .or_else(|| set("HOME").map(|it| it.join(".cache/parvis-bench")))
        .context("name a folder for the data in PARVIS_BENCH_DIR")?;
    // Another schema or other data is another database.
    let schema = concat!(
        include_str!("../../crates/parvis/migrations/0001_first.sql"),
        include_str!("../../crates/parvis/migrations/0001_first.sqlite.sql")
    );
    let digest: String = seal::digest(&format!("{schema}{}", seed::VERSION)).chars().take(8).collect();
    Ok(base.join(format!("{messages}-{digest}")))
}

fn address(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("parvis.db").display())
}

/// What the pages are asked with.
struct House {
    organisation: OrganisationId,
    colleague: ColleagueId,
    cookie: String,
    tag: TagId,
    desk: DeskId,
    thread: String,
}

async fn house(db: &Db, now: i64) -> Result<House> {
    let mut conn = db.write().await?;
    let organisation = organisation::first(&mut conn).await?.context("the database is empty")?.id;
    let colleagues = colleague::list(&mut conn, organisation).await?;
    let colleague = colleagues.first().context("no colleague")?.id;
    let secret = seal::secret()?;
    let it = Session {
        organisation,
        digest: seal::digest(&secret),
        colleague,
        agent: "bench".to_owned(),
        address: "127.0.0.1".to_owned(),
        created_at: now,
        // Ahead, so that no request writes that the session was seen.
        seen_at: now + HOUR,
        expires_at: now + DAY,
        factor_at: None,
        proved_at: now,
        pass: None,
    };
    session::insert(&mut conn, &it).await?;
    let desk = desk::list(&mut conn, organisation).await?.first().context("no desk")?.id;
    let tag = tag::list(&mut conn, organisation).await?.first().context("no tag")?.id;
    let filter =
        conversation::Filter { state: None, order: conversation::Order::Newest, ..Default::default() };
    let actor = Actor {
        organisation,
        colleague,
        role: Role::CommunityManager,
        scope: Scope::Every,
        token: None,
        pass: None,
    };
    let list = conversation::page(&mut conn, &actor, &filter, None, 500, now).await?;
    let thread = list.iter().max_by_key(|it| it.messages).context("no conversation")?.id.to_string();
    conn.commit().await?;
    let cookie = format!("Cookie: parvis={secret}\r\n");
    Ok(House { organisation, colleague, cookie, tag, desk, thread })
}

async fn measure(wanted: &Wanted, folder: &Path, now: i64) -> Result<Findings> {
    let load = load();
    let db = Db::open(&address(folder)).await?;
    let house = house(&db, now).await?;
    db.close().await;
    let own = std::env::current_exe()?;
    let program = own.with_file_name("parvis");
    if !program.exists() {
        bail!("{} is missing; start this as `cargo xtask bench`", program.display());
    }
    let data = folder.display().to_string();
    let arguments = ["serve", "--data", &data, "--log-level", "warn"];
    let mut ready = Sample::default();
    let starts = if wanted.quick { 2 } else { 10 };
    for number in 0..starts {
        let server = Server::start(&program, &arguments, PORTS[0]).await?;
        ready.push(server.ready.as_secs_f64() * 1_000.0);
        say(&format!("start {} of {starts}: ready after {:.0} ms", number + 1, ready.median()));
        drop(server);
    }
    let server = Server::start(&program, &arguments, PORTS[0]).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.rest().await?;
    let idle = server.memory()?;
    let bare = Server::start(&own, &["floor", &address(folder)], PORTS[1]).await?;
    let count = if wanted.quick { 3 } else { 12 };
    let mut pages = cases(&house, &server, &bare);
    pages.retain(|page| !wanted.without.iter().any(|name| name == page.name));
    say(&format!("{count} rounds of {} pages", pages.len()));
    rounds(&mut pages, count, if wanted.quick { 10 } else { 40 }).await?;
    let length = Duration::from_secs(if wanted.quick { 2 } else { 8 });
    let mut measured = Vec::new();
    for case in pages {
        let is_compressed = case.headers.contains("Accept-Encoding");
        let wall = if is_compressed { None } else { open_loop(&case, 50, length).await.ok() };
        say(&format!("{}: {} µs", case.name, case.cpu.shown(0)));
        measured.push(Page { name: case.name, cpu: case.cpu, bytes: case.bytes, wall });
    }
    let busy = server.memory()?;
    say("two minutes of rest");
    tokio::time::sleep(Duration::from_secs(125)).await;
    let memory = [idle, busy, server.memory()?];
    drop(server);
    drop(bare);
    let db = Db::open(&address(folder)).await?;
    let badges = inside::badges(&db, house.organisation, house.colleague, count).await?;
    let searches = inside::searches(&db, house.organisation, count).await?;
    let conversations = counts(&db).await?;
    let sqlite = one(&db, "SELECT sqlite_version()").await?;
    db.close().await;
    let is_left_out = wanted.without.iter().any(|name| name == "intake");
    let intake = if is_left_out { Vec::new() } else { intake::all(wanted, folder).await? };
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let size = std::fs::metadata(folder.join("parvis.db"))?.len() as f64 / 1_048_576.0;
    Ok(Findings {
        without: wanted.without.clone(),
        messages: wanted.messages,
        conversations,
        size,
        sqlite,
        rounds: count,
        ready,
        memory,
        pages: measured,
        badges,
        searches,
        intake,
        load: (load, self::load()),
    })
}

fn cases<'a>(house: &'a House, server: &'a Server, bare: &'a Server) -> Vec<Case<'a>> {
    let vocabulary = Vocabulary::new();
    let case = |name, server, path: &str, headers| Case {
        name,
        server,
        path: path.to_owned(),
        headers,
        cpu: Sample::default(),
        bytes: 0,
    };
    let own = |name, path: &str| case(name, server, path, house.cookie.as_str());
    vec![
        case("floor", bare, "/page", ""),
        own("inbox", "/inbox"),
        own(
            "inbox-filters",
            &format!(
                "/inbox?desk={}&holder=nobody&language=fr&intent=question&sentiment=neutral&late=1",
                house.desk
            ),
        ),
        own("inbox-closed", "/inbox?state=closed&order=newest"),
        own("inbox-tag", &format!("/inbox?state=all&order=newest&tag={}", house.tag)),
        own("thread", &format!("/inbox/{}", house.thread)),
        own("search-rare", &format!("/inbox?q={}", vocabulary.word(30_000))),
        own("search-middling", &format!("/inbox?q={}", vocabulary.word(1_000))),
        own("search-common", &format!("/inbox?q={}", vocabulary.word(4))),
        case("health", server, "/health", ""),
    ]
}

async fn counts(db: &Db) -> Result<(i64, i64)> {
    const ALL: &str = "SELECT COUNT(*) FROM conversation";
    const OPEN: &str = "SELECT SUM(value) FROM counter WHERE state = 'open'";
    let mut conn = db.read().await?;
    let all = conn.first(ALL, &[]).await?.context("no count")?.only()?;
    let open = conn.first(OPEN, &[]).await?.context("no count")?.only()?;
    Ok((all, open))
}

async fn one(db: &Db, sql: &'static str) -> Result<String> {
    Ok(db.read().await?.first(sql, &[]).await?.context("no answer")?.only()?)
}

/// Processes that wanted to run, on average over the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
