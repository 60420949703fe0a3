//! `parvis export`: everything as lines of JSON, into a new file or standard output.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use futures_util::TryStreamExt as _;

use super::progress::Progress;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::transfer::line;

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// File to write, which mustn't exist; standard output when left out
    file: Option<PathBuf>,
}

pub(super) async fn run(config: Config, it: &Export) -> anyhow::Result<ExitCode> {
    let app = App::open(config, Clock::System).await?;
    let count = match &it.file {
        None => write(&app, std::io::stdout().lock()).await?,
        Some(path) => {
            let file = create(path).with_context(|| {
                format!("{} can't be made; nothing was written. Name a file that isn't there", path.display())
            })?;
            let written = write(&app, &file).await;
            if written.is_err() {
                // A half export would be taken for a whole one.
                let _ = std::fs::remove_file(path);
            }
            let count = written?;
            file.sync_all()?;
            count
        }
    };
    app.db.close().await;
    let (rows, media) = (count.rows, count.media);
    eprintln!("{rows} rows and the names of {media} media were exported.");
    eprintln!("The file holds passwords' hashes and sealed secrets: keep it as safe as the database.");
    eprintln!("It doesn't hold seal.key and the media themselves: copy the key from the data folder, and");
    eprintln!("the media from {}.", crate::media::name(&app.config));
    Ok(ExitCode::SUCCESS)
}

async fn write(app: &App, out: impl Write) -> anyhow::Result<line::Count> {
    let listed = app.media.list(None).map_ok(|it| (it.location.to_string(), it.size));
    let mut media: Vec<(String, u64)> = listed.try_collect().await.context("the media can't be listed")?;
    media.sort();
    let mut conn = app.db.snapshot().await?;
    let mut progress = Progress::new();
    let mut out = BufWriter::new(out);
    let written = line::export(&mut conn, &media, &mut out, |table, rows| progress.show(table, rows)).await;
    progress.end();
    Ok(written?)
}

/// A new file that only its owner reads.
fn create(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
