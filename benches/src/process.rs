//! A server under test in a process of its own, and what the system says of it: CPU time and memory. Linux
//! only (`/proc`).

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::client::Client;

/// A started server. Dropping it ends it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub host: String,
    /// From the start of the process to the first `200` of `/health`.
    pub ready: Duration,
}

impl Server {
    /// Starts `program` with `arguments` and waits until it answers on `port`.
    ///
    /// # Errors
    /// It can't be started, or doesn't answer within two minutes.
    pub async fn start(program: &Path, arguments: &[&str], port: u16) -> Result<Self> {
        let host = format!("127.0.0.1:{port}");
        let began = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .args(["--listen", &host])
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} can't be started", program.display()))?;
        let mut server = Self { child, host, ready: Duration::ZERO };
        while began.elapsed() < Duration::from_secs(120) {
            if server.child.try_wait()?.is_none()
                && let Ok(mut client) = Client::connect(&server.host, "").await
                && client.get("/health").await.is_ok()
            {
                server.ready = began.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!(
                    "{} ended at once ({status}); something else may listen on {}",
                    program.display(),
                    server.host
                );
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("{} doesn't answer on {}", program.display(), server.host)
    }

    /// CPU time of all its threads so far (µs).
    ///
    /// # Errors
    /// It has ended.
    pub fn cpu(&self) -> Result<f64> {
        cpu(&self.child.id().to_string())
    }

    /// Waits until it has done what it does after a start (it learns what is usual from the last weeks) and rests: a
    /// second with less than a fiftieth of a core. At most two minutes.
    ///
    /// # Errors
    /// It has ended, or doesn't rest.
    pub async fn rest(&self) -> Result<()> {
        for _ in 0..120 {
            let before = self.cpu()?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.cpu()? - before < 20_000.0 {
                return Ok(());
            }
        }
        anyhow::bail!("the server is still busy two minutes after its start")
    }

    /// Memory that it occupies now (MiB).
    ///
    /// # Errors
    /// It has ended.
    pub fn memory(&self) -> Result<f64> {
        let id = self.child.id();
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1_024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of all threads of a process (`self` for this one) so far, in µs: field 1 of
/// `/proc/PID/task/TID/schedstat`, in ns (Documentation/scheduler/sched-stats.rst).
///
/// # Errors
/// The process has ended.
pub fn cpu(process: &str) -> Result<f64> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end between the listing and the reading.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        sum += text.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1_000.0;
    }
    Ok(sum)
}
