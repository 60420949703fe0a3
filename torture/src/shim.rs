//! The shim between the program and the system (`torture/shim/disk.c`): built by the system's own compiler, and what the
//! program has to be started with so that it stands there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

const SOURCE: &str = include_str!("../shim/disk.c");

/// A shim that was built.
#[derive(Clone, Debug)]
pub struct Shim {
    library: PathBuf,
}

/// Which calls fail, and how.
#[derive(Clone, Copy, Debug)]
pub struct Failing {
    /// The first, counted from the start of the program.
    pub first: u64,
    /// How many in a row.
    pub count: u64,
    /// What the system says: [`EIO`] or [`ENOSPC`].
    pub error: i32,
}

/// The disk can't be read or written.
pub const EIO: i32 = 5;
/// The disk is full.
pub const ENOSPC: i32 = 28;

impl Shim {
    /// Builds it in `folder`.
    ///
    /// # Errors
    /// There is no C compiler, without which Rust can't link either.
    pub fn build(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (source, library) = (folder.join("disk.c"), folder.join("disk.so"));
        std::fs::write(&source, SOURCE)?;
        let built = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .args(["-ldl", "-lpthread"])
            .status()
            .context("a C compiler (cc) is needed")?;
        if !built.success() {
            bail!("{} can't be built", source.display());
        }
        Ok(Self { library })
    }

    /// What the program is started with to have everything that reaches `folder`, and its sockets, written to `log`.
    pub fn recording(&self, folder: &Path, log: &Path) -> Vec<(String, String)> {
        self.with(folder, log, ("DISK_SOCKETS", "1".to_owned()))
    }

    /// What the program is started with to have calls fail; each that did is written to `log`.
    pub fn failing(&self, folder: &Path, log: &Path, which: Failing) -> Vec<(String, String)> {
        self.with(folder, log, ("DISK_FAIL", format!("{}:{}:{}", which.first, which.error, which.count)))
    }

    fn with(&self, folder: &Path, log: &Path, more: (&str, String)) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        [("LD_PRELOAD", text(&self.library)), ("DISK_FOLDER", text(folder)), ("DISK_LOG", text(log)), more]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}
