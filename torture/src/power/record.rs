//! What the shim wrote down (`torture/shim/disk.c`), read back. Knows the format and nothing of what follows from it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// One call, in the order in which the calls were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A file or folder was opened: under this number from now on.
    Open {
        /// Its number.
        open: u32,
        /// It wasn't there before.
        made: bool,
        /// It was emptied.
        emptied: bool,
        /// What it is called within the folder; empty for the folder itself.
        path: String,
    },
    /// Bytes were written.
    Write {
        /// Where.
        open: u32,
        /// From which byte on.
        at: usize,
        /// Which.
        bytes: Vec<u8>,
    },
    /// A file was given this length.
    Length(u32, usize),
    /// What was written so far is durable.
    Sync(u32),
    /// A file got another name.
    Rename(String, String),
    /// A file got a second name.
    Link(String, String),
    /// A name went.
    Unlink(String),
    /// A folder was made.
    Folder(String),
    /// Bytes are about to leave over a socket.
    Sent(u32, Vec<u8>),
    /// Bytes came in over a socket.
    Got(u32, Vec<u8>),
    /// A call failed because the shim was told so.
    Failed,
}

/// Everything that was written down so far. A last record that isn't whole (the program was killed) is left out.
///
/// # Errors
/// The file can't be read, or isn't of the shim's making.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let all = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    let mut rest = all.as_slice();
    let mut records = Vec::new();
    while let Some((head, more)) = rest.split_at_checked(17) {
        let number = |from: usize| -> Result<u32> {
            let bytes = head.get(from..from + 4).context("a short head")?;
            Ok(u32::from_ne_bytes(bytes.try_into()?))
        };
        let b = u64::from_ne_bytes(head.get(5..13).context("a short head")?.try_into()?);
        let Some((body, next)) = more.split_at_checked(usize::try_from(number(13)?)?) else { break };
        records.push(one(head.first().copied().unwrap_or_default(), number(1)?, b, body)?);
        rest = next;
    }
    Ok(records)
}

fn one(kind: u8, a: u32, b: u64, body: &[u8]) -> Result<Record> {
    let text = || String::from_utf8_lossy(body).into_owned();
    let two = || -> Result<(String, String)> {
        let text = text();
        let (one, two) = text.split_once('\0').context("one name instead of two")?;
        Ok((one.to_owned(), two.to_owned()))
    };
    Ok(match kind {
        b'O' => Record::Open { open: a, made: b & 1 != 0, emptied: b & 2 != 0, path: text() },
        b'W' => Record::Write { open: a, at: usize::try_from(b)?, bytes: body.to_vec() },
        b'T' => Record::Length(a, usize::try_from(b)?),
        b'F' => Record::Sync(a),
        b'R' => two().map(|(from, to)| Record::Rename(from, to))?,
        b'L' => two().map(|(from, to)| Record::Link(from, to))?,
        b'U' => Record::Unlink(text()),
        b'M' => Record::Folder(text()),
        b'S' => Record::Sent(a, body.to_vec()),
        b'G' => Record::Got(a, body.to_vec()),
        b'X' => Record::Failed,
        other => bail!("a record of the kind {other}"),
    })
}
