//! `cargo xtask`: the checks and tests of the project, started in one way on every machine.
//!
//! It is no part of the product and knows none of its rules: it runs cargo, the test servers and the browser tests, and reads
//! the project's files as text.

mod bench;
mod fuzz;
mod quality;
mod test;
mod tidy;
mod torture;

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};

const USAGE: &str = "\
cargo xtask test [STEP…]   runs every check and test, or those named; --list names them
cargo xtask bench [--messages N] [--quick]
                           measures the built program and writes docs/benchmarks.md
cargo xtask torture [--runs N] [--passages N] [--engine sqlite|postgres] [--seed S]
                           kills the built program over and over (docs/reliability.md)
cargo xtask fuzz [--minutes N] [--seed S] [PARSER]
                           gives hostile input to the parsers (docs/reliability.md)
cargo xtask train [--data FOLDER]
                           trains the models of the ear from declared data
cargo xtask evaluate understanding|bursts|charter|weariness [--data FOLDER]
                           measures how right the ear, the charter or weariness is and writes docs/quality/
cargo xtask tidy           checks what neither the compiler nor clippy can see";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether everything that was asked for succeeded.
fn run() -> Result<bool> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((command, rest)) if command == "test" => test::run(&root()?, rest),
        Some((command, rest)) if command == "bench" => bench::run(&root()?, rest),
        Some((command, rest)) if command == "train" || command == "evaluate" => {
            quality::run(&root()?, command, rest)
        }
        Some((command, rest)) if command == "fuzz" => fuzz::run(&root()?, rest),
        Some((command, rest)) if command == "torture" => torture::run(&root()?, rest),
        Some((command, [])) if command == "tidy" => {
            let findings = tidy::check(&root()?)?;
            say(&tidy::report(&findings));
            Ok(findings.is_empty())
        }
        Some((command, _)) if command == "help" || command == "--help" => {
            say(USAGE);
            Ok(true)
        }
        _ => {
            say(USAGE);
            Ok(false)
        }
    }
}

/// Cargo, in the project's folder, as if it had been typed.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments).env("CARGO_TERM_COLOR", "never");
    // `cargo run` tells xtask about xtask. Build scripts (ring's) that watch these would build anew after every plain `cargo build`.
    for (name, _) in env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    command
}

/// The top folder of the project.
fn root() -> Result<PathBuf> {
    let here = env::var_os("CARGO_MANIFEST_DIR").context("start it as `cargo xtask`")?;
    let here = PathBuf::from(here);
    Ok(here.parent().context("xtask has no parent folder")?.to_path_buf())
}

/// Prints one line. A closed output (`| head`) is no reason to stop the servers halfway.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
