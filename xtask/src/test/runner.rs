//! Runs one program: its output goes to a file, is shown when it fails, and is counted.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::tally::Tally;
use crate::say;

/// How often a long step says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Where the output of the steps is kept.
pub(crate) struct Runner {
    logs: PathBuf,
}

/// How a program ended.
pub(crate) struct Ran {
    pub(crate) success: bool,
    /// What its output says; at least one failure when it did not succeed.
    pub(crate) tally: Tally,
}

impl Runner {
    /// Empties the folder of logs, `xtask` in cargo's target folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        let logs = target.join("xtask");
        if logs.exists() {
            fs::remove_dir_all(&logs).with_context(|| logs.display().to_string())?;
        }
        fs::create_dir_all(&logs).with_context(|| logs.display().to_string())?;
        Ok(Self { logs })
    }

    pub(crate) fn logs(&self) -> &Path {
        &self.logs
    }

    /// Runs `command` to its end, without input.
    ///
    /// # Errors
    /// The program cannot be started, or its log cannot be written.
    pub(crate) fn run(&self, name: &str, mut command: Command) -> Result<Ran> {
        let path = self.logs.join(format!("{name}.log"));
        let log = File::create(&path).with_context(|| path.display().to_string())?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child =
            command.spawn().with_context(|| format!("{program} cannot be started: is it installed?"))?;
        let mut next_sign = Instant::now() + SIGN_OF_LIFE;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() >= next_sign {
                next_sign += SIGN_OF_LIFE;
                say(&format!("          … {}", last_line(&read(&path)?)));
            }
            thread::sleep(Duration::from_millis(50));
        };
        let output = read(&path)?;
        let mut tally = Tally::read(&output);
        if !status.success() {
            if tally.failed == 0 {
                tally += Tally::failure();
            }
            say(&essential(&output));
            say(&format!("{name} failed ({status}); its output is kept in {}", path.display()));
        }
        Ok(Ran { success: status.success(), tally })
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Without what the tests that passed have printed.
fn essential(output: &str) -> String {
    let mut is_about_success = false;
    let mut kept = String::new();
    for line in output.lines() {
        is_about_success = match line {
            "successes:" => true,
            "failures:" => false,
            _ => is_about_success && !line.starts_with("test result: "),
        };
        let has_passed = line.starts_with("test ") && line.ends_with(" ... ok");
        if !is_about_success && !has_passed {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn last_line(output: &str) -> &str {
    output.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing printed yet")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runner(name: &str) -> Runner {
        let logs = std::env::temp_dir().join(format!("parvis-xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(&logs).expect("a folder for the log");
        Runner { logs }
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_fails_without_counting_is_one_failure() {
        let runner = runner("fails");
        let ran = runner.run("sh", shell("echo broken >&2; exit 3")).expect("sh starts");
        assert!(!ran.success);
        assert_eq!(ran.tally, Tally::failure());
        fs::remove_dir_all(runner.logs()).expect("the folder goes");
    }

    #[test]
    fn what_a_program_prints_is_counted_and_kept() {
        let runner = runner("counts");
        let ran = runner.run("sh", shell("echo '# pass 2'; echo '# fail 0'")).expect("sh starts");
        assert!(ran.success);
        assert_eq!(ran.tally, Tally { passed: 2, failed: 0, skipped: 0 });
        assert_eq!(read(&runner.logs().join("sh.log")).expect("the log is there"), "# pass 2\n# fail 0\n");
        fs::remove_dir_all(runner.logs()).expect("the folder goes");
    }

    #[test]
    fn of_the_tests_only_those_that_failed_are_shown() {
        let output = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nsuccesses:\n\n---- a stdout ----\nlong\n\n\nsuccesses:\n    a\n\n\
                      failures:\n\n---- b stdout ----\nleft: 1\n\ntest result: FAILED. 1 passed; 1 failed\n";
        let shown = "running 2 tests\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nleft: 1\n\ntest result: FAILED. 1 passed; 1 failed\n";
        assert_eq!(essential(output), shown);
    }

    #[test]
    fn a_sign_of_life_is_the_last_line_that_says_something() {
        assert_eq!(last_line("   Compiling a\n   Compiling b\n\n"), "Compiling b");
    }
}
