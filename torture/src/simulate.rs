//! Simulation: the real intake, commands and work on a real database, with a network, a clock and chance that are values. A
//! seed is one history, the same each time; a thousand take a minute. Or the same history on both engines, which have to
//! end the same.

mod check;
mod history;
mod house;
mod press;
mod state;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::run::Plan;
use crate::say;
use crate::store::{self, Engine};
use history::History;
use house::House;

/// What has to have gone wrong at least once where many histories were lived through.
const EXPECTED: [&str; 15] = [
    "answers lost",
    "cut before they were taken",
    "unreachable",
    "unreadable",
    "limited",
    "refused",
    "deaths before a call",
    "deaths after a call",
    "known by their key",
    "told again",
    "told in another order",
    "jumps of our clock",
    "starts",
    "stops",
    "parts of posts published",
];
/// So many are many.
const MANY: u64 = 300;

/// What came of histories.
#[derive(Default)]
struct Lived {
    count: u64,
    answers: usize,
    said: usize,
    hits: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

impl Lived {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.answers += other.answers;
        self.said += other.said;
        self.wrong.extend(other.wrong);
        for (what, count) in other.hits {
            *self.hits.entry(what).or_default() += count;
        }
    }
}

/// How histories are lived.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    /// The program may die in the middle of a call.
    deadly: bool,
    /// The network knows no keys, and shows what it took when it is too late.
    late: bool,
}

/// An empty house on an engine, to be copied for each history.
struct Template {
    engine: Engine,
    folder: PathBuf,
    house: House,
}

impl Template {
    async fn make(engine: Engine, folder: &Path) -> Result<Self> {
        let folder = folder.join(engine.as_str());
        crate::process::empty(&folder)?;
        let address = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("template.db").display()),
            Engine::Postgres => store::fresh(engine, &folder).await?,
        };
        Ok(Self { engine, house: house::found(&address).await?, folder })
    }

    /// A database of its own for `name`; its address.
    async fn copy(&self, name: &str) -> Result<String> {
        match self.engine {
            Engine::Sqlite => {
                let path = self.folder.join(format!("{name}.db"));
                self.remove(name);
                std::fs::copy(self.folder.join("template.db"), &path)?;
                Ok(format!("sqlite:{}", path.display()))
            }
            Engine::Postgres => store::copy(name).await,
        }
    }

    /// Removes the files of `name`.
    fn remove(&self, name: &str) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.join(format!("{name}.db{end}")));
        }
    }

    async fn drop_all(&self, names: &[String]) -> Result<()> {
        if self.engine == Engine::Postgres {
            for name in names {
                store::drop_copy(name).await?;
            }
            store::drop_database().await?;
        }
        Ok(())
    }
}

/// What is wrong after `plan.simulations` histories on SQLite; empty when all is well.
///
/// # Errors
/// A database can't be used.
pub async fn run(plan: &Plan) -> Result<Vec<String>> {
    let began = Instant::now();
    let folder = house::scratch(&plan.folder)?;
    let template = Arc::new(Template::make(Engine::Sqlite, &folder).await?);
    let lived = live(&template, plan.seed, plan.simulations, Way { deadly: true, late: false }).await;
    let _ = std::fs::remove_dir_all(&folder);
    let mut lived = lived?;
    if lived.count >= MANY {
        let missing = EXPECTED.iter().filter(|it| !lived.hits.contains_key(**it));
        lived.wrong.extend(missing.map(|it| format!("never simulated: {it}")));
    }
    tell("histories simulated", plan, &lived, began);
    Ok(lived.wrong)
}

/// Lives through seeds from `first` on, two at once on a machine with two cores.
async fn live(template: &Arc<Template>, first: u64, count: usize, way: Way) -> Result<Lived> {
    let next = Arc::new(AtomicU64::new(first));
    let end = first + count as u64;
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..workers {
        let (template, next) = (Arc::clone(template), Arc::clone(&next));
        tasks.spawn(async move {
            let mut lived = Lived::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end || lived.wrong.len() > 20 {
                    return Ok::<_, anyhow::Error>(lived);
                }
                lived.add(one(&template, worker, seed, way).await?);
            }
        });
    }
    let mut all = Lived::default();
    while let Some(lived) = tasks.join_next().await {
        all.add(lived??);
    }
    Ok(all)
}

async fn one(template: &Template, worker: usize, seed: u64, way: Way) -> Result<Lived> {
    // A name for each: what a death left behind may be closing its file still when the next history begins.
    let name = format!("seed{seed}");
    let address = template.copy(&name).await?;
    let history = lived(template, &address, worker, seed, way).await?;
    let wrong = check::check(&history).await?;
    let lived = summed(&history, wrong.iter().map(|it| format!("seed {seed}: {it}")).collect());
    history.end().await;
    template.remove(&name);
    Ok(lived)
}

async fn lived(template: &Template, address: &str, worker: usize, seed: u64, way: Way) -> Result<History> {
    let data = template.folder.join(format!("w{worker}"));
    let mut history = History::begin(seed, address, data, template.house.clone(), way.deadly).await?;
    history.world.state().late = way.late;
    history.live().await.with_context(|| format!("seed {seed}"))?;
    Ok(history)
}

fn summed(history: &History, wrong: Vec<String>) -> Lived {
    let state = history.world.state();
    Lived { count: 1, answers: history.given.len(), said: state.said.len(), hits: state.hits.clone(), wrong }
}

/// What differs after `plan.histories` histories on both engines; empty when nothing does.
///
/// # Errors
/// A database can't be used.
pub async fn compare(plan: &Plan) -> Result<Vec<String>> {
    let began = Instant::now();
    let folder = house::scratch(&plan.folder)?;
    let sqlite = Template::make(Engine::Sqlite, &folder).await?;
    let postgres = Template::make(Engine::Postgres, &folder).await?;
    let (name, way) = ("w0".to_owned(), Way::default());
    let mut all = Lived::default();
    for seed in plan.seed..plan.seed + plan.histories as u64 {
        let mut states = Vec::new();
        for template in [&sqlite, &postgres] {
            let address = template.copy(&name).await?;
            let history = lived(template, &address, 0, seed, way).await?;
            let wrong = check::check(&history).await?;
            let engine = template.engine.as_str();
            states.push(state::state(&history.app.db).await?);
            all.add(summed(
                &history,
                wrong.iter().map(|it| format!("seed {seed}, {engine}: {it}")).collect(),
            ));
            history.end().await;
        }
        if let [one, other] = states.as_slice() {
            all.wrong.extend(state::difference(one, other).iter().map(|it| format!("seed {seed}: {it}")));
        }
        if all.wrong.len() > 20 {
            break;
        }
    }
    postgres.drop_all(&[name]).await?;
    let _ = std::fs::remove_dir_all(&folder);
    tell("histories lived, half on each engine", plan, &all, began);
    Ok(all.wrong)
}

fn tell(what: &str, plan: &Plan, lived: &Lived, began: Instant) {
    say(&format!(
        "{} {what}, seeds from {}, in {:.0} s: {} messages, {} answers: {} wrong",
        lived.count,
        plan.seed,
        began.elapsed().as_secs_f64(),
        lived.said,
        lived.answers,
        lived.wrong.len(),
    ));
    let hits: Vec<String> = lived.hits.iter().map(|(what, count)| format!("{what} {count}")).collect();
    say(&format!("  {}", hits.join(", ")));
    for it in lived.wrong.iter().take(40) {
        say(&format!("  WRONG {it}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn wrong(late: bool, count: usize) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let template = Arc::new(Template::make(Engine::Sqlite, folder.path()).await.unwrap());
        live(&template, 1, count, Way { deadly: true, late }).await.unwrap().wrong
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_network_that_hides_what_it_took_makes_doubles_that_are_seen() {
        let found = wrong(true, 60).await;
        assert!(found.iter().any(|it| it.contains("twice on the network")), "{found:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_same_histories_on_a_network_that_shows_what_it_took_end_well() {
        assert_eq!(wrong(false, 20).await, Vec::<String>::new());
    }
}
