//! Who has which conversation open and who is writing in it: kept in memory for half a minute and told to
//! the others, on every node. It locks nothing and nothing is kept of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::clock::SECOND;
use crate::id::{ColleagueId, ConversationId, DeskId, OrganisationId};
use crate::store::node::Told;

/// A sign of life is good for so long (µs); pages give one every 15 s.
pub const LASTS: i64 = 30 * SECOND;

/// At most so many people are kept for one conversation.
const CROWD: usize = 50;

/// What somebody does in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Has it open.
    Reading,
    /// Is writing an answer or a note.
    Writing,
    /// Has just left it.
    Gone,
}

/// Somebody in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub colleague: ColleagueId,
    /// Their name, as shown.
    pub name: String,
    /// What they do.
    pub doing: Doing,
    until: i64,
}

/// A sign of life, as the nodes tell each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sign {
    /// Where.
    pub change: Change,
    /// Who.
    pub colleague: ColleagueId,
    /// Their name, as shown.
    pub name: String,
    /// What they do.
    pub doing: Doing,
}

/// That the people in a conversation changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// Whose.
    pub organisation: OrganisationId,
    /// Which conversation.
    pub conversation: ConversationId,
    /// Its desk, so that only those who may see it are told.
    pub desk: DeskId,
}

/// Everybody who is in a conversation now, and everybody who has a page open.
pub struct Presence {
    rooms: Mutex<HashMap<(OrganisationId, ConversationId), Vec<Present>>>,
    /// Streams that each colleague has open.
    streams: Mutex<HashMap<(OrganisationId, ColleagueId), usize>>,
    live: broadcast::Sender<Change>,
}

impl Default for Presence {
    fn default() -> Self {
        Self { rooms: Mutex::default(), streams: Mutex::default(), live: broadcast::channel(256).0 }
    }
}

/// Somebody's open page; who has none left isn't there any more.
pub struct Here {
    presence: Arc<Presence>,
    key: (OrganisationId, ColleagueId),
}

impl Drop for Here {
    fn drop(&mut self) {
        let mut streams = self.presence.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.key) {
            *count = count.saturating_sub(1);
        }
        streams.retain(|_, count| *count > 0);
    }
}

impl Presence {
    /// Keeps the signs of life that are told from now on, for as long as somebody asks who is there.
    pub fn listening(app: Arc<App>) -> Arc<Self> {
        let presence = Arc::new(Self::default());
        let kept = Arc::downgrade(&presence);
        let mut heard = app.db.follow();
        tokio::spawn(async move {
            loop {
                let told = heard.recv().await;
                let Some(presence) = kept.upgrade() else { return };
                match told {
                    Ok(Told::Sign(text)) => {
                        if let Ok(sign) = serde_json::from_str(&text) {
                            presence.keep(sign, app.now());
                        }
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        presence
    }

    /// Somebody opened a page; they are there until what is given back is dropped.
    pub fn enter(self: &Arc<Self>, organisation: OrganisationId, colleague: ColleagueId) -> Here {
        let key = (organisation, colleague);
        *self.streams.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
        Here { presence: Arc::clone(self), key }
    }

    /// Who has a page of this node open.
    pub fn online(&self, organisation: OrganisationId) -> HashSet<ColleagueId> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.keys().filter(|(of, _)| *of == organisation).map(|(_, id)| *id).collect()
    }

    /// Keeps a sign of life, and tells the others when it changes something.
    pub fn keep(&self, sign: Sign, now: i64) {
        let Sign { change, colleague, name, doing } = sign;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.retain(|_, people| {
            people.retain(|it| it.until > now);
            !people.is_empty()
        });
        let people = rooms.entry((change.organisation, change.conversation)).or_default();
        let before = people.iter().find(|it| it.colleague == colleague).map(|it| it.doing);
        people.retain(|it| it.colleague != colleague);
        if doing != Doing::Gone && people.len() < CROWD {
            people.push(Present { colleague, name, doing, until: now + LASTS });
        }
        drop(rooms);
        if before.unwrap_or(Doing::Gone) != doing {
            // Nobody listening is no failure.
            let _ = self.live.send(change);
        }
    }

    /// The others in a conversation, those who write first.
    pub fn others(
        &self,
        organisation: OrganisationId,
        conversation: ConversationId,
        me: ColleagueId,
        now: i64,
    ) -> Vec<Present> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let mut people: Vec<Present> =
            rooms.get(&(organisation, conversation)).map_or_else(Vec::new, |all| {
                all.iter().filter(|it| it.colleague != me && it.until > now).cloned().collect()
            });
        people.sort_by_key(|it| (it.doing != Doing::Writing, it.name.clone()));
        people
    }

    /// Follows the changes from now on.
    pub fn follow(&self) -> broadcast::Receiver<Change> {
        self.live.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        Change {
            organisation: OrganisationId::new(1),
            conversation: ConversationId::new(1),
            desk: DeskId::new(1),
        }
    }

    fn sign(change: &Change, colleague: ColleagueId, doing: Doing) -> Sign {
        Sign { change: change.clone(), colleague, name: "Ada".to_owned(), doing }
    }

    #[test]
    fn a_sign_of_life_lasts_half_a_minute() {
        let (presence, room, ada, me) =
            (Presence::default(), change(), ColleagueId::new(1), ColleagueId::new(2));
        presence.keep(sign(&room, ada, Doing::Writing), 0);
        let others = |now| presence.others(room.organisation, room.conversation, me, now).len();
        assert_eq!((others(LASTS - 1), others(LASTS)), (1, 0));
    }

    #[test]
    fn nobody_sees_themselves_and_whoever_leaves_is_gone_at_once() {
        let (presence, room, ada) = (Presence::default(), change(), ColleagueId::new(1));
        presence.keep(sign(&room, ada, Doing::Reading), 0);
        assert!(presence.others(room.organisation, room.conversation, ada, 1).is_empty());
        presence.keep(sign(&room, ada, Doing::Gone), 1);
        assert!(presence.others(room.organisation, room.conversation, ColleagueId::new(2), 2).is_empty());
    }

    #[test]
    fn somebody_is_there_until_their_last_page_is_closed() {
        let (presence, house, ada) =
            (Arc::new(Presence::default()), OrganisationId::new(1), ColleagueId::new(1));
        let (first, second) = (presence.enter(house, ada), presence.enter(house, ada));
        drop(first);
        assert!(presence.online(house).contains(&ada));
        assert!(presence.online(OrganisationId::new(2)).is_empty());
        drop(second);
        assert!(presence.online(house).is_empty());
    }

    #[test]
    fn the_others_are_told_once_of_each_change() {
        let (presence, ada) = (Presence::default(), ColleagueId::new(1));
        let mut heard = presence.follow();
        for doing in [Doing::Reading, Doing::Reading, Doing::Writing, Doing::Gone, Doing::Gone] {
            presence.keep(sign(&change(), ada, doing), 0);
        }
        let mut count = 0;
        while heard.try_recv().is_ok() {
            count += 1;
        }
        assert_eq!(count, 3);
    }
}
