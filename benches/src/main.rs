//! `cargo xtask bench`: fills a database with millions of messages, measures the built program against floors
//! and peers in one run, and writes `docs/benchmarks.md`. CPU time is the measure, since it holds on a machine
//! that does other things; knows no rule of the product.

mod client;
mod floor;
mod inside;
mod intake;
mod measure;
mod process;
mod report;
mod run;
mod seed;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

/// What was asked for.
pub struct Wanted {
    /// Messages in the database.
    pub messages: i64,
    /// Fewer rounds, no waiting: to see that it works.
    pub quick: bool,
    /// Pages that are left out.
    pub without: Vec<String>,
    /// Where the report goes; standard output where nothing is named.
    pub report: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["floor", database, "--listen", host] => floor::serve(database, host).await,
        rest => match wanted(rest) {
            Ok(wanted) => run::all(&wanted).await,
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[&str]) -> Result<Wanted> {
    let mut wanted = Wanted { messages: 5_000_000, quick: false, without: Vec::new(), report: None };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--quick" => wanted.quick = true,
            "--messages" => {
                let number = rest.next().context("--messages needs a number")?;
                let number = number.replace('_', "");
                wanted.messages = number.parse().with_context(|| format!("“{number}” is no number"))?;
            }
            "--without" => wanted.without.push((*rest.next().context("--without needs a page")?).to_owned()),
            "--report" => wanted.report = Some(rest.next().context("--report needs a file")?.into()),
            other => {
                anyhow::bail!(
                    "“{other}” means nothing here; --messages N, --quick, --without PAGE and --report FILE do"
                )
            }
        }
    }
    Ok(wanted)
}

/// Prints one line.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    // A closed output (`| head`) is no reason to stop halfway.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
