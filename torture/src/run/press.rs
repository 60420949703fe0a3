//! Posts that leave at their hour, from two nodes where the engine takes several, while one of them dies over and over. What
//! a dead node held comes back when its lease really ends: the other goes on meanwhile.

use std::time::Duration;

use anyhow::Result;
use parvis::clock::{Clock, MINUTE, SECOND};

use super::{LOOK_EVERY, Plan, Torture};
use crate::people::{Press, Spoken};
use crate::process::Server;
use crate::say;

/// How many bring posts at once: a token may ask 600 times a minute.
pub(super) const WRITERS: usize = 24;
/// How long preparing a post may take (µs), where all leave in one minute.
const PREPARED: i64 = SECOND / 8;

impl Plan {
    /// What posts are brought; without kills they leave within the seconds of `spread`, once all are prepared.
    pub(super) fn press(&self) -> Press {
        let prepared = || Clock::System.now() + MINUTE + PREPARED * i64::try_from(self.posts).unwrap_or(0);
        Press {
            posts: self.posts,
            from: (self.runs == 0).then(prepared),
            spread: SECOND * i64::try_from(self.spread).unwrap_or(0),
        }
    }
}

impl Torture {
    /// Until every post was promised to leave, and has left.
    pub(super) async fn press_over_and_over(&mut self) -> Result<()> {
        let mut nodes = Vec::new();
        for program in &self.programs() {
            let mut node = program.start(None)?;
            self.come_up(&mut node).await?;
            nodes.push(node);
        }
        while self.waiting() > 0 && !self.has_lasted(self.plan.time) && self.out.wrong.is_empty() {
            self.nap(self.plan.longest / 4, self.plan.longest * 2).await;
            if self.out.kills < self.plan.runs {
                self.replace_one(&mut nodes).await?;
            }
        }
        for mut node in nodes {
            node.kill()?;
        }
        // Nobody lives who could hold anything.
        crate::store::let_leases_end(self.engine, &self.program.database).await
    }

    async fn replace_one(&mut self, nodes: &mut [Server]) -> Result<()> {
        let place = usize::try_from(self.random.between(0, nodes.len() as u64))?;
        let (Some(node), Some(program)) = (nodes.get_mut(place), self.programs().into_iter().nth(place))
        else {
            return Ok(());
        };
        node.kill()?;
        self.out.kills += 1;
        *node = program.start(None)?;
        self.come_up(node).await?;
        if self.out.kills.is_multiple_of(LOOK_EVERY) {
            self.look().await?;
            say(&format!("{} {} kills: {}", self.engine.as_str(), self.out.kills, self.so_far()));
        }
        Ok(())
    }

    /// Posts that weren't promised to leave yet, or whose hour hasn't come.
    fn waiting(&self) -> usize {
        let now = Clock::System.now();
        let ledger = self.people.ledger();
        let gone = ledger.posts.iter().filter(|it| it.due.is_some_and(|due| due < now)).count();
        self.plan.posts.saturating_sub(gone)
    }

    /// How long after its hour the network was asked to take each post for the first time (ms), in order.
    pub(super) fn delays(&self) -> Vec<Duration> {
        let (ledger, world) = (self.people.ledger(), self.network.world());
        let delay = |it: &Spoken| {
            let asked = world.asked_at.get(it.parts.first()?)?;
            u64::try_from(asked - it.due?).ok().map(Duration::from_micros)
        };
        let mut all: Vec<Duration> = ledger.posts.iter().filter_map(delay).collect();
        all.sort_unstable();
        all
    }
}
