//! What the public says is read, and matched with every watch, as it is folded.

use parvis_channels::Item;

use super::Context;
use crate::intake::mind;
use crate::store::message::{Direction, Message};
use crate::store::reading::{self, Reading};
use crate::store::watch::Text;
use crate::store::{Conn, Result, correction};

/// What a message of the public says.
pub(super) fn read(context: &Context<'_>, it: &Message) -> Option<Reading> {
    let read = context.ear.read(it.title.as_deref(), &it.text).filter(|_| it.direction == Direction::In)?;
    Some(mind::kept(it.id, it.sent_at, it.is_automatic(), &read))
}

/// What an edited message says now; what a person said of it stays.
pub(super) async fn read_again(
    conn: &mut Conn,
    context: &Context<'_>,
    it: &Message,
) -> Result<Option<Reading>> {
    let Some(mut read) = read(context, it) else { return Ok(None) };
    for said in correction::standing(conn, context.organisation, [it.id]).await? {
        mind::overlay(&mut read, &said.aspect, &said.value);
    }
    Ok(Some(read))
}

/// What the public says is kept as it was read, and matched with every watch.
pub(super) async fn keep(
    conn: &mut Conn,
    context: &Context<'_>,
    it: &Message,
    item: &Item,
    read: Option<&Reading>,
) -> Result<()> {
    if it.direction != Direction::In {
        return Ok(());
    }
    if let Some(read) = read {
        reading::put(conn, context.organisation, read).await?;
    }
    let text = Text {
        message: it.id,
        sent_at: it.sent_at,
        title: it.title.clone(),
        text: it.text.clone(),
        language: it.language.clone(),
        url: it.url.clone(),
        channel: context.channel.kind.clone(),
        author: Some(item.author.handle.clone()),
    };
    context.ear.keep(conn, context.organisation, &text, read).await
}
