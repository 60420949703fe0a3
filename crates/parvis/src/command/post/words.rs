//! The words of a post: one common text and a version per network. Whoever saves says which version they began from;
//! when somebody else has saved since, nothing is overwritten: what was typed is kept as a draft, and both are shown.

use super::{Post, load, told, unvalidate};
use crate::app::App;
use crate::command::{Refusal, Result, lines};
use crate::id::{ChannelId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::Step;
use crate::store::post::words::{self, Draft, OwnTexts, Version};
use crate::store::post::{self, Target};
use crate::store::{Conn, job};
use crate::work;

/// Longest text, in bytes.
pub const LENGTH: usize = 64 * 1024;
/// Longest name of a campaign, in characters.
const CAMPAIGN_LENGTH: usize = 60;
/// Channels of one post at most.
const MOST_CHANNELS: usize = 50;

/// The words of a post as somebody wrote them.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The version that they began from.
    pub version: i64,
    /// The common text.
    pub text: String,
    /// Content warning.
    pub warning: String,
    /// The campaign that links say they are of; empty for none.
    pub campaign: String,
    /// Where links say it.
    pub tagged: Vec<ChannelId>,
    /// Where what is too long goes out as a thread.
    pub threaded: Vec<ChannelId>,
    /// Where it goes.
    pub channels: Vec<ChannelId>,
    /// The texts of the networks that have a version of their own; an empty one means the common text.
    pub own_texts: OwnTexts,
}

fn plain(text: &str) -> Result<String> {
    if text.len() > LENGTH {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    lines("text", text, LENGTH)
}

fn read(words: &Words) -> Result<(String, OwnTexts)> {
    if words.channels.len() > MOST_CHANNELS || words.own_texts.len() > MOST_CHANNELS {
        return Err(Refusal::Invalid { field: "channels", code: "many" });
    }
    let mut own = OwnTexts::new();
    for (channel, text) in &words.own_texts {
        let text = plain(text)?;
        if !text.is_empty() && words.channels.contains(channel) {
            own.insert(*channel, text);
        }
    }
    Ok((plain(&words.text)?, own))
}

/// Puts the words into a post that begins with them: its first version. Networks that have a version of their own come later.
pub(super) fn begin(actor: &Actor, it: &mut Post, found: &Words) -> Result<Version> {
    crate::command::allow(actor, Action::Write)?;
    let (text, own_texts) = read(found)?;
    (it.warning, it.campaign) = beside(found)?;
    it.text = text.clone();
    it.version = 1;
    it.written_by = Some(actor.colleague);
    Ok(Version { number: 1, at: it.created_at, colleague: actor.colleague, text, own_texts })
}

/// The warning and the campaign.
fn beside(new: &Words) -> Result<(Option<String>, Option<String>)> {
    let optional = |field, text: &str, most| match text.trim() {
        "" => Ok(None),
        text => crate::command::line(field, text, most).map(Some),
    };
    Ok((optional("warning", &new.warning, 200)?, optional("campaign", &new.campaign, CAMPAIGN_LENGTH)?))
}

/// Saves what will be published. What was ticked and validated before is so no longer, and a post that had its hour
/// has to be validated again.
///
/// # Errors
/// [`Refusal::Changed`] when somebody has saved since: the words are kept as the actor's draft.
pub async fn rewrite(app: &App, actor: &Actor, id: PostId, new: &Words) -> Result<Post> {
    let now = app.now();
    let (text, own_texts) = read(new)?;
    let (warning, campaign) = beside(new)?;
    let mut conn = app.db.write().await?;
    let mut it = load(&mut conn, actor, id, Action::Write).await?;
    if new.version != it.version {
        let draft = Draft { version: new.version, text, own_texts, updated_at: now };
        words::save_draft(&mut conn, actor.organisation, id, actor.colleague, &draft).await?;
        conn.commit().await?;
        return Err(Refusal::Changed);
    }
    let targets = meant(&mut conn, actor, new, &own_texts).await?;
    let before = post::targets(&mut conn, actor.organisation, id).await?;
    let same = it.text == text && it.warning == warning && it.campaign == campaign && before == targets;
    words::drop_draft(&mut conn, actor.organisation, id, actor.colleague).await?;
    if same {
        conn.commit().await?;
        return Ok(it);
    }
    it.text = text;
    it.warning = warning;
    it.campaign = campaign;
    post::set_targets(&mut conn, actor.organisation, id, &targets).await?;
    touch(&mut conn, app, actor, &mut it, Some(own_texts), now).await?;
    conn.commit().await?;
    Ok(it)
}

/// Notes in the transaction `conn` that what will be published has changed; with the new texts where those have.
pub(super) async fn touch(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    it: &mut Post,
    own_texts: Option<OwnTexts>,
    now: i64,
) -> Result<()> {
    let before = super::fact(it);
    let facts = super::facts(conn, app, actor.organisation, it).await?;
    it.state = Step::Rewrite.take(it.state, facts)?;
    it.written_by = Some(actor.colleague);
    it.changed_at = now;
    unvalidate(conn, actor.organisation, it).await?;
    super::fast::end_by_change(conn, actor, it, now).await?;
    job::cancel(conn, actor.organisation, work::release::KIND, &it.id.to_string()).await?;
    if let Some(own_texts) = own_texts {
        it.version += 1;
        let (number, text) = (it.version, it.text.clone());
        let version = Version { number, at: now, colleague: actor.colleague, text, own_texts };
        words::keep(conn, actor.organisation, it.id, &version).await?;
    }
    post::update(conn, actor.organisation, it).await?;
    told(conn, actor, now, "post.rewritten", it, Some(before)).await
}

async fn meant(conn: &mut Conn, actor: &Actor, new: &Words, own_texts: &OwnTexts) -> Result<Vec<Target>> {
    super::check_channels(conn, actor, &new.channels).await?;
    let mut all = new.channels.clone();
    all.sort_unstable();
    all.dedup();
    let target = |channel| Target {
        text: own_texts.get(&channel).cloned(),
        tagged: new.tagged.contains(&channel),
        threaded: new.threaded.contains(&channel),
        ..Target::new(channel)
    };
    Ok(all.into_iter().map(target).collect())
}

/// Keeps what somebody is typing; nobody else sees it.
///
/// # Errors
/// The right is missing, or it is too long.
pub async fn keep_draft(app: &App, actor: &Actor, id: PostId, new: &Words) -> Result<()> {
    let (text, own_texts) = read(new)?;
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, id, Action::Write).await?;
    let draft = Draft { version: new.version, text, own_texts, updated_at: app.now() };
    words::save_draft(&mut conn, actor.organisation, id, actor.colleague, &draft).await?;
    Ok(conn.commit().await?)
}

/// Drops what somebody was typing: what stands there is taken instead.
///
/// # Errors
/// The right is missing.
pub async fn drop_draft(app: &App, actor: &Actor, id: PostId) -> Result<()> {
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, id, Action::Write).await?;
    words::drop_draft(&mut conn, actor.organisation, id, actor.colleague).await?;
    Ok(conn.commit().await?)
}
