//! The requests for pictures of the demonstration: two that are being made, one of them late, one that is delivered, one that
//! nobody has answered.

use jiff::ToSpan;
use jiff::civil::Time;
use serde::Deserialize;

use super::data::{self, Data, Text};
use super::fill::Keys;
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ColleagueId, LaunchId, PostId, RequestId};
use crate::rules::post::State;
use crate::rules::request::RequestState;
use crate::seal::digest_bytes;
use crate::store::post::{self, Filter};
use crate::store::request::{self, Request};
use crate::store::{self, Conn, asset, launch};
use crate::web::language::{Language, Words};

/// A request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Who is asked, by key.
    pub of: String,
    /// Who asks, by key.
    pub by: String,
    /// Where it stands.
    pub state: RequestState,
    /// The day on which it is due, counted from today.
    pub days: i64,
    /// Its hour, on the organisation's clock.
    pub clock: String,
    /// How many days ago it was asked.
    pub made: i64,
    /// How many pictures.
    pub count: i64,
    /// Names of formats.
    pub formats: Vec<String>,
    /// The post is held until it is kept.
    pub needed: bool,
    /// The French title of the post that it is for.
    pub post: Option<String>,
    /// The French name of the launch that it is for.
    pub launch: Option<String>,
    /// Files of `demo/images/` that were delivered; the library has them.
    #[serde(default)]
    pub files: Vec<String>,
    /// What is wanted.
    pub title: Text,
    /// What it shall show.
    pub brief: Text,
}

/// Writes the requests, once posts, library and launches are there.
///
/// # Errors
/// The database refuses, or the data names what it doesn't hold.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let spoken = Language::parse(language).unwrap_or(Language::En);
    let words = Words::new(spoken, &data.organisation.time_zone);
    let now = app.now();
    let mut conn = app.db.write().await?;
    for it in &data.requests {
        let day = words.zoned(now).date().checked_add(it.days.days())?;
        let clock: Time = it.clock.parse()?;
        let due_at = day.to_datetime(clock).to_zoned(words.house_zone.clone())?.timestamp().as_microsecond();
        let created_at = now - it.made * DAY;
        let made = Request {
            id: RequestId::new(created_at),
            title: it.title.get(language).to_owned(),
            brief: it.brief.get(language).to_owned(),
            formats: it.formats.join(","),
            count: it.count,
            due_at,
            post: post_of(&mut conn, data, keys, it.post.as_deref(), language).await?,
            launch: launch_of(&mut conn, data, keys, it.launch.as_deref(), language).await?,
            needed: it.needed,
            asked_by: who(keys, &it.by)?,
            asked_of: who(keys, &it.of)?,
            state: it.state,
            reason: String::new(),
            deliveries: i64::from(!it.files.is_empty()),
            version: 1,
            created_at,
            changed_at: created_at,
        };
        request::insert(&mut conn, keys.house, &made).await?;
        for (position, file) in (0_i64..).zip(&it.files) {
            let digest = digest_bytes(&data::file(&format!("images/{file}"))?);
            let found = asset::by_digest(&mut conn, keys.house, &digest).await?;
            let found = found.ok_or_else(|| anyhow::anyhow!("{file} isn't in the library"))?;
            request::deliver(&mut conn, keys.house, made.id, (1, position), (found, 1), now - DAY / 8)
                .await?;
        }
        crate::work::request::plan(&mut conn, keys.house, &made, now).await?;
    }
    Ok(conn.commit().await?)
}

fn who(keys: &Keys, key: &str) -> anyhow::Result<ColleagueId> {
    keys.colleagues.get(key).copied().ok_or_else(|| anyhow::anyhow!("no colleague {key}"))
}

async fn post_of(
    conn: &mut Conn,
    data: &Data,
    keys: &Keys,
    title: Option<&str>,
    language: &str,
) -> anyhow::Result<Option<PostId>> {
    let Some(title) = title else { return Ok(None) };
    let shipped = data.posts.iter().find(|it| it.title.fr == title);
    let shipped = shipped.ok_or_else(|| anyhow::anyhow!("no post “{title}”"))?;
    let state: State = shipped.state;
    let all = post::in_state(conn, keys.house, state, &Filter::default(), 500).await?;
    Ok(all.into_iter().find(|it| it.title == shipped.title.get(language)).map(|it| it.id))
}

async fn launch_of(
    conn: &mut Conn,
    data: &Data,
    keys: &Keys,
    name: Option<&str>,
    language: &str,
) -> store::Result<Option<LaunchId>> {
    let shipped = data.launches.iter().find(|it| Some(it.name.fr.as_str()) == name);
    let Some(shipped) = shipped else { return Ok(None) };
    let all = launch::list(conn, keys.house).await?;
    Ok(all.into_iter().find(|it| it.name == shipped.name.get(language)).map(|it| it.id))
}
