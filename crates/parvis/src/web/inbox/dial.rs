//! The clock of whoever waits: a ring with the share of time left, amber under a quarter, a red disc once
//! past due, a check when answered. Draws what it is told; knows no conversation list.

use std::fmt;

use crate::store::conversation::{Conversation, NEVER, State};
use crate::store::desk::Desk;
use crate::web::asset::Icon;
use crate::web::language::Words;

/// Length of the ring's line (2πr, r = 6).
const RING: f64 = 37.7;

/// How pressing a wait is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Face {
    Late,
    /// Share of time left, from 0 to 1.
    Left(f64),
    Done,
    Asleep,
}

/// A clock with its words.
#[derive(Clone, Debug)]
pub struct Dial {
    face: Face,
    words: String,
}

impl Dial {
    /// The clock of a conversation at `now`, in short words (`+ 38 min`).
    pub fn short(it: &Conversation, desk: Option<&Desk>, words: &Words, now: i64) -> Self {
        Self::of(it, desk, words, now, false)
    }

    /// The same in a sentence (`délai dépassé de 38 min`), for the head of the conversation.
    pub fn long(it: &Conversation, desk: Option<&Desk>, words: &Words, now: i64) -> Self {
        Self::of(it, desk, words, now, true)
    }

    fn of(it: &Conversation, desk: Option<&Desk>, words: &Words, now: i64, long: bool) -> Self {
        let facets = &it.facets;
        match facets.state {
            State::Snoozed => {
                let until = words.moment(facets.snoozed_until.unwrap_or(now), now);
                Self { face: Face::Asleep, words: words.t1("clock-until", "moment", until) }
            }
            State::Closed => Self { face: Face::Done, words: words.t("state-closed") },
            State::Waiting | State::Merged => Self { face: Face::Done, words: words.t("clock-answered") },
            State::Open if facets.due_at == NEVER => {
                Self { face: Face::Left(1.0), words: words.t("clock-none") }
            }
            State::Open => {
                let since = facets.awaiting_since.unwrap_or(it.first_at);
                // A desk that closes for the night doesn't let the ring run down until it opens.
                let whole =
                    desk.map_or(facets.due_at - since, |it| it.answer_within.min(facets.due_at - since));
                Self::running(whole, facets.due_at, words, now, long)
            }
        }
    }

    fn running(whole: i64, due: i64, words: &Words, now: i64, long: bool) -> Self {
        if due < now {
            let said = if long {
                words.t1("clock-late", "span", words.span(now - due))
            } else {
                words.due(due, now)
            };
            return Self { face: Face::Late, words: said };
        }
        #[expect(clippy::cast_precision_loss, reason = "a share of a drawn ring")]
        let share = (due - now) as f64 / whole.max(1) as f64;
        Self { face: Face::Left(share.clamp(0.0, 1.0)), words: words.due(due, now) }
    }

    fn class(&self) -> &'static str {
        match self.face {
            Face::Late => "late",
            Face::Left(share) if share < 0.25 => "soon",
            Face::Left(_) | Face::Asleep => "",
            Face::Done => "done",
        }
    }
}

impl fmt::Display for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<span class=\"chr {}\">", self.class())?;
        match self.face {
            Face::Late => f.write_str(
                "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"M8 4.8v3.7M8 11v.1\"/></svg>",
            )?,
            Face::Left(share) => write!(
                f,
                "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><circle cx=\"8\" cy=\"8\" r=\"6\"/><circle cx=\"8\" cy=\"8\" r=\"6\" stroke-dasharray=\"{:.1} {RING}\" transform=\"rotate(-90 8 8)\"/></svg>",
                share * RING
            )?,
            Face::Done => write!(f, "{}", Icon::new("check", "s"))?,
            Face::Asleep => write!(f, "{}", Icon::new("snooze", "s"))?,
        }
        // Words come from the catalogue and from numbers; nothing from outside is in them.
        write!(f, "{}</span>", self.words)
    }
}

impl askama::filters::HtmlSafe for Dial {}
