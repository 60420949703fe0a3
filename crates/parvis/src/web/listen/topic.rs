//! What became of the tag that a watch puts: how often people took it off, and what they tagged by hand although the watch
//! didn't find it, with the words that would have found it.

use super::super::session::Signed;
use crate::app::App;
use crate::command;
use crate::store::tag::Tag;
use crate::store::watch::Watch;
use crate::store::{self, Conn};

/// The tag of a watch, as its page tells of it.
pub(super) struct Topic {
    pub(super) name: String,
    /// Where the conversations with the tag are.
    pub(super) href: String,
    /// On how many it stands, from how many it was taken off.
    pub(super) said: String,
    /// How many were tagged by hand only.
    pub(super) missed: Option<String>,
    /// Words that would have found them, each with how many.
    pub(super) words: Vec<(String, String)>,
}

impl Topic {
    pub(super) async fn read(
        conn: &mut Conn,
        app: &App,
        signed: &Signed,
        it: &Watch,
        tag: &Tag,
    ) -> store::Result<Self> {
        let (words, house) = (&signed.words, signed.organisation.id);
        let judged = store::tag::judged(conn, house, it.id).await?;
        let missed = command::watch::missed(app, conn, house, it).await?;
        Ok(Self {
            name: tag.name.clone(),
            href: format!("/inbox?state=all&tag={}", tag.id),
            said: words.t2("listen-topic-judged", "standing", judged.standing, "refused", judged.refused),
            missed: (missed.messages > 0).then(|| words.t1("listen-topic-missed", "count", missed.messages)),
            words: missed
                .words
                .into_iter()
                .map(|(word, count)| (word, words.number(i64::try_from(count).unwrap_or(i64::MAX))))
                .collect(),
        })
    }
}
