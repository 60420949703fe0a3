//! What a backup holds, and by which it is known to be whole: `manifest.json`, written last, and `SHA256SUMS`, which
//! `sha256sum -c` understands as well. Knows no database.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// The form of a backup; rises when an older Parvis could no longer read it.
pub(in crate::cli) const FORM: i64 = 1;
/// The database, within a backup.
pub(in crate::cli) const DATABASE: &str = "parvis.db";
/// The manifest, within a backup.
pub(in crate::cli) const MANIFEST: &str = "manifest.json";
/// The list of checksums, within a backup.
pub(in crate::cli) const SUMS: &str = "SHA256SUMS";
/// Bytes read at once.
const PART: usize = 64 * 1024;

/// What a backup says of itself. Times in µs since 1970, UTC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Manifest {
    /// [`FORM`].
    pub parvis_backup: i64,
    /// The Parvis that wrote it.
    pub version: String,
    /// The step of its tables.
    pub step: i64,
    /// The engine that it came from.
    pub engine: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Everything that was committed by then is in it.
    pub began_at: i64,
    /// When it was whole.
    pub ended_at: i64,
    /// Number and hash of the newest row of the journal.
    pub journal: Option<String>,
    /// Files, the database among them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of the list of checksums.
    pub sums: String,
}

impl Manifest {
    /// Reads the manifest of the backup in `folder`.
    pub(in crate::cli) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).with_context(|| {
            let shown = folder.display();
            format!("{shown} holds no whole backup: {MANIFEST}, which is written last, can't be read; nothing was changed")
        })?;
        let found: Self = serde_json::from_str(&text)
            .with_context(|| format!("{} can't be understood; nothing was changed", path.display()))?;
        if found.parvis_backup != FORM {
            bail!(
                "the backup has form {}, this Parvis reads form {FORM}: restore it with Parvis {}; nothing was changed",
                found.parvis_backup,
                found.version
            );
        }
        Ok(found)
    }

    /// Compares every file of the backup with its checksum and lists them; `progress` is told how many.
    pub(in crate::cli) fn verify(
        &self,
        folder: &Path,
        mut progress: impl FnMut(u64),
    ) -> anyhow::Result<Vec<Sum>> {
        if Sum::of(folder, SUMS)?.sha256 != self.sums {
            bail!("{SUMS} isn't the one that the backup was made with; nothing was changed");
        }
        let text = fs::read_to_string(folder.join(SUMS))?;
        let listed: Vec<Sum> = text.lines().map(Sum::parse).collect::<anyhow::Result<_>>()?;
        if listed.len() as u64 != self.files || !listed.iter().any(|sum| sum.path == DATABASE) {
            bail!("{SUMS} doesn't list what {MANIFEST} says; nothing was changed");
        }
        for (sum, done) in listed.iter().zip(1..) {
            let found = Sum::of(folder, &sum.path)?;
            if found.sha256 != sum.sha256 {
                bail!("{} was damaged since the backup was made; nothing was changed", sum.path);
            }
            progress(done);
        }
        Ok(listed)
    }
}

/// A file of a backup, by its path within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Sum {
    /// Path within the backup, with `/`.
    pub path: String,
    /// Bytes; 0 when it was read from the list.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Sum {
    /// Reads the file `path` of the backup in `folder`.
    pub(in crate::cli) fn of(folder: &Path, path: &str) -> anyhow::Result<Self> {
        let mut file = File::open(folder.join(path))
            .with_context(|| format!("{path} is missing; nothing was changed"))?;
        let (mut context, mut size, mut part) = (Context::new(&SHA256), 0, vec![0; PART]);
        loop {
            let count = file.read(&mut part).with_context(|| format!("{path} can't be read"))?;
            let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
            context.update(read);
            size += count as u64;
        }
        Ok(Self { path: path.to_owned(), size, sha256: hex(context) })
    }

    /// Its line in the list of checksums.
    pub(in crate::cli) fn line(&self) -> String {
        format!("{}  {}\n", self.sha256, self.path)
    }

    /// A line of the list; only paths that stay within the backup.
    fn parse(line: &str) -> anyhow::Result<Self> {
        let (sha256, path) =
            line.split_once("  ").with_context(|| format!("{SUMS}: “{line}” can't be understood"))?;
        let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || path.is_empty() {
            bail!("{SUMS}: “{path}” leads out of the backup; nothing was changed");
        }
        Ok(Self { path: path.to_owned(), size: 0, sha256: sha256.to_owned() })
    }
}

fn hex(context: Context) -> String {
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a new file of a backup, and its checksum on the way.
pub(in crate::cli) struct Writer {
    file: File,
    at: PathBuf,
    context: Context,
    sum: Sum,
}

impl Writer {
    /// Makes the file `path` in `folder`, with the folders on its way.
    pub(in crate::cli) fn create(folder: &Path, path: &str) -> anyhow::Result<Self> {
        let at = folder.join(path);
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = File::create_new(&at).with_context(|| format!("{} can't be made", at.display()))?;
        let sum = Sum { path: path.to_owned(), size: 0, sha256: String::new() };
        Ok(Self { file, at, context: Context::new(&SHA256), sum })
    }

    /// Appends bytes.
    pub(in crate::cli) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.file.write_all(bytes).with_context(|| format!("{} can't be written", self.at.display()))?;
        self.context.update(bytes);
        self.sum.size += bytes.len() as u64;
        Ok(())
    }

    /// Makes it durable.
    pub(in crate::cli) fn end(self) -> anyhow::Result<Sum> {
        self.file.sync_all().with_context(|| format!("{} can't be written", self.at.display()))?;
        Ok(Sum { sha256: hex(self.context), ..self.sum })
    }
}
