//! The posts of a launch: which one a post names, and what each still lacks before its hour.

use serde::Serialize;

use crate::app::App;
use crate::command::post::{facts, only};
use crate::command::{Refusal, Result, allow};
use crate::id::{ChannelId, LaunchId};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::{Facts, State};
use crate::store::launch as room;
use crate::store::post::{self, Filter, Post};
use crate::store::{self, Conn};

/// Posts of one launch at most.
const MOST: i64 = 300;

/// A post of a launch.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LaunchPost {
    /// The post.
    #[serde(flatten)]
    pub post: Post,
    /// Where it goes.
    pub channels: Vec<ChannelId>,
    /// What it lacks to leave: `words`, `validation`, `hour`, `material`, `rights` or `charter`.
    pub lacks: Vec<&'static str>,
}

/// The launch that a post is of from now on. Who sees no dossier leaves it as it is.
///
/// # Errors
/// There is no such launch for the actor.
pub(in crate::command) async fn named(
    conn: &mut Conn,
    actor: &Actor,
    wanted: Option<LaunchId>,
    before: Option<LaunchId>,
) -> Result<Option<LaunchId>> {
    let unknown = Refusal::Invalid { field: "launch", code: "unknown" };
    if !actor.role.may(Action::ReadLaunches) {
        return if wanted.is_none() || wanted == before { Ok(before) } else { Err(unknown) };
    }
    let Some(id) = wanted else { return Ok(None) };
    room::get(conn, actor.organisation, id).await?.map(|it| Some(it.id)).ok_or(unknown)
}

/// The posts of a launch that the actor sees, by their hour, those without one last; none that was refused or parked.
///
/// # Errors
/// The right is missing.
pub async fn list(conn: &mut Conn, app: &App, actor: &Actor, id: LaunchId) -> Result<Vec<LaunchPost>> {
    allow(actor, Action::ReadPosts)?;
    let filter = Filter { launch: Some(id), only: only(actor), ..Filter::default() };
    let posts = post::of_launch(conn, actor.organisation, &filter, MOST).await?;
    let mut channels = post::channels_of(conn, actor.organisation, posts.iter().map(|it| it.id)).await?;
    let mut all = Vec::new();
    for it in posts {
        let lacks = lacks(conn, app, actor, &it).await?;
        all.push(LaunchPost { channels: channels.remove(&it.id).unwrap_or_default(), lacks, post: it });
    }
    Ok(all)
}

async fn lacks(conn: &mut Conn, app: &App, actor: &Actor, it: &Post) -> store::Result<Vec<&'static str>> {
    if it.released_at.is_some() {
        return Ok(Vec::new());
    }
    let Facts { words, validated, material, rights, charter, .. } =
        facts(conn, app, actor.organisation, it).await?;
    let is_validated = validated || it.state == State::Scheduled;
    let all = [
        (words, "words"),
        (is_validated, "validation"),
        (it.due_at.is_some(), "hour"),
        (material, "material"),
        (rights, "rights"),
        (charter, "charter"),
    ];
    Ok(all.into_iter().filter(|(there, _)| !there).map(|(_, code)| code).collect())
}

#[cfg(test)]
mod tests;
