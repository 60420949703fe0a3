//! The parts of a post's page, read for its template.

use crate::command::asset as library;
use crate::id::{AssetId, PostId};
use crate::rules::permission::Action;
use crate::rules::post::CHECKLIST;
use crate::store::asset::Filter;
use crate::store::house::House;
use crate::store::message::{self, Stage};
use crate::store::post::look::{Comment, Tick};
use crate::store::post::picture::Picture as Kept;
use crate::store::post::{self, Post, Target};
use crate::store::{self, Conn};
use crate::web::inbox::house::channel_icon;
use crate::web::language::Words;
use crate::web::material::right;
use crate::web::session::Signed;

/// Pictures of the library that are offered beside the others.
const PICKS: i64 = 8;

/// A picture.
pub(super) struct Picture {
    pub(super) src: String,
    pub(super) alt: String,
    /// Where it stands in the library.
    pub(super) asset: Option<String>,
    /// How the rights stand: class, icon and words.
    pub(super) right: Option<(&'static str, &'static str, String)>,
}

/// A picture of the library that can be put into the post.
pub(super) struct Pick {
    pub(super) id: AssetId,
    pub(super) src: String,
    pub(super) title: String,
    pub(super) right: Option<(&'static str, &'static str, String)>,
}

/// A line of the checklist.
pub(in crate::web::speak) struct Line {
    pub(in crate::web::speak) item: &'static str,
    pub(in crate::web::speak) name: String,
    pub(in crate::web::speak) by: Option<String>,
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

/// The pictures of a post, with how the rights to each stand.
pub(super) async fn pictures(
    conn: &mut Conn,
    signed: &Signed,
    id: PostId,
    all: Vec<Kept>,
    now: i64,
) -> store::Result<Vec<Picture>> {
    let mut shown = Vec::with_capacity(all.len());
    for it in all {
        let found = match it.asset {
            Some(asset) => store::asset::get(conn, signed.organisation.id, asset).await?.map(|it| it.0),
            None => None,
        };
        let seen = |asset: &store::asset::Asset| {
            signed.actor.may(Action::ReadMaterial)
                && library::only(&signed.actor).is_none_or(|own| own == asset.colleague)
        };
        shown.push(Picture {
            src: format!("/speak/{id}/picture/{}", it.id),
            alt: it.alt.unwrap_or_default(),
            right: found.as_ref().and_then(|it| right(&signed.words, it, now)),
            asset: found.filter(seen).map(|it| format!("/material/{}", it.id)),
        });
    }
    Ok(shown)
}

/// Pictures of the library for the post: those of its theme first, then what was brought last; none whose rights have ended.
pub(super) async fn picks(
    conn: &mut Conn,
    signed: &Signed,
    theme: &str,
    now: i64,
) -> store::Result<Vec<Pick>> {
    if !signed.actor.may(Action::ReadMaterial) {
        return Ok(Vec::new());
    }
    let mut all: Vec<Pick> = Vec::new();
    for theme in [Some(theme.to_owned()).filter(|it| !it.is_empty()), None] {
        let asked = Filter { only: library::only(&signed.actor), theme, ..Filter::default() };
        for (it, file) in store::asset::list(conn, signed.organisation.id, &asked, PICKS).await? {
            let ended = it.expires_at.is_some_and(|at| at <= now);
            if !ended && all.iter().all(|other| other.id != it.id) {
                all.push(Pick {
                    src: format!("/material/{}/file/{}", it.id, file.number),
                    right: right(&signed.words, &it, now),
                    id: it.id,
                    title: it.title,
                });
            }
        }
    }
    all.truncate(usize::try_from(PICKS).unwrap_or(0));
    Ok(all)
}

/// Who and when, under a tick.
pub(super) fn by(words: &Words, house: &House, it: &Tick, now: i64) -> String {
    let who = house.colleague(it.colleague).map_or("", |it| it.name.as_str());
    format!("{who} · {}", words.moment(it.at, now))
}

/// The checklist; what there is none of isn't asked.
pub(in crate::web::speak) fn lines(
    words: &Words,
    house: &House,
    ticks: &[Tick],
    pictures: bool,
    now: i64,
) -> Vec<Line> {
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

/// What became of each network, once something was released: of a thread each part, then the first comment.
pub(super) async fn left(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    id: PostId,
    targets: &[Target],
) -> store::Result<Vec<Left>> {
    let words = &signed.words;
    let mut all = Vec::new();
    for target in targets {
        let channel = house.channel(target.channel);
        let parts = post::part::list(conn, signed.organisation.id, id, target.channel).await?;
        let thread = parts.iter().filter(|part| !part.first_comment).count();
        for (number, part) in parts.iter().enumerate() {
            let Some(it) = message::get(conn, signed.organisation.id, part.message).await? else { continue };
            let (class, mark) = match it.stage {
                Stage::Published => ("ok", "check"),
                Stage::Rejected | Stage::Withdrawn => ("alert", "alert"),
                Stage::Unknown => ("wait", "clock"),
                _ => ("", "send"),
            };
            // A part whose turn hasn't come has nothing to go below yet.
            let waits = number > 0 && it.stage == Stage::Held && it.remote_parent_id.is_none();
            let stage = if waits { "waiting" } else { it.stage.as_str() };
            let name = channel.map_or_else(String::new, |it| it.name.clone());
            let name = match part.first_comment {
                true => format!("{name} · {}", words.t("post-first-comment")),
                false if thread > 1 => format!("{name} {}/{thread}", number + 1),
                false => name,
            };
            all.push(Left {
                icon: channel.map_or("globe", |it| channel_icon(&it.kind)),
                name,
                class,
                mark,
                said: words.named("post-stage", stage),
                url: it.url.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
                why: it.error_text,
            });
        }
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
