//! Trains the models of the ear and measures how right and how fast it is. Started as `cargo xtask train`,
//! `cargo xtask evaluate` and `cargo xtask bench listen`; no part of the product.

mod bursts;
mod corpus;
mod speed;

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
    let data =
        arguments.iter().skip_while(|it| *it != "--data").nth(1).map_or("../shared/data", String::as_str);
    match arguments.split_first() {
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "bursts") => {
            if rest.get(1).is_some_and(|a| a == "missed") {
                bursts::missed(&rest[2..])?;
                return Ok(ExitCode::SUCCESS);
            }
            if rest.get(1).is_some_and(|a| a == "plateau") {
                bursts::plateau(&rest[2..])?;
                return Ok(ExitCode::SUCCESS);
            }
            if rest.get(1).is_some_and(|a| a == "synth") {
                bursts::synth(&rest[2..])?;
                return Ok(ExitCode::SUCCESS);
            }
            if rest.get(1).is_some_and(|a| a == "sweep") {
                bursts::sweep(rest[2].parse()?, rest[3].parse()?, &rest[4..])?;
                return Ok(ExitCode::SUCCESS);
            }
            bursts::run(rest.get(1..).unwrap_or_default())?;
            Ok(ExitCode::SUCCESS)
        }
        Some((what, _)) if what == "speed" => speed::run(&PathBuf::from(data)).map(|()| ExitCode::SUCCESS),
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            Ok(ExitCode::from(2))
        }
    }
}
