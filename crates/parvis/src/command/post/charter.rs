//! A post held against the charter: every text of it that the public will read, each as its network reads it; and the
//! binding remarks that somebody set aside, with a reason.

use parvis_channels::ChannelKind;
use parvis_write::charter::Remark;
use parvis_write::mark::Dialect;
use serde_json::json;

use super::shape::Network;
use super::words::Words;
use super::{load, paragraph};
use crate::app::App;
use crate::command::{Refusal, Result, charter};
use crate::id::{OrganisationId, PostId};
use crate::rules::charter::{Part, about, dialect};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::{Objection, State};
use crate::store::journal::{self, By, Entry};
use crate::store::post::waiver::{self, Waiver};
use crate::store::post::{self, Post};
use crate::store::{self, Conn};

/// The place of the common text.
pub const COMMON: &str = "common";
/// The place of the common first comment; with `-` and the id of a channel, of its own.
pub const FIRST_COMMENT: &str = "first_comment";

/// A text of a post that the public will read.
#[derive(Clone, Debug)]
pub struct Passage {
    /// [`COMMON`], [`FIRST_COMMENT`], `title`, `warning`, or the id of the channel or picture that it belongs to.
    pub place: String,
    /// What it says.
    pub text: String,
    dialect: Dialect,
    part: Part,
}

/// A remark on a post.
#[derive(Clone, Debug)]
pub struct Found {
    /// In which of the passages.
    pub passage: usize,
    /// What was seen.
    pub remark: Remark,
    /// What it is about.
    pub about: String,
    /// Who set it aside, and why.
    pub waiver: Option<Waiver>,
}

impl Found {
    /// It binds, and nobody has set it aside.
    pub fn is_open(&self) -> bool {
        self.remark.must && self.waiver.is_none()
    }
}

/// A post as the charter sees it.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Its texts.
    pub passages: Vec<Passage>,
    /// What there is to say of them, in their order.
    pub found: Vec<Found>,
}

impl Held {
    /// Nothing that binds is open.
    pub fn is_kept(&self) -> bool {
        !self.found.iter().any(Found::is_open)
    }
}

/// Holds the words that stand in a post against the charter.
pub async fn read(conn: &mut Conn, organisation: OrganisationId, it: &Post) -> store::Result<Held> {
    let targets = post::targets(conn, organisation, it.id).await?;
    let said = Words {
        version: it.version,
        text: it.text.clone(),
        warning: it.warning.clone().unwrap_or_default(),
        channels: targets.iter().map(|it| it.channel).collect(),
        first_comment: it.first_comment.clone(),
        own_first_comments: targets
            .iter()
            .filter_map(|it| Some((it.channel, it.first_comment.clone()?)))
            .collect(),
        own_texts: targets.into_iter().filter_map(|it| Some((it.channel, it.text?))).collect(),
        ..Words::default()
    };
    read_words(conn, organisation, it, &said).await
}

/// Holds the words that somebody is typing into a post against the charter.
pub async fn read_words(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Post,
    said: &Words,
) -> store::Result<Held> {
    let passages = passages(conn, organisation, it, said).await?;
    let house = charter::read(conn, organisation).await?;
    let waivers = waiver::list(conn, organisation, it.id).await?;
    let mut found = Vec::new();
    for (place, passage) in passages.iter().enumerate() {
        let all = house.charter.read(&passage.text, &house.language, passage.dialect, passage.part);
        found.extend(all.into_iter().map(|remark| {
            let about = about(&passage.text, &remark);
            let same = |it: &&Waiver| it.rule == remark.rule.name() && it.about == about;
            let waiver = waivers.iter().find(same).cloned();
            Found { passage: place, waiver, about, remark }
        }));
    }
    Ok(Held { passages, found })
}

async fn passages(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Post,
    said: &Words,
) -> store::Result<Vec<Passage>> {
    let beside = |place: &str, text: &str| Passage {
        place: place.to_owned(),
        text: text.to_owned(),
        dialect: dialect(None),
        part: Part::Beside,
    };
    let (mut all, mut kinds, mut is_article) = (Vec::new(), Vec::new(), false);
    let (mut below, mut common_below) = (Vec::new(), None);
    let comment = |place: String, text: &str, kind: Option<ChannelKind>| Passage {
        place,
        text: text.to_owned(),
        dialect: dialect(kind),
        part: Part::Below,
    };
    for id in &said.channels {
        let Some(channel) = store::channel::get(conn, organisation, *id).await? else { continue };
        let kind: Option<ChannelKind> = channel.kind.parse().ok();
        is_article |= crate::work::release::can_article(&channel);
        match said.own_first_comments.get(id).filter(|text| !text.trim().is_empty()) {
            Some(text) => below.push(comment(format!("{FIRST_COMMENT}-{id}"), text, kind)),
            None if Network::of(&channel).no_comment().is_none() => {
                common_below.get_or_insert(kind);
            }
            None => {}
        }
        match said.own_texts.get(id).filter(|text| !text.trim().is_empty()) {
            Some(text) => all.push(Passage {
                place: id.to_string(),
                text: text.clone(),
                dialect: dialect(kind),
                part: Part::Post,
            }),
            None => kinds.push(kind),
        }
    }
    if said.channels.is_empty() || !kinds.is_empty() {
        let kind = kinds.first().copied().flatten();
        let text = said.text.clone();
        all.insert(0, Passage { place: COMMON.to_owned(), text, dialect: dialect(kind), part: Part::Post });
    }
    if said.channels.is_empty() || common_below.is_some() {
        all.push(comment(FIRST_COMMENT.to_owned(), &said.first_comment, common_below.flatten()));
    }
    all.extend(below);
    if is_article {
        all.push(beside("title", &it.title));
    }
    all.push(beside("warning", &said.warning));
    for picture in post::picture::list(conn, organisation, it.id).await? {
        all.push(beside(&picture.id.to_string(), picture.alt.as_deref().unwrap_or_default()));
    }
    all.retain(|it| !it.text.trim().is_empty());
    Ok(all)
}

/// Sets a binding remark aside, for a reason.
///
/// # Errors
/// The right or the reason is missing, the post has gone on, or nobody made such a remark: neither on what stands there
/// nor on what the actor is typing.
pub async fn waive(
    app: &App,
    actor: &Actor,
    id: PostId,
    rule: &str,
    about_what: &str,
    reason: &str,
) -> Result<()> {
    let now = app.now();
    let reason = paragraph("reason", reason)?;
    if reason.is_empty() {
        return Err(Refusal::Invalid { field: "reason", code: "empty" });
    }
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id, Action::Look).await?;
    in_hand(&it)?;
    if !binds(&mut conn, actor, &it, rule, about_what).await? {
        return Err(Refusal::Invalid { field: "waiver", code: "unknown" });
    }
    let waiver = Waiver {
        rule: rule.to_owned(),
        about: about_what.to_owned(),
        colleague: actor.colleague,
        at: now,
        reason,
    };
    waiver::put(&mut conn, actor.organisation, id, &waiver).await?;
    told(&mut conn, actor, now, "post.waived", id, &waiver).await?;
    Ok(conn.commit().await?)
}

/// Whether such a remark binds: on what stands in the post, or on what the actor is typing into it.
async fn binds(
    conn: &mut Conn,
    actor: &Actor,
    it: &Post,
    rule: &str,
    about_what: &str,
) -> store::Result<bool> {
    let is_it = |remark: &Remark, what: &str| remark.must && remark.rule.name() == rule && what == about_what;
    let stands = read(conn, actor.organisation, it).await?;
    if stands.found.iter().any(|found| is_it(&found.remark, &found.about)) {
        return Ok(true);
    }
    let draft = post::words::draft(conn, actor.organisation, it.id, actor.colleague).await?;
    let Some(draft) = draft else { return Ok(false) };
    let house = charter::read(conn, actor.organisation).await?;
    let texts = draft.own_texts.values().chain([&draft.text]).map(|text| (text, Part::Post));
    let below = draft.own_first_comments.values().chain([&draft.first_comment]);
    Ok(texts.chain(below.map(|text| (text, Part::Below))).any(|(text, part)| {
        let all = house.charter.read(text, &house.language, dialect(None), part);
        all.iter().any(|remark| is_it(remark, &about(text, remark)))
    }))
}

/// Makes a remark that was set aside bind again.
///
/// # Errors
/// The right is missing, the post has gone on, or the remark wasn't set aside.
pub async fn take_back(app: &App, actor: &Actor, id: PostId, rule: &str, about: &str) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id, Action::Look).await?;
    in_hand(&it)?;
    let all = waiver::list(&mut conn, actor.organisation, id).await?;
    let found = all.into_iter().find(|it| it.rule == rule && it.about == about).ok_or(Refusal::NotFound)?;
    waiver::take(&mut conn, actor.organisation, id, rule, about).await?;
    told(&mut conn, actor, now, "post.unwaived", id, &found).await?;
    Ok(conn.commit().await?)
}

/// Only what is being written or checked, or waits for its hour, can still be looked at.
fn in_hand(it: &Post) -> Result<()> {
    match it.state {
        State::ToWrite | State::ToValidate | State::Scheduled => Ok(()),
        _ => Err(Objection::State.into()),
    }
}

async fn told(conn: &mut Conn, actor: &Actor, now: i64, verb: &str, id: PostId, it: &Waiver) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "rule": it.rule, "about": it.about, "reason": it.reason })),
    };
    journal::write(conn, entry).await?;
    Ok(())
}
