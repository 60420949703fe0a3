//! `parvis restore`: a backup becomes an installation again, on either engine. Overwrites nothing; the backup itself
//! stays as it is. The database comes last, so that what was interrupted can simply be done again.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde_json::json;

use super::backup::manifest::{DATABASE, Manifest, Sum};
use super::progress::Progress;
use super::{doctor, say};
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use crate::media;
use crate::seal::digest_bytes;
use crate::store::journal::{self, By, Entry};
use crate::store::{Db, message, migration, organisation, transfer};

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// Folder of the backup; it isn't changed
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
}

pub(super) async fn run(config: Config, it: &Restore) -> anyhow::Result<ExitCode> {
    let restored = restore(&config, &it.from, Clock::System.now()).await?;
    let made = restored.manifest;
    let at = jiff::Timestamp::from_microsecond(made.began_at)?;
    say(format!("{} files were restored as they stood at {at}; each has its checksum.", made.files))?;
    if restored.doubted > 0 {
        let count = restored.doubted;
        say(format!(
            "{count} answers were on their way then: each is looked for on its network before it is sent."
        ))?;
    }
    say("Now a deep look at what was restored:")?;
    doctor::run(&doctor::Doctor::after_restore(made.journal.as_deref()), Ok(config)).await
}

/// What came of it.
pub(super) struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Answers that may have left since.
    pub doubted: u64,
}

/// Restores the backup in `from` into the empty installation that `config` describes.
///
/// # Errors
/// The backup isn't whole, or something is there already; the text says what was changed.
pub(super) async fn restore(config: &Config, from: &Path, now: i64) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(from)?;
    if manifest.step > migration::last() {
        bail!("the backup was made by a newer Parvis ({}); nothing was changed", manifest.version);
    }
    let mut progress = Progress::new();
    let files = manifest.verify(from, |done| progress.show("files compared", done))?;
    let address = config.database_address();
    refuse_filled(&address).await?;
    app::make_private(&config.data)?;
    let pictures: Vec<&Sum> = files.iter().filter(|sum| sum.path.starts_with("media/")).collect();
    restore_media(&*media::open(config)?, from, &pictures, &mut progress).await?;
    progress.end();
    let part = config.data.join("restore.part");
    for ending in ["", "-wal", "-shm"] {
        // What an interrupted restore left.
        let _ = fs::remove_file(with_ending(&part, ending));
    }
    fs::copy(from.join(DATABASE), &part).with_context(|| format!("{} can't be written", part.display()))?;
    let doubted = settle(&part, &manifest, now).await?;
    if let Some(path) = address.strip_prefix("sqlite:") {
        fs::File::open(&part)?.sync_all()?;
        fs::rename(&part, path).with_context(|| format!("{path} can't be written"))?;
        app::sync_folder(
            Path::new(path).parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        )?;
    } else {
        move_over(&part, &address).await?;
        fs::remove_file(&part)?;
    }
    Ok(Restored { manifest, doubted })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

async fn refuse_filled(address: &str) -> anyhow::Result<()> {
    if let Some(path) = address.strip_prefix("sqlite:") {
        for ending in ["", "-wal"] {
            let path = with_ending(Path::new(path), ending);
            if path.exists() {
                let shown = path.display();
                bail!(
                    "{shown} is there already; nothing was changed. Move it away, or name another folder with --data"
                );
            }
        }
        return Ok(());
    }
    let shown = app::without_password(address);
    let target = Db::open(address).await.with_context(|| format!("the database {shown} can't be opened"))?;
    let refused = transfer::refuse_filled(&mut target.read().await?).await;
    target.close().await;
    Ok(refused?)
}

/// Puts every file where it was; one that is there already must be the same.
async fn restore_media(
    media: &dyn ObjectStore,
    from: &Path,
    files: &[&Sum],
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for sum in files {
        let place = place(sum)?;
        let there = match media.get(&place).await {
            Ok(there) => there.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => {
                missing.push((*sum, place));
                continue;
            }
            Err(error) => return Err(error).context("the media can't be looked at; nothing was changed"),
        };
        if digest_bytes(&there) != sum.sha256 {
            bail!("{} is there already and differs; nothing was changed", sum.path);
        }
    }
    for ((sum, place), done) in missing.iter().zip(1..) {
        let bytes = fs::read(from.join(&sum.path))?;
        media.put(place, bytes.into()).await.with_context(|| format!("{} can't be written", sum.path))?;
        progress.show("files restored", done);
    }
    Ok(())
}

fn place(sum: &Sum) -> anyhow::Result<Place> {
    Ok(Place::parse(sum.path.trim_start_matches("media/"))?)
}

/// Brings the tables up to date, and writes down that time was turned back: what was on its way then may have left
/// since. Answers with how many answers that are.
async fn settle(part: &Path, manifest: &Manifest, now: i64) -> anyhow::Result<u64> {
    let db = Db::open(&format!("sqlite:{}", part.display()))
        .await
        .context("the backup's database can't be opened")?;
    let mut conn = db.write().await?;
    let mut doubted = 0;
    if let Some(house) = organisation::first(&mut conn).await? {
        doubted =
            message::doubt(&mut conn, house.id, "a backup was restored; it may have left since").await?;
        let entry = Entry {
            organisation: house.id,
            at: now,
            by: By::System,
            verb: "organisation.restored",
            subject: house.id.0,
            conversation: None,
            before: None,
            after: Some(
                json!({ "backup_at": manifest.began_at, "journal": manifest.journal, "unsure": doubted }),
            ),
        };
        journal::write(&mut conn, entry).await?;
    }
    conn.commit().await?;
    db.close().await;
    Ok(doubted)
}

async fn move_over(part: &Path, address: &str) -> anyhow::Result<()> {
    let (source, target) = (Db::open(&format!("sqlite:{}", part.display())).await?, Db::open(address).await?);
    let mut progress = Progress::new();
    let copied = transfer::copy(&source, &target, |table, rows| progress.show(table, rows)).await;
    progress.end();
    source.close().await;
    target.close().await;
    copied.context("the restore was given up; the database is as it was")?;
    Ok(())
}
