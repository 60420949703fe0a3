//! Messages of former times, from a table or a mailbox: they become closed conversations of a channel,
//! without waking anybody. Knows no file; a message that is there already stays as it is.

use std::collections::HashMap;

use serde_json::json;

use super::super::channel::{self, Channel, Health};
use super::super::conversation::{self, Conversation, Facets, NEVER, State};
use super::super::message::{self, Direction, Message, Stage};
use super::super::{Conn, Result, author, counter, desk, journal, reading, search};
use crate::id::{AuthorId, ChannelId, ConversationId, MessageId, OrganisationId};
use crate::rules::text;

/// Something that was said. Times in µs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What identifies it on its channel.
    pub remote_id: String,
    /// What it answers, nearest last; a conversation that holds one of them takes it in.
    pub parents: Vec<String>,
    /// Identifies its thread otherwise.
    pub thread: String,
    /// `In` or `Out`.
    pub direction: Direction,
    /// Who said it, for `In`.
    pub author: Option<Person>,
    /// When.
    pub sent_at: i64,
    /// `public` or `direct`.
    pub visibility: String,
    /// Language code.
    pub language: Option<String>,
    /// Where it can be seen.
    pub url: Option<String>,
    /// Title or subject.
    pub title: Option<String>,
    /// Plain text.
    pub text: String,
}

/// A public account or a writer of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What identifies it on its network.
    pub remote_id: String,
    /// Handle or address.
    pub handle: String,
    /// Name as shown.
    pub name: String,
}

/// The channel that messages of former times are put on: the one of that name, or a new one that is
/// paused and asks no network. `None` when the house has no desk yet.
pub async fn channel_named(
    conn: &mut Conn,
    organisation: OrganisationId,
    name: &str,
    now: i64,
) -> Result<Option<Channel>> {
    let mut all = channel::list(conn, organisation).await?.into_iter();
    if let Some(found) = all.find(|it| it.name == name || it.id.to_string() == name) {
        return Ok(Some(found));
    }
    let Some(desk) = desk::list(conn, organisation).await?.into_iter().find(|it| it.is_open()) else {
        return Ok(None);
    };
    let capabilities = parvis_channels::CapabilitySet::default();
    let made = Channel {
        id: ChannelId::new(now),
        kind: "import".to_owned(),
        name: name.to_owned(),
        base_url: String::new(),
        handle: String::new(),
        remote_id: String::new(),
        desk: desk.id,
        state: "paused".to_owned(),
        settings: "{}".to_owned(),
        capabilities: json!(capabilities).to_string(),
        secret: None,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: now,
    };
    channel::insert(conn, organisation, &made).await?;
    Ok(Some(made))
}

/// An import that is under way, in one transaction.
pub struct History {
    organisation: OrganisationId,
    channel: Channel,
    now: i64,
    open: HashMap<ConversationId, Conversation>,
    /// Messages that were added.
    pub added: u64,
    /// Messages that were there already.
    pub known: u64,
}

impl History {
    /// Begins an import into `channel`.
    pub fn new(organisation: OrganisationId, channel: Channel, now: i64) -> Self {
        Self { organisation, channel, now, open: HashMap::new(), added: 0, known: 0 }
    }

    /// Adds one message, unless the channel has it already.
    pub async fn add(&mut self, conn: &mut Conn, said: &Said) -> Result<()> {
        let (house, channel) = (self.organisation, self.channel.id);
        if message::by_remote(conn, house, channel, &said.remote_id).await?.is_some() {
            self.known += 1;
            return Ok(());
        }
        let author = self.author(conn, said).await?;
        let id = self.conversation(conn, said, author).await?;
        let message = Message {
            id: MessageId::new(said.sent_at),
            conversation: id,
            channel,
            direction: said.direction,
            author,
            colleague: None,
            remote_id: Some(said.remote_id.clone()),
            remote_parent_id: said.parents.last().cloned(),
            url: said.url.clone(),
            visibility: said.visibility.clone(),
            language: said.language.clone(),
            title: said.title.clone(),
            warning: None,
            text: said.text.clone(),
            html: String::new(),
            sent_at: said.sent_at,
            version_at: said.sent_at,
            edited_at: None,
            deleted_at: None,
            stage: if said.direction == Direction::In { Stage::Received } else { Stage::Published },
            publish_key: None,
            error_code: None,
            error_text: None,
            created_at: self.now,
            marks: Vec::new(),
        };
        message::insert(conn, house, &message).await?;
        counter::tally(conn, house, channel, said.direction.as_str(), said.sent_at).await?;
        let words = format!("{} {}", said.title.as_deref().unwrap_or_default(), said.text);
        search::index(conn, house, message.id, id, &words).await?;
        if let Some(conversation) = self.open.get_mut(&id) {
            take_in(conversation, said, author);
        }
        self.added += 1;
        Ok(())
    }

    async fn author(&self, conn: &mut Conn, said: &Said) -> Result<Option<AuthorId>> {
        let Some(person) = said.author.as_ref().filter(|_| said.direction == Direction::In) else {
            return Ok(None);
        };
        let it = author::Author {
            id: AuthorId::new(self.now),
            kind: self.channel.kind.clone(),
            remote_id: person.remote_id.clone(),
            handle: person.handle.clone(),
            name: person.name.clone(),
            url: None,
            avatar_url: None,
            bot: false,
            first_seen_at: said.sent_at,
            last_seen_at: said.sent_at,
            messages: 1,
        };
        author::upsert(conn, self.organisation, &it).await.map(Some)
    }

    /// The conversation that takes the message in, kept at hand until the end.
    async fn conversation(
        &mut self,
        conn: &mut Conn,
        said: &Said,
        author: Option<AuthorId>,
    ) -> Result<ConversationId> {
        let (house, channel) = (self.organisation, self.channel.id);
        for parent in said.parents.iter().rev() {
            if let Some(found) = message::by_remote(conn, house, channel, parent).await? {
                if !self.open.contains_key(&found.conversation)
                    && let Some(it) = conversation::get(conn, house, found.conversation).await?
                {
                    self.open.insert(it.id, it);
                }
                return Ok(found.conversation);
            }
        }
        if let Some(it) = conversation::by_thread(conn, house, channel, &said.thread).await? {
            let id = it.id;
            self.open.entry(id).or_insert(it);
            return Ok(id);
        }
        let it = self.begin(said, author);
        conversation::insert(conn, house, &it).await?;
        let id = it.id;
        self.open.insert(id, it);
        Ok(id)
    }

    fn begin(&self, said: &Said, author: Option<AuthorId>) -> Conversation {
        Conversation {
            id: ConversationId::new(said.sent_at),
            channel: self.channel.id,
            thread_key: said.thread.clone(),
            author,
            facets: Facets {
                state: State::Closed,
                desk: self.channel.desk,
                assignee: None,
                urgent: false,
                awaiting_since: None,
                due_at: NEVER,
                snoozed_until: None,
                closed_at: Some(self.now),
                merged_into: None,
            },
            language: said.language.clone(),
            title: said.title.clone(),
            excerpt: text::excerpt(&said.text, 160),
            messages: 0,
            first_at: said.sent_at,
            last_at: said.sent_at,
            answered_at: None,
            // The worker reads what was imported.
            said: reading::Said::default(),
        }
    }

    /// Brings the conversations up to date and writes down that there was an import.
    pub async fn end(self, conn: &mut Conn) -> Result<()> {
        reading::begin_anew(conn, self.organisation).await?;
        for it in self.open.values() {
            conversation::update(conn, self.organisation, &it.place(), it).await?;
        }
        if self.added > 0 {
            let entry = journal::Entry {
                organisation: self.organisation,
                at: self.now,
                by: journal::By::System,
                verb: "channel.imported",
                subject: self.channel.id.0,
                conversation: None,
                before: None,
                after: Some(json!({ "messages": self.added })),
            };
            journal::write(conn, entry).await?;
        }
        Ok(())
    }
}

fn take_in(it: &mut Conversation, said: &Said, author: Option<AuthorId>) {
    it.messages += 1;
    it.first_at = it.first_at.min(said.sent_at);
    if said.sent_at >= it.last_at {
        it.last_at = said.sent_at;
        if said.direction == Direction::In {
            it.excerpt = text::excerpt(&said.text, 160);
        }
    }
    if said.direction == Direction::In {
        it.author = it.author.or(author);
    } else if it.author.is_some() && said.sent_at > it.first_at {
        it.answered_at = Some(it.answered_at.map_or(said.sent_at, |at| at.min(said.sent_at)));
    }
}
