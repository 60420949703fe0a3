//! `parvis backup`: everything as it stands at one moment, into a new folder, while Parvis runs. The database becomes
//! one SQLite file whichever engine it came from (docs/decisions/0012); media lie beside it; the manifest, written
//! last, makes it whole. The seal key isn't in it: who finds a backup shall find no secret.

pub(super) mod manifest;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use futures_util::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _};

use super::progress::Progress;
use super::say;
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use crate::media;
use crate::store::journal::chain;
use crate::store::{Db, migration, organisation, transfer};
use manifest::{DATABASE, MANIFEST, Manifest, SUMS, Sum, Writer};

#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// Folder to make, which mustn't exist
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

pub(super) async fn run(config: Config, it: &Backup) -> anyhow::Result<ExitCode> {
    let db = connect(&config).await?;
    let media = media::open(&config)?;
    let made = write(&db, &*media, &it.to, &Clock::System).await;
    db.close().await;
    let made = made?;
    say(format!("{} holds a whole backup: {} files, {} bytes.", it.to.display(), made.files, made.bytes))?;
    if let Some(journal) = &made.journal {
        say(format!("The journal stands at {journal}"))?;
    }
    say("It doesn't hold seal.key: keep a copy of that one apart from the backups.")?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the database without changing anything, not even its tables: an older Parvis may be running on it.
async fn connect(config: &Config) -> anyhow::Result<Db> {
    let address = config.database_address();
    if let Some(path) = address.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        bail!("there is no database at {path}; name the right folder with --data");
    }
    let shown = app::without_password(&address);
    let db = Db::connect(&address).await.with_context(|| format!("the database {shown} can't be opened"))?;
    let (found, last) = (migration::found(&mut db.read().await?).await?.unwrap_or(0), migration::last());
    if found != last {
        bail!(
            "the database is at step {found} and this Parvis at step {last}; back it up with the one that runs on it"
        );
    }
    Ok(db)
}

/// Writes a backup into the new folder `to`; nothing of it is left when it fails.
pub(super) async fn write(
    db: &Db,
    media: &dyn ObjectStore,
    to: &Path,
    clock: &Clock,
) -> anyhow::Result<Manifest> {
    make_folder(to).with_context(|| {
        format!("the folder {} can't be made; nothing was written. Name one that isn't there", to.display())
    })?;
    let made = fill(db, media, to, clock).await;
    if made.is_err() {
        // A half backup would be taken for a whole one.
        let _ = std::fs::remove_dir_all(to);
    }
    made.context("the backup was given up; nothing of it is left")
}

async fn fill(db: &Db, media: &dyn ObjectStore, to: &Path, clock: &Clock) -> anyhow::Result<Manifest> {
    let began_at = clock.now();
    let mut progress = Progress::new();
    let file = to.join(DATABASE);
    transfer::write_file(db, &file, |table, rows| progress.show(table, rows)).await?;
    // What the file itself says, not what the database says by now.
    let (organisation, journal) = read_head(&file).await?;
    let mut sums = vec![Sum::of(to, DATABASE)?];
    // After the database: whatever a row names is there, and a file too many harms nobody.
    let listed: Vec<_> = media.list(None).try_collect().await.context("the media can't be listed")?;
    for it in listed {
        let path = format!("media/{}", it.location);
        let mut writer = Writer::create(to, &path)?;
        let mut bytes = media.get(&it.location).await?.into_stream();
        while let Some(part) = bytes.try_next().await.with_context(|| format!("{path} can't be read"))? {
            writer.write(&part)?;
        }
        sums.push(writer.end()?);
        progress.show("files", sums.len() as u64);
    }
    progress.end();
    let lines: String = sums.iter().map(Sum::line).collect();
    let list = write_text(to, SUMS, &lines)?;
    let made = Manifest {
        parvis_backup: manifest::FORM,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        step: migration::last(),
        engine: db.engine_name().to_owned(),
        organisation,
        began_at,
        ended_at: clock.now(),
        journal,
        files: sums.len() as u64,
        bytes: sums.iter().map(|sum| sum.size).sum(),
        sums: list.sha256,
    };
    write_text(to, MANIFEST, &format!("{}\n", serde_json::to_string_pretty(&made)?))?;
    app::sync_folder(to)?;
    Ok(made)
}

fn write_text(to: &Path, name: &str, text: &str) -> anyhow::Result<Sum> {
    let mut writer = Writer::create(to, name)?;
    writer.write(text.as_bytes())?;
    writer.end()
}

/// The organisation's name and the newest row of its journal, in the file of a backup.
async fn read_head(file: &Path) -> anyhow::Result<(Option<String>, Option<String>)> {
    let copy = Db::connect(&format!("sqlite:{}", file.display())).await?;
    let mut conn = copy.read().await?;
    let house = organisation::first(&mut conn).await?;
    let journal = match &house {
        Some(house) => Some(chain::written(&chain::Head::read(&mut conn, house.id).await?)),
        None => None,
    };
    drop(conn);
    copy.close().await;
    Ok((house.map(|house| house.name), journal))
}

/// A new folder that only its owner can enter.
fn make_folder(to: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(to)
}

#[cfg(test)]
mod tests;
