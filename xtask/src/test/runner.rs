//! Runs one program: its output goes to a file, is shown when it fails, and is counted.

use std::{
    cell::RefCell,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::say;

/// How often a long step says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// How long a program may print nothing before it counts as hanging: no crate takes so long to compile, and no test may.
const HANGING: Duration = Duration::from_secs(15 * 60);

/// Where the output of the steps is kept, and what failed in them.
pub(crate) struct Runner {
    logs: PathBuf,
    failed: RefCell<Vec<String>>,
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
        Ok(Self { logs, failed: RefCell::default() })
    }

    /// What has failed until now, a line each.
    pub(crate) fn failed(&self) -> Vec<String> {
        self.failed.borrow().clone()
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
        let status = watch(&mut child, &path)?;
        let output = read(&path)?;
        let mut tally = Tally::read(&output);
        if !status.success() {
            if tally.failed == 0 {
                tally += Tally::failure();
            }
            say(&essential(&output));
            say(&format!("{name} failed ({status}); its output is kept in {}", path.display()));
            let why = tally::failures(&output);
            let whole = why.is_empty().then(|| last_line(&output).to_owned());
            self.failed.borrow_mut().extend(why.into_iter().chain(whole).map(|it| format!("{name}: {it}")));
        }
        Ok(Ran { success: status.success(), tally })
    }
}

/// Waits for the end, with a sign of life now and then; ends a program that hangs.
fn watch(child: &mut Child, log: &Path) -> Result<ExitStatus> {
    let mut next_sign = Instant::now() + SIGN_OF_LIFE;
    let mut printed = (0, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let length = fs::metadata(log)?.len();
        if length != printed.0 {
            printed = (length, Instant::now());
        } else if printed.1.elapsed() > HANGING {
            say(&format!("nothing printed for {} minutes: it hangs, and is ended", HANGING.as_secs() / 60));
            end(child)?;
        }
        if Instant::now() >= next_sign {
            next_sign += SIGN_OF_LIFE;
            say(&format!("          … {}", last_line(&read(log)?)));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Kills a program with all that it started: the test that hangs is a child of cargo.
fn end(child: &mut Child) -> Result<()> {
    let mut family = vec![child.id()];
    let mut at = 0;
    while let Some(parent) = family.get(at) {
        // A child belongs to the thread that started it.
        for thread in fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            family.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
        at += 1;
    }
    let ids: Vec<String> = family.iter().map(u32::to_string).collect();
    Command::new("bash")
        .args(["-c", "kill -KILL \"$@\"", "kill"])
        .args(ids)
        .stderr(Stdio::null())
        .status()?;
    Ok(())
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
    use std::io::{BufRead, BufReader, Read};

    use super::*;

    fn runner(name: &str) -> Runner {
        let logs = std::env::temp_dir().join(format!("parvis-xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(&logs).expect("a folder for the log");
        Runner { logs, failed: RefCell::default() }
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
        assert_eq!(runner.failed(), ["sh: broken"]);
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
    fn a_program_is_ended_with_all_that_it_started() {
        let mut child =
            shell("sleep 1000 & echo $!; wait").stdout(Stdio::piped()).spawn().expect("sh starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut line).expect("sh says the id of sleep");
        end(&mut child).expect("bash starts");
        assert!(!child.wait().expect("it has ended").success());
        // The pipe closes when the last of them is gone.
        output.read_to_string(&mut line).expect("the pipe closes");
        assert!(!Path::new("/proc").join(line.trim()).join("exe").exists());
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
