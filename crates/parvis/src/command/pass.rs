//! Passes: a link by which somebody without an account brings ideas, finds the words of one post or says something about it.
//! Made by whoever chooses ideas, where the organisation allows it; bound to one address, to which the link and a code each time
//! go by letter; over on its day, when somebody ends it, or after too many wrong codes.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Refusal, Result, allow, colleague, lines, post, write_setting};
use crate::app::App;
use crate::id::{ChannelId, LetterId, OrganisationId, PassId, PostId};
use crate::rules::pass::{BETWEEN, CODE, CODES, LONGEST, Purpose, WHILE, WRONG};
use crate::rules::permission::{Action, Actor, Role};
use crate::seal;
use crate::store::colleague::Colleague;
use crate::store::journal::{self, By, Entry};
use crate::store::pass::{self as room, Kind, Letter, Listed, Pass};
use crate::store::{self, Conn, job};
use crate::work;

/// The setting that holds whether there are passes.
const SETTING: &str = "passes";
/// Longest note to who holds one, in characters.
pub const NOTE_LENGTH: usize = 2_000;
/// Passes that run at once at most.
const MOST: i64 = 500;
/// Passes that are listed.
const LISTED: i64 = 200;

/// Whether the organisation allows passes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// Whether people without an account may act by a link at all.
    pub on: bool,
    /// The mailbox that writes to them.
    pub mailbox: Option<ChannelId>,
}

/// A pass as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the house calls whoever holds it.
    pub name: String,
    /// The address that it is bound to.
    pub email: String,
    /// The language that is spoken with them, `fr` or `en`; `None` for the house's.
    pub language: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
    /// About which post.
    pub post: Option<PostId>,
    /// What is written to them.
    pub note: String,
    /// When it ends (µs).
    pub until: i64,
}

/// What the organisation says of passes.
pub async fn allowed(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Allowed> {
    let kept = store::setting::get(conn, organisation, SETTING).await?;
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Says whether there are passes. Without them nobody who came in by one is in any longer; those that run open again if
/// they are allowed again before they end.
///
/// # Errors
/// The right is missing, or no mailbox is named that could write.
pub async fn set_allowed(app: &App, actor: &Actor, it: Allowed) -> Result<()> {
    allow(actor, Action::ManageColleagues)?;
    let mut conn = app.db.write().await?;
    let mailbox = match it.mailbox {
        Some(id) => store::channel::get(&mut conn, actor.organisation, id).await?,
        None => None,
    };
    let is_sound = mailbox.is_some_and(|it| it.kind == "mail" && it.state != "removed");
    if it.mailbox.is_some() && !is_sound {
        return Err(Refusal::Invalid { field: "channel", code: "mailbox" });
    }
    if it.on && !is_sound {
        return Err(Refusal::Invalid { field: "pass", code: "mailbox" });
    }
    if !it.on {
        store::session::remove_passes(&mut conn, actor.organisation, None).await?;
    }
    let before = allowed(&mut conn, actor.organisation).await?;
    write_setting(&mut conn, actor, app.now(), (SETTING, "pass.allowed"), (&before, &it)).await?;
    Ok(conn.commit().await?)
}

/// Those that were made last, newest first.
pub async fn list(conn: &mut Conn, actor: &Actor) -> Result<Vec<Listed>> {
    allow(actor, Action::Keep)?;
    Ok(room::list(conn, actor.organisation, LISTED).await?)
}

/// Makes a pass and has its letter written.
///
/// # Errors
/// The right is missing, the organisation doesn't allow it, a field can't be taken, the address has an account, or the post
/// isn't where words can be found for it.
pub async fn make(app: &App, actor: &Actor, wanted: Wanted) -> Result<PassId> {
    allow(actor, Action::Keep)?;
    let now = app.now();
    let invalid = |code| Refusal::Invalid { field: "pass", code };
    let mut conn = app.db.write().await?;
    if !allowed(&mut conn, actor.organisation).await?.on {
        return Err(invalid("off"));
    }
    let note = lines("note", &wanted.note, NOTE_LENGTH)?;
    if wanted.until <= now || wanted.until > now + LONGEST {
        return Err(invalid("until"));
    }
    if wanted.purpose.has_post() != wanted.post.is_some() {
        return Err(invalid("post"));
    }
    if wanted.language.as_ref().is_some_and(|it| !["fr", "en"].contains(&it.as_str())) {
        return Err(Refusal::Invalid { field: "language", code: "unknown" });
    }
    if room::running(&mut conn, actor.organisation, now).await? >= MOST {
        return Err(invalid("many"));
    }
    let blank = Colleague::blank(actor.organisation, Role::External, now);
    let whom = Colleague {
        name: wanted.name,
        email: wanted.email,
        language: wanted.language,
        shortcuts: false,
        ..blank
    };
    let whom = colleague::guest(&mut conn, actor, whom, wanted.until, now).await?;
    let it = Pass {
        id: PassId::new(now),
        organisation: actor.organisation,
        colleague: whom.id,
        purpose: wanted.purpose,
        post: wanted.post,
        note,
        made_by: actor.colleague,
        created_at: now,
        expires_at: wanted.until,
        ended_at: None,
        digest: None,
        code_digest: None,
        code_until: None,
        wrong: 0,
        seen_at: None,
    };
    room::insert(&mut conn, &it).await?;
    if let Some(post) = it.post {
        hand_over(&mut conn, app, actor, (post, &it), &whom).await?;
    }
    letter(&mut conn, &it, Kind::Link, now).await?;
    by(&mut conn, &it, By::Colleague(actor.colleague), "pass.made", now).await?;
    conn.commit().await?;
    Ok(it.id)
}

/// Lets who holds a pass see its post: as whoever finds its words, or by naming them in a remark.
async fn hand_over(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    (id, pass): (PostId, &Pass),
    whom: &Colleague,
) -> Result<()> {
    if pass.purpose == Purpose::Words {
        post::ask_for_words(conn, app, actor, id, whom.id).await?;
    }
    if pass.purpose == Purpose::Opinion || !pass.note.is_empty() {
        post::look::comment_in(conn, actor, id, (Some(whom), &pass.note), pass.created_at).await?;
    }
    Ok(())
}

/// Writes the letter with the link again: a new link, the one before opens nothing any more.
///
/// # Errors
/// The right is missing, it is over, passes aren't allowed, or the last letter hasn't left yet.
pub async fn send_again(app: &App, actor: &Actor, id: PassId) -> Result<()> {
    allow(actor, Action::Keep)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = room::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if !it.runs(now) || !allowed(&mut conn, actor.organisation).await?.on {
        return Err(Refusal::Invalid { field: "pass", code: "over" });
    }
    let last = room::last_letter(&mut conn, actor.organisation, id, Kind::Link).await?;
    if last.is_some_and(|it| it.told == "waiting" || it.told == "sending" || it.at + BETWEEN > now) {
        return Err(Refusal::Invalid { field: "pass", code: "soon" });
    }
    letter(&mut conn, &it, Kind::Link, now).await?;
    by(&mut conn, &it, By::Colleague(actor.colleague), "pass.sent_again", now).await?;
    Ok(conn.commit().await?)
}

/// Ends a pass; who came in by it is out at once.
///
/// # Errors
/// The right is missing, or there is none.
pub async fn end(app: &App, actor: &Actor, id: PassId) -> Result<()> {
    allow(actor, Action::Keep)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut it = room::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if !it.runs(now) {
        return Ok(());
    }
    shut(&mut conn, &mut it, now).await?;
    colleague::end_guest(&mut conn, actor, it.colleague, now).await?;
    by(&mut conn, &it, By::Colleague(actor.colleague), "pass.ended", now).await?;
    Ok(conn.commit().await?)
}

async fn shut(conn: &mut Conn, it: &mut Pass, now: i64) -> store::Result<()> {
    it.ended_at = Some(now);
    it.code_digest = None;
    room::update(conn, it).await?;
    store::session::remove_passes(conn, it.organisation, Some(it.id)).await
}

/// The pass of a link with who holds it, if it opens something at `now` (µs).
pub async fn held(conn: &mut Conn, secret: &str, now: i64) -> store::Result<Option<(Pass, Colleague)>> {
    let Some(it) = room::by_digest(conn, &seal::digest(secret)).await? else { return Ok(None) };
    if !it.runs(now) || !allowed(conn, it.organisation).await?.on {
        return Ok(None);
    }
    let whom = store::colleague::get(conn, it.organisation, it.colleague).await?;
    Ok(whom.filter(|it| it.has_access(now) && it.role == Role::External).map(|whom| (it, whom)))
}

/// Has a code written to the address of the pass.
///
/// # Errors
/// The link opens nothing, one was sent just now, or too many were.
pub async fn ask_code(app: &App, secret: &str) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let (it, _) = held(&mut conn, secret, now).await?.ok_or(Refusal::NotFound)?;
    let house = it.organisation;
    let last = room::last_letter(&mut conn, house, it.id, Kind::Code).await?;
    if last.is_some_and(|it| it.at + BETWEEN > now) {
        return Err(Refusal::Invalid { field: "code", code: "soon" });
    }
    if room::letters_since(&mut conn, house, it.id, Kind::Code, now - WHILE).await? >= CODES {
        return Err(Refusal::Invalid { field: "code", code: "many" });
    }
    letter(&mut conn, &it, Kind::Code, now).await?;
    // Whoever has the link asks; who that is, the code will show.
    by(&mut conn, &it, By::System, "pass.code_asked", now).await?;
    Ok(conn.commit().await?)
}

/// Takes the code of a pass; with the right one, whose it is. A code works once; a wrong one is counted, and the last
/// of too many ends the pass.
///
/// # Errors
/// The link opens nothing, or the code isn't the one that works now.
pub async fn enter(app: &App, secret: &str, code: &str) -> Result<(Pass, Colleague)> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let (mut it, whom) = held(&mut conn, secret, now).await?.ok_or(Refusal::NotFound)?;
    let typed: String = code.chars().filter(char::is_ascii_digit).collect();
    let is_late = it.code_until.is_none_or(|until| until <= now);
    let is_right = it.code_digest.as_ref() == Some(&digest(it.id, &typed));
    if is_late {
        return Err(Refusal::Invalid { field: "code", code: "late" });
    }
    if is_right {
        it.code_digest = None;
        it.code_until = None;
        it.wrong = 0;
        it.seen_at = Some(now);
        room::update(&mut conn, &it).await?;
        by(&mut conn, &it, By::Colleague(whom.id), "pass.opened", now).await?;
        conn.commit().await?;
        return Ok((it, whom));
    }
    it.wrong += 1;
    if it.wrong < WRONG {
        room::update(&mut conn, &it).await?;
        conn.commit().await?;
        return Err(Refusal::Invalid { field: "code", code: "wrong" });
    }
    shut(&mut conn, &mut it, now).await?;
    by(&mut conn, &it, By::System, "pass.locked", now).await?;
    conn.commit().await?;
    Err(Refusal::NotFound)
}

/// What is kept of a code.
pub fn digest(pass: PassId, code: &str) -> String {
    seal::digest(&format!("{pass}:{code}"))
}

/// Until when (µs) a code works that is sent at `now`.
pub fn code_until(now: i64) -> i64 {
    now + CODE
}

async fn letter(conn: &mut Conn, it: &Pass, kind: Kind, now: i64) -> store::Result<()> {
    let letter = Letter {
        id: LetterId::new(now),
        pass: it.id,
        kind,
        at: now,
        told: "waiting".to_owned(),
        error: None,
    };
    room::write(conn, it.organisation, &letter).await?;
    let key = letter.id.to_string();
    job::enqueue(conn, it.organisation, work::pass::KIND, &key, letter.id.0, now, now).await
}

/// What the journal says of a pass: neither its link nor its code.
fn facts(it: &Pass) -> serde_json::Value {
    json!({ "pass": it.id, "purpose": it.purpose, "post": it.post, "expires_at": it.expires_at,
        "ended_at": it.ended_at })
}

async fn by(conn: &mut Conn, it: &Pass, by: By, verb: &str, at: i64) -> store::Result<()> {
    let entry = Entry {
        organisation: it.organisation,
        at,
        by,
        verb,
        subject: it.colleague.0,
        conversation: None,
        before: None,
        after: Some(facts(it)),
    };
    journal::write(conn, entry).await.map(drop)
}

#[cfg(test)]
mod tests;
