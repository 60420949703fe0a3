//! The queue as a post stands: one job for its hour, what a network refused handed over again, what still waits left.

use super::HOLD;
use crate::id::OrganisationId;
use crate::rules::post::{State, Step};
use crate::store::message::{self, Stage};
use crate::store::post::{self, Post};
use crate::store::{self, Conn, job};
use crate::work;

/// Keeps the queue as the post stands: one job for its hour, or none.
pub(super) async fn queue(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Post,
    step: Step,
    now: i64,
) -> store::Result<()> {
    let key = it.id.to_string();
    job::cancel(conn, organisation, work::release::KIND, &key).await?;
    match step {
        Step::Resume => return resume(conn, organisation, it, now).await,
        Step::Settle => return leave(conn, organisation, it).await,
        _ => {}
    }
    if let (State::Scheduled, Some(at)) = (it.state, it.due_at) {
        job::enqueue(conn, organisation, work::release::KIND, &key, it.id.0, at, now).await?;
    }
    Ok(())
}

/// Hands over again what was refused or held back, under the same keys: of a thread the first part that isn't there yet;
/// the others follow it by themselves, and the first comment when all of it stands.
async fn resume(conn: &mut Conn, organisation: OrganisationId, it: &Post, now: i64) -> store::Result<()> {
    for target in post::targets(conn, organisation, it.id).await? {
        let (mut parent, mut root) = (None, None);
        for (number, part) in
            post::part::list(conn, organisation, it.id, target.channel).await?.into_iter().enumerate()
        {
            let Some(mut left) = message::get(conn, organisation, part.message).await? else { continue };
            if left.stage == Stage::Published {
                root = root.or_else(|| left.remote_id.clone());
                parent = left.remote_id;
                continue;
            }
            if matches!(left.stage, Stage::Rejected | Stage::Withdrawn) {
                left.stage = Stage::Held;
                left.sent_at = now + HOLD;
                left.error_code = None;
                left.error_text = None;
                let begins = number == 0 || parent.is_some();
                if number > 0 {
                    let above = if part.first_comment { root.clone() } else { parent.take() };
                    left.remote_parent_id = above.filter(|_| begins);
                }
                message::update(conn, organisation, &left).await?;
                if begins {
                    work::publish::enqueue(conn, organisation, left.id, left.sent_at, now).await?;
                }
            }
            // What comes behind waits for this one.
            parent = None;
        }
    }
    Ok(())
}

/// What still waits behind what was left at that doesn't leave any more.
async fn leave(conn: &mut Conn, organisation: OrganisationId, it: &Post) -> store::Result<()> {
    for target in post::targets(conn, organisation, it.id).await? {
        for part in post::part::list(conn, organisation, it.id, target.channel).await? {
            let Some(mut left) = message::get(conn, organisation, part.message).await? else { continue };
            if left.stage == Stage::Held {
                left.stage = Stage::Withdrawn;
                message::update(conn, organisation, &left).await?;
                work::publish::cancel(conn, organisation, left.id).await?;
            }
        }
    }
    Ok(())
}
