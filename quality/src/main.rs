//! Trains the models of the ear and measures how right and how fast it is. Started as `cargo xtask train`,
//! `cargo xtask evaluate` and `cargo xtask bench listen`; no part of the product.

mod bursts;

use std::{env, io::Write as _, process::ExitCode};

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
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "bursts") => {
            if rest.get(1).is_some_and(|a| a == "missed") { bursts::missed(&rest[2..])?; return Ok(ExitCode::SUCCESS); }
            if rest.get(1).is_some_and(|a| a == "plateau") { bursts::plateau(&rest[2..])?; return Ok(ExitCode::SUCCESS); }
            if rest.get(1).is_some_and(|a| a == "synth") { bursts::synth(&rest[2..])?; return Ok(ExitCode::SUCCESS); }
            if rest.get(1).is_some_and(|a| a == "sweep") { bursts::sweep(rest[2].parse()?, rest[3].parse()?, &rest[4..])?; return Ok(ExitCode::SUCCESS); }
            bursts::run(rest.get(1..).unwrap_or_default())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            Ok(ExitCode::from(2))
        }
    }
}
