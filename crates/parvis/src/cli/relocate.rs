//! `parvis move`: from one database into another, whichever engines.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::progress::Progress;
use super::say;
use crate::app::without_password;
use crate::store::{Db, transfer};

#[derive(Debug, clap::Args)]
pub(super) struct Move {
    /// Database to copy from; it isn't changed, but for bringing its tables up to date
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// Database to copy into; must hold nothing
    #[arg(long, value_name = "ADDRESS")]
    to: String,
}

pub(super) async fn run(it: &Move) -> anyhow::Result<ExitCode> {
    let (from, to) = (without_password(&it.from), without_password(&it.to));
    if is_same(&it.from, &it.to) {
        bail!("--from and --to are the same database; nothing was changed");
    }
    if let Some(path) = it.from.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        bail!("there is no file {path}; nothing was changed. Write --from sqlite:FILE");
    }
    let source = Db::open(&it.from).await.with_context(|| format!("{from} can't be opened"))?;
    let target = Db::open(&it.to).await.with_context(|| format!("{to} can't be opened"))?;
    let mut progress = Progress::new();
    let copied = transfer::copy(&source, &target, |table, rows| progress.show(table, rows)).await;
    progress.end();
    let rows = copied.context("the move was given up; the source is whole and the target is as it was")?;
    target.close().await;
    source.close().await;
    say(format!("{rows} rows were copied from {from} to {to} and read back: every table is the same."))?;
    say("Counters and the search index were made anew. Media and seal.key stay in the data folder.")?;
    say("Next: set `database` to the new address and start Parvis; keep the old one until you have looked.")?;
    Ok(ExitCode::SUCCESS)
}

/// Whether two addresses name the same database, as far as that can be seen from outside.
fn is_same(from: &str, to: &str) -> bool {
    let file =
        |address: &str| address.strip_prefix("sqlite:").and_then(|path| std::fs::canonicalize(path).ok());
    from == to || file(from).is_some_and(|path| Some(path) == file(to))
}
