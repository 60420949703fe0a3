//! Calls to the disk that fail: in each life of the program the n-th write, sync or change of a name, and some after it,
//! is refused by the shim (EIO, ENOSPC). What that touches has to be refused and not promised; the program goes on, or ends
//! in good order; and what was promised is there afterwards, without anybody's doing.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::{LOOK_EVERY, Torture};
use crate::process::Server;
use crate::say;
use crate::shim::{EIO, ENOSPC, Failing, Shim};

/// The last call that fails; the first is call 1.
const FURTHEST: u64 = 500;
/// How long such a call is waited for. The work of a life is about a hundred calls a second.
const UNTIL_CALL: Duration = Duration::from_secs(20);

impl Torture {
    /// So many failures as the plan says, spread over the calls 1 to [`FURTHEST`].
    pub(super) async fn fail_over_and_over(&mut self) -> Result<()> {
        self.program.data = self.program.data.canonicalize()?;
        let shim = Shim::build(&self.plan.folder)?;
        let log = self.plan.folder.join("failures.calls");
        let all = self.plan.failures as u64;
        for number in 0..all {
            let first = 1 + number * FURTHEST / all;
            // One call that fails is over before it is tried again; several meet the second try too.
            let count = [1, 1, 3, 12][usize::try_from(self.random.between(0, 4))?];
            let error = if number % 2 == 0 { EIO } else { ENOSPC };
            self.fail(&shim, &log, Failing { first, count, error }).await?;
            if (number + 1).is_multiple_of(LOOK_EVERY as u64) {
                say(&format!("{} calls failed: {}", self.out.failures, self.so_far()));
                self.look().await?;
            }
            if !self.out.wrong.is_empty() {
                break;
            }
        }
        Ok(())
    }

    async fn fail(&mut self, shim: &Shim, log: &Path, which: Failing) -> Result<()> {
        let _ = std::fs::remove_file(log);
        self.program.extra = shim.failing(&self.program.data, log, which);
        let mut server = self.program.start(None)?;
        let mut is_up = server.ready().await?;
        let began = Instant::now();
        while is_up && !has_failed(log) && began.elapsed() < UNTIL_CALL {
            tokio::time::sleep(Duration::from_millis(20)).await;
            is_up = !server.has_ended()?;
        }
        self.program.extra.clear();
        self.out.failures += usize::from(has_failed(log));
        self.nap(100, 600).await;
        if is_up && !server.has_ended()? {
            self.recover().await;
        } else {
            self.out.ended += 1;
            self.judge(&mut server, which)?;
        }
        server.kill()
    }

    /// One that ended has said why: it wasn't ended by a signal.
    fn judge(&mut self, server: &mut Server, which: Failing) -> Result<()> {
        if let Some(signal) = server.signal()? {
            self.out.wrong.push(format!("ended by signal {signal} after {which:?}"));
        }
        Ok(())
    }
}

/// Whether the shim has let a call fail: each is a record in its log.
fn has_failed(log: &Path) -> bool {
    std::fs::metadata(log).is_ok_and(|it| it.len() > 0)
}
