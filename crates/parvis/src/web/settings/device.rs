//! Where one is signed in, and ending it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::note;
use crate::app::App;
use crate::store::{self, Conn};
use crate::web::error::Failure;
use crate::web::inbox::refusal;
use crate::web::session::{IDLE, Signed};

/// A device in the list.
pub(in crate::web) struct Row {
    pub(in crate::web) digest: String,
    pub(in crate::web) name: String,
    pub(in crate::web) address: String,
    pub(in crate::web) seen: String,
    pub(in crate::web) current: bool,
}

pub(super) async fn rows(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<Vec<Row>> {
    let words = &signed.words;
    let found = store::session::of_colleague(conn, signed.organisation.id, signed.colleague.id).await?;
    let running = found.into_iter().filter(|it| it.expires_at > now && it.seen_at + IDLE > now);
    Ok(running
        .map(|it| Row {
            current: signed.session.as_deref() == Some(&it.digest),
            name: match browser(&it.agent) {
                (Some(browser), Some(system)) => {
                    words.t2("device-name", "browser", browser, "system", system)
                }
                (Some(name), None) | (None, Some(name)) => name.to_owned(),
                (None, None) => words.t("device-unknown"),
            },
            address: it.address,
            seen: words.moment(it.seen_at, now),
            digest: it.digest,
        })
        .collect())
}

/// Browser and system, as far as `User-Agent` tells them.
fn browser(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    (browser, system)
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(digest): Path<String>,
) -> Result<Response, Failure> {
    let done = crate::command::session::end(&app, &signed.actor, &digest).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/settings?done=device").into_response())
}

pub(super) async fn end_others(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let kept = signed.session.as_deref().unwrap_or_default();
    let mut conn = app.db.write().await?;
    let ended =
        store::session::remove_others(&mut conn, signed.organisation.id, signed.colleague.id, kept).await?;
    note(&mut conn, &signed, app.now(), "session.closed", None, Some(json!({ "ended": ended }))).await?;
    conn.commit().await?;
    Ok(Redirect::to("/settings?done=devices").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_their_owner_would() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        assert_eq!(browser(edge), (Some("Edge"), Some("Windows")));
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(phone), (Some("Safari"), Some("iPhone")));
        assert_eq!(browser(""), (None, None));
    }
}
