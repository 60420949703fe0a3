//! `parvis secret`: the key that seals the secrets of channels and destinations. A rotation puts a new key before the former ones in
//! `seal.key`, seals every secret anew, and keeps the former keys until they are forgotten on purpose: at no moment is
//! there a secret that no key opens, wherever the machine stops. Knows no SQL.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::progress::Progress;
use super::say;
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use crate::id::OrganisationId;
use crate::seal::{self, SealKey};
use crate::store::journal::{self, By, Entry};
use crate::store::sealed::{self, Sealed};
use crate::store::{Db, organisation};

/// Secrets sealed anew in one transaction.
const BATCH: usize = 50;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Secret {
    /// Makes a new key and seals every secret with it; run again before `forget`, it goes on with that key
    Rotate,
    /// Drops the former keys, once nothing is sealed with them
    Forget,
}

/// Where the keys come from.
struct Keys {
    /// The file; `None` when they are given by `PARVIS_SEAL_KEY`.
    file: Option<PathBuf>,
    seal: SealKey,
}

pub(super) async fn run(config: &Config, command: &Secret) -> anyhow::Result<ExitCode> {
    let variable = std::env::var("PARVIS_SEAL_KEY").ok();
    let keys = Keys::of(&config.data, variable.as_deref())?;
    let address = config.database_address();
    let shown = app::without_password(&address);
    let db = Db::open(&address).await.with_context(|| format!("the database {shown} can't be opened"))?;
    let said = match command {
        Secret::Rotate => {
            let mut progress = Progress::new();
            let said =
                rotate(&db, &keys, Clock::System.now(), |done| progress.show("secrets sealed", done)).await;
            progress.end();
            said
        }
        Secret::Forget => forget(&db, &keys).await,
    };
    db.close().await;
    say(said?)?;
    Ok(ExitCode::SUCCESS)
}

impl Keys {
    fn of(data: &Path, variable: Option<&str>) -> anyhow::Result<Self> {
        let path = data.join("seal.key");
        if variable.is_none() && !path.exists() {
            bail!("there is no {}; nothing was changed", path.display());
        }
        let seal = app::seal_key(data, variable)?;
        Ok(Self { file: variable.is_none().then_some(path), seal })
    }

    /// The keys as they are by now: the file may have a new first one.
    fn now(&self) -> anyhow::Result<SealKey> {
        match &self.file {
            Some(path) => SealKey::of_file(path)?.context("seal.key isn't 32 bytes in base64"),
            None => Ok(self.seal.clone()),
        }
    }
}

/// Which secrets the current key doesn't open, and the names of those that none opens.
async fn former(db: &Db, house: OrganisationId, key: &SealKey) -> anyhow::Result<(Vec<Sealed>, Vec<String>)> {
    let (mut former, mut shut) = (Vec::new(), Vec::new());
    for it in sealed::list(&mut db.read().await?, house).await? {
        let bound = it.id.as_bytes();
        if key.is_current(&it.secret, bound) {
            continue;
        }
        if key.open(&it.secret, bound).is_ok() {
            former.push(it);
        } else {
            shut.push(it.name);
        }
    }
    Ok((former, shut))
}

/// `progress` is told how many secrets were sealed anew so far.
async fn rotate(db: &Db, keys: &Keys, now: i64, progress: impl FnMut(u64)) -> anyhow::Result<String> {
    let house = organisation::first(&mut db.read().await?).await?;
    let house = house.context("nobody has set Parvis up yet; nothing was changed")?.id;
    let (_, shut) = former(db, house, &keys.seal).await?;
    match &keys.file {
        // Former keys are there: a rotation goes on that was interrupted, or is asked for again.
        _ if keys.now()?.count() > 1 => {}
        Some(path) => put_new_key(path)?,
        None => bail!(
            "the key comes from PARVIS_SEAL_KEY, which only you can change: put a new key (`head -c 32 /dev/urandom | base64`) \
             before it, with a comma between, for every Parvis on this database, and run this again; nothing was changed"
        ),
    }
    let sealed = reseal(db, keys, house, now, progress).await?;
    let mut said = format!("{sealed} secrets were sealed with the new key.");
    if !shut.is_empty() {
        said += &format!(
            "\nNo key opens those of: {}. Connect these channels, or make these destinations, anew.",
            shut.join(", ")
        );
    }
    said += "\nThe former keys still open: backups made until now need them, and so does a Parvis that hasn't the new one yet.";
    said += if keys.file.is_some() {
        "\nCopy seal.key to wherever you keep it, and to the other nodes if there are any; then `parvis secret forget`."
    } else {
        "\nThen leave the former key out of PARVIS_SEAL_KEY."
    };
    Ok(said)
}

/// Seals everything anew that isn't sealed with the current key. Answers with how many.
async fn reseal(
    db: &Db,
    keys: &Keys,
    house: OrganisationId,
    now: i64,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<u64> {
    let key = keys.now()?;
    let mut sealed = 0;
    let (mut left, _) = former(db, house, &key).await?;
    // A running Parvis may renew an access at any moment, so what is left is looked for again.
    while !left.is_empty() {
        for part in left.chunks(BATCH) {
            let mut conn = db.write().await?;
            for it in part {
                let bound = it.id.as_bytes();
                let anew = key.seal(&key.open(&it.secret, bound)?, bound)?;
                sealed += u64::from(sealed::reseal(&mut conn, house, it, &anew).await?);
            }
            conn.commit().await?;
            progress(sealed);
        }
        (left, _) = former(db, house, &key).await?;
    }
    let mut conn = db.write().await?;
    let entry = Entry {
        organisation: house,
        at: now,
        by: By::System,
        verb: "organisation.resealed",
        subject: house.0,
        conversation: None,
        before: None,
        after: Some(json!({ "secrets": sealed })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(sealed)
}

async fn forget(db: &Db, keys: &Keys) -> anyhow::Result<String> {
    let Some(path) = &keys.file else {
        bail!("the keys come from PARVIS_SEAL_KEY: leave the former ones out there; nothing was changed");
    };
    // Nobody seals anything while this is held.
    let turn = db.write().await?;
    if let Some(house) = organisation::first(&mut db.read().await?).await? {
        let (former, shut) = former(db, house.id, &keys.now()?).await?;
        if !former.is_empty() || !shut.is_empty() {
            let count = former.len() + shut.len();
            bail!(
                "{count} secrets don't open with the newest key: `parvis secret rotate` first; nothing was changed"
            );
        }
    }
    let text = std::fs::read_to_string(path)?;
    let newest = text.split_whitespace().next().context("seal.key is empty")?;
    app::replace_private(path, &format!("{newest}\n"))?;
    drop(turn);
    Ok("Only the newest key is left in seal.key.".to_owned())
}

/// Puts a new key before those that are there.
fn put_new_key(path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    app::replace_private(path, &format!("{}\n{}\n", STANDARD.encode(seal::random::<32>()?), text.trim()))
}

#[cfg(test)]
mod tests;
