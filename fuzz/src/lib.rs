//! Gives hostile input to a parser: what crashed it before, its seeds as they stand, then seeds altered by chance, over and
//! over. Used by the tests beside each parser (`fuzz.rs`); `cargo xtask fuzz` gives it more time. Runs on stable Rust without
//! tools (docs/decisions/0021). Knows no parser.
//!
//! In place of a compiler's count of branches, each parser says what it made of an input (how many entries, which error):
//! an input of which it makes something new is kept, and altered further.

mod mutate;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, io};

use mutate::Mutator;

/// The environment: seconds for each target, and where chance begins.
pub const SECONDS: &str = "PARVIS_FUZZ_SECONDS";
/// See [`SECONDS`].
pub const SEED: &str = "PARVIS_FUZZ_SEED";

/// Inputs in a plain `cargo test`: a second or so, the same ones each time.
const USUALLY: u64 = 1_500;
/// The longest that a plain `cargo test` takes for them.
const AT_MOST: Duration = Duration::from_secs(2);
/// An input that takes this long hangs.
const HANGS: Duration = Duration::from_secs(30);
/// Inputs that are kept because something new was made of them.
const KEPT: usize = 4_000;

/// How much was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Inputs.
    pub inputs: u64,
    /// Different things that were made of them.
    pub outcomes: usize,
}

/// An input that a parser can't stand; it is kept among the crashes.
#[derive(Debug)]
pub struct Crash {
    /// Where.
    pub path: PathBuf,
    /// Or why it couldn't be kept, or the seeds not be read.
    pub trouble: Option<io::Error>,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trouble {
            None => write!(
                f,
                "a parser panicked; the input is kept in {} and tried first from now on",
                self.path.display()
            ),
            Some(error) => write!(f, "{}: {error}", self.path.display()),
        }
    }
}

/// Tries `parse`, whose seeds are in `corpus/NAME`, until the time is over. It gives what it made of an input; when it panics
/// (its own assertions count) the input is kept in `crash/NAME`.
///
/// # Errors
/// It panicked, or the seeds can't be read.
pub fn fuzz<T: Hash>(name: &str, parse: impl Fn(&[u8]) -> T) -> Result<Tried, Crash> {
    fuzz_in(Path::new(env!("CARGO_MANIFEST_DIR")), name, parse)
}

fn fuzz_in<T: Hash>(home: &Path, name: &str, parse: impl Fn(&[u8]) -> T) -> Result<Tried, Crash> {
    let (corpus, crashes) = (home.join("corpus").join(name), home.join("crash").join(name));
    let seeds = read(&corpus)?;
    let mut run = Run {
        name,
        parse,
        crashes: crashes.clone(),
        outcomes: HashSet::new(),
        now: Arc::default(),
        inputs: 0,
    };
    run.watch();
    if crashes.is_dir() {
        for input in read(&crashes)? {
            run.try_one(&input)?;
        }
    }
    for seed in &seeds {
        run.try_one(seed)?;
    }
    let time = number(SECONDS).map(Duration::from_secs);
    let (began, mut pool) = (Instant::now(), seeds.clone());
    let mut mutator = Mutator::new(number(SEED).unwrap_or(1), &seeds);
    while began.elapsed() < time.unwrap_or(AT_MOST) && (time.is_some() || run.inputs < USUALLY) {
        let input = mutator.alter(&pool);
        if run.try_one(&input)? && pool.len() < KEPT {
            pool.push(input);
        }
    }
    run.rest();
    Ok(Tried { inputs: run.inputs, outcomes: run.outcomes.len() })
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

fn read(folder: &Path) -> Result<Vec<Vec<u8>>, Crash> {
    let all = || -> io::Result<Vec<Vec<u8>>> {
        let mut paths = fs::read_dir(folder)?.map(|it| Ok(it?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        paths.iter().map(fs::read).collect()
    };
    all().map_err(|error| Crash { path: folder.to_owned(), trouble: Some(error) })
}

/// The input that is being tried, and since when.
type Now = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

struct Run<'a, F> {
    name: &'a str,
    parse: F,
    crashes: PathBuf,
    outcomes: HashSet<u64>,
    now: Now,
    inputs: u64,
}

impl<T: Hash, F: Fn(&[u8]) -> T> Run<'_, F> {
    /// Whether something new was made of it.
    fn try_one(&mut self, input: &[u8]) -> Result<bool, Crash> {
        self.inputs += 1;
        self.set(Some((Instant::now(), input.to_vec())));
        let Some(made) = self.make(input) else {
            self.set(None);
            let smaller = mutate::shrink(input, |it| self.make(it).is_none());
            return Err(keep(&self.crashes, &smaller));
        };
        Ok(self.outcomes.insert(made))
    }

    /// What the parser makes of it; `None` when it panics.
    fn make(&self, input: &[u8]) -> Option<u64> {
        let made = catch_unwind(AssertUnwindSafe(|| (self.parse)(input))).ok()?;
        Some(BuildHasherDefault::<DefaultHasher>::default().hash_one(made))
    }

    fn set(&self, input: Option<(Instant, Vec<u8>)>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = input;
    }

    fn rest(&self) {
        self.set(None);
    }

    /// Ends the process when an input hangs: nothing else can end a parser that doesn't come back.
    fn watch(&self) {
        let (now, crashes, name) = (Arc::downgrade(&self.now), self.crashes.clone(), self.name.to_owned());
        std::thread::spawn(move || {
            while let Some(now) = now.upgrade() {
                let found = now.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some((since, input)) = found
                    && since.elapsed() > HANGS
                {
                    let kept = keep(&crashes, &input);
                    eprintln!("{name} hangs: {kept}");
                    std::process::abort();
                }
                drop(now);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
    }
}

fn keep(folder: &Path, input: &[u8]) -> Crash {
    let name = BuildHasherDefault::<DefaultHasher>::default().hash_one(input);
    let path = folder.join(format!("{name:016x}.bin"));
    let trouble = fs::create_dir_all(folder).and_then(|()| fs::write(&path, input)).err();
    Crash { path, trouble }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_kept_and_tried_first_from_then_on() {
        let home = env::temp_dir().join(format!("parvis-fuzz-{}", std::process::id()));
        let corpus = home.join("corpus/numbers");
        fs::create_dir_all(&corpus).unwrap();
        fs::write(corpus.join("one"), b"{\"id\": 12, \"name\": \"Anna\"}").unwrap();
        let parse = |input: &[u8]| {
            assert!(!input.windows(3).any(|it| it == b"-1,"), "no such number");
            input.len() / 16
        };
        let crash = (1..50).find_map(|_| fuzz_in(&home, "numbers", parse).err()).unwrap();
        assert_eq!(fs::read(&crash.path).unwrap(), b"-1,");
        let again = fuzz_in(&home, "numbers", parse).unwrap_err();
        assert_eq!(again.path, crash.path);
        assert!(fuzz_in(&home, "numbers", <[u8]>::len).unwrap().outcomes > 20);
        fs::remove_dir_all(home).unwrap();
    }
}
