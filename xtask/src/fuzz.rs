//! `cargo xtask fuzz`: gives the tests that feed hostile input to a parser (`fuzz.rs` beside it, `fuzz/`) more time than a plain
//! test run does, and another seed.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::{cargo, say};

/// Who has parsers.
const CRATES: [&str; 4] = ["parvis-channels", "parvis-listen", "parvis-write", "parvis"];

/// Whether every parser stood all of it.
///
/// # Errors
/// An argument means nothing, or cargo can't be started.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let (mut minutes, mut seed, mut target) = (1_u64, seed()?, "fuzz::".to_owned());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || -> Result<u64> {
            let value = rest.next().with_context(|| format!("{argument} needs a number"))?;
            value.parse().with_context(|| format!("“{value}” is no number"))
        };
        match argument.as_str() {
            "--minutes" => minutes = number()?,
            "--seed" => seed = number()?,
            option if option.starts_with('-') => {
                bail!("“{option}” means nothing here; --minutes N and --seed S do")
            }
            name => target = format!("{name}::fuzz::"),
        }
    }
    say(&format!("{minutes} min for each parser, seed {seed}; what crashes one is kept in fuzz/crash"));
    let mut good = true;
    for name in CRATES {
        let mut command = cargo(root, &["test", "--locked", "--package", name, "--lib", "--", &target]);
        // One after the other: each has the machine to itself, so minutes are minutes of a processor.
        command.arg("--test-threads=1");
        command
            .env("PARVIS_FUZZ_SECONDS", (minutes * 60).to_string())
            .env("PARVIS_FUZZ_SEED", seed.to_string());
        good &= command.status()?.success();
    }
    Ok(good)
}

/// Another one each time.
#[expect(clippy::disallowed_methods, reason = "chance for a test tool, told to whoever wants the same again")]
fn seed() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}
