//! Power cuts: the program runs once with the shim before the disk, while messages arrive and answers leave; then, for as
//! many moments of that run as are wanted, the disk is made up as it could be found if the power had gone then, opened,
//! and compared with what had been promised by then. No call is made twice and nothing is waited for: thousands of cuts
//! cost as much as thousands of looks.

mod disk;
mod first;
mod look;
mod promise;
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::hook::Hook;
use crate::house;
use crate::network::Network;
use crate::people::{Mode, People};
use crate::process::{self, Program};
use crate::random::Random;
use crate::run::Plan;
use crate::say;
use crate::shim::Shim;
use crate::store::{self, Engine};
use disk::{Disk, Fate};
use look::Truth;
use promise::{Promise, Traffic};
use record::Record;

/// People who call the API at once.
const CALLERS: usize = 3;
/// How long is recorded at most, and how many answers are promised at most meanwhile.
const LONGEST: Duration = Duration::from_secs(12);
const ENOUGH: usize = 150;
/// One image in so many is asked about everything by `parvis doctor --deep`.
const DOCTOR_EVERY: usize = 200;
/// Of so many cuts, one more during the first start.
const FIRST_STARTS: usize = 20;
/// Images of a disk that lies about its syncs: some of them have to be seen to lack what was promised.
const LIES: usize = 100;

/// A run that was recorded.
struct Run {
    program: Program,
    /// The data folder as it stood when the run began.
    before: PathBuf,
    records: Vec<Record>,
    truth: Truth,
}

/// What the images were like.
#[derive(Default)]
struct Tally {
    fates: BTreeMap<Fate, usize>,
    lacking: usize,
    promises: usize,
    asked: usize,
    wrong: Vec<String>,
}

/// What is wrong with `plan.images` of them; empty when all is well.
///
/// # Errors
/// Something that is needed can't be had, or the program doesn't come up.
pub async fn run(plan: &Plan) -> Result<Vec<String>> {
    let began = Instant::now();
    let mut random = Random::new(plan.seed);
    let run = recorded(plan, &mut random).await?;
    say(&format!("{} calls recorded in {:.0} s", run.records.len(), began.elapsed().as_secs_f64()));
    let honest = images(&run, plan.images, true, &mut random).await?;
    let lies = images(&run, LIES, false, &mut random).await?;
    let fates: Vec<String> = honest.fates.iter().map(|(fate, count)| format!("{fate:?} {count}")).collect();
    say(&format!(
        "{} power cuts, seed {}, in {:.0} s: {}; {} lack something that was written; {} promises looked for; {} seen by doctor --deep: {} wrong",
        plan.images,
        plan.seed,
        began.elapsed().as_secs_f64(),
        fates.join(", "),
        honest.lacking,
        honest.promises,
        honest.asked,
        honest.wrong.len(),
    ));
    say(&format!(
        "{LIES} cuts with a disk that lies about its syncs: {} things seen to be lost",
        lies.wrong.len()
    ));
    let first = plan.images / FIRST_STARTS;
    let mut wrong = first::first_starts(plan, first, &mut random).await?;
    say(&format!("{first} power cuts during the first start: {} wrong", wrong.len()));
    wrong.extend(honest.wrong);
    if lies.wrong.is_empty() {
        wrong.push("a disk that lies about its syncs isn't noticed: these looks see nothing".to_owned());
    }
    for it in wrong.iter().take(40) {
        say(&format!("  WRONG {it}"));
    }
    Ok(wrong)
}

/// Runs the program for a while, and gives what it did.
async fn recorded(plan: &Plan, random: &mut Random) -> Result<Run> {
    let data = plan.folder.join("power");
    process::empty(&data)?;
    let data = data.canonicalize()?;
    let network = Network::start(random.branch()).await?;
    let mut program = Program::new(&plan.program, &data, &network)?;
    program.database = store::fresh(Engine::Sqlite, &data).await?;
    let callers = house::found(&program.data, &program.database, &network.base, CALLERS).await?;
    let hook = Hook::connect(&program).await?;
    let before = plan.folder.join("power-before");
    copy(&data, &before)?;
    network.world().faulty = true;
    let log = plan.folder.join("power.calls");
    let _ = std::fs::remove_file(&log);
    program.extra = Shim::build(&plan.folder)?.recording(&data, &log);
    let mut server = program.start(None)?;
    if !server.ready().await? {
        bail!("the program doesn't come up with the shim");
    }
    let people = People::new(&[&program.listen])?;
    let mut at_work = Vec::new();
    for (number, caller) in callers.into_iter().enumerate() {
        at_work.push(tokio::spawn(Arc::clone(&people).work(number, caller.own, random.branch())));
    }
    at_work.push(tokio::spawn(speak(Arc::clone(&network), random.branch())));
    at_work.push(tokio::spawn(hook.push_on(random.branch())));
    let began = Instant::now();
    let promised = || people.ledger().answers.iter().filter(|it| it.message.is_some()).count();
    while began.elapsed() < LONGEST && promised() < ENOUGH {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.kill()?;
    people.set(Mode::Stop);
    at_work.iter().for_each(tokio::task::JoinHandle::abort);
    program.extra.clear();
    let answers =
        people.ledger().answers.iter().map(|it| (it.key.clone(), (it.text.clone(), it.picture))).collect();
    let truth = Truth { answers, mentions: network.world().mentions.clone() };
    Ok(Run { program, before, records: record::read(&log)?, truth })
}

async fn speak(network: Arc<Network>, mut random: Random) {
    loop {
        tokio::time::sleep(Duration::from_millis(random.between(20, 200))).await;
        network.mention();
    }
}

/// Looks at so many images, at moments of chance.
async fn images(run: &Run, count: usize, honest: bool, random: &mut Random) -> Result<Tally> {
    let all = run.records.len() as u64;
    let mut moments: Vec<usize> =
        (0..count).map(|_| usize::try_from(random.between(1, all + 1)).unwrap_or(1)).collect();
    moments.sort_unstable();
    let mut disk = Disk::of(&run.before)?;
    disk.honest = honest;
    let (mut traffic, mut promised, mut tally) =
        (Traffic::default(), Vec::<Promise>::new(), Tally::default());
    let folder = run.before.with_file_name("power-image");
    process::empty(&folder)?;
    let mut at = 0;
    for (number, moment) in moments.into_iter().enumerate() {
        while at < moment {
            let record = run.records.get(at).context("no such call")?;
            disk.take(record);
            promised.extend(traffic.take(record));
            at += 1;
        }
        let fate = random.pick(&Fate::ALL).copied().context("no fate")?;
        let image = disk.image(fate, random);
        tally.lacking += usize::from(image.lacks);
        tally.promises += promised.len();
        *tally.fates.entry(fate).or_default() += 1;
        let mut wrong = look::look(&folder, &image.files, &promised, &run.truth).await?;
        if honest && number % DOCTOR_EVERY == 0 {
            tally.asked += 1;
            wrong.extend(asked(&run.program, &folder, &image.files)?);
        }
        tally.wrong.extend(wrong.iter().map(|it| format!("call {at}, {fate:?}: {it}")));
    }
    Ok(tally)
}

/// What `parvis doctor --deep` says of an image.
fn asked(program: &Program, folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
    process::empty(folder)?;
    for (name, bytes) in files {
        write(folder, name, bytes)?;
    }
    let database = format!("sqlite:{}", folder.join("parvis.db").display());
    let mut found = Program { data: folder.to_owned(), database, ..program.clone() }.doctor()?;
    // That the network couldn't be heard just then is so.
    found.retain(|it| !it.starts_with("doctor: \"channel\""));
    process::empty(folder)?;
    Ok(found)
}

/// Puts a file into a folder, with the folders that it lies in.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().context("no folder")?)?;
    Ok(std::fs::write(path, bytes)?)
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    process::empty(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
