//! Counts and reasons, read from what the test runners print. Knows the output of `cargo test` and the TAP of `node --test`.

use std::{fmt, ops::AddAssign};

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// One failure: of something that counts nothing itself, as a formatter.
    pub(crate) fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// One thing passed over.
    pub(crate) fn skip() -> Self {
        Self { skipped: 1, ..Self::default() }
    }

    /// The sum of all summaries in the output of a runner. A Rust test says that it had nothing to talk to by a line that begins
    /// with "skipped: "; the runner takes it for passed.
    pub(crate) fn read(output: &str) -> Self {
        let mut sum = Self::default();
        let mut skipped_themselves = 0;
        for line in output.lines() {
            if let Some(counts) = line.strip_prefix("test result: ") {
                sum += rust_summary(counts);
            } else if let Some((kind, count)) = tap_count(line) {
                match kind {
                    "pass" => sum.passed += count,
                    "fail" | "cancelled" => sum.failed += count,
                    "skipped" | "todo" => sum.skipped += count,
                    _ => {}
                }
            } else if line.starts_with("skipped: ") {
                skipped_themselves += 1;
            }
        }
        let moved = skipped_themselves.min(sum.passed);
        sum.passed -= moved;
        sum.skipped += moved;
        sum
    }
}

/// The tests that failed, a line each with where and why as far as the runner says so.
pub(crate) fn failures(output: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = output.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("---- ").and_then(|it| it.strip_suffix(" stdout ----")) {
            let end = |it: &str| it.starts_with("---- ") || it == "failures:";
            let mut rest = std::iter::from_fn(|| lines.next_if(|it| !end(it)));
            let place = rest.find_map(|it| it.split_once(" panicked at ")).map_or("", |(_, place)| place);
            let why: Vec<&str> = rest.take(3).filter(|it| !it.starts_with("note: ")).collect();
            found.push(format!("{name}: {place} {}", why.join(" ")));
        } else if let Some((_, name)) = line.strip_prefix("not ok ").and_then(|it| it.split_once(" - ")) {
            let mut rest = std::iter::from_fn(|| lines.next_if(|it| *it != "..."));
            let Some(why) = rest.find_map(|it| it.strip_prefix("error: ")) else { continue };
            // A suite says no more than that something in it failed.
            if why.ends_with("failed'") && why.contains("subtest") {
                continue;
            }
            let more: Vec<&str> = if why.starts_with('|') {
                rest.take_while(|it| !it.starts_with("code: ")).take(12).collect()
            } else {
                vec![why]
            };
            found.push(format!("{name}: {}", more.join(" ")));
        } else if let Some(what) = line.strip_prefix("WRONG ") {
            found.push(what.to_owned());
        }
    }
    found
}

/// `ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.31s`
fn rust_summary(counts: &str) -> Tally {
    let count = |kind: &str| {
        let mut before = "";
        for word in counts.split([' ', ';']).filter(|word| !word.is_empty()) {
            if word == kind {
                return before.parse().unwrap_or(0);
            }
            before = word;
        }
        0
    };
    Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") }
}

/// `# pass 3`
fn tap_count(line: &str) -> Option<(&str, usize)> {
    let (kind, count) = line.strip_prefix("# ")?.split_once(' ')?;
    Some((kind, count.parse().ok()?))
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summaries_of_all_rust_test_binaries_are_added() {
        let output = "running 2 tests\ntest result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.31s\n\
                      test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(Tally::read(output), Tally { passed: 16, failed: 2, skipped: 1 });
    }

    #[test]
    fn a_rust_test_that_had_no_server_counts_as_skipped() {
        let output = "---- a_mention_is_seen stdout ----\nskipped: PARVIS_TEST_SNAC2 is not set\n\n\
                      test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(Tally::read(output), Tally { passed: 2, failed: 0, skipped: 1 });
    }

    #[test]
    fn the_counts_of_a_tap_run_are_read() {
        let output = "TAP version 13\n# tests 9\n# suites 0\n# pass 4\n# fail 2\n# cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 52.1\n";
        assert_eq!(Tally::read(output), Tally { passed: 4, failed: 3, skipped: 2 });
    }

    #[test]
    fn output_without_a_summary_counts_nothing() {
        assert_eq!(Tally::read("error: could not compile `parvis`\n# passing thoughts\n"), Tally::default());
    }

    #[test]
    fn what_failed_is_said_with_its_reason() {
        let rust = "running 2 tests\ntest a::b ... FAILED\n\nfailures:\n\n---- a::b stdout ----\n\n\
                    thread 'a::b' (7) panicked at src/a.rs:9:5:\nassertion `left == right` failed\n  left: 1\n right: 2\n\
                    note: run with `RUST_BACKTRACE=1`\n\n\nfailures:\n    a::b\n";
        assert_eq!(failures(rust), ["a::b: src/a.rs:9:5: assertion `left == right` failed left: 1 right: 2"]);
        let tap = "# Subtest: a page\n    ok 1 - it opens\n      ---\n      ...\n    not ok 2 - it closes\n      ---\n      \
                   error: |-\n        locator.click: Timeout\n        Call log:\n      code: 'X'\n      ...\nnot ok 1 - a page\n  \
                   ---\n  error: '1 subtest failed'\n  ...\nnot ok 2 - short\n  ---\n  error: 'gone'\n  ...\n";
        assert_eq!(failures(tap), ["it closes: locator.click: Timeout Call log:", "short: 'gone'"]);
        let torture = "sqlite inputs, seed 1, in 11 s: 1 wrong\n  WRONG memory grew\ntest result: FAILED. 0 passed; 1 failed\n";
        assert_eq!(failures(torture), ["memory grew"]);
    }
}
