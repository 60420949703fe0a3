//! Rights that end soon: told thirty, seven and one day ahead, in the journal and to the destinations that want it. One job per
//! picture of the library waits for the next of these days; a change of its rights makes it anew.

use parvis_channels::notify;
use serde_json::json;

use super::{Outcome, notify as notices};
use crate::app::App;
use crate::command::Result;
use crate::id::{AssetId, OrganisationId};
use crate::rules::asset::{Right, WARNINGS};
use crate::store::asset::{self, Asset};
use crate::store::job::{self, Job};
use crate::store::{self, Conn, colleague};
use crate::web::language::Words;

/// The job's kind.
pub const KIND: &str = "rights";

/// When the end of its rights is told next (µs).
fn next(it: &Asset, now: i64) -> Option<i64> {
    let end = it.expires_at.filter(|_| it.away_at.is_none())?;
    WARNINGS.iter().map(|before| end - before).find(|at| *at > now)
}

/// Has the end of an asset's rights told in time, in the transaction that changes it.
pub(crate) async fn plan(conn: &mut Conn, house: OrganisationId, it: &Asset, now: i64) -> store::Result<()> {
    let key = it.id.to_string();
    job::cancel(conn, house, KIND, &key).await?;
    match next(it, now) {
        Some(at) => job::enqueue(conn, house, KIND, &key, it.id.0, at, now).await,
        None => Ok(()),
    }
}

/// Tells that the rights to the asset of the job end soon, and waits for the next day on which that is told.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, now) = (job.organisation, app.now());
    let mut conn = app.db.write().await?;
    let found = asset::get(&mut conn, house, AssetId(job.subject)).await?;
    let Some((it, _)) = found.filter(|(it, _)| it.away_at.is_none()) else { return Ok(Outcome::Done) };
    if let (Right::Ending(stage), Some(end)) = (Right::at(it.expires_at, now), it.expires_at) {
        let key = format!("rights:{}:{end}:{stage}", it.id);
        let after = json!({ "title": it.title, "expires_at": end, "colleague": it.colleague });
        let told = ("asset.ending", it.id.0, after);
        notices::library(&mut conn, house, (KIND, &key), told, now).await?;
        conn.commit().await?;
    }
    Ok(match next(&it, now) {
        Some(at) => Outcome::Later(at, "its rights go on".to_owned()),
        None => Outcome::Done,
    })
}

/// What a destination is told; `None` when the rights were extended or have ended meanwhile.
pub(super) async fn notice(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    words: &Words,
    key: &str,
) -> store::Result<Option<notify::Notice>> {
    let mut parts = key.split(':').skip(1);
    let id = parts.next().and_then(|id| id.parse::<AssetId>().ok());
    let end = parts.next().and_then(|end| end.parse::<i64>().ok());
    let (Some(id), Some(end)) = (id, end) else { return Ok(None) };
    let now = app.now();
    let Some((it, _)) = asset::get(conn, house, id).await? else { return Ok(None) };
    if it.expires_at != Some(end) || end <= now || it.away_at.is_some() {
        return Ok(None);
    }
    let who = colleague::get(conn, house, it.colleague).await?.map(|it| it.name).unwrap_or_default();
    let ahead = asset::uses(conn, house, id).await?;
    let ahead = ahead.iter().filter(|it| !matches!(it.state.as_str(), "published" | "measured" | "refused"));
    let posts = ahead.map(|it| it.title.as_str()).collect::<Vec<_>>().join(" · ");
    let url = format!("{}/material/{id}", app.config.public_url.trim_end_matches('/'));
    let day = words.house().day(end - 1, now);
    let title = words.t2("rights-notice-title", "title", it.title.as_str(), "day", day.as_str());
    let mut text = words.t1("rights-notice-who", "who", who.as_str());
    if !posts.is_empty() {
        text.push('\n');
        text.push_str(&words.t1("rights-notice-posts", "posts", posts.as_str()));
    }
    let data =
        json!({ "asset": id, "title": it.title, "expires_at": end, "colleague": it.colleague, "url": url });
    Ok(Some(notify::Notice {
        key: key.to_owned(),
        at: now,
        event: "asset.ending".to_owned(),
        title,
        text,
        html: None,
        link: url.parse().ok(),
        data,
    }))
}
