//! Trains the models of the ear and measures how right and how fast it is. Started as `cargo xtask train`,
//! `cargo xtask evaluate` and `cargo xtask bench listen`; no part of the product.

mod train;
mod understanding;

use std::{env, io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::Result;

const USAGE: &str = "parvis-quality WHAT [--data FOLDER]";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // One line for each part of the ear that can be trained or measured.
    match arguments.split_first() {
        Some((what, rest)) if what == "train" => {
            train::run(&data(rest), named(rest, "--encoder").as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Some((what, [which, rest @ ..])) if what == "evaluate" && which == "understanding" => {
            understanding::run(&data(rest), named(rest, "--encoder").as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            Ok(ExitCode::from(2))
        }
    }
}

/// The folder of public data: what follows `--data`, or `data` beside the project.
fn data(arguments: &[String]) -> PathBuf {
    named(arguments, "--data").unwrap_or_else(|| PathBuf::from("../data"))
}

/// The path that follows `name`.
fn named(arguments: &[String], name: &str) -> Option<PathBuf> {
    let at = arguments.iter().position(|it| it == name)?;
    arguments.get(at + 1).map(PathBuf::from)
}
