//! The stream of changes: after each commit, that something changed, never what it says.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::stream::{Stream, StreamExt as _};

use crate::api::caller::Caller;
use crate::app::App;
use crate::rules::permission::Action;
use crate::store::Event;
use crate::store::node::Told;
use crate::web::live;

/// Follow what changes
///
/// Server-sent events named `change`, each with the id of the journal row and, as JSON, its `verb`, the
/// `conversation` and the `colleague` who did it. Empty data (`{}`) means that some were missed: read again
/// what you show. The stream ends after ten minutes, or when somebody's rights change: open it anew.
#[utoipa::path(get, path = "/events", operation_id = "followEvents", tag = "conversations",
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream")),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn follow(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let end = Box::pin(live::end(app.clone(), caller.actor.clone()));
    let changes = live::follow(app.db.follow()).filter_map(move |event| {
        let sent = match event {
            Told::Changed(event) => live::is_for(&caller.actor, &event).then(|| told(&event)),
            Told::Missed => Some(Sent::default().event("change").data("{}")),
            Told::Sign(_) => None,
        };
        std::future::ready(sent)
    });
    let all = changes.take_until(end).map(Ok);
    Sse::new(all).keep_alive(KeepAlive::new().interval(live::BREATH))
}

fn told(event: &Event) -> Sent {
    let data = serde_json::json!({
        "verb": event.verb, "conversation": event.conversation, "colleague": event.colleague,
    });
    Sent::default().event("change").id(event.id.to_string()).data(data.to_string())
}
