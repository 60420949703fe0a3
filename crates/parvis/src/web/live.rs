//! Live updates: after each commit the screens of those who may see it are told that something changed,
//! never what it says; they fetch the page again. And who reads or writes in a conversation now.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::{Extension, Form};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::error::Failure;
use super::inbox::Sign;
use super::presence::{self, Change, Doing, Presence};
use super::session::Signed;
use crate::app::App;
use crate::id::ConversationId;
use crate::rules::permission::{Action, Actor};
use crate::store::node::Told;
use crate::store::{self, Event};

/// A stream ends after this and the browser opens a new one, so that ended access ends here too.
pub const LONGEST: Duration = Duration::from_secs(600);

/// A comment every so often keeps proxies from closing the stream.
pub const BREATH: Duration = Duration::from_secs(15);

/// `GET /events`
pub async fn events(
    State(app): State<Arc<App>>,
    Extension(presence): Extension<Arc<Presence>>,
    signed: Signed,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let end = Box::pin(end(app.clone(), signed.actor.clone()));
    // Followed before the journal is read, so that nothing falls between the two.
    let heard = app.db.follow();
    let hello = stream::iter(hello(&app, &signed.actor).await);
    let changes = {
        let signed = signed.clone();
        follow(heard).filter_map(move |event| {
            let sent = match event {
                Told::Changed(event) => is_for(&signed.actor, &event).then(|| changed(&event)),
                // Too many at once: whatever it was, look again.
                Told::Missed => Some(Sent::default().event("change").data("{}")),
                Told::Sign(_) => None,
            };
            std::future::ready(sent)
        })
    };
    let here = presence.enter(signed.actor.organisation, signed.actor.colleague);
    let people = stream::unfold(presence.follow(), |mut heard| async move {
        // Whoever missed some learns of the next.
        loop {
            match heard.recv().await {
                Ok(it) => return Some((it, heard)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let people = people.filter_map(move |it: Change| {
        let sent = is_seen(&signed, &it).then(|| present(&presence, &signed, &it, app.now()));
        std::future::ready(sent)
    });
    let all = hello.chain(stream::select(changes, people)).take_until(end).map(move |sent| {
        let _open = &here;
        Ok(sent)
    });
    Sse::new(all).keep_alive(KeepAlive::new().interval(BREATH))
}

/// How long ago (ms) something changed last: a page that was made before that is fetched again, since nobody
/// told it. `None` when nothing ever happened, or the database doesn't say.
async fn hello(app: &App, actor: &Actor) -> Option<Sent> {
    let mut conn = app.db.read().await.ok()?;
    let last = store::journal::page(&mut conn, actor.organisation, None, 1).await.ok()?;
    let ago = app.now().saturating_sub(last.first()?.at).max(0) / 1_000;
    Some(Sent::default().event("hello").data(ago.to_string()))
}

/// Resolves when a stream has to end: after [`LONGEST`], when Parvis stops, when this person's contract is
/// over, or when anybody's role, desks or access changed. The browser asks again, with the rights that stand.
pub async fn end(app: Arc<App>, actor: Actor) {
    let mut changes = app.db.follow();
    let rights = async {
        loop {
            match changes.recv().await {
                Ok(Told::Changed(event)) if !may_end_rights(&actor, &event) => {}
                Ok(Told::Sign(_)) => {}
                // What was missed may have been about this person's rights.
                Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
            }
        }
    };
    tokio::select! {
        () = tokio::time::sleep(longest(&app, &actor).await) => {}
        () = app.stop.asked() => {}
        () = rights => {}
    }
}

/// How long a stream may last at most.
async fn longest(app: &App, actor: &Actor) -> Duration {
    let Ok(mut conn) = app.db.read().await else { return Duration::ZERO };
    let found = store::colleague::get(&mut conn, actor.organisation, actor.colleague).await;
    let Ok(Some(colleague)) = found else { return Duration::ZERO };
    let left = colleague.access_ends_at.map(|ends| ends.saturating_sub(app.now()).max(0).unsigned_abs());
    left.map_or(LONGEST, |left| Duration::from_micros(left).min(LONGEST))
}

/// Whether somebody's rights may have changed, or this person has signed out somewhere.
fn may_end_rights(actor: &Actor, event: &Event) -> bool {
    let own = event.colleague == Some(actor.colleague);
    let signs = event.verb == "session.closed" || event.verb.starts_with("token.");
    let passes = actor.pass.is_some() && event.verb.starts_with("pass.");
    event.organisation == actor.organisation
        && (event.verb.starts_with("colleague.") || (own && signs) || passes)
}

/// What is told, one after the other.
pub fn follow(heard: Receiver<Told>) -> impl Stream<Item = Told> {
    stream::unfold(heard, |mut heard| async move {
        match heard.recv().await {
            Ok(it) => Some((it, heard)),
            Err(RecvError::Lagged(_)) => Some((Told::Missed, heard)),
            Err(RecvError::Closed) => None,
        }
    })
}

/// Whether somebody may know of a change.
pub fn is_for(actor: &Actor, event: &Event) -> bool {
    if event.organisation != actor.organisation {
        return false;
    }
    match event.desk {
        Some(desk) => actor.scope.covers(desk),
        // Of channels and posts only those are told who may see them, of a stop everybody, and that an alert changed
        // says nothing of what it is; nothing else without a desk is on these screens.
        None if event.verb.starts_with("post.") => actor.may(Action::ReadPosts),
        None if event.verb.starts_with("stop.") => true,
        None if event.verb.starts_with("alert.") => actor.may(Action::Read),
        None => event.verb.starts_with("channel.") && actor.may(Action::ReadChannels),
    }
}

fn changed(event: &Event) -> Sent {
    let data = serde_json::json!({ "verb": event.verb, "conversation": event.conversation });
    Sent::default().event("change").id(event.id.to_string()).data(data.to_string())
}

fn is_seen(signed: &Signed, change: &Change) -> bool {
    change.organisation == signed.actor.organisation && signed.actor.scope.covers(change.desk)
}

fn present(presence: &Presence, signed: &Signed, change: &Change, now: i64) -> Sent {
    let text = said(presence, signed, change.conversation, now);
    let data = serde_json::json!({ "conversation": change.conversation, "text": text });
    Sent::default().event("presence").data(data.to_string())
}

/// Who else is in a conversation, in a sentence; empty when nobody is.
pub fn said(presence: &Presence, signed: &Signed, id: ConversationId, now: i64) -> String {
    let actor = &signed.actor;
    let people = presence.others(actor.organisation, id, actor.colleague, now);
    let named = |doing: Doing| -> Vec<&str> {
        people.iter().filter(|it| it.doing == doing).map(|it| it.name.as_str()).collect()
    };
    let sentences =
        [("presence-writing", named(Doing::Writing)), ("presence-reading", named(Doing::Reading))];
    let said: Vec<String> = sentences
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(key, names)| signed.words.t2(key, "names", names.join(", "), "count", names.len()))
        .collect();
    said.join(" · ")
}

/// `POST /inbox/{id}/presence`: a sign of life, every 15 s.
pub async fn sign(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Form(form): Form<Sign>,
) -> Result<StatusCode, Failure> {
    let organisation = signed.actor.organisation;
    let mut conn = app.db.read().await?;
    let it = store::conversation::get(&mut conn, organisation, id).await?;
    let it = it.filter(|it| signed.actor.scope.covers(it.facets.desk)).ok_or_else(Failure::not_found)?;
    let change = Change { organisation, conversation: it.id, desk: it.facets.desk };
    let (colleague, name) = (signed.actor.colleague, signed.colleague.name.clone());
    let sign = presence::Sign { change, colleague, name, doing: form.doing };
    app.db.sign(serde_json::to_string(&sign).map_err(|error| Failure::internal(error.to_string()))?).await;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::Role;
    use crate::store::journal::{self, By, Entry};
    use crate::testing::{colleague, houses};

    async fn ends(app: &Arc<App>, actor: &Actor) -> bool {
        let end = tokio::spawn(end(app.clone(), actor.clone()));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut conn = app.db.write().await.unwrap();
        let entry = Entry {
            organisation: actor.organisation,
            at: app.now(),
            by: By::System,
            verb: "colleague.ended",
            subject: actor.colleague.0,
            conversation: None,
            before: None,
            after: None,
        };
        let before = end.is_finished();
        journal::write(&mut conn, entry).await.unwrap();
        conn.commit().await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), end).await.unwrap().unwrap();
        before
    }

    #[tokio::test]
    async fn a_stream_ends_with_the_rights_and_with_the_contract() {
        for house in houses().await {
            assert!(!ends(&house.app, &house.specialist).await, "open while nothing changes");
            let mut conn = house.app.db.write().await.unwrap();
            let external = colleague(&mut conn, house.id, Role::External, &house.desks[..1]).await;
            let mut it =
                store::colleague::get(&mut conn, house.id, external.colleague).await.unwrap().unwrap();
            it.access_ends_at = Some(house.app.now() + 50_000);
            store::colleague::update(&mut conn, &it).await.unwrap();
            conn.commit().await.unwrap();
            assert!(ends(&house.app, &external).await, "closed by itself when the contract is over");
        }
    }
}
