//! `cargo xtask train` and `cargo xtask evaluate`: builds `quality/` in release and has it train the models or measure what is judged.

use std::path::Path;

use anyhow::Result;

use crate::cargo;

/// Whether it could be built and ended well.
///
/// # Errors
/// Cargo can't be started.
pub(crate) fn run(root: &Path, what: &str, arguments: &[String]) -> Result<bool> {
    let mut command =
        cargo(root, &["run", "--quiet", "--release", "--locked", "--package", "parvis-quality", "--", what]);
    command.args(arguments);
    Ok(command.status()?.success())
}
