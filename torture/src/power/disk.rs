//! A disk as it can be found after a power cut: what was synced is there; of the rest each write may be there, be missing,
//! or be there in part, whatever came before or after it. Knows files and names, nothing of what they hold.
//!
//! What is granted, since no program could do without: a sector that is written is old or new, never something else, and what
//! isn't written to doesn't change (SQLite calls that "powersafe overwrite"); names change in the order in which they were
//! changed, as every file system with a journal has it, but none is kept for sure before its folder was synced.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Result;

use super::record::Record;
use crate::random::Random;

/// Sizes of what is written whole (bytes).
const SECTORS: [usize; 2] = [512, 4096];

/// The disk after the calls so far.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    opened: HashMap<u32, Opened>,
    /// Names as the running program sees them.
    now: BTreeMap<String, usize>,
    /// Names that are kept for sure.
    kept: Names,
    /// Changes of names since, in order.
    naming: Vec<Naming>,
    /// Syncs are believed; a disk that lies about them keeps nothing for sure.
    pub honest: bool,
}

type Names = BTreeMap<String, Named>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    File(usize),
    Folder,
}

#[derive(Debug)]
enum Opened {
    File(usize),
    Folder(String),
}

#[derive(Debug, Default)]
struct File {
    synced: Vec<u8>,
    since: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Debug)]
enum Naming {
    Is(String, Named),
    Gone(String),
    Moved(String, String, usize),
}

impl Naming {
    /// The folder that has to be synced for it.
    fn folder(&self) -> &str {
        let (Self::Is(path, _) | Self::Gone(path) | Self::Moved(_, path, _)) = self;
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn apply(&self, names: &mut Names) {
        match self {
            Self::Is(path, named) => drop(names.insert(path.clone(), *named)),
            Self::Gone(path) => drop(names.remove(path)),
            Self::Moved(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), Named::File(*file));
            }
        }
    }
}

/// What happens to what isn't synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// All of it is gone.
    Dropped,
    /// All of it is there, as after a `kill -9`.
    Kept,
    /// The first writes are there, the last of them in part.
    Torn,
    /// Some writes are there and others aren't, whatever their order.
    Reordered,
    /// Of each write some sectors are there.
    Shredded,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Dropped, Self::Kept, Self::Torn, Self::Reordered, Self::Shredded];
}

/// A disk as it was found.
pub struct Image {
    /// Files by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Whether anything that was written isn't there.
    pub lacks: bool,
}

impl Disk {
    /// A disk with nothing on it.
    pub fn empty() -> Self {
        Self { honest: true, ..Self::default() }
    }

    /// A disk with what stands in `folder`, all of it durable.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of(folder: &Path) -> Result<Self> {
        let mut disk = Self::empty();
        let mut folders = vec![String::new()];
        while let Some(at) = folders.pop() {
            for entry in std::fs::read_dir(folder.join(&at))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if at.is_empty() { name } else { format!("{at}/{name}") };
                if entry.file_type()?.is_dir() {
                    disk.kept.insert(path.clone(), Named::Folder);
                    folders.push(path);
                } else {
                    let file = disk.file(std::fs::read(entry.path())?);
                    disk.kept.insert(path.clone(), Named::File(file));
                    disk.now.insert(path, file);
                }
            }
        }
        Ok(disk)
    }

    fn file(&mut self, synced: Vec<u8>) -> usize {
        self.files.push(File { synced, since: Vec::new() });
        self.files.len() - 1
    }

    /// A call was made.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Open { open, made, emptied, path } => self.open(*open, *made, *emptied, path),
            Record::Write { open, at, bytes } => self.change(*open, Change::Write(*at, bytes.clone())),
            Record::Length(open, length) => self.change(*open, Change::Length(*length)),
            Record::Sync(open) if self.honest => self.sync(*open),
            Record::Rename(from, to) => {
                if let Some(file) = self.now.remove(from) {
                    self.now.insert(to.clone(), file);
                    self.naming.push(Naming::Moved(from.clone(), to.clone(), file));
                }
            }
            Record::Link(from, to) => {
                if let Some(file) = self.now.get(from).copied() {
                    self.now.insert(to.clone(), file);
                    self.naming.push(Naming::Is(to.clone(), Named::File(file)));
                }
            }
            Record::Unlink(path) => {
                self.now.remove(path);
                self.naming.push(Naming::Gone(path.clone()));
            }
            Record::Folder(path) => self.naming.push(Naming::Is(path.clone(), Named::Folder)),
            Record::Sync(_) | Record::Sent(..) | Record::Got(..) | Record::Failed => {}
        }
    }

    fn open(&mut self, open: u32, made: bool, emptied: bool, path: &str) {
        let found = self.now.get(path).copied();
        let file = match found {
            Some(file) => file,
            None if made => {
                let file = self.file(Vec::new());
                self.now.insert(path.to_owned(), file);
                self.naming.push(Naming::Is(path.to_owned(), Named::File(file)));
                file
            }
            None => {
                self.opened.insert(open, Opened::Folder(path.to_owned()));
                return;
            }
        };
        self.opened.insert(open, Opened::File(file));
        if emptied && !made {
            self.change(open, Change::Length(0));
        }
    }

    fn change(&mut self, open: u32, change: Change) {
        if let Some(Opened::File(file)) = self.opened.get(&open)
            && let Some(file) = self.files.get_mut(*file)
        {
            file.since.push(change);
        }
    }

    fn sync(&mut self, open: u32) {
        match self.opened.get(&open) {
            Some(Opened::File(file)) => {
                if let Some(file) = self.files.get_mut(*file) {
                    for change in std::mem::take(&mut file.since) {
                        apply(&mut file.synced, &change);
                    }
                }
            }
            Some(Opened::Folder(folder)) => {
                let folder = folder.clone();
                for naming in self.naming.extract_if(.., |it| it.folder() == folder) {
                    naming.apply(&mut self.kept);
                }
            }
            None => {}
        }
    }

    /// The disk as it may be found if the power went now.
    pub fn image(&self, fate: Fate, random: &mut Random) -> Image {
        let mut names = self.kept.clone();
        let all = self.naming.len() as u64;
        let count = match fate {
            Fate::Dropped => 0,
            Fate::Kept => all,
            _ => random.between(0, all + 1),
        };
        let count = usize::try_from(count).unwrap_or(0);
        self.naming.iter().take(count).for_each(|it| it.apply(&mut names));
        let mut image = Image { files: BTreeMap::new(), lacks: count < self.naming.len() };
        for (path, named) in &names {
            let mut above = path.as_str();
            let mut reachable = true;
            while let Some((folder, _)) = above.rsplit_once('/') {
                reachable &= names.get(folder) == Some(&Named::Folder);
                above = folder;
            }
            if let (Named::File(file), true) = (named, reachable)
                && let Some(file) = self.files.get(*file)
            {
                image.files.insert(path.clone(), found(file, fate, random, &mut image.lacks));
            }
        }
        image
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, new) => put(bytes, *at, new),
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    let end = at + new.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(at..end) {
        place.copy_from_slice(new);
    }
}

/// A file as it is found.
fn found(file: &File, fate: Fate, random: &mut Random, lacks: &mut bool) -> Vec<u8> {
    let mut bytes = file.synced.clone();
    let count = file.since.len() as u64;
    let sector = random.pick(&SECTORS).copied().unwrap_or(512);
    let whole = usize::try_from(random.between(0, count + 1)).unwrap_or(0);
    for (number, change) in file.since.iter().enumerate() {
        let (is_kept, is_torn) = match fate {
            Fate::Dropped => (false, false),
            Fate::Kept => (true, false),
            Fate::Torn => (number <= whole, number == whole),
            Fate::Reordered => (random.percent(50), false),
            Fate::Shredded => (true, true),
        };
        match change {
            Change::Write(at, new) if is_kept && is_torn => tear(&mut bytes, *at, new, sector, random, lacks),
            change if is_kept => apply(&mut bytes, change),
            // Room was made for it, and nothing came.
            Change::Write(at, new) if random.percent(30) => {
                *lacks = true;
                let end = at + new.len();
                bytes.resize(bytes.len().max(end), 0);
            }
            _ => *lacks = true,
        }
    }
    bytes
}

/// Writes some of the sectors that a write touches.
fn tear(bytes: &mut Vec<u8>, at: usize, new: &[u8], sector: usize, random: &mut Random, lacks: &mut bool) {
    let mut from = 0;
    while from < new.len() {
        let until = (((at + from) / sector + 1) * sector - at).min(new.len());
        if random.percent(50) {
            put(bytes, at + from, new.get(from..until).unwrap_or_default());
        } else {
            *lacks = true;
        }
        from = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(open: u32, path: &str) -> Record {
        Record::Open { open, made: true, emptied: false, path: path.to_owned() }
    }

    fn write(open: u32, at: usize, bytes: &[u8]) -> Record {
        Record::Write { open, at, bytes: bytes.to_vec() }
    }

    fn disk(records: &[Record]) -> Disk {
        let mut disk = Disk::empty();
        records.iter().for_each(|it| disk.take(it));
        disk
    }

    fn folder(number: u32) -> Record {
        Record::Open { open: number, made: false, emptied: false, path: String::new() }
    }

    #[test]
    fn what_was_synced_is_always_there_and_nothing_else_for_sure() {
        let calls = [open(1, "a"), write(1, 0, b"one"), Record::Sync(1), folder(2), Record::Sync(2)];
        let mut kept = disk(&calls);
        kept.take(&write(1, 3, b"two"));
        let mut random = Random::new(1);
        let (mut with, mut without) = (0, 0);
        for fate in Fate::ALL.repeat(20) {
            let image = kept.image(fate, &mut random);
            let bytes = &image.files["a"];
            assert!(bytes.starts_with(b"one"), "{fate:?} {bytes:?}");
            if bytes == b"onetwo" {
                with += 1
            } else {
                without += 1
            }
            assert_eq!(image.lacks, bytes != b"onetwo");
        }
        assert!(with > 10 && without > 10, "{with} {without}");
    }

    #[test]
    fn a_name_is_lost_until_its_folder_is_synced() {
        let mut disk = disk(&[open(1, "new"), write(1, 0, b"one"), Record::Sync(1)]);
        disk.take(&Record::Rename("new".to_owned(), "key".to_owned()));
        let mut random = Random::new(1);
        assert!(disk.image(Fate::Dropped, &mut random).files.is_empty());
        let names: std::collections::BTreeSet<Vec<String>> =
            (0..50).map(|_| disk.image(Fate::Torn, &mut random).files.into_keys().collect()).collect();
        assert_eq!(names.len(), 3, "none, the first, the second: {names:?}");
        disk.take(&folder(2));
        disk.take(&Record::Sync(2));
        assert_eq!(disk.image(Fate::Dropped, &mut random).files["key"], b"one");
    }

    #[test]
    fn a_disk_that_lies_keeps_nothing_for_sure() {
        let mut disk = Disk { honest: false, ..Disk::default() };
        for it in [open(1, "a"), write(1, 0, b"one"), Record::Sync(1), folder(2), Record::Sync(2)] {
            disk.take(&it);
        }
        assert!(disk.image(Fate::Dropped, &mut Random::new(1)).files.is_empty());
    }
}
