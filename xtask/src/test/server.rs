//! The servers that tests talk to: started and stopped by `tests/servers/run.sh`, which ends them when this program ends in
//! whatever way, because it waits on a pipe that closes with us.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// The longest that a server may take, installation included.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// In the order in which they are started: the first is needed first, the last may wait for its port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    Pg,
    S3,
    Chromium,
    Mail,
    Matrix,
    Wordpress,
    Atproto,
    Snac2,
}

impl Server {
    /// Its folder in tests/servers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pg => "pg",
            Self::S3 => "s3",
            Self::Snac2 => "snac2",
            Self::Wordpress => "wordpress",
            Self::Atproto => "atproto",
            Self::Chromium => "chromium",
            Self::Mail => "mail",
            Self::Matrix => "matrix",
        }
    }

    /// The environment variable by which tests find it. Whoever sets it brings a server of their own, and none is started.
    fn variable(self) -> &'static str {
        match self {
            Self::Pg => "PARVIS_TEST_POSTGRES",
            Self::S3 => "PARVIS_TEST_S3",
            Self::Snac2 => "PARVIS_TEST_SNAC2",
            Self::Wordpress => "PARVIS_TEST_WORDPRESS",
            Self::Atproto => "PARVIS_TEST_ATPROTO",
            Self::Chromium => "CHROMIUM",
            Self::Mail => "PARVIS_TEST_MAIL",
            Self::Matrix => "PARVIS_TEST_MATRIX",
        }
    }
}

/// The servers of this run.
#[derive(Default)]
pub(crate) struct Servers {
    keeper: Option<Child>,
    lines: Option<Receiver<String>>,
    log: PathBuf,
    /// Whether each server whose end of start is known can be used.
    usable: BTreeMap<String, bool>,
    settings: Vec<(String, String)>,
}

impl Servers {
    /// Begins to start the servers, and returns at once.
    ///
    /// # Errors
    /// Something is missing that only an administrator can install; the message says what to type.
    pub(crate) fn start(root: &Path, logs: &Path, wanted: &BTreeSet<Server>) -> Result<Self> {
        let mut servers = Self { log: logs.join("servers.log"), ..Self::default() };
        let mut names = Vec::new();
        for server in wanted {
            if env::var_os(server.variable()).is_some() {
                servers.usable.insert(server.name().to_owned(), true);
            } else {
                names.push(server.name());
            }
        }
        if names.is_empty() {
            return Ok(servers);
        }
        let script = root.join("tests/servers/run.sh");
        let checked = Command::new(&script).arg("--check").args(&names).status().context("bash is needed")?;
        if !checked.success() {
            bail!("the tests cannot run before this is installed");
        }
        // A process group of its own: Ctrl-C in the terminal is for us, and the script then has servers to stop.
        let mut keeper = Command::new(&script)
            .args(&names)
            .env("PARVIS_TEST_LOGS", logs.join("servers"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&servers.log)?)
            .process_group(0)
            .spawn()?;
        let output = keeper.stdout.take().context("the script has no output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        servers.keeper = Some(keeper);
        servers.lines = Some(lines);
        Ok(servers)
    }

    /// Waits until the servers are up and gives what the tests need to know of them, as environment variables.
    ///
    /// # Errors
    /// One of them did not start.
    pub(crate) fn settings(&mut self, needed: &[Server]) -> Result<Vec<(String, String)>> {
        for server in needed {
            while !self.usable.contains_key(server.name()) {
                let line = self.lines.as_ref().map(|lines| lines.recv_timeout(PATIENCE));
                let Some(Ok(line)) = line else { bail!("{}", self.failure(*server)) };
                self.note(&line);
            }
            if self.usable.get(server.name()) != Some(&true) {
                bail!("{}", self.failure(*server));
            }
        }
        Ok(self.settings.clone())
    }

    fn note(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("ready ") {
            self.usable.insert(name.to_owned(), true);
        } else if let Some(name) = line.strip_prefix("failed ") {
            self.usable.insert(name.to_owned(), false);
        } else if let Some((key, value)) = line.split_once('=') {
            self.settings.push((key.to_owned(), value.to_owned()));
        }
    }

    fn failure(&self, server: Server) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        format!(
            "{log}\nthe test server {} did not start; its log stands above and in {}",
            server.name(),
            self.log.display()
        )
    }

    /// Stops them all and waits until they are gone.
    pub(crate) fn stop(mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            drop(keeper.wait());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_known_once_every_needed_server_is_ready() {
        let (sender, lines) = mpsc::channel();
        for line in
            ["PARVIS_TEST_POSTGRES=postgresql://postgres@127.0.0.1:1/postgres", "ready pg", "failed snac2"]
        {
            sender.send(line.to_owned()).expect("the receiver is there");
        }
        let mut servers = Servers { lines: Some(lines), ..Servers::default() };
        let settings = servers.settings(&[Server::Pg]).expect("pg is ready");
        assert_eq!(
            settings,
            [("PARVIS_TEST_POSTGRES".to_owned(), "postgresql://postgres@127.0.0.1:1/postgres".to_owned())]
        );
        let error = servers.settings(&[Server::Pg, Server::Snac2]).expect_err("snac2 failed");
        assert!(error.to_string().contains("snac2 did not start"), "{error}");
    }

    #[test]
    fn a_script_that_ends_early_is_a_failure_and_not_an_endless_wait() {
        let (_, lines) = mpsc::channel();
        let mut servers = Servers { lines: Some(lines), ..Servers::default() };
        assert!(servers.settings(&[Server::Wordpress]).is_err());
    }
}
