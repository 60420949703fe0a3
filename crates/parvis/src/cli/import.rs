//! `parvis import`: an export of Parvis, messages from a table, or mail. A file is taken whole or not
//! at all; the same file twice adds nothing.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::progress::Progress;
use super::say;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::transfer::line;

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// File to read: .jsonl, .csv or .mbox
    file: PathBuf,
    /// What the file is, when its name doesn't say
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// An export of Parvis
    Jsonl,
}

pub(super) async fn run(config: Config, it: &Import) -> anyhow::Result<ExitCode> {
    let app = App::open(config, Clock::System).await?;
    let file = open(&it.file)?;
    let mut conn = app.db.write().await?;
    let mut progress = Progress::new();
    let read =
        line::import(&mut conn, &mut BufReader::new(file), |table, rows| progress.show(table, rows)).await;
    progress.end();
    let count = read.with_context(|| it.file.display().to_string())?;
    conn.commit().await?;
    say(format!("{} rows read, {} of them new.", count.rows, count.new))?;
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("{} can't be read; nothing was imported", path.display()))
}
