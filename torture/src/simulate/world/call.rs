//! The calls to the simulated network, as a room makes them, and what becomes of each.

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, Field, Net, Observation, Outgoing, Page,
    Probe, Published, Source, TextRule, Why,
};

use super::{STREAM, State, World, published};
use crate::network::PICTURE;
use crate::random::Random;

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    /// It is taken, and the answer is lost.
    Lost,
    /// It isn't taken, and nobody can know.
    Cut,
    Unreachable,
    Malformed,
    Limited,
    Refused,
    DiesBefore,
    DiesAfter,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Lost => "answers lost",
            Self::Cut => "cut before they were taken",
            Self::Unreachable => "unreachable",
            Self::Malformed => "unreadable",
            Self::Limited => "limited",
            Self::Refused => "refused",
            Self::DiesBefore => "deaths before a call",
            Self::DiesAfter => "deaths after a call",
        }
    }

    fn error(self, random: &mut Random) -> ChannelError {
        let message = "simulated".to_owned();
        match self {
            Self::Limited => {
                ChannelError::Limited { retry_after: Duration::from_secs(random.between(1, 40)) }
            }
            Self::Refused => ChannelError::Refused { status: 422, message },
            Self::Malformed => ChannelError::Malformed { message },
            Self::Lost | Self::Cut => ChannelError::Unknown { message },
            _ => ChannelError::Unreachable { message },
        }
    }
}

impl World {
    /// Dies if that is what has to happen; the call never returns then.
    async fn survive(&self, fate: Fate, deadly: Fate) {
        if fate == deadly {
            self.death.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl State {
    /// What becomes of a call that may go wrong in these ways, each so many times in a hundred.
    fn fate(&mut self, random: &mut Random, ways: &[(Fate, u64)]) -> Fate {
        if !self.faulty {
            return Fate::Well;
        }
        let mut chance = random.between(0, 100);
        for (fate, share) in ways {
            if chance < *share {
                if matches!(fate, Fate::DiesBefore | Fate::DiesAfter) && !self.deadly {
                    return Fate::Well;
                }
                self.hit(fate.name());
                return *fate;
            }
            chance -= share;
        }
        Fate::Well
    }
}

#[async_trait]
impl Channel for World {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }

    fn streams(&self) -> &'static [&'static str] {
        &[STREAM]
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    async fn probe(&self, _: &Net, _: &Account) -> Result<Probe, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    async fn pull(&self, _: &Net, _: &Account, _: &str, cursor: Option<&str>) -> Result<Page, ChannelError> {
        let (fate, mut random, page) = {
            let mut state = self.state();
            let mut random = state.chance("pull");
            let ways = [
                (Fate::Unreachable, 5),
                (Fate::Limited, 2),
                (Fate::Malformed, 2),
                (Fate::DiesBefore, 3),
                (Fate::DiesAfter, 3),
            ];
            (state.fate(&mut random, &ways), random, state.page(cursor))
        };
        self.survive(fate, Fate::DiesBefore).await;
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(page) } else { Err(fate.error(&mut random)) }
    }

    async fn thread(&self, _: &Net, _: &Account, id: &str) -> Result<Vec<Observation>, ChannelError> {
        let (fate, mut random, thread) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("thread {id}"));
            let fate = state.fate(&mut random, &[(Fate::Unreachable, 10), (Fate::DiesAfter, 4)]);
            let mut above = Vec::new();
            let mut next = state.find(id).and_then(|it| it.parent.clone());
            while let Some(it) =
                next.and_then(|id| state.find(&id)).filter(|it| !it.deleted && it.shown <= state.now)
            {
                above.push(state.current(it, Source::Backfill));
                next = it.parent.clone();
            }
            above.reverse();
            (fate, random, above)
        };
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(thread) } else { Err(fate.error(&mut random)) }
    }

    async fn recheck(&self, _: &Net, _: &Account, ids: &[String]) -> Result<Vec<Observation>, ChannelError> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.find(id)).map(|it| state.current(it, Source::Backfill)).collect())
    }

    async fn publish(&self, _: &Net, _: &Account, reply: &Outgoing) -> Result<Published, ChannelError> {
        let (fate, mut random) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("reply {}", reply.text));
            let ways = [
                (Fate::Lost, 10),
                (Fate::Cut, 6),
                (Fate::Unreachable, 6),
                (Fate::Limited, 3),
                (Fate::Refused, 3),
                (Fate::DiesBefore, 4),
                (Fate::DiesAfter, 8),
            ];
            (state.fate(&mut random, &ways), random)
        };
        self.survive(fate, Fate::DiesBefore).await;
        if !matches!(fate, Fate::Well | Fate::Lost | Fate::DiesAfter) {
            return Err(fate.error(&mut random));
        }
        let published = self.state().take(reply);
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(published) } else { Err(fate.error(&mut random)) }
    }

    async fn find_published(
        &self,
        _: &Net,
        _: &Account,
        reply: &Outgoing,
        _: i64,
    ) -> Result<Option<Published>, ChannelError> {
        let (fate, mut random, found) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("find {}", reply.text));
            let ways =
                [(Fate::Unreachable, 10), (Fate::Limited, 3), (Fate::DiesBefore, 4), (Fate::DiesAfter, 4)];
            let fate = state.fate(&mut random, &ways);
            let text = reply.full_text();
            let found =
                state.said.iter().find(|it| it.author.is_none() && it.text == text && it.shown <= state.now);
            (fate, random, found.map(published))
        };
        self.survive(fate, Fate::DiesBefore).await;
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(found) } else { Err(fate.error(&mut random)) }
    }

    async fn fetch_media(&self, _: &Net, _: &Account, url: &str, _: usize) -> Result<Bytes, ChannelError> {
        let (fate, mut random) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("fetch {url}"));
            (
                state.fate(&mut random, &[(Fate::Unreachable, 20), (Fate::Refused, 5), (Fate::DiesAfter, 4)]),
                random,
            )
        };
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well {
            Ok(STANDARD.decode(PICTURE).unwrap_or_default().into())
        } else {
            Err(fate.error(&mut random))
        }
    }

    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        parvis_channels::channel(ChannelKind::Mastodon).text_rule(capabilities)
    }
}
