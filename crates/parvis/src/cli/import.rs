//! `parvis import`: an export of Parvis, messages from a table, or mail. A file is taken whole or not
//! at all; the same file twice adds nothing.

mod csv;
mod mbox;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use mail_parser::mailbox::mbox::MessageIterator;

use super::progress::Progress;
use super::say;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::Conn;
use crate::store::organisation::{self, Organisation};
use crate::store::transfer::history::{self, History};
use crate::store::transfer::line;

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// File to read: .jsonl, .csv or .mbox
    file: PathBuf,
    /// What the file is, when its name doesn't say
    #[arg(long)]
    format: Option<Format>,
    /// Channel (name or id) that messages of a table or mailbox are put on; made when there is none
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Address of ours in a mailbox: mail from it is our answer (may be given several times)
    #[arg(long, value_name = "ADDRESS")]
    ours: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// An export of Parvis
    Jsonl,
    /// Messages from a table
    Csv,
    /// Mail
    Mbox,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" | "tsv" => Some(Self::Csv),
            "mbox" => Some(Self::Mbox),
            _ => None,
        }
    }
}

pub(super) async fn run(config: Config, it: &Import) -> anyhow::Result<ExitCode> {
    let Some(format) = it.format.or_else(|| Format::of(&it.file)) else {
        bail!("the name of {} doesn't say what it is; add --format jsonl, csv or mbox", it.file.display());
    };
    let app = App::open(config, Clock::System).await?;
    let done = take(&app, it, format).await.with_context(|| it.file.display().to_string())?;
    app.db.close().await;
    say(done)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the file in one transaction and says what came of it.
async fn take(app: &App, it: &Import, format: Format) -> anyhow::Result<String> {
    let mut conn = app.db.write().await?;
    let said = match format {
        Format::Jsonl => take_lines(&mut conn, &it.file).await?,
        Format::Csv | Format::Mbox => {
            let Some(house) = organisation::first(&mut conn).await? else {
                bail!(
                    "nobody has set Parvis up yet; nothing was imported. Start `parvis serve` and do that first"
                );
            };
            let mut history = begin(&mut conn, &house, it.channel.as_deref(), app.now()).await?;
            if format == Format::Csv {
                take_table(&mut conn, &it.file, &house, &mut history, app.now()).await?;
            } else {
                take_mail(&mut conn, it, &mut history, app.now()).await?;
            }
            let (added, known) = (history.added, history.known);
            history.end(&mut conn).await?;
            format!("{added} messages were added as closed conversations; {known} were there already.")
        }
    };
    conn.commit().await?;
    Ok(said)
}

async fn take_lines(conn: &mut Conn, path: &Path) -> anyhow::Result<String> {
    let mut progress = Progress::new();
    let mut file = BufReader::new(open(path)?);
    let read = line::import(conn, &mut file, |table, rows| progress.show(table, rows)).await;
    progress.end();
    let count = read?;
    Ok(format!("{} rows read, {} of them new; {} media named.", count.rows, count.new, count.media))
}

async fn begin(
    conn: &mut Conn,
    house: &Organisation,
    channel: Option<&str>,
    now: i64,
) -> anyhow::Result<History> {
    let name = channel.context("which channel? Add --channel NAME; nothing was imported")?;
    let channel = history::channel_named(conn, house.id, name, now).await?;
    let channel = channel.context("there is no desk yet; make one first. Nothing was imported")?;
    Ok(History::new(house.id, channel, now))
}

async fn take_table(
    conn: &mut Conn,
    path: &Path,
    house: &Organisation,
    history: &mut History,
    now: i64,
) -> anyhow::Result<()> {
    let zone = TimeZone::get(&house.time_zone).unwrap_or(TimeZone::UTC);
    // Read twice: the first time only looks, so that a wrong file costs nothing.
    let wrong = csv::Table::open(open(path)?, zone.clone(), now)?.check();
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let mut progress = Progress::new();
    let mut table = csv::Table::open(open(path)?, zone, now)?;
    while let Some(said) = table.next() {
        history.add(conn, &said).await?;
        progress.show("messages", history.added);
    }
    progress.end();
    Ok(())
}

async fn take_mail(conn: &mut Conn, it: &Import, history: &mut History, now: i64) -> anyhow::Result<()> {
    let ours: Vec<String> = it.ours.iter().map(|address| address.to_lowercase()).collect();
    let (threads, count) = mbox::thread(BufReader::new(open(&it.file)?))?;
    if count == 0 {
        bail!("this is no mailbox: no line begins with “From ”; nothing was imported");
    }
    let mut progress = Progress::new();
    for raw in MessageIterator::new(BufReader::new(open(&it.file)?)) {
        if let Some(said) = mbox::read(&raw?, &threads, &ours, now) {
            history.add(conn, &said).await?;
            progress.show("messages", history.added);
        }
    }
    progress.end();
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).context("the file can't be read; nothing was imported")
}

#[cfg(test)]
mod tests;
