//! Fills a database with an inbox of any size, the same for the same number and the same day: most of it
//! closed, some 3 % open, spread over three years. Writes through SQL in big statements, with the secondary
//! indexes made afterwards. No observations, journal or attachments: the pages measured don't read them.

pub mod house;
pub mod random;
mod table;
pub mod text;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use parvis::clock::{DAY, HOUR, MINUTE, SECOND};
use parvis::id::{AuthorId, ChannelId, ConversationId, MessageId};
use parvis::rules::text::excerpt;
use parvis::store::{Conn, Db, Value, counter, reading};
use parvis_listen::understand::model::SHIPPED_NAME;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use self::house::House;
use self::random::Random;
use self::table::Table;
use self::text::Vocabulary;
use crate::say;

/// What changes the data of the same number; part of the name of the kept database.
pub const VERSION: u32 = 2;

const SPAN: i64 = 1_095 * DAY;
/// Messages of a conversation, on average.
const MEAN: f64 = 3.2;
/// Messages of one transaction.
const BATCH: i64 = 50_000;

const AUTHOR: &str = "INSERT INTO author (organisation_id, id, kind, remote_id, handle, name, url, avatar_url, bot, first_seen_at, last_seen_at, messages)";
const CONVERSATION: &str = "INSERT INTO conversation (organisation_id, id, channel_id, thread_key, author_id, state, desk_id, assignee_id, urgent, intent, sentiment, awaiting_since, due_at, snoozed_until, closed_at, merged_into, language, title, excerpt, messages, first_at, last_at, answered_at)";
const MESSAGE: &str = "INSERT INTO message (organisation_id, id, conversation_id, channel_id, direction, author_id, colleague_id, remote_id, remote_parent_id, url, visibility, language, title, warning, text, html, sent_at, version_at, edited_at, deleted_at, state, publish_key, error_code, error_text, created_at)";
const READING: &str = "INSERT INTO reading (organisation_id, message_id, sent_at, model, language, sentiment, score, intent, abuse, needs_answer)";
const TAGGED: &str =
    "INSERT INTO conversation_tag (organisation_id, tag_id, conversation_id, state, due_at, last_at)";
const NUMBER: &str = "INSERT INTO message_index (no, organisation_id, message_id, conversation_id)";
const TERMS: &str = "INSERT INTO message_terms (rowid, terms)";
const NUMBER_POSTGRES: &str =
    "INSERT INTO message_index (no, organisation_id, message_id, conversation_id, terms)";

const INDEXES_SQLITE: &str = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%' AND tbl_name IN ('author', 'conversation', 'message', 'conversation_tag')";
const INDEXES_POSTGRES: &str = "SELECT indexname::text, indexdef::text FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE INDEX%' AND tablename IN ('author', 'conversation', 'message', 'conversation_tag', 'message_index')";

/// Fills `db`, whose tables are there and empty, with `messages` messages.
///
/// # Errors
/// The database refused; start again with an empty one.
pub async fn fill(db: &Db, messages: i64, now: i64) -> Result<()> {
    let began = Instant::now();
    let mut conn = db.write().await?;
    let house = house::fill(&mut conn, now).await?;
    let is_sqlite = conn.is_sqlite();
    let indexes = drop_indexes(&mut conn).await?;
    conn.commit().await?;
    let vocabulary = Vocabulary::new();
    let mut filler = Filler::new(&house, &vocabulary, messages, now, is_sqlite);
    let mut said = Instant::now();
    while filler.written < messages {
        let mut conn = db.write().await?;
        filler.batch(&mut conn, (filler.written + BATCH).min(messages)).await?;
        conn.commit().await?;
        if said.elapsed() > Duration::from_secs(5) {
            said = Instant::now();
            let seconds = began.elapsed().as_secs();
            say(&format!("filling: {} of {messages} messages after {seconds} s", filler.written));
        }
    }
    for (name, sql) in &indexes {
        say(&format!("filling: index {name} after {} s", began.elapsed().as_secs()));
        let mut conn = db.write().await?;
        conn.run(AssertSqlSafe(sql.clone()), &[]).await?;
        conn.commit().await?;
    }
    finish(db, &house, is_sqlite).await?;
    say(&format!("filled with {messages} messages in {} s", began.elapsed().as_secs()));
    Ok(())
}

async fn drop_indexes(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let list = if conn.is_sqlite() { INDEXES_SQLITE } else { INDEXES_POSTGRES };
    let mut found: Vec<(String, String)> = Vec::new();
    for row in conn.all(list, &[]).await? {
        let mut cells = row.cells();
        found.push((cells.next()?, cells.next()?));
    }
    for (name, _) in &found {
        conn.run(AssertSqlSafe(format!("DROP INDEX {name}")), &[]).await?;
    }
    if conn.is_sqlite() {
        // Bigger first segments of the search index: fewer merges while it is filled.
        const BIGGER: &str = "INSERT INTO message_terms (message_terms, rank) VALUES ('hashsize', 33554432)";
        conn.run(BIGGER, &[]).await?;
    }
    Ok(found)
}

async fn finish(db: &Db, house: &House, is_sqlite: bool) -> Result<()> {
    let mut conn = db.write().await?;
    counter::recount(&mut conn, house.organisation).await?;
    reading::note_left(&mut conn, house.organisation, SHIPPED_NAME, None).await?;
    if is_sqlite {
        const USUAL: &str = "INSERT INTO message_terms (message_terms, rank) VALUES ('hashsize', 1048576)";
        conn.run(USUAL, &[]).await?;
    } else {
        const GO_ON: &str = "SELECT setval(pg_get_serial_sequence('message_index', 'no'), (SELECT MAX(no) FROM message_index))";
        conn.all(GO_ON, &[]).await?;
    }
    conn.commit().await?;
    if !is_sqlite {
        const ANALYZE: &str = "ANALYZE";
        db.read().await?.run(ANALYZE, &[]).await?;
    }
    Ok(())
}

struct Filler<'a> {
    house: &'a House,
    vocabulary: &'a Vocabulary,
    random: Random,
    now: i64,
    /// Messages wanted, and conversations expected.
    messages: i64,
    conversations: i64,
    written: i64,
    begun: i64,
    authors: Vec<AuthorId>,
    author: Table,
    conversation: Table,
    message: Table,
    reading: Table,
    tagged: Table,
    number: Table,
    terms: Option<Table>,
}

/// What a conversation's fate is.
struct Fate {
    state: &'static str,
    assignee: Option<Uuid>,
    awaiting_since: Option<i64>,
    due_at: i64,
}

/// What the messages of a conversation have in common.
struct Thread {
    id: ConversationId,
    channel: ChannelId,
    kind: &'static str,
    author: AuthorId,
    language: &'static str,
}

impl<'a> Filler<'a> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an estimate")]
    fn new(house: &'a House, vocabulary: &'a Vocabulary, messages: i64, now: i64, is_sqlite: bool) -> Self {
        Self {
            house,
            vocabulary,
            random: Random(2_026),
            now,
            messages,
            conversations: ((messages as f64 / MEAN) as i64).max(1),
            written: 0,
            begun: 0,
            authors: Vec::new(),
            author: Table::new(AUTHOR, "(?,?,?,?,?,?,?,?,?,?,?,?)", is_sqlite),
            conversation: Table::new(
                CONVERSATION,
                "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                is_sqlite,
            ),
            message: Table::new(MESSAGE, "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", is_sqlite),
            reading: Table::new(READING, "(?,?,?,?,?,?,?,?,?,?)", is_sqlite),
            tagged: Table::new(TAGGED, "(?,?,?,?,?,?)", is_sqlite),
            number: if is_sqlite {
                Table::new(NUMBER, "(?,?,?,?)", is_sqlite)
            } else {
                Table::new(NUMBER_POSTGRES, "(?,?,?,?,to_tsvector('simple',?))", is_sqlite)
            },
            terms: is_sqlite.then(|| Table::new(TERMS, "(?,?)", is_sqlite)),
        }
    }

    /// Writes conversations until `until` messages are there.
    async fn batch(&mut self, conn: &mut Conn, until: i64) -> Result<()> {
        while self.written < until {
            self.one()?;
        }
        for table in
            [&mut self.author, &mut self.conversation, &mut self.message, &mut self.reading, &mut self.tagged]
        {
            table.flush(conn).await?;
        }
        self.number.flush(conn).await?;
        if let Some(terms) = &mut self.terms {
            terms.flush(conn).await?;
        }
        Ok(())
    }

    /// One conversation with its messages.
    fn one(&mut self) -> Result<()> {
        let house = self.house;
        let organisation = house.organisation;
        let first_at =
            self.now - SPAN + (SPAN - HOUR) / self.conversations * self.begun.min(self.conversations - 1);
        let (channel, kind) = *self.random.pick(&house.channels).context("no channel")?;
        let author = self.author(kind, first_at)?;
        let id = ConversationId::new(first_at);
        let language = ["fr", "fr", "fr", "fr", "fr", "fr", "en", "en", "en", "de", "es", "it"];
        let language = self.random.pick(&language).copied().unwrap_or("fr");
        let count = self.length().min(self.messages - self.written).max(1);
        let mut last_at = first_at;
        let mut last_said = String::new();
        let thread = Thread { id, channel, kind, author, language };
        for place in 0..count {
            let minutes = 20 + i64::try_from(self.random.below(40)).unwrap_or(0);
            last_at = (first_at + place * minutes * MINUTE).min(self.now - SECOND);
            let said = self.said(&thread, place % 2 == 1, last_at);
            if place % 2 == 0 {
                last_said = said;
            }
        }
        let fate = self.fate(first_at);
        let none = || Value::Text(None);
        let intent = ["question", "complaint", "thanks", "request"];
        let mood = ["positive", "neutral", "negative"];
        // The first desks have more than the last.
        let shown = usize::try_from(self.random.below(6)).unwrap_or(0) + 1;
        let desk = *house.desks.get(..shown).and_then(|desks| self.random.pick(desks)).context("no desk")?;
        let row: [Value; 23] = [
            organisation.into(),
            id.into(),
            channel.into(),
            format!("thread-{}", self.begun).into(),
            author.into(),
            fate.state.into(),
            desk.into(),
            fate.assignee.into(),
            (fate.state == "open" && self.random.once_in(50)).into(),
            self.random.pick(&intent).copied().into(),
            self.random.pick(&mood).copied().into(),
            fate.awaiting_since.into(),
            fate.due_at.into(),
            Some(self.now + DAY).filter(|_| fate.state == "snoozed").into(),
            Some(last_at + HOUR).filter(|_| fate.state == "closed").into(),
            Value::Id(None),
            language.into(),
            none(),
            excerpt(&last_said, 160).into(),
            count.into(),
            first_at.into(),
            last_at.into(),
            Some(first_at + HOUR).filter(|_| count > 1).into(),
        ];
        self.conversation.push(row);
        self.begun += 1;
        self.tag(id, &fate, last_at);
        Ok(())
    }

    /// One message; gives its text.
    fn said(&mut self, thread: &Thread, is_ours: bool, at: i64) -> String {
        let house = self.house;
        let said = self.vocabulary.text(&mut self.random);
        let message = MessageId::new(at);
        self.written += 1;
        let colleague = self.random.pick(&house.colleagues).copied().filter(|_| is_ours);
        let remote = format!("https://social.example/statuses/{}", self.written);
        let html = if thread.kind == "mastodon" { format!("<p>{}</p>", said.text) } else { String::new() };
        let none = || Value::Text(None);
        let row: [Value; 25] = [
            house.organisation.into(),
            message.into(),
            thread.id.into(),
            thread.channel.into(),
            if is_ours { "out" } else { "in" }.into(),
            Some(thread.author).filter(|_| !is_ours).into(),
            colleague.into(),
            remote.clone().into(),
            none(),
            remote.into(),
            "public".into(),
            thread.language.into(),
            none(),
            none(),
            said.text.clone().into(),
            html.into(),
            at.into(),
            at.into(),
            Value::Int(None),
            Value::Int(None),
            if is_ours { "published" } else { "received" }.into(),
            none(),
            none(),
            none(),
            at.into(),
        ];
        self.message.push(row);
        if !is_ours {
            // As the model would have read it when it came: nothing is left to be read behind the measuring.
            let (score, abuse) = (i64::try_from(self.random.below(2_000)).unwrap_or(0) - 1_000, 20_i64);
            let row: [Value; 10] = [
                house.organisation.into(),
                message.into(),
                at.into(),
                SHIPPED_NAME.into(),
                thread.language.into(),
                "neutral".into(),
                score.into(),
                "other".into(),
                abuse.into(),
                false.into(),
            ];
            self.reading.push(row);
        }
        self.search(message, thread.id, said.terms);
        said.text
    }

    fn author(&mut self, kind: &str, at: i64) -> Result<AuthorId> {
        if !self.authors.is_empty() && !self.random.once_in(4) {
            return Ok(*self.random.pick(&self.authors).context("no author")?);
        }
        let (id, number) = (AuthorId::new(at), self.authors.len());
        let row: [Value; 12] = [
            self.house.organisation.into(),
            id.into(),
            kind.into(),
            format!("{number}").into(),
            format!("compte{number}@social.example").into(),
            format!("Compte {number}").into(),
            format!("https://social.example/@compte{number}").into(),
            Value::Text(None),
            false.into(),
            at.into(),
            at.into(),
            4_i64.into(),
        ];
        self.author.push(row);
        self.authors.push(id);
        Ok(id)
    }

    fn search(&mut self, message: MessageId, id: ConversationId, terms: String) {
        let row: [Value; 4] =
            [self.written.into(), self.house.organisation.into(), message.into(), id.into()];
        match &mut self.terms {
            Some(table) => {
                self.number.push(row);
                table.push([self.written.into(), terms.into()]);
            }
            None => self.number.push(row.into_iter().chain([terms.into()])),
        }
    }

    /// 1 to 20 messages, 3.2 on average.
    fn length(&mut self) -> i64 {
        let more = |random: &mut Random, from, below| from + i64::try_from(random.below(below)).unwrap_or(0);
        match self.random.below(20) {
            0..=6 => 1,
            7..=11 => 2,
            12..=14 => 3,
            15..=18 => more(&mut self.random, 4, 5),
            _ => more(&mut self.random, 9, 12),
        }
    }

    /// The last twentieth of the time holds most of what is open.
    fn fate(&mut self, first_at: i64) -> Fate {
        let is_recent = first_at > self.now - SPAN / 20;
        let state = match self.random.below(1_000) {
            0..=3 => "open",
            4..=9 => "waiting",
            10..=509 if is_recent => "open",
            510..=709 if is_recent => "waiting",
            710..=729 if is_recent => "snoozed",
            _ => "closed",
        };
        let is_taken = state == "closed" || !self.random.once_in(3);
        let assignee = self.random.pick(&self.house.colleagues).filter(|_| is_taken).map(|id| id.0);
        // Two in three of the open ones are due in the next four hours, the others are late.
        let due = self.now - 2 * HOUR + i64::try_from(self.random.below(21_600)).unwrap_or(0) * SECOND;
        let is_open = state == "open";
        Fate {
            state,
            assignee,
            awaiting_since: is_open.then_some(due - 4 * HOUR),
            due_at: if is_open { due } else { i64::MAX },
        }
    }

    fn tag(&mut self, id: ConversationId, fate: &Fate, last_at: i64) {
        let (organisation, tags) = (self.house.organisation, &self.house.tags);
        let rare = tags.first().filter(|_| self.random.once_in(1_000));
        let other = tags.get(1..).and_then(|tags| self.random.pick(tags)).filter(|_| self.random.once_in(6));
        for tag in rare.into_iter().chain(other) {
            let place = [fate.state.into(), fate.due_at.into(), last_at.into()];
            self.tagged.push([organisation.into(), (*tag).into(), id.into()].into_iter().chain(place));
        }
    }
}
