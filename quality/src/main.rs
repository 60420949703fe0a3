//! Trains the models of the ear and measures how right and how fast it is. Started as `cargo xtask train`,
//! `cargo xtask evaluate` and `cargo xtask bench listen`; no part of the product.

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
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            Ok(ExitCode::from(2))
        }
    }
}
