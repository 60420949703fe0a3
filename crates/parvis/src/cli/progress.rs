//! How far a long command has come: one line that is written over on a terminal, and nothing where
//! standard error is a file.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// A line of progress on standard error.
pub(super) struct Progress {
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { shown: None, terminal: std::io::stderr().is_terminal() }
    }

    /// Says where it stands, at most ten times a second.
    pub(super) fn show(&mut self, noun: &str, count: u64) {
        let due = self.shown.is_none_or(|at| at.elapsed() > Duration::from_millis(100));
        if self.terminal && due {
            self.shown = Some(Instant::now());
            // Progress that can't be written is no reason to stop the work.
            let _ = write!(std::io::stderr(), "\r\x1b[K{noun}: {count}");
        }
    }

    /// Clears the line.
    pub(super) fn end(&self) {
        if self.terminal && self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
