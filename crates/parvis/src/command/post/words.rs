//! The words of a post: one common text and a version per network. Whoever saves says which version they began from;
//! when somebody else has saved since, nothing is overwritten: what was typed is kept as a draft, and both are shown.

use super::shape::Network;
use super::{Post, load, unvalidate};
use crate::app::App;
use crate::command::assistant::MODEL_LENGTH;
use crate::command::{Refusal, Result, journalled, lines};
use crate::id::{ChannelId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::Step;
use crate::store::post::words::{self, Draft, OwnTexts, Version};
use crate::store::post::{self, Target};
use crate::store::{self, Conn, job};
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
    /// What answers the common text in our own name once it stands there; empty for nothing.
    pub first_comment: String,
    /// The first comments of the networks that have their own; an empty one means the common one.
    pub own_first_comments: OwnTexts,
    /// The model that proposed words of it; empty where people write alone.
    pub assistant: String,
}

impl Words {
    /// All that readers of a network see of them: its version or the common text, and the first comment that is meant for it.
    pub fn seen_on(&self, channel: ChannelId, network: &Network) -> String {
        let own = self.own_texts.get(&channel).filter(|it| !it.trim().is_empty());
        let comment = network
            .comment_for(&self.first_comment, self.own_first_comments.get(&channel).map(String::as_str));
        [own.unwrap_or(&self.text), comment.unwrap_or_default()].join("\n")
    }
}

/// What networks have of their own, and who had a part in the words.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    texts: OwnTexts,
    first_comments: OwnTexts,
    assistant: Option<String>,
}

fn plain(text: &str) -> Result<String> {
    if text.len() > LENGTH {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    lines("text", text, LENGTH)
}

/// The common text, the common first comment, and what networks have of their own.
fn read(words: &Words) -> Result<(String, String, Own)> {
    let many = [words.channels.len(), words.own_texts.len(), words.own_first_comments.len()];
    if many.into_iter().any(|it| it > MOST_CHANNELS) {
        return Err(Refusal::Invalid { field: "channels", code: "many" });
    }
    let kept = |all: &OwnTexts| -> Result<OwnTexts> {
        let mut own = OwnTexts::new();
        for (channel, text) in all {
            let text = plain(text)?;
            if !text.is_empty() && words.channels.contains(channel) {
                own.insert(*channel, text);
            }
        }
        Ok(own)
    };
    let own = Own {
        texts: kept(&words.own_texts)?,
        first_comments: kept(&words.own_first_comments)?,
        assistant: optional("assistant", &words.assistant, MODEL_LENGTH)?,
    };
    Ok((plain(&words.text)?, plain(&words.first_comment)?, own))
}

impl Draft {
    /// What somebody is typing at `at` (µs).
    fn of(version: i64, (text, first_comment, own): (String, String, Own), at: i64) -> Self {
        Self {
            version,
            text,
            own_texts: own.texts,
            first_comment,
            own_first_comments: own.first_comments,
            assistant: own.assistant,
            updated_at: at,
        }
    }
}

/// Puts the words into a post that begins with them: its first version. Networks that have a version of their own come later.
pub(super) fn begin(actor: &Actor, it: &mut Post, found: &Words) -> Result<Version> {
    crate::command::allow(actor, Action::Write)?;
    let (text, first_comment, own) = read(found)?;
    (it.warning, it.campaign) = beside(found)?;
    it.text = text;
    it.first_comment = first_comment;
    it.version = 1;
    it.written_by = Some(actor.colleague);
    Ok(version(it, actor, own, it.created_at))
}

/// The words of a post as they stand, as its latest version.
fn version(it: &Post, actor: &Actor, own: Own, at: i64) -> Version {
    Version {
        number: it.version,
        at,
        colleague: actor.colleague,
        text: it.text.clone(),
        own_texts: own.texts,
        first_comment: it.first_comment.clone(),
        own_first_comments: own.first_comments,
        assistant: own.assistant,
    }
}

/// A line, or none.
fn optional(field: &'static str, text: &str, most: usize) -> Result<Option<String>> {
    match text.trim() {
        "" => Ok(None),
        text => crate::command::line(field, text, most).map(Some),
    }
}

/// The warning and the campaign.
fn beside(new: &Words) -> Result<(Option<String>, Option<String>)> {
    Ok((optional("warning", &new.warning, 200)?, optional("campaign", &new.campaign, CAMPAIGN_LENGTH)?))
}

/// Saves what will be published. What was ticked and validated before is so no longer, and a post that had its hour
/// has to be validated again.
///
/// # Errors
/// [`Refusal::Changed`] when somebody has saved since: the words are kept as the actor's draft.
pub async fn rewrite(app: &App, actor: &Actor, id: PostId, new: &Words) -> Result<Post> {
    let now = app.now();
    let (text, first_comment, own) = read(new)?;
    let (warning, campaign) = beside(new)?;
    let mut conn = app.db.write().await?;
    let mut it = load(&mut conn, actor, id, Action::Write).await?;
    if new.version != it.version {
        let draft = Draft::of(new.version, (text, first_comment, own), now);
        words::save_draft(&mut conn, actor.organisation, id, actor.colleague, &draft).await?;
        conn.commit().await?;
        return Err(Refusal::Changed);
    }
    let targets = meant(&mut conn, actor, new, &own).await?;
    let before = post::targets(&mut conn, actor.organisation, id).await?;
    let stands = (&it.text, &it.first_comment, &it.warning, &it.campaign, &before);
    let same = stands == (&text, &first_comment, &warning, &campaign, &targets);
    words::drop_draft(&mut conn, actor.organisation, id, actor.colleague).await?;
    if same {
        conn.commit().await?;
        return Ok(it);
    }
    it.text = text;
    it.first_comment = first_comment;
    it.warning = warning;
    it.campaign = campaign;
    post::set_targets(&mut conn, actor.organisation, id, &targets).await?;
    touch(&mut conn, app, actor, &mut it, Some(own), now).await?;
    conn.commit().await?;
    Ok(it)
}

/// Notes in the transaction `conn` that what will be published has changed; with the new texts where those have.
pub(super) async fn touch(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    it: &mut Post,
    own: Option<Own>,
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
    let assistant = own.as_ref().and_then(|it| it.assistant.clone());
    if let Some(own) = own {
        it.version += 1;
        words::keep(conn, actor.organisation, it.id, &version(it, actor, own, now)).await?;
    }
    post::update(conn, actor.organisation, it).await?;
    let mut after = super::fact(it);
    if let (Some(model), Some(facts)) = (assistant, after.as_object_mut()) {
        facts.insert("assistant".to_owned(), model.into());
    }
    let change = (now, "post.rewritten", it.id.0);
    journalled(conn, actor, change, None, Some(&before), Some(&after)).await
}

async fn meant(conn: &mut Conn, actor: &Actor, new: &Words, own: &Own) -> Result<Vec<Target>> {
    super::check_channels(conn, actor, &new.channels).await?;
    for id in own.first_comments.keys() {
        let channel = store::channel::get(conn, actor.organisation, *id).await?;
        if channel.is_none_or(|it| Network::of(&it).no_comment().is_some()) {
            return Err(Refusal::Invalid { field: "first_comment", code: "unsupported" });
        }
    }
    let mut all = new.channels.clone();
    all.sort_unstable();
    all.dedup();
    let target = |channel| Target {
        text: own.texts.get(&channel).cloned(),
        first_comment: own.first_comments.get(&channel).cloned(),
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
    let said = read(new)?;
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, id, Action::Write).await?;
    let draft = Draft::of(new.version, said, app.now());
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
