//! What taking in costs: deliveries kept durably against a bare insert of the same rows; how long a sender waits for
//! the acknowledgement against the disk's own sync; what is folded, read and found again against a bare table with
//! FTS5. Both sides go through the same driver, in turns.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use parvis::app::App;
use parvis::clock::Clock;
use parvis::config::Config;
use parvis::id::{ChannelId, OrganisationId};
use parvis::intake::backlog;
use parvis::intake::receive::{Taken, receive};
use parvis::rules::permission::Scope;
use parvis::store::arrival::{self, Arrival};
use parvis::store::{Db, search};
use parvis_channels::{Item, Observation, ObservationKind, Received, RemoteAuthor, Source, Visibility};
use sqlx::AssertSqlSafe;

use crate::measure::Sample;
use crate::process::cpu;
use crate::seed::house;
use crate::seed::random::Random;
use crate::seed::text::Vocabulary;
use crate::{Wanted, say};

/// Senders who wait at the same time.
const AT_ONCE: usize = 4_096;
/// Rows of one bare transaction, as many as Parvis writes at most.
const TOGETHER: usize = 2_000;

/// What was found on one engine.
pub struct Intake {
    /// Its name.
    pub engine: &'static str,
    /// Deliveries kept a second, and rows of a bare insert.
    pub kept: (Sample, Sample),
    /// CPU time of one (µs), the same two ways.
    pub kept_cpu: (Sample, Sample),
    /// A sender's wait, 500 deliveries a second (ms).
    pub told: Sample,
    /// The disk's sync of one page beside it (ms).
    pub sync: Sample,
    /// Messages folded, read and searchable a second, and CPU time of one (µs).
    pub folded: (Sample, Sample),
    /// CPU time of a row in a bare table with FTS5 (µs); none on PostgreSQL.
    pub bare: Sample,
    /// From the sender's request to being found (ms).
    pub found: Sample,
}

/// Measures on SQLite in a folder of its own below `base`, and on PostgreSQL where an address is given.
///
/// # Errors
/// A database can't be made, or something wasn't kept.
pub async fn all(wanted: &Wanted, base: &Path) -> Result<Vec<Intake>> {
    let folder = base.join("intake");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut all = vec![measure(wanted, &folder, "SQLite", None).await?];
    if let Some(address) = std::env::var("PARVIS_BENCH_POSTGRES").ok().filter(|it| !it.is_empty()) {
        all.push(measure(wanted, &folder, "PostgreSQL", Some(address)).await?);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(all)
}

/// The program's parts with a house in them, and what deliveries are made of.
struct Bench {
    app: Arc<App>,
    house: OrganisationId,
    channel: ChannelId,
    vocabulary: Vocabulary,
    chance: Random,
    made: usize,
}

async fn measure(
    wanted: &Wanted,
    folder: &Path,
    engine: &'static str,
    database: Option<String>,
) -> Result<Intake> {
    let is_sqlite = database.is_none();
    let mut bench = open(folder, database).await?;
    let (rounds, count) = if wanted.quick { (1, 4_000) } else { (6, 20_000) };
    let mut intake = Intake {
        engine,
        kept: Default::default(),
        kept_cpu: Default::default(),
        told: Sample::default(),
        sync: Sample::default(),
        folded: Default::default(),
        bare: Sample::default(),
        found: Sample::default(),
    };
    // One round more, which isn't counted.
    for round in 0..=rounds {
        let (own, own_cpu) = bench.keep(count).await?;
        let (bare, bare_cpu) = bench.insert(count).await?;
        // A part of what was kept is folded, the rest is thrown away: folding all would measure nothing else.
        let part = count / 10;
        bench.leave(part).await?;
        let (folded, folded_cpu) = bench.fold(part).await?;
        let beside = if is_sqlite { Some(bench.write_bare(folder, part).await?) } else { None };
        if round > 0 {
            intake.kept.0.push(own);
            intake.kept.1.push(bare);
            intake.kept_cpu.0.push(own_cpu);
            intake.kept_cpu.1.push(bare_cpu);
            intake.folded.0.push(folded);
            intake.folded.1.push(folded_cpu);
            if let Some(cost) = beside {
                intake.bare.push(cost);
            }
        }
        say(&format!(
            "{engine}: {own:.0} kept/s ({own_cpu:.1} µs), bare {bare:.0}/s ({bare_cpu:.1} µs); \
             {folded:.0} folded/s ({folded_cpu:.0} µs)"
        ));
    }
    let length = Duration::from_secs(if wanted.quick { 2 } else { 10 });
    (intake.told, intake.found) = bench.wait(500, length).await?;
    intake.sync = syncs(folder, if wanted.quick { 20 } else { 200 })?;
    say(&format!(
        "{engine}: told after {} ms, found after {} ms",
        intake.told.shown(1),
        intake.found.shown(0)
    ));
    Ok(intake)
}

async fn open(folder: &Path, database: Option<String>) -> Result<Bench> {
    let address = database.unwrap_or_else(|| format!("sqlite:{}", folder.join("intake.db").display()));
    let config = Config { data: folder.to_owned(), database: address, ..Config::default() };
    let app = Arc::new(App::open(config, Clock::System).await?);
    let mut conn = app.db.write().await?;
    let made = house::fill(&mut conn, app.now()).await?;
    conn.commit().await?;
    Ok(Bench {
        house: made.organisation,
        channel: made.channels.first().context("no channel")?.0,
        app,
        vocabulary: Vocabulary::new(),
        chance: Random(1),
        made: 0,
    })
}

impl Bench {
    /// A message from one of two thousand people, as a webhook's room reads it.
    fn delivery(&mut self) -> Received {
        self.made += 1;
        let (number, at) = (self.made, self.app.now());
        let text = self.vocabulary.text(&mut self.chance).text;
        let seen = |remote_id: String, kind, item| Observation {
            remote_id,
            kind,
            version_at: None,
            occurred_at: Some(at),
            source: Source::Stream,
            raw: format!("{{\"type\":\"message.created\",\"text\":\"{text}\"}}"),
            item,
        };
        let author = RemoteAuthor {
            remote_id: format!("author-{}", number % 2_000),
            handle: format!("author{}", number % 2_000),
            name: format!("Author {}", number % 2_000),
            url: None,
            avatar_url: None,
            bot: false,
        };
        let item = Item {
            author,
            parent_id: None,
            thread_id: None,
            url: None,
            html: String::new(),
            text: text.clone(),
            title: None,
            language: Some("fr".to_owned()),
            visibility: Visibility::Public,
            attachments: Vec::new(),
            warning: None,
            ours: false,
            addressed: true,
            marks: Vec::new(),
        };
        Received {
            delivery: Observation {
                occurred_at: None,
                raw: "{}".to_owned(),
                ..seen(format!("delivery:{number}"), ObservationKind::Unsupported, None)
            },
            observations: vec![seen(format!("message-{number}"), ObservationKind::Created, Some(item))],
        }
    }

    /// Keeps `count`, each with a sender who waits; how many a second, and CPU time of one (µs).
    async fn keep(&mut self, count: usize) -> Result<(f64, f64)> {
        let all: Vec<Received> = (0..count).map(|_| self.delivery()).collect();
        let gate = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        let (began, spent) = (Instant::now(), cpu("self")?);
        let mut waiting = tokio::task::JoinSet::new();
        for it in all {
            let pass = Arc::clone(&gate).acquire_owned().await?;
            let (app, house, channel) = (Arc::clone(&self.app), self.house, self.channel);
            waiting.spawn(async move {
                let taken = receive(&app, house, channel, &it).await;
                drop(pass);
                taken
            });
        }
        while let Some(taken) = waiting.join_next().await {
            let taken = taken??;
            anyhow::ensure!(taken == Taken::Now, "a delivery wasn't kept: {taken:?}");
        }
        per(count, began, spent)
    }

    /// Writes as many of the same rows into the same table, with nobody waiting.
    async fn insert(&mut self, count: usize) -> Result<(f64, f64)> {
        let rows: Vec<Arrival> = (0..count).map(|_| self.row()).collect::<Result<_>>()?;
        let (began, spent) = (Instant::now(), cpu("self")?);
        for part in rows.chunks(TOGETHER) {
            let mut conn = self.app.db.write().await?;
            arrival::insert(&mut conn, part).await?;
            conn.commit().await?;
        }
        per(count, began, spent)
    }

    fn row(&mut self) -> Result<Arrival> {
        let it = self.delivery();
        Ok(Arrival {
            id: parvis::id::new(self.app.now()),
            organisation: self.house,
            channel: self.channel,
            delivery: it.delivery.remote_id.clone(),
            received: serde_json::to_string(&it)?,
        })
    }

    /// Throws away what waits to be folded, except `count`.
    async fn leave(&self, count: usize) -> Result<()> {
        let limit = i64::try_from(count)?;
        let mut conn = self.app.db.write().await?;
        let sql = "DELETE FROM arrival WHERE organisation_id = $1 AND id NOT IN
            (SELECT id FROM arrival WHERE organisation_id = $1 ORDER BY id LIMIT $2)";
        conn.run(sql, &[self.house.into(), limit.into()]).await?;
        Ok(conn.commit().await?)
    }

    /// Folds, reads and indexes what waits; how many a second, and CPU time of one (µs).
    async fn fold(&self, count: usize) -> Result<(f64, f64)> {
        let (began, spent) = (Instant::now(), cpu("self")?);
        backlog::step(&self.app).await?;
        per(count, began, spent)
    }

    /// The same texts in a bare table with FTS5, transactions of 200, synced; CPU time of one (µs).
    async fn write_bare(&mut self, folder: &Path, count: usize) -> Result<f64> {
        let texts: Vec<String> = (0..count)
            .map(|_| self.delivery().observations.remove(0).item.map(|it| it.text).unwrap_or_default())
            .collect();
        let pool = bare(&folder.join("bare.db")).await?;
        let spent = cpu("self")?;
        for part in texts.chunks(200) {
            let mut conn = pool.begin().await?;
            for text in part {
                let id = parvis::id::new(self.app.now());
                let done = sqlx::query("INSERT INTO said (id, author, at, text) VALUES ($1, $2, $3, $4)")
                    .bind(id)
                    .bind(id)
                    .bind(self.app.now())
                    .bind(text)
                    .execute(&mut *conn)
                    .await?;
                sqlx::query("INSERT INTO terms (rowid, text) VALUES ($1, $2)")
                    .bind(done.last_insert_rowid())
                    .bind(text)
                    .execute(&mut *conn)
                    .await?;
            }
            conn.commit().await?;
        }
        pool.close().await;
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        Ok((cpu("self")? - spent) / count as f64)
    }

    /// `per_second` deliveries a second, each counted from the moment when it should have been sent; how long senders
    /// wait, and how long it takes until the last of each second is found by a word of its own (ms).
    async fn wait(&mut self, per_second: u32, length: Duration) -> Result<(Sample, Sample)> {
        let folder = tokio::spawn({
            let app = Arc::clone(&self.app);
            async move {
                loop {
                    app.arrivals.rung().await;
                    backlog::step(&app).await?;
                }
                #[expect(unreachable_code, reason = "says what the task may fail with")]
                Ok::<(), parvis::store::Error>(())
            }
        });
        let count = u32::try_from(length.as_millis())? * per_second / 1_000;
        let (mut told, mut found) = (tokio::task::JoinSet::new(), tokio::task::JoinSet::new());
        let began = Instant::now();
        for number in 0..count {
            let due = began + Duration::from_secs(1) * number / per_second;
            let mut it = self.delivery();
            let word = (number % (per_second / 10) == 0).then(|| format!("mot{number}introuvable"));
            if let (Some(word), Some(item)) = (&word, it.observations[0].item.as_mut()) {
                item.text = format!("{word} {}", item.text);
            }
            tokio::time::sleep_until(due.into()).await;
            let (app, house, channel) = (Arc::clone(&self.app), self.house, self.channel);
            told.spawn(async move {
                let taken = receive(&app, house, channel, &it).await?;
                Ok::<_, parvis::store::Error>((taken, due.elapsed()))
            });
            if let Some(word) = word {
                let (db, house) = (self.app.db.clone(), self.house);
                found.spawn(async move { look(&db, house, &word, due).await });
            }
        }
        let (mut waits, mut finds) = (Sample::default(), Sample::default());
        while let Some(it) = told.join_next().await {
            let (taken, after) = it??;
            anyhow::ensure!(taken == Taken::Now, "a delivery wasn't kept: {taken:?}");
            waits.push(after.as_secs_f64() * 1_000.0);
        }
        while let Some(it) = found.join_next().await {
            finds.push(it??.as_secs_f64() * 1_000.0);
        }
        folder.abort();
        Ok((waits, finds))
    }
}

/// Looks every 5 ms until it is found.
async fn look(db: &Db, house: OrganisationId, word: &str, since: Instant) -> Result<Duration> {
    loop {
        let mut conn = db.read().await?;
        let within = search::Within::default();
        if !search::find(&mut conn, house, &Scope::Every, word, &within, (None, 1)).await?.is_empty() {
            return Ok(since.elapsed());
        }
        drop(conn);
        anyhow::ensure!(since.elapsed() < Duration::from_secs(60), "“{word}” isn't found after a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A table with FTS5 and nothing else, synced at each commit.
async fn bare(path: &Path) -> Result<sqlx::SqlitePool> {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL");
    let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    for sql in [
        "CREATE TABLE IF NOT EXISTS said (no INTEGER PRIMARY KEY, id BLOB UNIQUE, author BLOB, at INTEGER, text TEXT)",
        "CREATE VIRTUAL TABLE IF NOT EXISTS terms USING fts5 (text, content = '', tokenize = 'unicode61')",
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&pool).await?;
    }
    Ok(pool)
}

/// How long the disk takes to sync one page appended to a file (ms).
fn syncs(folder: &Path, count: usize) -> Result<Sample> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(folder.join("sync"))?;
    let mut sample = Sample::default();
    for _ in 0..count {
        file.write_all(&[7; 4_096])?;
        let began = Instant::now();
        file.sync_data()?;
        sample.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(sample)
}

/// How many a second, and CPU time of one (µs).
#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn per(count: usize, began: Instant, spent: f64) -> Result<(f64, f64)> {
    Ok((count as f64 / began.elapsed().as_secs_f64(), (cpu("self")? - spent) / count as f64))
}
