//! Power cuts during the very first start: keys, folders and tables are begun and not yet whole. Nothing was promised by then,
//! so all that is asked is that the next start needs nobody's hand.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use parvis::app::App;
use parvis::clock::Clock;
use parvis::config::Config;

use super::disk::{Disk, Fate};
use super::record;
use crate::network::Network;
use crate::process::{self, Program};
use crate::random::Random;
use crate::run::Plan;
use crate::shim::Shim;

/// What stands in the way of the next start, after so many cuts of a first one.
///
/// # Errors
/// The program doesn't come up with the shim, or the record can't be read.
pub(super) async fn first_starts(plan: &Plan, count: usize, random: &mut Random) -> Result<Vec<String>> {
    let data = plan.folder.join("power-first");
    process::empty(&data)?;
    let data = data.canonicalize()?;
    let network = Network::start(random.branch()).await?;
    let mut program = Program::new(&plan.program, &data, &network)?;
    program.database = format!("sqlite:{}", data.join("parvis.db").display());
    let log = plan.folder.join("power-first.calls");
    let _ = std::fs::remove_file(&log);
    program.extra = Shim::build(&plan.folder)?.recording(&data, &log);
    let mut server = program.start(None)?;
    if !server.ready().await? {
        bail!("the program doesn't come up with the shim");
    }
    server.kill()?;
    let records = record::read(&log)?;
    let mut moments: Vec<usize> = (0..count)
        .map(|_| usize::try_from(random.between(1, records.len() as u64 + 1)).unwrap_or(1))
        .collect();
    moments.sort_unstable();
    let (mut disk, mut at, mut wrong) = (Disk::empty(), 0, Vec::new());
    let folder = plan.folder.join("power-image");
    for moment in moments {
        records.iter().skip(at).take(moment - at).for_each(|it| disk.take(it));
        at = moment;
        let fate = random.pick(&Fate::ALL).copied().unwrap_or(Fate::Kept);
        let image = disk.image(fate, random);
        if let Err(error) = next_start(&folder, &image.files).await {
            wrong.push(format!("first start, call {at}, {fate:?}: {error:#}"));
        }
    }
    Ok(wrong)
}

/// Starts on what was found, as far as there is anything to promise.
async fn next_start(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    process::empty(folder)?;
    for (name, bytes) in files {
        super::write(folder, name, bytes)?;
    }
    let app = App::open(Config { data: folder.to_owned(), ..Config::default() }, Clock::System).await?;
    let address = app.setup_address().await?;
    app.db.close().await;
    if address.is_none() { bail!("nobody can set it up") } else { Ok(()) }
}
