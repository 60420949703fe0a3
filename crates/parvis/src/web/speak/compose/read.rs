//! The parts of a post's page, read for its template.

use parvis_channels::{CapabilitySet, ChannelKind};

use super::Typed;
use crate::command::post::can_begin;
use crate::id::PostId;
use crate::rules::post::CHECKLIST;
use crate::store::channel::Channel;
use crate::store::house::House;
use crate::store::message::{self, Stage};
use crate::store::post::look::{Comment, Tick};
use crate::store::post::picture::Picture as Kept;
use crate::store::post::{Post, Target};
use crate::store::{self, Conn};
use crate::web::inbox::house::channel_icon;
use crate::web::language::Words;
use crate::web::session::Signed;
use crate::web::speak::preview::Cut;

/// An account that the post may go to.
pub(super) struct Account {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) icon: &'static str,
    pub(super) name: String,
    /// What stands in the circle of its preview.
    pub(super) initial: String,
    pub(super) handle: String,
    pub(super) on: bool,
    /// Its own version; empty for the common text.
    pub(super) own: String,
    /// How it counts, for the script.
    pub(super) rule: String,
    pub(super) count: String,
    pub(super) max: String,
    /// Out of a hundred, for the bar.
    pub(super) share: usize,
    pub(super) over: usize,
    pub(super) cut: Cut,
    /// Addresses of the pictures that go with it.
    pub(super) pictures: Vec<(String, String)>,
}

/// A picture.
pub(super) struct Picture {
    pub(super) src: String,
    pub(super) alt: String,
}

/// A line of the checklist.
pub(super) struct Line {
    pub(super) item: &'static str,
    pub(super) name: String,
    pub(super) by: Option<String>,
}

/// What became of a network.
pub(super) struct Left {
    pub(super) icon: &'static str,
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    pub(super) said: String,
    pub(super) url: Option<String>,
    pub(super) why: Option<String>,
}

/// A remark.
pub(super) struct Remark {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) initials: String,
    pub(super) at: String,
    pub(super) machine_at: String,
    pub(super) text: String,
}

/// Those accounts of the house on which something can be said.
pub(super) fn accounts(
    signed: &Signed,
    house: &House,
    it: &Post,
    typed: &Typed,
    targets: &[Target],
    pictures: &[Kept],
) -> Vec<Account> {
    let all = house.channels.iter();
    all.filter_map(|channel| account(signed, channel, it, typed, targets, pictures)).collect()
}

fn account(
    signed: &Signed,
    channel: &Channel,
    it: &Post,
    typed: &Typed,
    targets: &[Target],
    pictures: &[Kept],
) -> Option<Account> {
    let kind: ChannelKind = channel.kind.parse().ok()?;
    let capabilities: CapabilitySet = serde_json::from_str(&channel.capabilities).unwrap_or_default();
    let rule = parvis_channels::channel(kind).text_rule(&capabilities);
    let on = targets.iter().any(|target| target.channel == channel.id);
    if !on && (rule.max == 0 || !can_begin(&capabilities)) {
        return None;
    }
    let own = typed.own.get(&channel.id).cloned().unwrap_or_default();
    let text = if own.trim().is_empty() { typed.text.trim() } else { own.trim() };
    let warning = it.warning.as_deref();
    let count = if text.is_empty() { 0 } else { rule.count(text, warning) };
    let max = usize::try_from(rule.max).unwrap_or(usize::MAX);
    let number = |it: usize| signed.words.number(i64::try_from(it).unwrap_or(i64::MAX));
    Some(Account {
        id: channel.id.to_string(),
        kind: channel.kind.clone(),
        icon: channel_icon(&channel.kind),
        initial: channel.name.chars().next().map(|it| it.to_uppercase().collect()).unwrap_or_default(),
        name: channel.name.clone(),
        handle: channel.handle.clone(),
        on,
        rule: serde_json::to_string(&rule).unwrap_or_default(),
        count: number(count),
        max: number(max),
        share: (count.saturating_mul(100) / max.max(1)).min(100),
        over: count.saturating_sub(max),
        cut: Cut::of(&rule, text, warning),
        own,
        pictures: pictures
            .iter()
            .map(|kept| {
                (format!("/speak/{}/picture/{}", it.id, kept.id), kept.alt.clone().unwrap_or_default())
            })
            .collect(),
    })
}

/// The pictures of a post.
pub(super) fn pictures(id: PostId, all: Vec<Kept>) -> Vec<Picture> {
    let picture =
        |it: Kept| Picture { src: format!("/speak/{id}/picture/{}", it.id), alt: it.alt.unwrap_or_default() };
    all.into_iter().map(picture).collect()
}

/// Who and when, under a tick.
pub(super) fn by(words: &Words, house: &House, it: &Tick, now: i64) -> String {
    let who = house.colleague(it.colleague).map_or("", |it| it.name.as_str());
    format!("{who} · {}", words.moment(it.at, now))
}

/// The checklist; what there is none of isn't asked.
pub(super) fn lines(words: &Words, house: &House, ticks: &[Tick], pictures: bool, now: i64) -> Vec<Line> {
    let line = |item: &'static str| Line {
        item,
        name: words.named("check", item),
        by: ticks.iter().find(|tick| tick.item == item).map(|it| by(words, house, it, now)),
    };
    CHECKLIST.into_iter().filter(|item| *item != "alt" || pictures).map(line).collect()
}

/// Who did what.
pub(super) fn credits(words: &Words, house: &House, it: &Post, now: i64) -> Vec<(String, String)> {
    let name = |id| house.colleague(id).map_or_else(String::new, |it| it.name.clone());
    let mut all = vec![(
        words.t("credit-idea"),
        format!("{} · {}", name(it.idea_by), words.moment(it.created_at, now)),
    )];
    if let Some(writer) = it.writer {
        all.push((words.t("credit-writer"), name(writer)));
    }
    if let Some(author) = it.written_by {
        all.push((words.t("credit-words"), name(author)));
    }
    if let Some(back) = it.sent_back_by {
        all.push((words.t("credit-back"), name(back)));
    }
    if let (Some(who), Some(at)) = (it.validated_by, it.validated_at) {
        all.push((words.t("credit-last-word"), format!("{} · {}", name(who), words.moment(at, now))));
    }
    if let Some(at) = it.published_at {
        all.push((words.t("credit-published"), words.moment(at, now)));
    }
    if let (Some(at), Some(answers)) = (it.measured_at, it.answers) {
        let said = words.t1("post-answers", "count", answers);
        all.push((words.t("credit-measured"), format!("{said} · {}", words.moment(at, now))));
    }
    all
}

/// What became of each network, once something was released.
pub(super) async fn left(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    targets: &[Target],
) -> store::Result<Vec<Left>> {
    let words = &signed.words;
    let mut all = Vec::new();
    for target in targets {
        let Some(id) = target.message else { continue };
        let Some(it) = message::get(conn, signed.organisation.id, id).await? else { continue };
        let channel = house.channel(target.channel);
        let (class, mark) = match it.stage {
            Stage::Published => ("ok", "check"),
            Stage::Rejected | Stage::Withdrawn => ("alert", "alert"),
            Stage::Unknown => ("wait", "clock"),
            _ => ("", "send"),
        };
        all.push(Left {
            icon: channel.map_or("globe", |it| channel_icon(&it.kind)),
            name: channel.map_or_else(String::new, |it| it.name.clone()),
            class,
            mark,
            said: words.named("post-stage", it.stage.as_str()),
            url: it.url.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
            why: it.error_text,
        });
    }
    Ok(all)
}

/// Remarks, oldest first.
pub(super) fn remarks(words: &Words, house: &House, all: Vec<Comment>, now: i64) -> Vec<Remark> {
    let remark = |it: Comment| {
        let who = house.colleague(it.colleague);
        Remark {
            id: it.id.to_string(),
            who: who.map_or_else(String::new, |it| it.name.clone()),
            initials: who.map_or_else(String::new, |it| it.initials.clone()),
            at: words.moment(it.at, now),
            machine_at: words.machine_time(it.at),
            text: it.text,
        }
    };
    all.into_iter().rev().map(remark).collect()
}
