//! Looking at a post: ticking the checklist line by line, the second look, and remarks.

use super::{BRIEF_LENGTH, contract, load, paragraph, told};
use crate::app::App;
use crate::command::{Refusal, Result};
use crate::id::{ColleagueId, CommentId, PostId};
use crate::rules::permission::{Action, Actor, Role};
use crate::rules::post::{CHECKLIST, SECOND_LOOK, State, mentioned};
use crate::store;
use crate::store::colleague::Colleague;
use crate::store::post::look::{self, Comment, Tick};

/// Ticks a line of the checklist, gives the second look, or takes either back.
///
/// # Errors
/// The right is missing, the post isn't being checked, or who wrote it wants to give the second look.
pub async fn tick(app: &App, actor: &Actor, id: PostId, item: &str, on: bool) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id, Action::Look).await?;
    if it.state != State::ToValidate || it.validated_by.is_some() {
        return Err(crate::rules::post::Objection::State.into());
    }
    let known = item == SECOND_LOOK || CHECKLIST.contains(&item);
    if !known {
        return Err(Refusal::Invalid { field: "item", code: "unknown" });
    }
    if item == SECOND_LOOK && it.written_by == Some(actor.colleague) {
        return Err(Refusal::Invalid { field: "item", code: "own" });
    }
    if on {
        let tick = Tick { item: item.to_owned(), colleague: actor.colleague, at: now };
        look::tick(&mut conn, actor.organisation, id, &tick).await?;
    } else {
        look::untick(&mut conn, actor.organisation, id, item).await?;
    }
    let verb = if on { "post.ticked" } else { "post.unticked" };
    told(&mut conn, actor, now, verb, &it, Some(serde_json::json!({ "item": item }))).await?;
    Ok(conn.commit().await?)
}

/// Keeps a remark. Who is named in it (`@Anne`) sees the post from then on.
///
/// # Errors
/// The right is missing, there is nothing in it, or the contract of somebody named in it doesn't cover the post.
pub async fn comment(app: &App, actor: &Actor, id: PostId, text: &str) -> Result<CommentId> {
    let now = app.now();
    let text = paragraph("comment", text)?;
    if text.is_empty() || text.chars().count() > BRIEF_LENGTH {
        return Err(Refusal::Invalid { field: "comment", code: "empty" });
    }
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id, Action::Propose).await?;
    let people: Vec<_> = store::colleague::list(&mut conn, actor.organisation)
        .await?
        .into_iter()
        .filter(|it| it.active)
        // Who comes from outside shows a post to nobody else from outside.
        .filter(|it| actor.role != Role::External || it.role != Role::External)
        .collect();
    let names: Vec<&str> = people.iter().map(|it| it.name.as_str()).collect();
    let named: Vec<&Colleague> =
        mentioned(&text, &names).into_iter().filter_map(|place| people.get(place)).collect();
    for whom in named.iter().filter(|it| it.role == Role::External) {
        if !contract::covers(&mut conn, actor.organisation, whom.id, &it).await? {
            return Err(Refusal::Invalid { field: "comment", code: "contract" });
        }
    }
    let named: Vec<ColleagueId> = named.iter().map(|it| it.id).collect();
    let comment = Comment { id: CommentId::new(now), colleague: actor.colleague, at: now, text };
    look::comment(&mut conn, actor.organisation, id, &comment, &named).await?;
    told(&mut conn, actor, now, "post.commented", &it, None).await?;
    conn.commit().await?;
    Ok(comment.id)
}
