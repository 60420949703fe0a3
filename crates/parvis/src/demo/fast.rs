//! The fast lane of the demonstration: open to the press office, with one post that waits for the head of community, who
//! looks around, and one that left the evening before.

use serde_json::json;

use super::fill::Keys;
use crate::clock::{HOUR, MINUTE};
use crate::id::{AskId, ColleagueId, FastId};
use crate::rules::fast::{FastLane, FastState, Reader};
use crate::rules::permission::Role;
use crate::rules::post::{CHECKLIST, SECOND_LOOK};
use crate::rules::waking::Waking;
use crate::store::fast::{self, Ask, Fast};
use crate::store::post::Post;
use crate::store::post::look::{self, Tick};
use crate::store::{self, Conn, job};
use crate::work;

/// How long the demonstration waits for whoever looks around (µs).
const PATIENCE: i64 = HOUR;

fn who(keys: &Keys, key: &str) -> anyhow::Result<ColleagueId> {
    keys.colleagues.get(key).copied().ok_or_else(|| anyhow::anyhow!("no colleague {key}"))
}

/// Opens the lane.
pub(super) async fn open(conn: &mut Conn, keys: &Keys) -> anyhow::Result<()> {
    let reader =
        |key| Ok::<_, anyhow::Error>(Reader { colleague: who(keys, key)?, hours: Waking::default() });
    let lane = FastLane {
        on: true,
        people: vec![who(keys, "RP")?],
        roles: vec![Role::CommunityManager],
        readers: vec![reader("RC")?, reader("CM")?],
        patience: PATIENCE / MINUTE,
        ..FastLane::default()
    };
    Ok(store::setting::put(conn, keys.house, "fast_lane", &json!(lane).to_string()).await?)
}

/// Writes a try: one that waits, or one that left.
pub(super) async fn run(conn: &mut Conn, keys: &Keys, it: &Post, why: &str, now: i64) -> anyhow::Result<()> {
    let (asker, left) = (who(keys, "RP")?, it.published_at);
    // Who looks around is the referent.
    let reader = it.validated_by.unwrap_or(who(keys, "RC")?);
    let at = left.unwrap_or(now) - 4 * MINUTE;
    let made = Fast {
        id: FastId::new(at),
        post: it.id,
        version: it.version,
        state: if left.is_some() { FastState::Yes } else { FastState::Asked },
        colleague: asker,
        reason: why.to_owned(),
        began_at: at,
        asked_at: Some(at),
        next_at: left.is_none().then_some(now + PATIENCE),
        answered_by: left.map(|_| reader),
        answered_at: left.map(|_| at + MINUTE),
        answer: None,
        reviewed_by: None,
        reviewed_at: None,
        review: None,
    };
    fast::insert(conn, keys.house, &made).await?;
    let ask = Ask {
        id: AskId::new(at),
        fast: made.id,
        colleague: reader,
        at,
        told: "none".to_owned(),
        error: None,
    };
    fast::ask(conn, keys.house, &ask).await?;
    let second = (SECOND_LOOK, reader, at + MINUTE);
    let read = CHECKLIST.iter().filter(|item| **item != "alt").map(|item| (*item, asker, at));
    for (item, colleague, at) in read.chain(left.map(|_| second)) {
        let tick = Tick { item: item.to_owned(), colleague, at };
        look::tick(conn, keys.house, it.id, &tick).await?;
    }
    if let Some(next) = made.next_at {
        job::enqueue(conn, keys.house, work::fast::KIND, &made.id.to_string(), made.id.0, next, now).await?;
    }
    Ok(())
}
