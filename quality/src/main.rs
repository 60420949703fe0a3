//! Trains the models of the ear and measures how right and how fast it is; measures how right the charter and weariness
//! are. Started as `cargo xtask train`, `cargo xtask evaluate` and `cargo xtask bench listen`; no part of the product.

mod bursts;
mod charter;
mod corpus;
mod speed;
mod train;
mod understanding;
mod weariness;

use std::{env, io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::Result;

const USAGE: &str = "parvis-quality WHAT [--data FOLDER] [--encoder FILE] [--show]";

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
    let named = |name: &str| arguments.iter().skip_while(|it| *it != name).nth(1).map(PathBuf::from);
    let data = named("--data").unwrap_or_else(|| PathBuf::from("data"));
    let encoder = named("--encoder");
    match arguments.split_first() {
        Some((what, _)) if what == "train" => {
            train::run(&data, encoder.as_deref()).map(|()| ExitCode::SUCCESS)
        }
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "understanding") => {
            understanding::run(&data, encoder.as_deref()).map(|()| ExitCode::SUCCESS)
        }
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "bursts") => {
            bursts::run(&data)?;
            Ok(ExitCode::SUCCESS)
        }
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "charter") => {
            charter::run(rest.iter().any(|it| it == "--show")).map(|()| ExitCode::SUCCESS)
        }
        Some((what, rest)) if what == "evaluate" && rest.first().is_some_and(|it| it == "weariness") => {
            weariness::run().map(|()| ExitCode::SUCCESS)
        }
        Some((what, _)) if what == "speed" => {
            speed::run(&data, named("--peer").as_deref()).map(|()| ExitCode::SUCCESS)
        }
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            Ok(ExitCode::from(2))
        }
    }
}
