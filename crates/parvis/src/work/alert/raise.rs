//! From what was seen to alerts: raised, told again when it has become many times worse, and closed when all is as
//! usual, each in one transaction that looks first at what stands. So neither two nodes nor a death between two looks
//! tells anything twice.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::judge::Sighting;
use super::{Scene, evidence};
use crate::app::App;
use crate::id::{AlertId, MessageId};
use crate::store::alert::{self, Alert, Closed, Kind, Signal, Subject};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn};
use crate::work::notify::{self, About};

/// Of the messages of the smaller of two rises, this share is in both when they are one event.
const SAME: (usize, usize) = (1, 2);

/// What a rise was made of.
type Messages = HashMap<(Kind, Subject), HashSet<MessageId>>;

/// Brings the alerts to what was seen at this look.
pub(super) async fn settle(app: &App, scene: &Scene, mut told: Vec<Sighting>) -> store::Result<()> {
    let mut conn = app.db.read().await?;
    let open = alert::signals(&mut conn, scene.house).await?;
    let alerts = alert::open(&mut conn, scene.house).await?;
    if told.is_empty() && open.is_empty() {
        return Ok(());
    }
    let messages = read_messages(&mut conn, scene, &mut told, &open).await?;
    if !changes(&told, &open, &alerts, scene.now) {
        return Ok(());
    }
    drop(conn);
    let mut conn = app.db.write().await?;
    for it in &told {
        keep(&mut conn, scene, it, &messages).await?;
    }
    for it in alert::signals(&mut conn, scene.house).await? {
        if !told.iter().any(|seen| seen.kind == it.kind && seen.subject == it.subject) {
            end(&mut conn, scene, &it).await?;
        }
    }
    conn.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// The messages of every rise, and what they say of those that may be new.
async fn read_messages(
    conn: &mut Conn,
    scene: &Scene,
    told: &mut [Sighting],
    open: &[Signal],
) -> store::Result<Messages> {
    let mut messages = Messages::new();
    for it in told.iter_mut().filter(|it| matches!(it.kind, Kind::Burst | Kind::Anger)) {
        let said = evidence::messages(conn, scene.house, it, scene.now).await?;
        let is_open = open.iter().any(|signal| signal.kind == it.kind && signal.subject == it.subject);
        let is_over = alert::ended(conn, scene.house, it.kind, it.subject).await?;
        if is_open || is_over.is_none_or(|ended| ended < it.at) {
            evidence::complete(conn, scene.house, it, &said).await?;
        }
        messages.insert((it.kind, it.subject), said.iter().map(|it| it.message).collect());
    }
    Ok(messages)
}

/// Whether there may be anything to write; spares the turn among writers at most looks.
fn changes(told: &[Sighting], open: &[Signal], alerts: &[Alert], now: i64) -> bool {
    let is_open = |it: &Sighting| open.iter().any(|at| at.kind == it.kind && at.subject == it.subject);
    let is_news = |it: &Sighting| {
        let own = alerts.iter().find(|at| at.kind == it.kind && at.subject == it.subject);
        match own {
            Some(own) => it.level > own.level || is_fresh(own, it, now),
            None => it.tells && !is_open(it),
        }
    };
    let seen = |at: &Signal| told.iter().any(|it| at.kind == it.kind && at.subject == it.subject);
    told.iter().any(is_news) || !open.iter().all(seen)
}

/// Whether what is shown is worth being written again.
fn is_fresh(own: &Alert, it: &Sighting, now: i64) -> bool {
    let (was, is) = (&own.evidence, &it.evidence);
    let last = |it: &alert::Evidence| it.points.last().map(|it| (it.at, it.count));
    own.opened_at < now
        && (was.total != is.total || was.count != is.count || was.until != is.until || last(was) != last(is))
}

/// One that was seen: open already, over already, part of another, or new.
async fn keep(conn: &mut Conn, scene: &Scene, it: &Sighting, messages: &Messages) -> store::Result<()> {
    let open = alert::open(conn, scene.house).await?;
    let signals = alert::signals(conn, scene.house).await?;
    if let Some(signal) = signals.iter().find(|at| at.kind == it.kind && at.subject == it.subject) {
        let own = open.into_iter().find(|at| at.id == signal.alert);
        return match own.filter(|own| own.kind == it.kind && own.subject == it.subject) {
            Some(own) => tell_again(conn, scene, own, it).await,
            None => Ok(()),
        };
    }
    let over = alert::ended(conn, scene.house, it.kind, it.subject).await?;
    if !it.tells || over.is_some_and(|ended| ended >= it.at) {
        return Ok(());
    }
    let part_of = open.iter().find(|at| is_same(it, at, messages)).map(|at| at.id);
    let id = match part_of {
        Some(id) => id,
        None => begin(conn, scene, it).await?,
    };
    let (kind, subject) = (it.kind, it.subject);
    let signal = Signal { alert: id, kind, subject, seen_at: scene.now, ended_at: None };
    alert::add_signal(conn, scene.house, &signal).await
}

/// Whether what was seen is the event of an open alert.
fn is_same(it: &Sighting, open: &Alert, messages: &Messages) -> bool {
    let (Some(mine), Some(theirs)) =
        (messages.get(&(it.kind, it.subject)), messages.get(&(open.kind, open.subject)))
    else {
        return false;
    };
    let both = mine.intersection(theirs).count();
    both > 0 && both * SAME.1 >= mine.len().min(theirs.len()) * SAME.0
}

async fn begin(conn: &mut Conn, scene: &Scene, it: &Sighting) -> store::Result<AlertId> {
    let new = Alert {
        id: AlertId::new(scene.now),
        kind: it.kind,
        subject: it.subject,
        level: it.level,
        began_at: it.began_at,
        opened_at: scene.now,
        closed: None,
        evidence: it.evidence.clone(),
    };
    alert::insert(conn, scene.house, &new).await?;
    notify::plan(conn, scene.house, &new, About::Opened, scene.now).await?;
    written(conn, scene, "alert.raised", &new).await?;
    Ok(new.id)
}

/// The figures move on; only what is many times worse is news.
async fn tell_again(conn: &mut Conn, scene: &Scene, own: Alert, it: &Sighting) -> store::Result<()> {
    let worse = it.level > own.level;
    if !worse && !is_fresh(&own, it, scene.now) {
        return Ok(());
    }
    let mut evidence = it.evidence.clone();
    // Who began is known from the beginning.
    evidence.first = own.evidence.first.or(evidence.first);
    if evidence.terms.is_empty() {
        evidence.terms.clone_from(&own.evidence.terms);
    }
    let own = Alert { level: own.level.max(it.level), evidence, ..own };
    alert::tell(conn, scene.house, &own).await?;
    if !worse {
        return Ok(());
    }
    notify::plan(conn, scene.house, &own, About::Worsened, scene.now).await?;
    written(conn, scene, "alert.worsened", &own).await
}

/// One that isn't seen any more; the alert ends with the last.
async fn end(conn: &mut Conn, scene: &Scene, it: &Signal) -> store::Result<()> {
    alert::end_signal(conn, scene.house, it, scene.now).await?;
    let left = alert::signals_of(conn, scene.house, it.alert).await?;
    if left.iter().any(|it| it.ended_at.is_none()) {
        return Ok(());
    }
    let why = if scene.has(it.subject) { "usual" } else { "gone" };
    let closed = Closed { at: scene.now, why: why.to_owned(), by: None };
    if alert::close(conn, scene.house, it.alert, &closed).await?
        && let Some(own) = alert::get(conn, scene.house, it.alert).await?
    {
        notify::plan(conn, scene.house, &own, About::Closed, scene.now).await?;
        written(conn, scene, "alert.closed", &own).await?;
    }
    Ok(())
}

async fn written(conn: &mut Conn, scene: &Scene, verb: &str, it: &Alert) -> store::Result<()> {
    let entry = Entry {
        organisation: scene.house,
        at: scene.now,
        by: By::System,
        verb,
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(json!({
            "kind": it.kind, "subject": it.subject, "level": it.level, "count": it.evidence.count,
            "times": it.evidence.times, "closed": it.closed.as_ref().map(|it| &it.why),
        })),
    };
    journal::write(conn, entry).await.map(drop)
}

impl Scene {
    /// Whether a subject is still looked at.
    fn has(&self, it: Subject) -> bool {
        match it {
            Subject::Watch(id) => self.watches.iter().any(|it| it.id == id && it.sensitivity != "none"),
            Subject::Desk(id) => self.desks.iter().any(|it| it.id == id),
            Subject::Channel(id) => self.channels.iter().any(|it| it.id == id && it.state == "active"),
        }
    }
}
