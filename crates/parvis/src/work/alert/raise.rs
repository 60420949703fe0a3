//! From what was seen to alerts: raised, told again when it has become many times worse, and closed when all is as
//! usual, each in one transaction that looks first at what stands. So neither two nodes nor a death between two looks
//! tells anything twice. What sees the messages of an open alert is part of it (`same`).

mod same;

use serde_json::json;

use self::same::Voices;
use super::judge::{self, Sighting};
use super::{Scene, evidence};
use crate::app::App;
use crate::id::AlertId;
use crate::store::alert::{self, Alert, Closed, Signal, Subject};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn};
use crate::work::notify::{self, About};

/// Brings the alerts to what was seen at this look.
pub(super) async fn settle(app: &App, scene: &Scene, mut told: Vec<Sighting>) -> store::Result<()> {
    let mut conn = app.db.read().await?;
    let open = alert::signals(&mut conn, scene.house).await?;
    let alerts = alert::open(&mut conn, scene.house).await?;
    if told.is_empty() && open.is_empty() {
        return Ok(());
    }
    let voices = listen(&mut conn, scene, &mut told, &open).await?;
    if !changes(&told, &open, &alerts, scene.now) {
        return Ok(());
    }
    drop(conn);
    let mut conn = app.db.write().await?;
    for it in &told {
        keep(&mut conn, scene, it, &voices).await?;
    }
    for it in alert::signals(&mut conn, scene.house).await? {
        if !told.iter().any(|seen| seen.kind == it.kind && seen.subject == it.subject) {
            end(&mut conn, scene, &it).await?;
        }
    }
    conn.commit().await?;
    Ok(())
}

/// The messages of every rise, how many people wrote them, and what they say of those that may be new.
async fn listen(
    conn: &mut Conn,
    scene: &Scene,
    told: &mut [Sighting],
    open: &[Signal],
) -> store::Result<Voices> {
    let mut voices = Voices::default();
    for it in told.iter_mut() {
        if !it.kind.is_rise() {
            voices.add_waiting(it);
            continue;
        }
        let said = evidence::messages(conn, scene.house, it, scene.now).await?;
        let until = it.began_at + it.evidence.window;
        let people = evidence::people(said.iter().filter(|it| it.sent_at <= until));
        it.evidence.people = i64::try_from(people).unwrap_or(i64::MAX);
        it.tells &= judge::is_worth(it.subject, people, it.evidence.expected);
        let is_open = open.iter().any(|signal| signal.kind == it.kind && signal.subject == it.subject);
        let is_over = alert::ended(conn, scene.house, it.kind, it.subject).await?;
        if is_open || it.tells && is_over.is_none_or(|ended| ended < it.at) {
            evidence::complete(conn, scene.house, it, &said).await?;
        }
        voices.add_rise(it, said);
    }
    Ok(voices)
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
async fn keep(conn: &mut Conn, scene: &Scene, it: &Sighting, voices: &Voices) -> store::Result<()> {
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
    let id = match voices.part_of(it, &open, &signals) {
        Some(own) => join(conn, scene, own, it).await?,
        None => begin(conn, scene, it).await?,
    };
    let (kind, subject) = (it.kind, it.subject);
    let signal = Signal { alert: id, kind, subject, seen_at: scene.now, ended_at: None };
    alert::add_signal(conn, scene.house, &signal).await
}

/// Part of an open alert: who wasn't told of it and would have been of this is told. An alert that began at a desk or on
/// a channel is named after the watch in which it shows.
async fn join(conn: &mut Conn, scene: &Scene, own: &Alert, it: &Sighting) -> store::Result<AlertId> {
    notify::plan_joined(conn, scene.house, own, it.subject, scene.now).await?;
    if it.kind.is_rise() && judge::rank(it.subject) < judge::rank(own.subject) {
        let own = Alert {
            kind: it.kind,
            subject: it.subject,
            level: own.level.max(it.level),
            began_at: own.began_at.min(it.began_at),
            evidence: it.evidence.clone(),
            ..own.clone()
        };
        alert::rename(conn, scene.house, &own).await?;
    }
    Ok(own.id)
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
    let mut left = alert::signals_of(conn, scene.house, it.alert).await?;
    left.retain(|it| it.ended_at.is_none());
    let Some(own) = alert::get(conn, scene.house, it.alert).await? else { return Ok(()) };
    // A rise is over when nothing rises; complaints that still wait for an answer are then told as what they are.
    if left.iter().any(|it| it.kind.is_rise() || !own.kind.is_rise()) {
        return Ok(());
    }
    for waiting in &left {
        alert::forget_signal(conn, scene.house, waiting).await?;
    }
    let why = if scene.has(it.subject) { "usual" } else { "gone" };
    let closed = Closed { at: scene.now, why: why.to_owned(), by: None };
    if alert::close(conn, scene.house, it.alert, &closed).await? {
        let own = Alert { closed: Some(closed), ..own };
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
