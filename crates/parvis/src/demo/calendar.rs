//! The calendars of others that the demonstration shows: files, written anew for the day and the language.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use parvis_write::ical::{self, Calendar, Event, Length, Moment};
use serde::Deserialize;

use super::data::{Data, Text};
use super::fill::Keys;
use crate::app::App;
use crate::clock::DAY;
use crate::id::{LayerId, OrganisationId};
use crate::rules::layer as rules;
use crate::store::layer::{self, Layer};
use crate::store::{self, Conn, job};
use crate::work::layer::KIND;

/// A calendar of others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// What the house calls it.
    pub name: Text,
    /// Its mark.
    pub mark: String,
    /// What takes place.
    pub events: Vec<Taking>,
}

/// Something that takes place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taking {
    /// Its day, counted from today.
    pub day: i64,
    /// Its hour; none for whole days.
    pub hour: Option<i8>,
    /// How long it takes.
    #[serde(default)]
    pub minutes: i64,
    /// How many days it takes.
    #[serde(default)]
    pub days: i32,
    /// It comes again each week.
    #[serde(default)]
    pub weekly: bool,
    /// What.
    pub title: Text,
    /// Where.
    pub place: Text,
}

impl Elsewhere {
    /// The file, as somebody of that language exports it at `now`.
    fn file(&self, language: &str, zone: &TimeZone, now: i64) -> anyhow::Result<String> {
        let stamp = Timestamp::from_microsecond(now)?;
        let today = stamp.to_zoned(zone.clone()).date();
        let mut calendar = Calendar { name: self.name.get(language).to_owned(), ..Calendar::default() };
        for (number, it) in self.events.iter().enumerate() {
            let date = today.checked_add(it.day.days())?;
            // Written one by one: a rule in UTC would be an hour off half of the year.
            let times = if it.weekly { 12 } else { 1 };
            for time in 0..times {
                let date = date.checked_add((7 * time).days())?;
                let (start, length) = match it.hour {
                    Some(hour) => {
                        let at = date.at(hour, 0, 0, 0).to_zoned(zone.clone())?;
                        (Moment::At(at.timestamp()), Length::For(SignedDuration::from_mins(it.minutes)))
                    }
                    None => (Moment::Day(date), Length::Days(it.days)),
                };
                let uid = format!("{number}-{time}@elsewhere.example");
                calendar.events.push(Event {
                    length,
                    location: it.place.get(language).to_owned(),
                    ..Event::new(&uid, stamp, start, it.title.get(language))
                });
            }
        }
        Ok(ical::write(&calendar))
    }
}

/// Writes the calendars.
///
/// # Errors
/// The database refuses, or the data holds what can't be read.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let (zone, now) = (TimeZone::get(&data.organisation.time_zone)?, app.now());
    let by = keys.colleagues.get("CM").copied().ok_or_else(|| anyhow::anyhow!("no colleague CM"))?;
    let mut conn = app.db.write().await?;
    for it in &data.calendars {
        let made = Layer {
            id: LayerId::new(now),
            name: it.name.get(language).to_owned(),
            mark: it.mark.clone(),
            host: String::new(),
            secret: None,
            content: it.file(language, &zone, now)?,
            etag: None,
            modified: None,
            tried_at: Some(now),
            read_at: Some(now),
            error: None,
            unread: 0,
            cut: false,
            created_by: by,
            created_at: now,
        };
        layer::insert(&mut conn, keys.house, &made).await?;
        show(&mut conn, keys.house, &made, &zone, now).await?;
        let key = made.id.to_string();
        job::enqueue(&mut conn, keys.house, KIND, &key, made.id.0, now + DAY, now).await?;
    }
    Ok(conn.commit().await?)
}

/// Puts what stands in its file on the calendar.
async fn show(
    conn: &mut Conn,
    house: OrganisationId,
    it: &Layer,
    zone: &TimeZone,
    now: i64,
) -> store::Result<()> {
    // What was written here can be read.
    let shown = rules::read(it.content.as_bytes(), zone, now).unwrap_or_default();
    layer::set_events(conn, house, it.id, &shown).await
}

/// Writes in `language` what still stands in the other one.
///
/// # Errors
/// The database refuses.
pub(super) async fn retell(
    conn: &mut Conn,
    data: &Data,
    house: OrganisationId,
    language: &str,
) -> store::Result<()> {
    let zone = TimeZone::get(&data.organisation.time_zone).unwrap_or(TimeZone::UTC);
    for mut it in layer::list(conn, house).await? {
        let shipped = data
            .calendars
            .iter()
            .find(|shipped| it.secret.is_none() && [&shipped.name.fr, &shipped.name.en].contains(&&it.name));
        let Some(shipped) = shipped else { continue };
        let Ok(content) = shipped.file(language, &zone, it.created_at) else { continue };
        shipped.name.get(language).clone_into(&mut it.name);
        it.content = content;
        layer::update(conn, house, &it).await?;
        show(conn, house, &it, &zone, it.created_at).await?;
    }
    Ok(())
}
