//! Looking at a post: ticking the checklist line by line, the second look, and remarks.

use super::{BRIEF_LENGTH, contract, load, paragraph, told};
use crate::app::App;
use crate::command::{Refusal, Result};
use crate::id::{ColleagueId, CommentId, PostId};
use crate::rules::permission::{Action, Actor, Role};
use crate::rules::post::{CHECKLIST, SECOND_LOOK, State, mentioned};
use crate::store::colleague::Colleague;
use crate::store::post::look::{self, Comment, Tick};
use crate::store::{self, Conn};

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
    let mut conn = app.db.write().await?;
    let made = comment_in(&mut conn, actor, id, (None, text), app.now()).await?;
    conn.commit().await?;
    Ok(made)
}

/// Keeps a remark in the transaction `conn`; `whom` is named first, where it is for somebody.
pub(in crate::command) async fn comment_in(
    conn: &mut Conn,
    actor: &Actor,
    id: PostId,
    (whom, said): (Option<&Colleague>, &str),
    now: i64,
) -> Result<CommentId> {
    let said = paragraph("comment", said)?;
    if said.is_empty() || said.chars().count() > BRIEF_LENGTH {
        return Err(Refusal::Invalid { field: "comment", code: "empty" });
    }
    let it = load(conn, actor, id, Action::Propose).await?;
    let people: Vec<_> = store::colleague::list(conn, actor.organisation)
        .await?
        .into_iter()
        .filter(|it| it.active)
        // Who comes from outside shows a post to nobody else from outside.
        .filter(|it| actor.role != Role::External || it.role != Role::External)
        .collect();
    let names: Vec<&str> = people.iter().map(|it| it.name.as_str()).collect();
    let named = mentioned(&said, &names).into_iter().filter_map(|place| people.get(place));
    let named: Vec<&Colleague> = whom.into_iter().chain(named).collect();
    for whom in &named {
        contract::check_sees(conn, whom, &it, "comment", now).await?;
    }
    let text = whom.map_or_else(|| said.clone(), |whom| format!("@{} {said}", whom.name));
    let named: Vec<ColleagueId> = named.iter().map(|it| it.id).collect();
    let comment = Comment { id: CommentId::new(now), colleague: actor.colleague, at: now, text };
    look::comment(conn, actor.organisation, id, &comment, &named).await?;
    told(conn, actor, now, "post.commented", &it, None).await?;
    Ok(comment.id)
}
