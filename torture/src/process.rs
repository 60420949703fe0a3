//! The program under test in a process of its own: started, asked whether it is there, and killed.

use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::network::Network;

/// The longest that a start may take on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(120);
/// The signal that ends a process which aborts.
const ABORTED: i32 = 6;

/// How the program is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// Its folder.
    pub data: PathBuf,
    /// `--database`.
    pub database: String,
    /// `host:port` that it listens on.
    pub listen: String,
    /// `host:port` of the network, which it may reach.
    pub allow: String,
    /// Variables of its environment besides ours: a shim before its disk.
    pub extra: Vec<(String, String)>,
}

/// A started program. Dropping it kills it.
pub struct Server {
    child: Child,
    listen: String,
}

impl Program {
    /// A program that listens on a free port and may reach `network`; its database is still to be named.
    ///
    /// # Errors
    /// There is no free port.
    pub fn new(path: &Path, data: &Path, network: &Network) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            data: data.to_owned(),
            database: String::new(),
            listen: format!("127.0.0.1:{}", free_port()?),
            allow: network.base.trim_start_matches("http://").to_owned(),
            extra: Vec::new(),
        })
    }

    /// A further node on the same database and folder.
    ///
    /// # Errors
    /// There is no free port.
    pub fn beside(&self) -> Result<Self> {
        Ok(Self { listen: format!("127.0.0.1:{}", free_port()?), ..self.clone() })
    }

    fn command(&self, words: &[&str]) -> Result<Command> {
        let log = self.data.with_extension("log");
        let log = OpenOptions::new().create(true).append(true).open(&log).context("no log can be written")?;
        let mut command = Command::new(&self.path);
        command.args(words).arg("--data").arg(&self.data).args(["--database", &self.database]);
        command.args(["--listen", &self.listen, "--allow-hosts", &self.allow, "--poll-seconds", "1"]);
        command.args(["--log-level", "warn"]).env_remove("PARVIS_FAULT").envs(self.extra.iter().cloned());
        command
            .stdin(Stdio::null())
            .stdout(File::from(std::os::fd::OwnedFd::from(log.try_clone()?)))
            .stderr(log);
        Ok(command)
    }

    /// Starts it; with `fault` (`commit.before:3`), to die at that passage.
    ///
    /// # Errors
    /// There is no such program.
    pub fn start(&self, fault: Option<&str>) -> Result<Server> {
        let mut command = self.command(&["serve"])?;
        if let Some(fault) = fault {
            command.env("PARVIS_FAULT", fault);
        }
        let child = command.spawn().with_context(|| format!("{} can't be started", self.path.display()))?;
        Ok(Server { child, listen: self.listen.clone() })
    }

    /// What `parvis doctor --deep` finds wrong; empty when all is well.
    ///
    /// # Errors
    /// It can't be run, or says nothing that can be read.
    pub fn doctor(&self) -> Result<Vec<String>> {
        let said = self.command(&["doctor", "--deep", "--json"])?.stdout(Stdio::piped()).output()?;
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).context("doctor can't be read")?;
        let findings = json["findings"].as_array().context("doctor finds nothing")?;
        let is_wrong = |it: &&serde_json::Value| it["state"] == "problem";
        Ok(findings
            .iter()
            .filter(is_wrong)
            .map(|it| format!("doctor: {}: {}", it["what"], it["found"]))
            .collect())
    }
}

impl Server {
    /// Waits until it answers; false when it died first.
    ///
    /// # Errors
    /// It does neither.
    pub async fn ready(&mut self) -> Result<bool> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            if healthy(&self.listen).await {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        bail!("the program doesn't answer on {}", self.listen)
    }

    /// Waits for its end; true when it came by an abort.
    ///
    /// # Errors
    /// The system doesn't tell.
    pub async fn aborted_within(&mut self, patience: Duration) -> Result<bool> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.signal() == Some(ABORTED));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(false)
    }

    /// The memory that it has (KiB), by Linux' own account.
    ///
    /// # Errors
    /// The system doesn't tell.
    pub fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Whether it isn't there any more.
    ///
    /// # Errors
    /// The system doesn't tell.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// The signal that ended it, if one did.
    ///
    /// # Errors
    /// The system doesn't tell.
    pub fn signal(&mut self) -> Result<Option<i32>> {
        Ok(self.child.try_wait()?.and_then(|status| status.signal()))
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_none() {
            self.child.kill()?;
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.kill();
    }
}

/// Whether it answers to `GET /health` with 200.
async fn healthy(listen: &str) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(listen).await.ok()?;
        let request = format!("GET /health HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut head = [0_u8; 12];
        stream.read_exact(&mut head).await.ok()?;
        Some(head.ends_with(b"200"))
    };
    let patience = Duration::from_secs(2);
    tokio::time::timeout(patience, ask).await.ok().flatten().unwrap_or(false)
}

/// A port that is free now.
///
/// # Errors
/// There is none.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// An empty folder, which may be a disk of its own.
///
/// # Errors
/// It can't be made.
pub fn empty(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}
