//! `cargo xtask bench`: builds the program and its bench in release and runs the bench, which writes
//! `docs/benchmarks.md`; a quick run only prints.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

/// Whether it could be built and ended well.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let cargo = |rest: &[&str]| -> Result<Command> {
        let mut command = Command::new(std::env::var_os("CARGO").context("start it as `cargo xtask`")?);
        command.current_dir(root).args(rest);
        Ok(command)
    };
    let built =
        cargo(&["build", "--release", "--package", "parvis", "--package", "parvis-bench"])?.status()?;
    if !built.success() {
        return Ok(false);
    }
    let mut bench = cargo(&["run", "--release", "--quiet", "--package", "parvis-bench", "--"])?;
    bench.args(arguments);
    if !arguments.iter().any(|argument| argument == "--quick" || argument == "--report") {
        bench.arg("--report").arg(root.join("docs/benchmarks.md"));
    }
    Ok(bench.status()?.success())
}
