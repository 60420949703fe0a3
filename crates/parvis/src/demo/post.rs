//! The board and the calendar of the demonstration: posts at every stage, some behind us and some ahead.

use jiff::ToSpan;
use jiff::civil::Time;
use parvis_write::day::slot::Slot as Hour;
use serde_json::json;

use super::data::{Data, Post as Shipped};
use super::fast;
use super::fill::Keys;
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command::post::hour;
use crate::id::{ColleagueId, LaunchId, PostId};
use crate::rules::post::State;
use crate::store::post::figure::{self, Figure};
use crate::store::post::look::{self, Tick};
use crate::store::post::words::{self, OwnTexts, Version};
use crate::store::post::{self, Post, Target};
use crate::store::{self, Conn, job};
use crate::web::language::{Language, Words};
use crate::work::release;

/// Writes the posts, once launches are there; those that have their hour leave at it, on the invented network.
///
/// # Errors
/// The database refuses, or the data names what it doesn't hold.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let now = app.now();
    let spoken = Language::parse(language).unwrap_or(Language::En);
    let words = Words::new(spoken, &data.organisation.time_zone);
    let mut conn = app.db.write().await?;
    let launches = store::launch::list(&mut conn, keys.house).await?;
    for (place, shipped) in data.posts.iter().enumerate() {
        let due_at = due(shipped, &words, now)?;
        let created_at = now - DAY - i64::try_from(place).unwrap_or(0) * HOUR;
        let launch = data.launches.iter().find(|it| it.name.fr == shipped.launch);
        let launch = launches.iter().find(|it| launch.is_some_and(|of| it.name == of.name.get(language)));
        let launch = launch.map(|it| it.id);
        write(&mut conn, keys, (shipped, launch), language, (created_at, due_at, now)).await?;
    }
    fast::open(&mut conn, keys).await?;
    let slot = |weekday, hour, channel| hour::Slot {
        hour: Hour { weekday, time: Time::constant(hour, 0, 0, 0) },
        channel,
    };
    let own = keys.channels.get("marque").map(|it| it.id);
    let slots = [slot(2, 12, None), slot(4, 18, None), slot(6, 10, own), slot(7, 11, None)];
    store::setting::put(&mut conn, keys.house, hour::SLOTS, &json!(slots).to_string()).await?;
    Ok(conn.commit().await?)
}

/// When it leaves or left (µs); what is ahead never lies behind us, at whatever hour the demonstration begins.
fn due(it: &Shipped, words: &Words, now: i64) -> anyhow::Result<Option<i64>> {
    let (Some(days), Some(clock)) = (it.day, &it.clock) else { return Ok(None) };
    let day = words.zoned(now).date().checked_add(days.days())?;
    let at = day.to_datetime(clock.parse::<Time>()?).to_zoned(words.house_zone.clone())?;
    Ok(Some(at.timestamp().as_microsecond()))
}

async fn write(
    conn: &mut Conn,
    keys: &Keys,
    (it, launch): (&Shipped, Option<LaunchId>),
    language: &str,
    (created_at, due_at, now): (i64, Option<i64>, i64),
) -> anyhow::Result<()> {
    let who = |key: &str| -> anyhow::Result<ColleagueId> {
        keys.colleagues.get(key).copied().ok_or_else(|| anyhow::anyhow!("no colleague {key}"))
    };
    let text = it.text.as_ref().map(|it| it.get(language).to_owned()).unwrap_or_default();
    let over = matches!(it.state, State::Published | State::Measured);
    let decided = over || it.state == State::Scheduled;
    let made = Post {
        id: PostId::new(created_at),
        title: it.title.get(language).to_owned(),
        brief: it.brief.as_ref().map(|it| it.get(language).to_owned()).unwrap_or_default(),
        theme: it.theme.get(language).to_owned(),
        origin: it.origin.clone(),
        origin_name: it.name.as_ref().map(|it| it.get(language).to_owned()),
        conversation: None,
        state: it.state,
        reason: it.reason.as_ref().map(|it| it.get(language).to_owned()),
        version: i64::from(!text.is_empty()),
        warning: None,
        due_at,
        idea_by: who(&it.by)?,
        writer: it.writer.as_deref().map(&who).transpose()?,
        written_by: if text.is_empty() { None } else { Some(who("AB")?) },
        sent_back_by: (it.state == State::ToWrite && it.reason.is_some()).then(|| who("CM")).transpose()?,
        validated_by: decided.then(|| who("CM")).transpose()?,
        validated_at: decided.then_some(created_at + HOUR),
        held_at: None,
        held_code: None,
        released_at: due_at.filter(|_| over),
        published_at: due_at.filter(|_| over).map(|at| at + MINUTE),
        measured_at: due_at.filter(|_| it.answers.is_some()).map(|at| at + release::MEASURED_AFTER),
        answers: it.answers,
        created_at: if over { due_at.unwrap_or(now) - 3 * DAY } else { created_at },
        changed_at: due_at.filter(|_| over).unwrap_or(created_at),
        campaign: None,
        first_comment: it.first_comment.as_ref().map(|it| it.get(language).to_owned()).unwrap_or_default(),
        launch,
        text,
    };
    post::insert(conn, keys.house, &made).await?;
    let mut targets = Vec::new();
    for key in &it.channels {
        let channel = keys.channels.get(key).ok_or_else(|| anyhow::anyhow!("no channel {key}"))?;
        targets.push(Target::new(channel.id));
    }
    post::set_targets(conn, keys.house, made.id, &targets).await?;
    look_at(conn, keys, &made, who("RP")?).await?;
    if let Some(why) = &it.fast {
        fast::run(conn, keys, &made, why.get(language), now).await?;
    }
    before(conn, keys, &made, &targets, &it.weeks, now).await?;
    if let (State::Scheduled, Some(at)) = (made.state, made.due_at) {
        let key = made.id.to_string();
        job::enqueue(conn, keys.house, release::KIND, &key, made.id.0, at, now).await?;
    }
    Ok(())
}

/// The same of the weeks before, with what networks counted below each.
async fn before(
    conn: &mut Conn,
    keys: &Keys,
    it: &Post,
    targets: &[Target],
    weeks: &[i64],
    now: i64,
) -> store::Result<()> {
    let Some(due) = it.due_at else { return Ok(()) };
    for (place, reactions) in (1_i64..).zip(weeks.iter().rev()) {
        let at = due - place * 7 * DAY;
        if at + DAY > now {
            continue;
        }
        let past = Post {
            id: PostId::new(at),
            state: State::Measured,
            due_at: Some(at),
            released_at: Some(at),
            published_at: Some(at + MINUTE),
            measured_at: Some(at + release::MEASURED_AFTER),
            answers: Some(reactions / 5),
            launch: None,
            created_at: at - 3 * DAY,
            changed_at: at,
            ..it.clone()
        };
        post::insert(conn, keys.house, &past).await?;
        post::set_targets(conn, keys.house, past.id, targets).await?;
        for target in targets {
            for (name, value) in [("favourites", reactions - reactions / 4), ("boosts", reactions / 4)] {
                let figure = Figure { channel: target.channel, name: name.to_owned(), value, at: at + DAY };
                figure::put(conn, keys.house, past.id, &figure).await?;
            }
        }
    }
    Ok(())
}

/// Its first version, and who read it.
async fn look_at(conn: &mut Conn, keys: &Keys, it: &Post, reader: ColleagueId) -> store::Result<()> {
    let Some(author) = it.written_by else { return Ok(()) };
    let (at, text) = (it.created_at, it.text.clone());
    let version = Version {
        number: 1,
        at,
        colleague: author,
        text,
        own_texts: OwnTexts::new(),
        first_comment: it.first_comment.clone(),
        own_first_comments: OwnTexts::new(),
        assistant: None,
    };
    words::keep(conn, keys.house, it.id, &version).await?;
    if it.validated_by.is_some() || it.state == State::ToValidate {
        for item in ["facts", "links"] {
            let tick = Tick { item: item.to_owned(), colleague: reader, at: at + 30 * MINUTE };
            look::tick(conn, keys.house, it.id, &tick).await?;
        }
    }
    Ok(())
}
