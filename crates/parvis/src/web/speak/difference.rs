//! The versions of a post, each with what it changed against the one before, word by word.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::command::post as command;
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::post::waiver;
use crate::store::post::words::{self, Version};
use crate::web::error::{Failure, page};
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Words beyond which two texts aren't compared word by word.
const COMPARED: usize = 1_500;

/// A stretch of text, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// `""` for what stayed, `ins`, `del`.
    pub(super) tag: &'static str,
    pub(super) text: String,
}

/// What changed from `before` to `after`: the longest common run of words stays.
pub(super) fn difference(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (split(before), split(after));
    if old.len() > COMPARED || new.len() > COMPARED {
        let piece = |tag, text: &str| Piece { tag, text: text.to_owned() };
        return vec![piece("del", before), piece("ins", after)];
    }
    // Longest common subsequence, from the end, so that it can be walked from the start.
    let width = new.len() + 1;
    let mut long = vec![0_u32; (old.len() + 1) * width];
    let at = |long: &[u32], i: usize, j: usize| long.get(i * width + j).copied().unwrap_or(0);
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            let best = if left == right {
                at(&long, i + 1, j + 1) + 1
            } else {
                at(&long, i + 1, j).max(at(&long, i, j + 1))
            };
            if let Some(cell) = long.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut pieces) = (0, 0, Vec::new());
    while let (Some(left), Some(right)) = (old.get(i), new.get(j)) {
        if left == right {
            push(&mut pieces, "", left);
            (i, j) = (i + 1, j + 1);
        } else if at(&long, i + 1, j) >= at(&long, i, j + 1) {
            push(&mut pieces, "del", left);
            i += 1;
        } else {
            push(&mut pieces, "ins", right);
            j += 1;
        }
    }
    old.iter().skip(i).for_each(|word| push(&mut pieces, "del", word));
    new.iter().skip(j).for_each(|word| push(&mut pieces, "ins", word));
    pieces
}

fn push(pieces: &mut Vec<Piece>, tag: &'static str, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.tag == tag => last.text.push_str(text),
        _ => pieces.push(Piece { tag, text: text.to_owned() }),
    }
}

/// Words, each with the space after it.
fn split(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

/// Icon and name of the network, nothing for the common text; and the pieces of what is new.
type Text = (Option<(&'static str, String)>, Vec<Piece>);

/// What one version changed.
struct Change {
    number: i64,
    who: String,
    at: String,
    /// The model that proposed words of it.
    assistant: Option<String>,
    /// The common text, then each network's own; then the first comments that changed.
    texts: Vec<Text>,
}

#[derive(Template)]
#[template(path = "speak/versions.html")]
struct VersionsPage {
    layout: Layout,
    id: PostId,
    title: String,
    changes: Vec<Change>,
    waived: Vec<Waived>,
}

/// What was left as it is against the charter.
struct Waived {
    rule: String,
    about: String,
    who: String,
    at: String,
    reason: String,
}

/// `GET /speak/{id}/versions`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &signed.actor, id, Action::ReadPosts).await;
    let it = it.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let versions = words::versions(&mut conn, signed.organisation.id, id).await?;
    let now = app.now();
    let change = |(place, new): (usize, &Version)| {
        let old = versions.get(place + 1);
        let mut texts = vec![(None, difference(old.map_or("", |it| &it.text), &new.text))];
        for (channel, text) in &new.own_texts {
            let before = old.and_then(|it| it.own_texts.get(channel)).map_or("", String::as_str);
            let name = house.channel(*channel).map(|it| (channel_icon(&it.kind), it.name.clone()));
            if before != text {
                texts.push((name, difference(before, text)));
            }
        }
        let title = signed.words.t("post-first-comment");
        let before = old.map_or("", |it| &it.first_comment);
        if before != new.first_comment {
            texts.push((Some(("talk", title.clone())), difference(before, &new.first_comment)));
        }
        let none = words::OwnTexts::new();
        let before = old.map_or(&none, |it| &it.own_first_comments);
        let channels: BTreeSet<_> = before.keys().chain(new.own_first_comments.keys()).collect();
        for channel in channels {
            let said = |all: &words::OwnTexts| all.get(channel).cloned().unwrap_or_default();
            let (before, after) = (said(before), said(&new.own_first_comments));
            let name = house.channel(*channel);
            let name = name.map(|it| (channel_icon(&it.kind), format!("{} · {title}", it.name)));
            if before != after {
                texts.push((name, difference(&before, &after)));
            }
        }
        let who = house.colleague(new.colleague).map_or_else(String::new, |it| it.name.clone());
        Change {
            number: new.number,
            who,
            at: signed.words.moment(new.at, now),
            assistant: new.assistant.clone(),
            texts,
        }
    };
    let changes = versions.iter().enumerate().map(change).collect();
    let waivers = waiver::list(&mut conn, signed.organisation.id, id).await?;
    let waived = waivers.into_iter().map(|it| Waived {
        rule: signed.words.named("rule", &it.rule),
        who: house.colleague(it.colleague).map_or_else(String::new, |it| it.name.clone()),
        at: signed.words.moment(it.at, now),
        about: it.about,
        reason: it.reason,
    });
    let waived = waived.collect();
    let title = signed.words.t("post-versions");
    let layout = Layout::of(&mut conn, &signed, Place::Speak, title).await?;
    page(&VersionsPage { layout, id, title: it.title, changes, waived })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stayed_stays_and_both_texts_can_be_read_back() {
        let (old, new) = ("La salle ouvre le 2 décembre.", "La grande salle ouvre le 3 décembre.");
        let pieces = difference(old, new);
        let read = |skip: &str| -> String {
            pieces.iter().filter(|it| it.tag != skip).map(|it| it.text.as_str()).collect()
        };
        assert_eq!((read("ins"), read("del")), (old.to_owned(), new.to_owned()));
        let tags: Vec<_> = pieces.iter().map(|it| (it.tag, it.text.as_str())).collect();
        assert_eq!(
            tags,
            [
                ("", "La "),
                ("ins", "grande "),
                ("", "salle ouvre le "),
                ("del", "2 "),
                ("ins", "3 "),
                ("", "décembre.")
            ]
        );
    }
}
