//! The watches of an organisation, ready to be matched with everything that comes in. They are read anew when one was
//! changed, also by another node: inside the transaction that folds, so that no message slips between a watch and
//! what was there before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parvis_listen::Post;
use parvis_listen::index::{Counts, Index, Matcher, Scratch};
use parvis_listen::query::Query;

use crate::id::{OrganisationId, WatchId};
use crate::store::watch::{self, Text, Watch};
use crate::store::{Conn, Result};

/// Every watch of an organisation, made ready.
#[derive(Default)]
pub struct Ear {
    watches: Vec<WatchId>,
    matcher: Matcher,
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
        Self { watches: ids, matcher: index.matcher() }
    }

    /// The watches that a message is found by.
    pub fn found(&self, it: &Text, scratch: &mut Scratch) -> Vec<WatchId> {
        let text = said(it);
        let numbers = self.matcher.matches(&post(it, &text), scratch).iter();
        numbers.filter_map(|number| self.watches.get(usize::try_from(*number).ok()?)).copied().collect()
    }

    /// Notes which watches a message is found by.
    ///
    /// # Errors
    /// The database refused.
    pub async fn keep(&self, conn: &mut Conn, organisation: OrganisationId, it: &Text) -> Result<()> {
        for watch in self.found(it, &mut Scratch::default()) {
            watch::keep(conn, organisation, watch, it.message, it.sent_at).await?;
        }
        Ok(())
    }
}

/// Title and text, which queries look through alike.
fn said(it: &Text) -> String {
    [it.title.as_deref().unwrap_or_default(), &it.text].join("\n")
}

fn post<'a>(it: &'a Text, text: &'a str) -> Post<'a> {
    Post {
        text,
        author: it.author.as_deref(),
        channel: Some(&it.channel),
        lang: it.language.as_deref(),
        url: it.url.as_deref(),
        ..Post::default()
    }
}
