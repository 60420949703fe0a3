//! `cargo xtask torture`: builds the program twice, as it is shipped and with its named points, and has the harness in
//! `torture/` kill both over and over.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::cargo;

/// Whether it could be built and nothing was lost or done twice.
///
/// # Errors
/// Cargo can't be started.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let faults = build(root)?;
    let mut command = harness(root, &faults)?;
    command.args(arguments);
    Ok(command.status()?.success())
}

/// Builds both and the harness; gives where the program with named points is.
///
/// # Errors
/// It doesn't compile.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    let built = |arguments: &[&str]| -> Result<()> {
        if cargo(root, arguments).status()?.success() {
            return Ok(());
        }
        bail!("cargo {} failed", arguments.join(" "))
    };
    // Everything at once, or the dependencies would be built again with other features. The second build gives the name back to
    // the program as it is shipped.
    let all = ["build", "--workspace", "--bins", "--locked"];
    built(&[all.as_slice(), &["--features", "parvis/faults"]].concat())?;
    let program = program("parvis")?;
    let folder = program.with_file_name("torture");
    fs::create_dir_all(&folder)?;
    let faults = folder.join("parvis-faults");
    fs::copy(&program, &faults).with_context(|| format!("{} can't be kept", faults.display()))?;
    built(&all)?;
    Ok(faults)
}

/// The harness, ready to be started on both.
///
/// # Errors
/// This program doesn't know where it is.
pub(crate) fn harness(root: &Path, faults: &Path) -> Result<Command> {
    let mut command = Command::new(program("parvis-torture")?);
    command.current_dir(root).arg("--program").arg(program("parvis")?).arg("--faults").arg(faults);
    command.arg("--folder").arg(faults.with_file_name("data"));
    Ok(command)
}

/// A program that cargo built beside this one.
fn program(name: &str) -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}
