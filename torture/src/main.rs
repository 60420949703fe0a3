//! `cargo xtask torture`: kills the built program over and over while messages arrive and answers leave, cuts its power, fails
//! its disk, simulates its networks, and compares what was said, taken and promised with what is there. docs/reliability.md
//! has what came of it.

mod check;
mod disk;
mod hook;
mod house;
mod input;
mod network;
mod nonsense;
mod people;
mod power;
mod process;
mod random;
mod run;
mod shim;
mod simulate;
mod store;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};

use run::Plan;
use store::Engine;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match all(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was lost and nothing done twice.
async fn all(arguments: &[String]) -> Result<bool> {
    let (plan, engines) = wanted(arguments)?;
    let (mut good, mut bad) = (0, 0);
    // Side by side: most of the time each waits.
    let runs = engines.into_iter().map(async |engine| {
        if plan.simulations > 0 {
            return simulate::run(&plan).await;
        }
        if plan.histories > 0 {
            return simulate::compare(&plan).await;
        }
        if plan.images > 0 {
            return power::run(&plan).await;
        }
        if plan.inputs > 0 {
            return nonsense::engine(&plan, engine).await;
        }
        Ok(run::engine(&plan, engine).await?.wrong)
    });
    for wrong in futures_util::future::join_all(runs).await {
        if wrong?.is_empty() {
            good += 1;
        } else {
            bad += 1;
        }
    }
    let result = if bad == 0 { "ok" } else { "FAILED" };
    say(&format!("test result: {result}. {good} passed; {bad} failed"));
    Ok(bad == 0)
}

fn wanted(arguments: &[String]) -> Result<(Plan, Vec<Engine>)> {
    let mut plan = Plan {
        program: "parvis".into(),
        faults: None,
        runs: 200,
        fills: 0,
        inputs: 0,
        images: 0,
        failures: 0,
        simulations: 0,
        histories: 0,
        posts: 0,
        spread: 60,
        passages: 3,
        longest: 1_500,
        time: Duration::MAX,
        seed: 1,
        folder: "torture".into(),
    };
    let mut engines = vec![Engine::Sqlite, Engine::Postgres];
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = rest.next().with_context(|| format!("{argument} needs a value"))?;
        let number = || value.parse::<u64>().with_context(|| format!("“{value}” is no number"));
        match argument.as_str() {
            "--program" => plan.program = value.into(),
            "--faults" => plan.faults = Some(value.into()),
            "--folder" => plan.folder = value.into(),
            "--runs" => plan.runs = usize::try_from(number()?)?,
            "--fills" => plan.fills = usize::try_from(number()?)?,
            "--inputs" => plan.inputs = usize::try_from(number()?)?,
            "--images" => plan.images = usize::try_from(number()?)?,
            "--simulations" => plan.simulations = usize::try_from(number()?)?,
            "--histories" => plan.histories = usize::try_from(number()?)?,
            "--posts" => plan.posts = usize::try_from(number()?)?,
            "--spread" => plan.spread = number()?,
            "--failures" => plan.failures = usize::try_from(number()?)?,
            "--passages" => plan.passages = number()?,
            "--longest" => plan.longest = number()?,
            "--seconds" => plan.time = Duration::from_secs(number()?),
            "--seed" => plan.seed = number()?,
            "--engine" => engines.retain(|it| it.as_str() == value),
            other => anyhow::bail!(
                "“{other}” means nothing here; --runs N, --passages N, --fills N, --inputs N, --images N, --failures N, --simulations N, --histories N, --posts N, --spread S, --longest MS, --seconds N, --engine sqlite|postgres and --seed S do"
            ),
        }
    }
    if engines.is_empty() {
        anyhow::bail!("--engine is sqlite or postgres; both when left out");
    }
    // What is of one engine only, or of both at once, is done once.
    if plan.fills + plan.images + plan.failures + plan.simulations + plan.histories > 0 {
        engines.retain(|it| *it == Engine::Sqlite);
    }
    Ok((plan, engines))
}

/// Prints one line.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    // A closed output (`| head`) is no reason to stop halfway.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
