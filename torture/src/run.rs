//! The runs: the program is started, dies at a time of chance or at a named point, and is started again on what it left,
//! while messages arrive and answers leave. One database goes through all runs of an engine.

mod fail;
mod press;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use parvis::fault::Point;
use tokio::task::JoinHandle;

use crate::check::{self, Ends};
use crate::disk::Disk;
use crate::house;
use crate::network::Network;
use crate::people::{Mode, People};
use crate::process::{self, Program, Server};
use crate::random::Random;
use crate::say;
use crate::store::{self, Engine};

/// People who call the API at once.
const CALLERS: usize = 3;
/// Runs between two looks at everything.
const LOOK_EVERY: usize = 25;
/// How long a point may be waited for.
const UNTIL_POINT: Duration = Duration::from_secs(25);
/// How long it may take until work goes on after the disk was full.
const UNTIL_RECOVERED: Duration = Duration::from_secs(180);
/// Size of the disk that is filled (MiB).
const DISK: u32 = 96;
/// How long nothing may move before everything has come to rest: longer than the longest wait between two looks for an
/// answer (`work::read_back`).
const UNTIL_QUIET: Duration = Duration::from_secs(360);
/// Mentions that wait to be heard at most.
const AHEAD: usize = 30;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program as it is shipped.
    pub program: PathBuf,
    /// The program with named points; without it they aren't walked.
    pub faults: Option<PathBuf>,
    /// Runs that end by `kill -9`.
    pub runs: usize,
    /// Times that the disk is filled; then nothing else is done.
    pub fills: usize,
    /// Requests that no sound client sends; then nothing else is done.
    pub inputs: usize,
    /// Power cuts; then nothing else is done.
    pub images: usize,
    /// Histories to simulate; then nothing else is done.
    pub simulations: usize,
    /// Histories to live through on both engines; then nothing else is done.
    pub histories: usize,
    /// Calls to the disk that fail; then nothing else is done.
    pub failures: usize,
    /// Posts that leave; then nothing else is done.
    pub posts: usize,
    /// Within how many seconds they leave, when nothing is killed.
    pub spread: u64,
    /// Passages of each point that is passed seldom; commits are walked six times as far.
    pub passages: u64,
    /// The longest life of a run (ms).
    pub longest: u64,
    /// After how long no life is begun any more; what is left of the runs and points is left out.
    pub time: Duration,
    /// Where chance begins.
    pub seed: u64,
    /// Where databases and logs go.
    pub folder: PathBuf,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `kill -9` of the program while it ran.
    pub kills: usize,
    /// Of these, before it answered for the first time.
    pub early: usize,
    /// Points at which it died.
    pub points: Vec<String>,
    /// Points that weren't passed in time.
    pub missed: Vec<String>,
    /// First starts that were cut off.
    pub first_starts: usize,
    /// Times that the disk was full.
    pub fills: usize,
    /// Calls to the disk that failed.
    pub failures: usize,
    /// Of the lives in which one did, those that ended by themselves, in good order.
    pub ended: usize,
    /// Looks at everything.
    pub looks: usize,
    /// How the answers ended.
    pub ends: Ends,
    /// What is wrong.
    pub wrong: Vec<String>,
}

struct Torture {
    plan: Plan,
    began: Instant,
    engine: Engine,
    program: Program,
    /// A second node, where posts leave from two.
    second: Option<Program>,
    network: Arc<Network>,
    people: Arc<People>,
    random: Random,
    out: Outcome,
}

/// Tortures the program on one engine, and says what came of it.
///
/// # Errors
/// Something that is needed can't be had, or the program doesn't come up again.
pub async fn engine(plan: &Plan, engine: Engine) -> Result<Outcome> {
    let began = Instant::now();
    let mut random = Random::new(plan.seed);
    let name = match (plan.failures, plan.posts) {
        (0, 0) => engine.as_str(),
        (0, _) => "posts",
        _ => "failures",
    };
    let data = plan.folder.join(if plan.fills > 0 { "disk" } else { name });
    let disk = if plan.fills > 0 { Some(Disk::make(&data, DISK)?) } else { None };
    process::empty(&data)?;
    // The log of an earlier time.
    let _ = std::fs::remove_file(data.with_extension("log"));
    let network = Network::start(random.branch()).await?;
    let mut program = Program::new(&plan.program, &data, &network)?;
    let mut out = Outcome::default();
    if let (Some(faults), None, 0) = (&plan.faults, &disk, plan.failures + plan.posts) {
        out.first_starts = first_starts(&program, faults, engine).await?;
        process::empty(&program.data)?;
    }
    program.database = store::fresh(engine, &program.data).await?;
    let callers = if plan.posts > 0 { press::WRITERS } else { CALLERS };
    let callers = house::found(&program.data, &program.database, &network.base, callers).await?;
    network.world().faulty = plan.runs > 0;
    let second = match (engine, plan.posts) {
        (Engine::Sqlite, _) | (_, 0) => None,
        (Engine::Postgres, _) => Some(program.beside()?),
    };
    let nodes = [Some(&program), second.as_ref()];
    let people = People::new(&nodes.into_iter().flatten().map(|it| it.listen.as_str()).collect::<Vec<_>>())?;
    let press = plan.press();
    let mut at_work: Vec<JoinHandle<()>> = Vec::new();
    for (number, caller) in callers.into_iter().enumerate() {
        let (people, random) = (Arc::clone(&people), random.branch());
        at_work.push(match plan.posts {
            0 => tokio::spawn(people.work(number, caller.own, random)),
            _ => tokio::spawn(people.bring(number, caller, press, random)),
        });
    }
    let public = tokio::spawn(speak(Arc::clone(&network), random.branch()));
    let mut torture = Torture {
        plan: plan.clone(),
        began: Instant::now(),
        engine,
        program,
        second,
        network,
        people,
        random,
        out,
    };
    let done = match &disk {
        Some(disk) => torture.fill_over_and_over(disk).await,
        None if plan.failures > 0 => torture.fail_over_and_over().await,
        None if plan.posts > 0 => torture.press_over_and_over().await,
        None => torture.die_over_and_over().await,
    };
    public.abort();
    let done = match done {
        Ok(()) => torture.come_to_rest().await,
        failed => failed,
    };
    torture.people.set(Mode::Stop);
    for task in at_work {
        task.abort();
    }
    done?;
    torture.tell(began.elapsed());
    if engine == Engine::Postgres {
        store::drop_database().await?;
    }
    Ok(torture.out)
}

/// The public goes on speaking, whether the program lives or not; but on a slow machine it doesn't run away from it.
async fn speak(network: Arc<Network>, mut random: Random) {
    loop {
        tokio::time::sleep(Duration::from_millis(random.between(40, 400))).await;
        if network.world().unheard() < AHEAD {
            network.mention();
        }
    }
}

/// Dies at each step of the very first start, and has to come up afterwards on what that left.
async fn first_starts(shipped: &Program, faults: &std::path::Path, engine: Engine) -> Result<usize> {
    let mut cut_off = 0;
    let points = [Point::SecretBegun, Point::SecretSynced, Point::CommitBefore, Point::CommitAfter];
    for (point, number) in points.into_iter().flat_map(|point| [(point, 1), (point, 2)]) {
        process::empty(&shipped.data)?;
        let database = store::fresh(engine, &shipped.data).await?;
        let dying = Program { path: faults.to_owned(), database: database.clone(), ..shipped.clone() };
        let fault = format!("{}:{number}", point.as_str());
        let mut server = dying.start(Some(&fault))?;
        if server.ready().await? && !server.aborted_within(Duration::from_secs(2)).await? {
            continue;
        }
        drop(server);
        cut_off += 1;
        let mut server = Program { database, ..shipped.clone() }.start(None)?;
        if !server.ready().await? {
            bail!("a first start that died at {fault} leaves something in the way of the next");
        }
    }
    Ok(cut_off)
}

impl Torture {
    async fn die_over_and_over(&mut self) -> Result<()> {
        let mut since_look = 0;
        for run in 1..=self.plan.runs {
            // The points get their share of the time.
            if self.has_lasted(if self.plan.faults.is_some() { self.plan.time / 2 } else { self.plan.time }) {
                break;
            }
            self.die_by_chance(since_look == 0).await?;
            since_look = (since_look + 1) % LOOK_EVERY;
            if run % LOOK_EVERY == 0 {
                say(&format!("{} {run} runs: {}", self.engine.as_str(), self.so_far()));
            }
            if !self.out.wrong.is_empty() {
                break;
            }
        }
        if let Some(faults) = self.plan.faults.clone() {
            for (point, number) in walk(self.plan.passages) {
                if self.has_lasted(self.plan.time) {
                    break;
                }
                self.die_at(&faults, point, number).await?;
                if !self.out.wrong.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The nodes.
    fn programs(&self) -> Vec<Program> {
        std::iter::once(&self.program).chain(&self.second).cloned().collect()
    }

    fn has_lasted(&self, time: Duration) -> bool {
        self.began.elapsed() >= time
    }

    async fn fill_over_and_over(&mut self, disk: &Disk) -> Result<()> {
        let mut server = self.program.start(None)?;
        self.come_up(&mut server).await?;
        for fill in 1..=self.plan.fills {
            self.nap(300, 2_500).await;
            disk.fill()?;
            self.nap(500, 3_000).await;
            if self.random.percent(30) {
                server.kill()?;
                self.out.kills += 1;
                server = self.program.start(None)?;
                // Without room it may come up or say why not; both are well.
                let patience = Duration::from_millis(self.random.between(500, 6_000));
                let _ = tokio::time::timeout(patience, server.ready()).await;
            }
            disk.free()?;
            self.out.fills += 1;
            if server.has_ended()? {
                server = self.program.start(None)?;
            }
            self.come_up(&mut server).await?;
            self.recover().await;
            if fill.is_multiple_of(10) {
                say(&format!("disk filled {fill} times: {}", self.so_far()));
                self.look().await?;
            }
            if !self.out.wrong.is_empty() {
                break;
            }
        }
        server.kill()
    }

    async fn nap(&mut self, from: u64, to: u64) {
        let time = self.random.between(from, to);
        tokio::time::sleep(Duration::from_millis(time)).await;
    }

    /// With room on the disk again, promises are made again without anybody's doing.
    async fn recover(&mut self) {
        let promised = |people: &People| {
            let ledger = people.ledger();
            ledger.answers.iter().filter(|it| it.message.is_some()).count()
                + ledger.notes.iter().filter(|it| it.kept).count()
        };
        let (before, began) = (promised(&self.people), Instant::now());
        while promised(&self.people) == before {
            if began.elapsed() > UNTIL_RECOVERED {
                self.out.wrong.push("with room on the disk again, nothing is promised any more".to_owned());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn die_by_chance(&mut self, look: bool) -> Result<()> {
        let mut server = self.program.start(None)?;
        self.out.kills += 1;
        if self.random.percent(15) {
            let life = self.random.between(1, self.plan.longest / 2);
            tokio::time::sleep(Duration::from_millis(life)).await;
            self.out.early += 1;
        } else {
            self.come_up(&mut server).await?;
            if look {
                self.look().await?;
            }
            let life = self.random.between(20, self.plan.longest);
            tokio::time::sleep(Duration::from_millis(life)).await;
        }
        self.kill(server).await
    }

    async fn die_at(&mut self, faults: &std::path::Path, point: Point, number: u64) -> Result<()> {
        let fault = format!("{}:{number}", point.as_str());
        let dying = Program { path: faults.to_owned(), ..self.program.clone() };
        let mut server = dying.start(Some(&fault))?;
        if server.aborted_within(UNTIL_POINT).await? {
            self.out.points.push(fault);
        } else {
            self.out.missed.push(fault);
        }
        self.kill(server).await?;
        // One life without a fault in between, so that work goes on.
        let mut server = self.program.start(None)?;
        self.come_up(&mut server).await?;
        if self.out.points.len().is_multiple_of(LOOK_EVERY) {
            say(&format!("{} {} points: {}", self.engine.as_str(), self.out.points.len(), self.so_far()));
            self.look().await?;
        }
        let life = self.random.between(20, self.plan.longest);
        tokio::time::sleep(Duration::from_millis(life)).await;
        self.kill(server).await
    }

    async fn come_up(&self, server: &mut Server) -> Result<()> {
        if server.ready().await? {
            return Ok(());
        }
        bail!(
            "the program doesn't come up again; its log is {}",
            self.program.data.with_extension("log").display()
        )
    }

    async fn kill(&self, mut server: Server) -> Result<()> {
        server.kill()?;
        store::let_leases_end(self.engine, &self.program.database).await
    }

    /// Looks at everything while work goes on.
    async fn look(&mut self) -> Result<()> {
        self.out.looks += 1;
        let found = check::meanwhile(&self.program.database, &self.people, &self.network).await?;
        self.out.wrong.extend(found);
        Ok(())
    }

    /// The network behaves, people finish what they began, and when nothing moves any more all is compared.
    async fn come_to_rest(&mut self) -> Result<()> {
        self.network.world().faulty = false;
        self.people.set(Mode::Finish);
        let mut server = self.program.start(None)?;
        self.come_up(&mut server).await?;
        let (mut moved, mut last) = (Instant::now(), (0, 0, 0));
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let (sending, heard) = check::under_way(&self.program.database).await?;
            let open = self.people.ledger().open();
            let said = i64::try_from(self.network.world().mentions.len())?;
            if sending == 0 && open == 0 && heard >= said {
                break;
            }
            if last != (sending, heard, open) {
                (moved, last) = (Instant::now(), (sending, heard, open));
            }
            if moved.elapsed() > UNTIL_QUIET {
                self.out.wrong.push(format!(
                    "no rest: {sending} answers under way, {open} not promised, {heard} of {said} mentions heard"
                ));
                break;
            }
        }
        // Long enough for what nobody expects to come.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let (wrong, ends) = check::at_the_end(&self.program.database, &self.people, &self.network).await?;
        self.out.ends = ends;
        self.out.wrong.extend(wrong);
        self.out.wrong.extend(self.program.doctor()?);
        server.kill()
    }

    fn so_far(&self) -> String {
        let (said, taken) = {
            let world = self.network.world();
            (world.mentions.len(), world.counts.taken)
        };
        let ledger = self.people.ledger();
        let promised = ledger.answers.iter().filter(|it| it.message.is_some()).count();
        let posts = ledger.posts.iter().filter(|it| it.due.is_some()).count();
        format!(
            "{said} mentions, {promised} answers and {posts} posts promised, {taken} taken by the network"
        )
    }

    fn tell(&self, time: Duration) {
        let (out, name) = (&self.out, self.engine.as_str());
        let counts = self.network.world().counts.clone();
        say(&format!("{name} seed {} in {:.0} s: {}", self.plan.seed, time.as_secs_f64(), self.so_far()));
        say(&format!(
            "  {} kills at random ({} before it was up), disk full {} times, {} lives in which calls failed ({} ended by that), {} deaths at named points, {} first starts cut off, {} looks at everything",
            out.kills,
            out.early,
            out.fills,
            out.failures,
            out.ended,
            out.points.len(),
            out.first_starts,
            out.looks + 1,
        ));
        say(&format!(
            "  network: {} answers dropped after taking, {} refused, cut or failed, {} known by key, {} failed reads",
            counts.dropped, counts.refused, counts.known_by_key, counts.deaf,
        ));
        let delays = self.delays();
        let ledger = self.people.ledger();
        say(&format!(
            "  people: {} notes, {} drafts, {} requests cut, {} sent again on purpose, failed: {:?}",
            ledger.notes.len(),
            ledger.drafted,
            ledger.cut,
            ledger.again,
            ledger.failed,
        ));
        let ends = out.ends;
        say(&format!(
            "  answers and parts of posts: {} published, {} shown as unknown, {} refused, {} wait for a person",
            ends.published, ends.in_doubt, ends.rejected, ends.held
        ));
        let at = |share: usize| delays.get(delays.len() * share / 100).copied().unwrap_or_default();
        if let Some(longest) = delays.last() {
            say(&format!(
                "  posts were handed over after their hour: half within {:?}, 99 % within {:?}, longest {longest:?}",
                at(50),
                at(99)
            ));
        }
        if !out.missed.is_empty() {
            say(&format!("  points that weren't passed in time: {}", out.missed.join(", ")));
        }
        for it in out.wrong.iter().take(40) {
            say(&format!("  WRONG {it}"));
        }
    }
}

/// The points that this house passes: no access of its channel ends, and its key is made at the first start.
fn walk(passages: u64) -> Vec<(Point, u64)> {
    let is_elsewhere = |point: Point| {
        matches!(point, Point::RenewBefore | Point::RenewAfter | Point::SecretBegun | Point::SecretSynced)
    };
    let far = |point| match point {
        Point::CommitBefore | Point::CommitAfter => passages * 6,
        _ => passages,
    };
    let here = Point::ALL.into_iter().filter(|point| !is_elsewhere(*point));
    here.flat_map(|point| (1..=far(point)).map(move |number| (point, number))).collect()
}
