//! Which posts are looked at twice, and whose the last word is: the community manager's, or in named cases the referent's or
//! the direction's. Asked with every step, and once more when the hour comes.

use super::charter::{self, Found, Held};
use super::{Post, TITLE_LENGTH, Target, check_channels};
use crate::app::App;
use crate::command::{Refusal, Result, allow, write_setting};
use crate::id::{ChannelId, OrganisationId};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::policy::{LastWord, Policy, Seen};
use crate::rules::post::{ORIGINS, State, Step};
use crate::store::{self, Conn, post};

/// The setting that holds the policy.
const POLICY: &str = "post_policy";
/// Entries of a list at most.
const MOST: usize = 100;

/// Which posts need a second look.
pub async fn policy(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Policy> {
    let kept = store::setting::get(conn, organisation, POLICY).await?;
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Says which posts need a second look, and on which somebody else has the last word. The latter is an administrator's to say:
/// who has the last word can't take it back from whom it was given.
///
/// # Errors
/// The right is missing, or an origin or channel is unknown.
pub async fn set_policy(app: &App, actor: &Actor, it: Policy) -> Result<()> {
    allow(actor, Action::Validate)?;
    let mut conn = app.db.write().await?;
    let lists = |origins: &Vec<String>, themes: &Vec<String>, words: &[String]| -> Result<()> {
        if origins.iter().any(|origin| !ORIGINS.contains(&origin.as_str())) {
            return Err(Refusal::Invalid { field: "origin", code: "unknown" });
        }
        let lines = themes.iter().chain(words);
        if themes.len() > MOST
            || words.len() > MOST
            || lines.clone().any(|it| it.chars().count() > TITLE_LENGTH)
        {
            return Err(Refusal::Invalid { field: "theme", code: "long" });
        }
        Ok(())
    };
    lists(&it.origins, &it.themes, &[])?;
    check_channels(&mut conn, actor, &it.channels).await?;
    for case in [&it.referent, &it.direction] {
        lists(&case.origins, &case.themes, &case.words)?;
        check_channels(&mut conn, actor, &case.channels).await?;
    }
    let before = policy(&mut conn, actor.organisation).await?;
    if before.referent != it.referent || before.direction != it.direction {
        allow(actor, Action::ManageColleagues)?;
    }
    write_setting(&mut conn, actor, app.now(), (POLICY, "post.policy_set"), (&before, &it)).await?;
    Ok(conn.commit().await?)
}

/// Whose the last word on a post is, as it was read against the charter.
pub(super) fn whose(policy: &Policy, it: &Post, targets: &[Target], held: Option<&Held>) -> LastWord {
    let channels: Vec<ChannelId> = targets.iter().map(|it| it.channel).collect();
    let own = targets.iter().filter_map(|it| it.text.as_deref());
    let texts: Vec<&str> =
        [it.text.as_str(), it.title.as_str()].into_iter().chain(it.warning.as_deref()).chain(own).collect();
    let left = |it: &Found| it.remark.must && it.waiver.is_some();
    let waived = held.is_some_and(|held| held.found.iter().any(left));
    policy.last_word(&Seen {
        origin: &it.origin,
        theme: &it.theme,
        channels: &channels,
        texts: &texts,
        waived,
    })
}

/// The same as the post stands.
pub async fn of(conn: &mut Conn, organisation: OrganisationId, it: &Post) -> store::Result<LastWord> {
    let policy = policy(conn, organisation).await?;
    let targets = post::targets(conn, organisation, it.id).await?;
    let held = charter::read(conn, organisation, it).await?;
    Ok(whose(&policy, it, &targets, Some(&held)))
}

/// Whether the last word was had by somebody whose it is.
pub async fn is_had(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Post,
    whose: LastWord,
) -> store::Result<bool> {
    let Some(who) = it.validated_by else { return Ok(false) };
    if whose == LastWord::CommunityManager {
        return Ok(true);
    }
    let found = store::colleague::get(conn, organisation, who).await?;
    Ok(found.is_some_and(|it| whose.is_had_by(it.role)))
}

/// Nobody describes a post that waits for somebody's last word so that it is theirs no more.
pub(super) async fn keep(conn: &mut Conn, actor: &Actor, it: &Post, before: LastWord) -> Result<()> {
    let waits = matches!(it.state, State::ToValidate | State::Scheduled);
    if waits && !before.is_had_by(actor.role) && of(conn, actor.organisation, it).await? != before {
        return Err(Refusal::Invalid { field: "post", code: "last" });
    }
    Ok(())
}

/// Why a step isn't the actor's.
pub(super) fn refusal(actor: &Actor, step: Step, action: Action) -> Refusal {
    match step {
        Step::Validate if actor.may(Action::Validate) => Refusal::Invalid { field: "post", code: "last" },
        _ => Refusal::Forbidden(action),
    }
}
