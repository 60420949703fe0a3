//! What was said in a conversation, as it is shown: by the public, by us, between us; with earlier versions,
//! deletions, pictures, and where each of our answers stands on its way.

use std::collections::HashMap;

use parvis_channels::{CapabilitySet, Mark};

use super::filter::address;
use super::list::who;
use super::moderate::{self, Choice, Decided};
use crate::id::{AuthorId, ChannelId, ConversationId, MessageId};
use crate::store::attachment::Attachment;
use crate::store::author::Author;
use crate::store::house::House;
use crate::store::message::{self, Direction, Message, Stage};
use crate::store::moderation::Moderation;
use crate::store::reading::Reading;
use crate::store::{self, Conn};
use crate::web::form::initials;
use crate::web::session::Signed;

/// Messages shown at once; older ones are asked for.
pub const LENGTH: i64 = 50;

/// An earlier text of a message.
pub struct Earlier {
    /// When it stood there.
    pub at: String,
    /// What it said.
    pub text: String,
}

/// A picture or file.
pub struct Shown {
    /// Where the browser gets it; `None` while we don't have it.
    pub src: Option<String>,
    /// It can be shown as a picture.
    pub picture: bool,
    /// Alternative text, or that there is none.
    pub alt: Option<String>,
    /// Width and height, when known.
    pub size: Option<(i64, i64)>,
    /// What it is, in words.
    pub kind: String,
}

/// Where an answer of ours stands.
pub struct Way {
    /// The stage's name.
    pub stage: &'static str,
    /// In words.
    pub said: String,
    /// Until when it is held (ms since 1970), for the countdown.
    pub until: Option<i64>,
    /// Why the network refused.
    pub reason: Option<String>,
}

/// One message.
pub struct Said {
    /// Its id, which keys it.
    pub id: MessageId,
    /// Day that begins with it.
    pub day: Option<String>,
    /// Class of its ground: nothing, `us` or `int`.
    pub class: &'static str,
    /// Two letters.
    pub initials: String,
    /// Who said it.
    pub who: String,
    /// By which colleague, for what we said.
    pub by: Option<String>,
    /// When.
    pub at: String,
    /// The same for machines.
    pub machine_at: String,
    /// Who can see it, in words.
    pub visibility: String,
    /// Its language.
    pub language: Option<String>,
    /// Title of an article.
    pub title: Option<String>,
    /// Content warning.
    pub warning: Option<String>,
    /// Plain text; shown when there is no HTML.
    pub text: String,
    /// Sanitised when it came in; shown as it is.
    pub html: String,
    /// When it was deleted over there.
    pub deleted: Option<String>,
    /// When it was edited.
    pub edited: Option<String>,
    /// What it said before.
    pub versions: Vec<Earlier>,
    /// Its pictures and files.
    pub attachments: Vec<Shown>,
    /// Where the public sees it.
    pub url: Option<String>,
    /// Where it stands, for ours.
    pub way: Option<Way>,
    /// What else is said of it, with the class of its chip.
    pub marks: Vec<(&'static str, String)>,
    /// What it was read as, for the public's.
    pub read: Option<Read>,
    /// It insults people: it is shown to those who ask.
    pub hidden: bool,
    /// What was decided about it on its network.
    pub decided: Option<Decided>,
    /// What can be decided about it there.
    pub choices: Vec<Choice>,
}

/// What a message is taken to say.
pub struct Read {
    /// Where it is said why, and corrected.
    pub href: String,
    /// Class and icon of its sentiment.
    pub mood: &'static str,
    /// Sentiment, intent and whether an answer is waited for, in words.
    pub said: String,
    /// A colleague said otherwise than the model.
    pub corrected: bool,
    /// The newest of the public's.
    pub newest: bool,
}

/// The part of a thread that is shown.
pub struct Thread {
    /// Oldest first.
    pub messages: Vec<Said>,
    /// Where the older ones are.
    pub older: Option<String>,
    /// Older ones are shown; this leads back to the newest.
    pub newest: Option<String>,
    /// The newest message, for "somebody has answered since".
    pub seen: Option<MessageId>,
}

/// Where in a thread to read, and for whom.
pub struct Reader<'a> {
    /// For whom.
    pub signed: &'a Signed,
    /// The house by name.
    pub house: &'a House,
    /// Which conversation.
    pub id: ConversationId,
    /// Query of the list it stands in.
    pub query: &'a str,
    /// Only what was said before this (`sent_at~id`).
    pub before: Option<(i64, MessageId)>,
    /// Now (µs).
    pub now: i64,
}

/// Reads `sent_at~id` back.
pub fn place(text: &str) -> Option<(i64, MessageId)> {
    let (at, id) = text.split_once('~')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

impl Reader<'_> {
    /// The thread as it is shown.
    pub async fn read(&self, conn: &mut Conn) -> store::Result<Thread> {
        let organisation = self.signed.actor.organisation;
        let mut all = message::thread(conn, organisation, self.id, self.before, LENGTH + 1).await?;
        let is_more = i64::try_from(all.len()).unwrap_or(0) > LENGTH;
        if is_more {
            all.remove(0);
        }
        let path = format!("/inbox/{}", self.id);
        let first = all.first().map(|it| format!("{}~{}", it.sent_at, it.id)).filter(|_| is_more);
        let ids: Vec<AuthorId> = all.iter().filter_map(|it| it.author).collect();
        let authors = store::author::get_all(conn, organisation, &ids).await?;
        let authors: HashMap<AuthorId, Author> = authors.into_iter().map(|it| (it.id, it)).collect();
        let attachments = store::attachment::of_all(conn, organisation, all.iter().map(|it| it.id)).await?;
        let readings = store::reading::get_all(conn, organisation, all.iter().map(|it| it.id)).await?;
        let corrected = store::correction::standing(conn, organisation, all.iter().map(|it| it.id)).await?;
        let decided = store::moderation::of_all(conn, organisation, all.iter().map(|it| it.id)).await?;
        let newest = all.iter().rev().find(|it| it.direction == Direction::In).map(|it| it.id);
        let mut messages = Vec::with_capacity(all.len());
        let mut last_day = None;
        for it in &all {
            let mut said = self.said(conn, it, &authors, &attachments).await?;
            let read = readings.get(&it.id);
            said.hidden = read.is_some_and(Reading::is_abusive);
            said.read = read.map(|read| Read {
                corrected: corrected.iter().any(|word| word.message == it.id),
                newest: newest == Some(it.id),
                ..self.taken_for(read)
            });
            let now = decided.iter().find(|now| now.message == it.id);
            if said.deleted.is_some() && now.is_some_and(Moderation::is_spam) {
                said.deleted = Some(self.signed.words.t("moderate-spam-gone"));
            }
            (said.decided, said.choices) = moderate::shown(self.signed, &self.abilities(it.channel), it, now);
            let day = self.signed.words.zoned(it.sent_at).date();
            said.day = (last_day != Some(day)).then(|| self.day(it.sent_at));
            last_day = Some(day);
            messages.push(said);
        }
        Ok(Thread {
            seen: all.last().filter(|_| self.before.is_none()).map(|it| it.id),
            messages,
            older: first.map(|key| address(&path, self.query, &[("before", &key)])),
            newest: self.before.map(|_| address(&path, self.query, &[])),
        })
    }

    fn abilities(&self, channel: ChannelId) -> CapabilitySet {
        let found = self.house.channel(channel);
        found.and_then(|it| serde_json::from_str(&it.capabilities).ok()).unwrap_or_default()
    }

    fn day(&self, at: i64) -> String {
        let words = &self.signed.words;
        match words.days_ago(at, self.now) {
            0 => words.t("day-today"),
            1 => words.t("day-yesterday"),
            _ => words.weekday(at, self.now),
        }
    }

    async fn said(
        &self,
        conn: &mut Conn,
        it: &Message,
        authors: &HashMap<AuthorId, Author>,
        attachments: &[Attachment],
    ) -> store::Result<Said> {
        let (words, organisation) = (&self.signed.words, self.signed.actor.organisation);
        let author = it.author.and_then(|id| authors.get(&id));
        let colleague = it.colleague.and_then(|id| self.house.colleague(id));
        let versions = match it.edited_at {
            Some(_) => message::versions(conn, organisation, it.id).await?,
            None => Vec::new(),
        };
        let (class, name) = match it.direction {
            Direction::In => (
                "",
                author.map_or_else(|| words.t("author-unknown"), |it| who(&it.kind, &it.handle, &it.name)),
            ),
            Direction::Out => ("us", self.signed.organisation.name.clone()),
            Direction::Note => {
                ("int", colleague.map_or_else(|| words.t("colleague-unknown"), |it| it.name.clone()))
            }
        };
        Ok(Said {
            id: it.id,
            day: None,
            class,
            initials: colleague.map_or_else(|| initials(&name), |it| it.initials.clone()),
            by: (it.direction == Direction::Out).then(|| match colleague {
                Some(colleague) => words.t1("said-by", "name", &colleague.name),
                None => words.t("said-outside"),
            }),
            who: name,
            at: words.clock(it.sent_at),
            machine_at: words.machine_time(it.sent_at),
            visibility: words.named("visibility", &it.visibility),
            language: it.language.clone(),
            title: it.title.clone(),
            warning: it.warning.clone().filter(|text| !text.is_empty()),
            text: it.text.clone(),
            html: it.html.clone(),
            deleted: it.deleted_at.map(|at| words.t1("said-deleted", "moment", words.moment(at, self.now))),
            edited: it.edited_at.map(|at| words.t1("said-edited", "moment", words.moment(at, self.now))),
            versions: versions
                .iter()
                .map(|old| Earlier { at: words.moment(old.version_at, self.now), text: old.text.clone() })
                .collect(),
            attachments: attachments
                .iter()
                .filter(|of| of.message == it.id)
                .map(|it| self.shown(it))
                .collect(),
            url: it.url.clone(),
            way: (it.direction == Direction::Out).then(|| self.way(it)),
            marks: it.marks.iter().map(|mark| self.mark(mark)).collect(),
            read: None,
            hidden: false,
            decided: None,
            choices: Vec::new(),
        })
    }

    fn taken_for(&self, it: &Reading) -> Read {
        let words = &self.signed.words;
        let mut said = vec![words.named("sentiment", &it.sentiment)];
        said.extend((it.intent != "other").then(|| words.named("intent", &it.intent)));
        said.extend(it.needs_answer.then(|| words.t("read-needs")));
        Read {
            href: address(&format!("/inbox/{}/why/{}", self.id, it.message), self.query, &[]),
            mood: super::mood(&it.sentiment),
            said: said.join(" · "),
            corrected: false,
            newest: false,
        }
    }

    fn mark(&self, mark: &Mark) -> (&'static str, String) {
        let (class, detail) = match mark {
            Mark::Automatic(header) => ("line", header.as_str()),
            Mark::SenderProved(domain) => ("ok", domain.as_str()),
            Mark::SenderDoubtful(domain) => ("wait", domain.as_str()),
            Mark::Cut | Mark::Overheard => ("line", ""),
            Mark::Held => ("wait", ""),
        };
        (class, self.signed.words.t1(&format!("mark-{}", mark.code()), "detail", detail))
    }

    fn shown(&self, it: &Attachment) -> Shown {
        Shown {
            src: it.stored_as.as_ref().map(|_| format!("/media/{}", it.id)),
            picture: it.kind == "image",
            alt: it.alt.clone().filter(|alt| !alt.trim().is_empty()),
            size: it.width.zip(it.height),
            kind: self.signed.words.named("attachment", &it.kind),
        }
    }

    fn way(&self, it: &Message) -> Way {
        let words = &self.signed.words;
        let stage = it.stage.as_str();
        let reason = it.error_code.as_ref().filter(|_| matches!(it.stage, Stage::Rejected | Stage::Unknown));
        Way {
            stage,
            said: words.t(&format!("stage-{stage}")),
            until: (it.stage == Stage::Held).then_some(it.sent_at / 1_000),
            reason: reason.map(|code| {
                let said = words.named("channel-error", code);
                match &it.error_text {
                    Some(text) if said == *code => text.clone(),
                    // It may stand there all the same: who sends it again should look first.
                    _ if it.stage == Stage::Rejected && code == "unknown" => {
                        format!("{said} {}", words.t("stage-look-first"))
                    }
                    _ => said,
                }
            }),
        }
    }
}
