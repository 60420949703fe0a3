//! The card below the link of a post: made of what the page says of itself, worded by whoever writes. It is part of what
//! will be published: with each change the checks begin again.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::{CapabilityKey, Card as Leaving, ChannelError, Support, Upload, page};
use url::Url;

use super::shape::Network;
use super::words::touch;
use super::{Post, Target, load};
use crate::app::App;
use crate::command::{Refusal, Result, line};
use crate::id::{CardId, OrganisationId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::store::channel::Channel;
use crate::store::message::Message;
use crate::store::post::card::{self, Card};
use crate::store::{self, Conn, post};
use crate::work::media::picture_kind;

/// Largest picture of a card, in bytes: what Bluesky takes (`app.bsky.embed.external`).
const PICTURE: usize = 1_000_000;
/// Longest address, in bytes.
const ADDRESS: usize = 2_000;

/// How a network comes to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Ours goes with the post.
    Ours,
    /// The server makes one of the first address in the text.
    Theirs,
    /// There are none.
    None,
}

/// How this network comes to a card.
pub fn way(network: &Network) -> Way {
    match network.can.get(CapabilityKey::LinkCard).support {
        Support::Native => Way::Ours,
        Support::Emulated | Support::Conditional => Way::Theirs,
        Support::Unsupported => Way::None,
    }
}

fn refused(code: &'static str) -> Refusal {
    Refusal::Invalid { field: "card", code }
}

/// The address of a card as somebody typed it.
fn address(typed: &str) -> Result<Url> {
    let url = Url::parse(typed.trim()).map_err(|_| refused("address"))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if is_web && typed.len() <= ADDRESS { Ok(url) } else { Err(refused("address")) }
}

fn why(error: &ChannelError) -> &'static str {
    match error {
        ChannelError::ForbiddenAddress { .. } => "forbidden",
        ChannelError::Malformed { .. } => "no-page",
        ChannelError::Refused { .. } => "refused",
        _ => "unreachable",
    }
}

/// Makes the card of the page at `typed`, in place of the one that the post has. A picture that can't be had, is larger than
/// networks take or is none is left out.
///
/// # Errors
/// The right is missing, the address can't be called, or there is no page; nothing was changed.
pub async fn make(app: &App, actor: &Actor, id: PostId, typed: &str) -> Result<Card> {
    let url = address(typed)?;
    load(&mut app.db.read().await?, actor, id, Action::Write).await?;
    let found = page::describe(&app.net, &url).await.map_err(|error| refused(why(&error)))?;
    let mut it = Card {
        id: CardId::new(app.now()),
        url: url.into(),
        title: found.title,
        about: found.about,
        mime: None,
        stored_as: None,
    };
    if let Some(from) = found.picture
        && let Ok(bytes) = page::picture(&app.net, &from, PICTURE).await
        && let Some((mime, end)) = picture_kind(&bytes)
    {
        // The file first: an orphaned one harms nobody.
        let stored_as = format!("post/{id}/{}.{end}", it.id);
        app.media.put(&Path::from(stored_as.as_str()), bytes.into()).await?;
        it.mime = Some(mime.to_owned());
        it.stored_as = Some(stored_as);
    }
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    keep(conn, app, actor, post, &it).await?;
    Ok(it)
}

async fn keep(mut conn: Conn, app: &App, actor: &Actor, mut post: Post, it: &Card) -> Result<()> {
    card::set(&mut conn, actor.organisation, post.id, it).await?;
    touch(&mut conn, app, actor, &mut post, None, app.now()).await?;
    Ok(conn.commit().await?)
}

/// What a card says, as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub about: String,
    /// Whether its picture stays.
    pub picture: bool,
}

/// Changes what the card says; the same words change nothing.
///
/// # Errors
/// The right is missing, there is no card, or the title is missing or too long.
pub async fn word(app: &App, actor: &Actor, id: PostId, new: &Wording) -> Result<Card> {
    let title = line("card", &new.title, page::TITLE)?;
    if title.is_empty() {
        return Err(refused("empty"));
    }
    let about = match new.about.trim() {
        "" => String::new(),
        about => line("card", &about.split_whitespace().collect::<Vec<_>>().join(" "), page::ABOUT)?,
    };
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    let before = card::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let mut it = Card { title, about, ..before.clone() };
    if !new.picture {
        it.mime = None;
        it.stored_as = None;
    }
    if it != before {
        keep(conn, app, actor, post, &it).await?;
    }
    Ok(it)
}

/// Takes the card away.
///
/// # Errors
/// The right is missing, or there is none.
pub async fn remove(app: &App, actor: &Actor, id: PostId) -> Result<()> {
    let mut conn = app.db.write().await?;
    let mut post = load(&mut conn, actor, id, Action::Write).await?;
    if !card::remove(&mut conn, actor.organisation, id).await? {
        return Err(Refusal::NotFound);
    }
    touch(&mut conn, app, actor, &mut post, None, app.now()).await?;
    Ok(conn.commit().await?)
}

/// The card that leaves with a message: of what begins a post, where the network takes one. Its link says of which campaign
/// it is where those of the text do.
pub(crate) async fn of_message(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: &Channel,
    it: &Message,
) -> store::Result<Option<(Card, Url)>> {
    let network = Network::of(channel);
    if way(&network) != Way::Ours {
        return Ok(None);
    }
    let Some(id) = card::post_of(conn, organisation, it.id).await? else { return Ok(None) };
    let Some(found) = card::get(conn, organisation, id).await? else { return Ok(None) };
    let Some(post) = post::get(conn, organisation, id).await? else { return Ok(None) };
    let targets = post::targets(conn, organisation, id).await?;
    let tagged = targets.iter().any(|target: &Target| target.channel == channel.id && target.tagged);
    let campaign = post.campaign.as_deref().filter(|_| tagged);
    let url = Url::parse(&network.link(&found.url, campaign)).ok();
    Ok(url.map(|url| (found, url)))
}

/// The card as its network takes it, with its picture.
pub(crate) async fn leaving(app: &App, (it, url): (Card, Url)) -> Result<Leaving> {
    let picture = match (it.stored_as, it.mime) {
        (Some(path), Some(mime)) => {
            let bytes = app.media.get(&Path::from(path)).await?.bytes().await?;
            Some(Upload { bytes: bytes.to_vec(), mime, alt: String::new() })
        }
        _ => None,
    };
    Ok(Leaving { url, title: it.title, about: it.about, picture })
}
