//! The watches of an organisation, ready to be matched with everything that comes in. They are read anew when one was
//! changed, also by another node: inside the transaction that folds, so that no message slips between a watch and
//! what was there before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parvis_listen::Post;
use parvis_listen::index::{Counts, Index, Matcher, Scratch};
use parvis_listen::query::{Name, Query};
use parvis_listen::understand::feature::Features;
use parvis_listen::understand::{self, Model, Reading};

use crate::id::{OrganisationId, WatchId};
use crate::store::watch::{self, Text, Watch};
use crate::store::{Conn, Result};

/// Every watch of an organisation, made ready.
#[derive(Default)]
pub struct Ear {
    watches: Vec<WatchId>,
    matcher: Matcher,
    /// Whether a query asks for what has to be read in a text first, which costs more than matching it.
    reads: bool,
}

/// Reads what texts say, with the model that ships; made once for many.
pub struct Reader {
    model: Model<'static>,
    features: Features,
}

impl Reader {
    /// `None` where the model of this build can't be read; a test sees to it that it can.
    pub fn new() -> Option<Self> {
        Some(Self { model: Model::shipped().ok()?, features: Features::default() })
    }

    /// What a text says.
    pub fn read(&mut self, text: &str) -> Reading {
        understand::read(&self.model, None, text, &mut self.features)
    }
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
type Kept = HashMap<OrganisationId, ((i64, i64), Arc<Ear>)>;

/// The ears of this process.
#[derive(Default)]
pub struct Ears(Mutex<Kept>);

impl Ears {
    /// The ear of an organisation as its watches stand in this transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Ear>> {
        let stand = watch::stand(conn, organisation).await?;
        if let Some((kept, ear)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&organisation)
            && *kept == stand
        {
            return Ok(Arc::clone(ear));
        }
        let ear = Arc::new(Ear::of(&watch::list(conn, organisation).await?));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(organisation, (stand, Arc::clone(&ear)));
        Ok(ear)
    }
}

impl Ear {
    /// Makes watches ready. One whose query can no longer be read finds nothing; its page says so.
    pub fn of(watches: &[Watch]) -> Self {
        let read = watches.iter().filter_map(|it| Some((it.id, Query::parse(&it.query).ok()?)));
        let (ids, queries): (Vec<WatchId>, Vec<Query>) = read.unzip();
        let index = Index::build((0..).zip(&queries), Counts::default());
        let read_fields = [Name::Lang, Name::Sentiment, Name::Intent];
        let reads = queries.iter().any(|it| read_fields.iter().any(|name| it.asks(*name)));
        Self { watches: ids, matcher: index.matcher(), reads }
    }

    /// The watches that a message is found by.
    pub fn found(&self, it: &Text, hearing: &mut Hearing) -> Vec<WatchId> {
        if self.watches.is_empty() {
            return Vec::new();
        }
        let text = said(it);
        let reader = hearing.reader.as_mut().filter(|_| self.reads);
        let reading = reader.map(|reader| reader.read(&text));
        let post = post(it, &text, reading.as_ref());
        let numbers = self.matcher.matches(&post, &mut hearing.scratch).iter();
        numbers.filter_map(|number| self.watches.get(usize::try_from(*number).ok()?)).copied().collect()
    }

    /// Notes which watches a message is found by.
    ///
    /// # Errors
    /// The database refused.
    pub async fn keep(&self, conn: &mut Conn, organisation: OrganisationId, it: &Text) -> Result<()> {
        for watch in self.found(it, &mut Hearing::default()) {
            watch::keep(conn, organisation, watch, it.message, it.sent_at).await?;
        }
        Ok(())
    }
}

/// Title and text, which queries look through alike.
fn said(it: &Text) -> String {
    [it.title.as_deref().unwrap_or_default(), &it.text].join("\n")
}

/// What queries can ask about. The language is the network's word where it gives one, else what was read.
fn post<'a>(it: &'a Text, text: &'a str, reading: Option<&Reading>) -> Post<'a> {
    let read_language = reading.map(|it| it.language.code());
    Post {
        text,
        author: it.author.as_deref(),
        channel: Some(&it.channel),
        lang: it.language.as_deref().or(read_language),
        url: it.url.as_deref(),
        sentiment: reading.map(|it| it.sentiment.name()),
        intent: reading.map(|it| it.intent.name()),
        ..Post::default()
    }
}
