//! The list of conversations: rows for a page of a filter, or for what a search found. Reads, never writes.

use super::dial::Dial;
use super::filter::{Asked, MOST, address};
use super::house::channel_icon;
use crate::id::ConversationId;
use crate::rules::text::excerpt;
use crate::store::conversation::{self, Named, State};
use crate::store::house::House;
use crate::store::reading::Reading;
use crate::store::{self, Conn};
use crate::web::language::Words;
use crate::web::session::Signed;

/// Rows of a page.
pub const PAGE: i64 = 50;

/// Somebody's circle.
pub struct Badge {
    /// Two letters.
    pub initials: String,
    /// Their name.
    pub name: String,
}

/// One conversation in the list.
pub struct Row {
    /// Its id, which also keys the row.
    pub id: ConversationId,
    /// Where it opens, with the list kept.
    pub href: String,
    /// It is the open one.
    pub current: bool,
    /// Nobody waits for us in it.
    pub quiet: bool,
    /// Before everything else.
    pub urgent: bool,
    /// Icon of its network.
    pub icon: &'static str,
    /// Name of its channel.
    pub channel: String,
    /// Who writes.
    pub who: String,
    /// Their server, where the network has several.
    pub host: String,
    /// When it last moved, as people say it.
    pub at: String,
    /// The same for machines.
    pub machine_at: String,
    /// What was said last, or what was found.
    pub excerpt: String,
    /// Language of the excerpt.
    pub language: Option<String>,
    /// What the person wants, in words.
    pub intent: Option<String>,
    /// `positive`, `neutral`, `negative`.
    pub sentiment: Option<String>,
    /// Who has it.
    pub holder: Option<Badge>,
    /// Name of its desk.
    pub desk: String,
    /// Its clock.
    pub dial: Dial,
}

impl Row {
    /// Class of the sentiment's chip and name of its icon.
    pub fn mood(&self) -> &'static str {
        super::mood(self.sentiment.as_deref().unwrap_or_default())
    }

    /// What insults people stands in no list: who opens the conversation decides whether to read it.
    fn hide(&mut self, is_abusive: bool, words: &Words) {
        if is_abusive {
            (self.excerpt, self.language) = (words.t("said-hidden"), None);
        }
    }
}

/// A page of the list.
pub struct List {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Where it goes on.
    pub more: Option<String>,
    /// How many rows come before those that the last step added.
    pub before: usize,
    /// Back to its beginning.
    pub start: Option<String>,
}

/// What rows are made with.
pub struct Maker<'a> {
    /// For whom.
    pub signed: &'a Signed,
    /// The house by name.
    pub house: &'a House,
    /// What is asked for.
    pub asked: &'a Asked,
    /// The open conversation.
    pub open: Option<ConversationId>,
    /// Now (µs).
    pub now: i64,
}

impl Maker<'_> {
    /// The page that is asked for.
    pub async fn list(&self, conn: &mut Conn) -> store::Result<List> {
        match self.asked.search() {
            Some(words) => self.found(conn, words).await,
            None => self.page(conn).await,
        }
    }

    async fn page(&self, conn: &mut Conn) -> store::Result<List> {
        let (actor, filter) = (&self.signed.actor, self.asked.filter());
        let (after, length) = (self.asked.after.parse().ok(), self.length());
        let mut all = conversation::page_named(conn, actor, &filter, after, length + 1, self.now).await?;
        let is_more = i64::try_from(all.len()).unwrap_or(0) > length;
        all.truncate(usize::try_from(length).unwrap_or(50));
        let key = all.last().map(|(it, _)| it.key(filter.order).to_string()).filter(|_| is_more);
        Ok(List {
            rows: self.rows(&all),
            more: key.map(|key| self.more(&key)),
            before: self.before(),
            start: after.map(|_| address("/inbox", &self.asked.first(), &[])),
        })
    }

    /// Rows shown at most.
    fn length(&self) -> i64 {
        PAGE * i64::from(self.asked.pages())
    }

    /// Rows of the pages before the last one.
    fn before(&self) -> usize {
        usize::try_from(self.length() - PAGE).unwrap_or(0)
    }

    /// Where a list that ends at `key` goes on: the same with one page more, the open conversation beside
    /// it; after many pages the page that follows, alone.
    fn more(&self, key: &str) -> String {
        let path = self.open.map_or_else(|| "/inbox".to_owned(), |id| format!("/inbox/{id}"));
        let after = Some(("after", self.asked.after.as_str())).filter(|(_, after)| !after.is_empty());
        let pages = (self.asked.pages() + 1).to_string();
        let first = self.asked.first();
        if self.asked.pages() == MOST {
            return address("/inbox", &first, &[("after", key)]);
        }
        let more: Vec<(&str, &str)> = after.into_iter().chain([("pages", pages.as_str())]).collect();
        format!("{}#suite", address(&path, &first, &more))
    }

    async fn found(&self, conn: &mut Conn, words: &str) -> store::Result<List> {
        let actor = &self.signed.actor;
        let (before, length) = (self.asked.after.parse().ok(), self.length());
        let hits = store::search::find(
            conn,
            actor.organisation,
            &actor.scope,
            words,
            &self.asked.within(),
            (before, length),
        )
        .await?;
        let (ids, said) = (hits.iter().map(|hit| hit.conversation), hits.iter().map(|hit| hit.message));
        let all = conversation::get_all(conn, actor.organisation, ids).await?;
        let read = store::reading::get_all(conn, actor.organisation, said.clone()).await?;
        let said = store::message::get_all(conn, actor.organisation, said).await?;
        let base = self.asked.query();
        let mut rows: Vec<Row> = Vec::new();
        for hit in &hits {
            if rows.iter().any(|row| row.id == hit.conversation) {
                continue;
            }
            let Some(it) = all.iter().find(|(it, _)| it.id == hit.conversation) else { continue };
            let mut row = self.row(it, &base);
            if let Some(message) = said.iter().find(|it| it.id == hit.message) {
                let read = read.get(&message.id);
                row.excerpt = around(&message.text, words);
                row.intent = read.and_then(|it| intent(&self.signed.words, &it.intent));
                row.sentiment = read.map(|it| it.sentiment.clone());
                row.hide(read.is_some_and(Reading::is_abusive), &self.signed.words);
                row.at = self.signed.words.moment(message.sent_at, self.now);
                row.machine_at = self.signed.words.machine_time(message.sent_at);
            }
            rows.push(row);
        }
        let is_more = i64::try_from(hits.len()).unwrap_or(0) == length;
        let no = hits.last().map(|hit| hit.no.to_string()).filter(|_| is_more);
        Ok(List {
            rows,
            more: no.map(|no| self.more(&no)),
            before: self.before(),
            start: before.map(|_: i64| address("/inbox", &self.asked.first(), &[])),
        })
    }

    /// Rows for conversations in the order given.
    pub fn rows(&self, all: &[Named]) -> Vec<Row> {
        let base = self.asked.query();
        all.iter().map(|it| self.row(it, &base)).collect()
    }

    fn row(&self, (it, author): &Named, base: &str) -> Row {
        let (words, house) = (&self.signed.words, self.house);
        let author = author.as_ref();
        let channel = house.channel(it.channel);
        let kind = channel.map_or("", |it| &it.kind);
        let holder = it.facets.assignee.and_then(|id| house.colleague(id));
        let mut row = Row {
            id: it.id,
            href: address(&format!("/inbox/{}", it.id), base, &[]),
            current: self.open == Some(it.id),
            quiet: it.facets.state != State::Open,
            urgent: it.facets.urgent,
            icon: channel.map_or("globe", |it| channel_icon(&it.kind)),
            channel: channel.map_or_else(|| words.t("channel-removed"), |it| it.name.clone()),
            who: author.map_or_else(|| words.t("author-unknown"), |it| who(kind, &it.handle, &it.name)),
            host: author.map(|it| host(kind, &it.handle)).unwrap_or_default(),
            at: words.moment(it.last_at, self.now),
            machine_at: words.machine_time(it.last_at),
            excerpt: it
                .title
                .clone()
                .map_or_else(|| it.excerpt.clone(), |title| format!("{title} · {}", it.excerpt)),
            language: it.language.clone(),
            intent: it.said.intent.as_ref().and_then(|it| intent(words, it)),
            sentiment: it.said.sentiment.clone(),
            holder: holder.map(|it| Badge { initials: it.initials.clone(), name: it.name.clone() }),
            desk: house.desk(it.facets.desk).map(|desk| desk.name.clone()).unwrap_or_default(),
            dial: Dial::short(it, house.desk(it.facets.desk), words, self.now),
        };
        row.hide(it.said.abusive, words);
        row
    }
}

/// What somebody wants, in words; nothing for what is none of the known.
fn intent(words: &Words, code: &str) -> Option<String> {
    (code != "other").then(|| words.named("intent", code))
}

/// A public account as people call it: its handle without the server, or its name where there are no handles. Who
/// writes a letter has a name, or else an address.
pub fn who(kind: &str, handle: &str, name: &str) -> String {
    if kind == "mail" {
        return if name.is_empty() { handle.to_owned() } else { name.to_owned() };
    }
    match handle.trim_start_matches('@').split('@').next() {
        Some(local) if !local.is_empty() => format!("@{local}"),
        _ => name.to_owned(),
    }
}

/// The server of a handle such as `lea@social.example`, empty where there is none; the address of a letter.
pub fn host(kind: &str, handle: &str) -> String {
    if kind == "mail" {
        return handle.to_owned();
    }
    handle.trim_start_matches('@').split_once('@').map(|(_, host)| host.to_owned()).unwrap_or_default()
}

/// The part of a text around the first word looked for.
fn around(text: &str, wanted: &str) -> String {
    let first = crate::rules::text::words(wanted).into_iter().next().unwrap_or_default();
    let line: Vec<&str> = crate::rules::text::split(text).collect();
    let stem: String = first.chars().take(5).collect();
    let place = line.iter().position(|word| crate::rules::text::fold(word).contains(&stem)).unwrap_or(0);
    let start = place.saturating_sub(6);
    let part = excerpt(&line.get(start..).unwrap_or_default().join(" "), 160);
    if start == 0 { part } else { format!("… {part}") }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn what_was_found_is_shown_with_the_words_before_it() {
        let text = "un deux trois quatre cinq six sept huit Remboursement dix";
        assert_eq!(around(text, "rembourser"), "… trois quatre cinq six sept huit Remboursement dix");
        assert_eq!(around("court", "absent"), "court");
    }
}
