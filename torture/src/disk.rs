//! A small disk that can be filled to the last byte, so that the program meets ENOSPC for real: a tmpfs, for which one has
//! to be root.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// A disk. Dropping it takes it away.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Makes a disk of so many MiB at `folder`.
    ///
    /// # Errors
    /// This isn't root on Linux.
    pub fn make(folder: &Path, size: u32) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs"])
            .arg(folder)
            .status()
            .context("mount is needed")?;
        if !made.success() {
            bail!("a disk that can be filled takes root on Linux");
        }
        Ok(Self { folder: folder.to_owned() })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Takes all the room there is.
    ///
    /// # Errors
    /// Nothing can be written at all.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.ballast())?;
        for size in [256 * 1024, 4096, 1] {
            let part = vec![0_u8; size];
            // It ends with the error that is wanted.
            while file.write_all(&part).is_ok() {}
        }
        Ok(())
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// The system refuses.
    pub fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What still uses it keeps it until it ends.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}
