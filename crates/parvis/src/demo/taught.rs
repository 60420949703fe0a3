//! What the shipped people have said of messages against the model: of what is on their desks, and of every insult.

use super::data::{Conversation, Data};
use super::fill::{Keys, remote_id};
use crate::app::App;
use crate::command::{Refusal, correction};
use crate::rules::permission::{Actor, Role, Scope};
use crate::store::message;
use parvis_listen::understand::{Intent, Sentiment, Truth};

/// Corrects what was read as it would be by people who work through their inbox.
///
/// # Errors
/// The database refuses.
pub async fn teach(app: &App, data: &Data, keys: &Keys) -> anyhow::Result<()> {
    let is_abuse = |it: &Conversation| it.intent.as_deref() == Some("abuse");
    for it in data.conversations.iter().filter(|it| it.state != "closed" || is_abuse(it)) {
        let Some(channel) = keys.channels.get(&it.channel) else { continue };
        let mut conn = app.db.read().await?;
        let first = message::by_remote(&mut conn, keys.house, channel.id, &remote_id(&it.key, 0)).await?;
        let Some(first) = first else { continue };
        let Some(last) = message::last_in(&mut conn, keys.house, first.conversation).await? else { continue };
        drop(conn);
        let by = it.assignee.as_deref().and_then(|key| keys.colleagues.get(key));
        let Some(by) = by.or_else(|| keys.colleagues.get("CM")) else { continue };
        let actor = Actor {
            organisation: keys.house,
            colleague: *by,
            role: Role::CommunityManager,
            scope: Scope::Every,
            token: None,
            pass: None,
        };
        let truth = Truth {
            sentiment: it.sentiment.as_deref().and_then(Sentiment::from_name),
            intent: it.intent.as_deref().and_then(Intent::from_name),
            abuse: Some(is_abuse(it)),
            needs_answer: None,
        };
        match correction::correct(app, &actor, last.id, &truth).await {
            // It was read so already.
            Ok(_) | Err(Refusal::Invalid { .. }) => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(())
}
