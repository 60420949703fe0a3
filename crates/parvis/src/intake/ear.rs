//! The watches of an organisation and what its people have taught, ready for everything that comes in. They are read
//! anew when one was changed, also by another node: inside the transaction that folds, so that no message slips between a watch and
//! what was there before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parvis_listen::Post;
use parvis_listen::index::{Counts, Index, Matcher, Scratch};
use parvis_listen::query::{Name, Query};
use parvis_listen::understand;

use super::mind::{self, Mind, Minds, Reader};
use crate::id::{MessageId, OrganisationId, TagId, WatchId};
use crate::store::reading::Reading;
use crate::store::watch::{self, Text, Watch};
use crate::store::{Conn, Result, tag};

/// What messages are heard with: every watch of an organisation, made ready, and what its people have taught.
#[derive(Clone, Default)]
pub struct Ear {
    watches: Arc<Watches>,
    /// How they are read.
    pub mind: Arc<Mind>,
}

/// A watch that found a message, with the tag that it puts on its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which watch.
    pub watch: WatchId,
    tag: Option<TagId>,
}

impl Found {
    /// Notes that the watch has found the message, and puts its tag.
    ///
    /// # Errors
    /// The database refused.
    pub async fn keep(
        self,
        conn: &mut Conn,
        organisation: OrganisationId,
        message: MessageId,
        sent_at: i64,
    ) -> Result<()> {
        watch::keep(conn, organisation, self.watch, message, sent_at).await?;
        match self.tag {
            Some(tag) => tag::put_found(conn, organisation, message, tag, self.watch).await,
            None => Ok(()),
        }
    }
}

/// Every watch of an organisation, made ready.
#[derive(Default)]
struct Watches {
    /// Each with the tag that it puts.
    ids: Vec<Found>,
    matcher: Matcher,
    /// Whether a query asks for what has to be read in a text first, which costs more than matching it.
    reads: bool,
}

/// What one pass over messages needs.
pub struct Hearing {
    scratch: Scratch,
    reader: Option<Reader>,
}

impl Default for Hearing {
    fn default() -> Self {
        Self { scratch: Scratch::default(), reader: Reader::new() }
    }
}

/// What [`watch::stand`] was when they were made ready.
type Kept = HashMap<OrganisationId, ((i64, i64), Arc<Watches>)>;

/// The ears of this process.
#[derive(Default)]
pub struct Ears {
    watches: Mutex<Kept>,
    minds: Minds,
}

impl Ears {
    /// The ear of an organisation as its watches and its corrections stand in this transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Ear> {
        let watches = self.watches(conn, organisation).await?;
        Ok(Ear { watches, mind: self.minds.of(conn, organisation).await? })
    }

    async fn watches(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Watches>> {
        let stand = watch::stand(conn, organisation).await?;
        if let Some((kept, watches)) =
            self.watches.lock().unwrap_or_else(PoisonError::into_inner).get(&organisation)
            && *kept == stand
        {
            return Ok(Arc::clone(watches));
        }
        let watches = Arc::new(Watches::of(&watch::list(conn, organisation).await?));
        let mut kept = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(organisation, (stand, Arc::clone(&watches)));
        Ok(watches)
    }

    /// What an organisation has taught, as its corrections stand in this transaction, which changed none itself.
    ///
    /// # Errors
    /// The database refused.
    pub async fn mind(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Mind>> {
        self.minds.of(conn, organisation).await
    }
}

impl Watches {
    /// Makes watches ready. One whose query can no longer be read finds nothing; its page says so.
    fn of(watches: &[Watch]) -> Self {
        let read = watches
            .iter()
            .filter_map(|it| Some((Found { watch: it.id, tag: it.tag }, Query::parse(&it.query).ok()?)));
        let (ids, queries): (Vec<Found>, Vec<Query>) = read.unzip();
        let index = Index::build((0..).zip(&queries), Counts::default());
        let read_fields = [Name::Lang, Name::Sentiment, Name::Intent];
        let reads = queries.iter().any(|it| read_fields.iter().any(|name| it.asks(*name)));
        Self { ids, matcher: index.matcher(), reads }
    }
}

impl Ear {
    /// An ear for these watches, with what was taught.
    pub fn with(watches: &[Watch], mind: Arc<Mind>) -> Self {
        Self { watches: Arc::new(Watches::of(watches)), mind }
    }

    /// Whether a watch asks for what is read in a message, so that a correction can change what it finds.
    pub fn asks_what_is_read(&self) -> bool {
        self.watches.reads
    }

    /// What a message says, as far as it can be read.
    pub fn read(&self, title: Option<&str>, text: &str) -> Option<understand::Reading> {
        Some(Reader::new()?.read(&self.mind, &mind::said(title, text)))
    }

    /// The watches that a message is found by; it is read where that is asked for.
    pub fn found(&self, it: &Text, hearing: &mut Hearing) -> Vec<Found> {
        let reader = hearing.reader.as_mut().filter(|_| self.watches.reads);
        let reading = reader.map(|reader| {
            let read = reader.read(&self.mind, &mind::said(it.title.as_deref(), &it.text));
            mind::kept(it.message, it.sent_at, false, &read)
        });
        self.find(it, reading.as_ref(), hearing)
    }

    fn find(&self, it: &Text, reading: Option<&Reading>, hearing: &mut Hearing) -> Vec<Found> {
        if self.watches.ids.is_empty() {
            return Vec::new();
        }
        let text = mind::said(it.title.as_deref(), &it.text);
        let post = post(it, &text, reading);
        let numbers = self.watches.matcher.matches(&post, &mut hearing.scratch).iter();
        numbers.filter_map(|number| self.watches.ids.get(usize::try_from(*number).ok()?)).copied().collect()
    }

    /// Notes which watches a message is found by, by what it is taken to say.
    ///
    /// # Errors
    /// The database refused.
    pub async fn keep(
        &self,
        conn: &mut Conn,
        organisation: OrganisationId,
        it: &Text,
        reading: Option<&Reading>,
    ) -> Result<()> {
        for found in self.find(it, reading, &mut Hearing::default()) {
            found.keep(conn, organisation, it.message, it.sent_at).await?;
        }
        Ok(())
    }
}

/// What queries can ask about. The language is the network's word where it gives one, else what was read.
fn post<'a>(it: &'a Text, text: &'a str, reading: Option<&'a Reading>) -> Post<'a> {
    Post {
        text,
        author: it.author.as_deref(),
        channel: Some(&it.channel),
        lang: it.language.as_deref().or(reading.map(|it| it.language.as_str())),
        url: it.url.as_deref(),
        sentiment: reading.map(|it| it.sentiment.as_str()),
        intent: reading.map(|it| it.intent.as_str()),
        ..Post::default()
    }
}
