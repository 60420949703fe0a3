//! The launches of the demonstration: one that is open and has answers to suggest, one that is over.

use jiff::ToSpan;
use serde::Deserialize;

use super::data::{Data, Text, Watch};
use super::fill::Keys;
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ColleagueId, EntryId, LaunchId, WatchId};
use crate::rules::launch::{Kind, LANGUAGES, State};
use crate::store::Conn;
use crate::store::launch::{self, Entry, Launch};
use crate::web::language::{Language, Words};

/// How long before its day a dossier was begun and a launch opened (µs).
const BEGUN: i64 = 40 * DAY;
const OPENED: i64 = 20 * DAY;
/// Between two entries (µs), so that they keep their order.
const STEP: usize = 60_000_000;

/// A launch with its dossier.
#[derive(Clone, Debug, Deserialize)]
pub struct Dossier {
    /// `product` or `event`.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// Its day, counted from today.
    pub day: i64,
    /// Who leads it.
    pub owner: String,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub summary: Text,
    /// What was learnt.
    pub note: Text,
    /// The French name of the watch that hears what is said of it.
    #[serde(default)]
    pub watch: String,
    /// What stands in its dossier.
    pub entries: Vec<Line>,
}

/// One thing of a dossier. What answers people is written in both languages.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub title: Text,
    /// What it says.
    pub text: Text,
    /// `internal` or `external`.
    #[serde(default)]
    pub audience: String,
    /// How likely a problem is.
    #[serde(default)]
    pub likely: String,
    /// How grave it would be.
    #[serde(default)]
    pub grave: String,
    /// Who takes part.
    pub people: Option<Text>,
    /// Its day, counted from today.
    pub day: Option<i64>,
    /// How far it is.
    #[serde(default)]
    pub state: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Who said that it is right.
    pub by: Option<String>,
    /// What is prepared for a problem.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// What is said when a problem comes.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The question.
    pub title: Text,
    /// What is said.
    pub text: Text,
    /// Who said that it is right.
    pub by: Option<String>,
}

/// Writes the launches.
///
/// # Errors
/// The database refuses, or the data names somebody who isn't there.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let spoken = Language::parse(language).unwrap_or(Language::En);
    let words = Words::new(spoken, &data.organisation.time_zone);
    let filler = Filler { keys, watches: &data.organisation.watches, language, words, now: app.now() };
    let mut conn = app.db.write().await?;
    for it in &data.launches {
        filler.launch(&mut conn, it).await?;
    }
    Ok(conn.commit().await?)
}

struct Filler<'a> {
    keys: &'a Keys,
    watches: &'a [Watch],
    language: &'a str,
    words: Words,
    now: i64,
}

impl Filler<'_> {
    fn who(&self, key: &str) -> anyhow::Result<ColleagueId> {
        let found = self.keys.colleagues.get(key).copied();
        found.ok_or_else(|| anyhow::anyhow!("no colleague {key}"))
    }

    /// The beginning of a day counted from today (µs).
    fn day(&self, days: i64) -> anyhow::Result<i64> {
        let day = self.words.zoned(self.now).date().checked_add(days.days())?;
        Ok(day.to_zoned(self.words.house_zone.clone())?.timestamp().as_microsecond())
    }

    fn say(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    /// The watch of that French name.
    async fn watch(&self, conn: &mut Conn, name: &str) -> anyhow::Result<Option<WatchId>> {
        let shipped = self.watches.iter().find(|it| it.name.fr == name);
        let all = crate::store::watch::list(conn, self.keys.house).await?;
        let found = shipped
            .and_then(|it| all.into_iter().find(|kept| [&it.name.fr, &it.name.en].contains(&&kept.name)));
        Ok(found.map(|it| it.id))
    }

    async fn launch(&self, conn: &mut Conn, it: &Dossier) -> anyhow::Result<()> {
        let starts_at = self.day(it.day)?;
        let begun = starts_at.min(self.now) - BEGUN;
        let made = Launch {
            id: LaunchId::new(begun),
            name: self.say(&it.name),
            kind: it.kind.clone(),
            state: it.state,
            summary: self.say(&it.summary),
            starts_at: Some(starts_at),
            all_day: true,
            owner: self.who(&it.owner)?,
            note: self.say(&it.note),
            version: 1,
            opened_at: (it.state != State::Prepared).then_some(begun + OPENED),
            closed_at: (it.state == State::Closed).then_some(starts_at + 2 * DAY),
            created_at: begun,
            watch: self.watch(conn, &it.watch).await?,
        };
        launch::insert(conn, self.keys.house, &made).await?;
        for (at, entry) in (begun..).step_by(STEP).zip(&it.entries) {
            self.entry(conn, (made.id, at), entry).await?;
        }
        Ok(())
    }

    async fn entry(&self, conn: &mut Conn, (launch, at): (LaunchId, i64), it: &Line) -> anyhow::Result<()> {
        let written = Entry {
            id: EntryId::new(at),
            launch,
            of: None,
            kind: it.kind,
            title: self.say(&it.title),
            text: self.say(&it.text),
            language: String::new(),
            audience: it.audience.clone(),
            likely: it.likely.clone(),
            grave: it.grave.clone(),
            people: it.people.as_ref().map(|it| self.say(it)).unwrap_or_default(),
            at: it.day.map(|day| self.day(day)).transpose()?,
            state: it.state.clone(),
            owner: it.owner.as_deref().map(|key| self.who(key)).transpose()?,
            validated_by: None,
            validated_at: None,
            version: 1,
            created_at: at,
        };
        if it.kind.is_said() {
            return self.said(conn, &written, (&it.title, &it.text), it.by.as_deref()).await;
        }
        launch::insert_entry(conn, self.keys.house, &written).await?;
        for answer in &it.answers {
            let prepared = Entry {
                of: Some(written.id),
                kind: Kind::Answer,
                audience: "external".to_owned(),
                likely: String::new(),
                grave: String::new(),
                ..written.clone()
            };
            self.said(conn, &prepared, (&answer.title, &answer.text), answer.by.as_deref()).await?;
        }
        Ok(())
    }

    /// What answers people, once in each language.
    async fn said(
        &self,
        conn: &mut Conn,
        like: &Entry,
        (title, text): (&Text, &Text),
        by: Option<&str>,
    ) -> anyhow::Result<()> {
        let by = by.map(|key| self.who(key)).transpose()?;
        for language in LANGUAGES {
            let written = Entry {
                id: EntryId::new(like.created_at),
                language: language.to_owned(),
                title: title.get(language).to_owned(),
                text: text.get(language).to_owned(),
                validated_by: by,
                validated_at: by.map(|_| like.created_at + DAY),
                ..like.clone()
            };
            launch::insert_entry(conn, self.keys.house, &written).await?;
        }
        Ok(())
    }
}
