//! What tests share: a house with two desks and a channel on each engine, a clock that stands still,
//! and observations made by hand. Compiled for tests only.

use std::sync::Arc;

use parvis_channels::{
    Capability, CapabilityKey, CapabilitySet, Item, MentionRule, Observation, ObservationKind, RemoteAuthor,
    Source, TextRule, TextUnit, Visibility,
};

use crate::app::App;
use crate::clock::{Clock, HOUR, SECOND};
use crate::config::Config;
use crate::id::{ChannelId, ColleagueId, DeskId, MessageId, OrganisationId};
use crate::intake::fold::{Context, fold};
use crate::rules::clock::Promise;
use crate::rules::hours::Hours;
use crate::rules::permission::{Actor, Role, Scope};
use crate::seal::SealKey;
use crate::store::channel::{Channel, Health};
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::organisation::Organisation;
use crate::store::{self, Db};

/// Where the clock stands when a test begins (µs): 1 September 2026, 08:00 UTC.
pub const START: i64 = 1_788_249_600_000_000;

/// A house on one engine.
pub struct House {
    /// The program.
    pub app: Arc<App>,
    /// Whose.
    pub id: OrganisationId,
    /// Customer care and press; care answers within an hour.
    pub desks: [DeskId; 2],
    /// A Mastodon account of the care desk.
    pub channel: ChannelId,
    /// A community manager.
    pub manager: Actor,
    /// A specialist of the care desk.
    pub specialist: Actor,
    /// A specialist of the press desk.
    pub press: Actor,
    _folder: tempfile::TempDir,
}

/// A house on each engine that is there.
pub async fn houses() -> Vec<House> {
    let mut all = Vec::new();
    for (db, folder) in store::tests::databases().await {
        all.push(house(db, folder.unwrap_or_else(|| tempfile::tempdir().unwrap())).await);
    }
    all
}

async fn house(db: Db, folder: tempfile::TempDir) -> House {
    let config = Config { data: folder.path().to_owned(), ..Config::default() };
    let app = App::new(config, db, Clock::fixed(START), SealKey::new(&[7; 32]).unwrap()).unwrap();
    let id = OrganisationId::new(START);
    let mut conn = app.db.write().await.unwrap();
    let it = Organisation {
        id,
        name: "Musée".to_owned(),
        language: "fr".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        created_at: START,
    };
    store::organisation::insert(&mut conn, &it).await.unwrap();
    let mut desks = [DeskId::new(START), DeskId::new(START)];
    for (position, (desk, kind)) in desks.iter_mut().zip(["care", "press"]).enumerate() {
        let it = Desk {
            id: *desk,
            kind: kind.to_owned(),
            name: kind.to_owned(),
            position: position as i64,
            answer_within: HOUR,
            urgent_within: None,
            hours: Hours::default(),
            created_at: START,
            closed_at: None,
            successor: None,
        };
        store::desk::insert(&mut conn, id, &it).await.unwrap();
    }
    let channel = channel(desks[0]);
    store::channel::insert(&mut conn, id, &channel).await.unwrap();
    let manager = colleague(&mut conn, id, Role::CommunityManager, &[]).await;
    let specialist = colleague(&mut conn, id, Role::Specialist, &desks[..1]).await;
    let press = colleague(&mut conn, id, Role::Specialist, &desks[1..]).await;
    conn.commit().await.unwrap();
    House { app: Arc::new(app), id, desks, channel: channel.id, manager, specialist, press, _folder: folder }
}

/// A Mastodon account of `desk` that can do everything.
pub fn channel(desk: DeskId) -> Channel {
    let mut capabilities = CapabilitySet::default();
    for key in CapabilityKey::ALL {
        capabilities.set(key, Capability::native());
    }
    let text = TextRule {
        unit: TextUnit::Grapheme,
        max: 500,
        also: None,
        url_len: Some(23),
        mention: MentionRule::LocalPart,
        names_author: true,
        warning_counts: true,
    };
    capabilities.text = Some(text);
    Channel {
        id: ChannelId::new(START),
        kind: "mastodon".to_owned(),
        name: "Compte principal".to_owned(),
        base_url: "https://social.example/".to_owned(),
        handle: "musee@social.example".to_owned(),
        remote_id: "1".to_owned(),
        desk,
        state: "active".to_owned(),
        settings: "{}".to_owned(),
        capabilities: serde_json::to_string(&capabilities).unwrap(),
        secret: None,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: START,
    }
}

/// Somebody new, with their rights.
pub async fn colleague(
    conn: &mut store::Conn,
    organisation: OrganisationId,
    role: Role,
    desks: &[DeskId],
) -> Actor {
    let id = ColleagueId::new(START);
    let it = Colleague {
        id,
        email: format!("{id}@musee.example"),
        name: role.as_str().to_owned(),
        initials: "AB".to_owned(),
        ..Colleague::blank(organisation, role, START)
    };
    store::colleague::insert(conn, &it).await.unwrap();
    store::colleague::set_desks(conn, organisation, id, desks).await.unwrap();
    let scope = if role.sees_every_desk() { Scope::Every } else { Scope::Desks(desks.to_vec()) };
    Actor { organisation, colleague: id, role, scope, token: None, pass: None }
}

/// Something that Léa said to us, `seconds` after the start.
pub fn said(remote_id: &str, text: &str, seconds: i64) -> Observation {
    let at = START + seconds * SECOND;
    Observation {
        remote_id: remote_id.to_owned(),
        kind: ObservationKind::Created,
        version_at: Some(at),
        occurred_at: Some(at),
        source: Source::Poll,
        raw: format!("{{\"id\":\"{remote_id}\"}}"),
        item: Some(Item {
            author: RemoteAuthor {
                remote_id: "42".to_owned(),
                handle: "lea@elsewhere.example".to_owned(),
                name: "Léa".to_owned(),
                url: None,
                avatar_url: None,
                bot: false,
            },
            parent_id: None,
            thread_id: None,
            url: Some(format!("https://elsewhere.example/@lea/{remote_id}")),
            html: format!("<p>{text}</p>"),
            text: text.to_owned(),
            title: None,
            language: Some("fr".to_owned()),
            visibility: Visibility::Public,
            attachments: Vec::new(),
            warning: None,
            ours: false,
            addressed: true,
            marks: Vec::new(),
        }),
    }
}

/// The same of somebody else; `who` tells people apart.
pub fn said_by(who: i64, remote_id: &str, text: &str, seconds: i64) -> Observation {
    let mut seen = said(remote_id, text, seconds);
    let author = &mut seen.item.as_mut().unwrap().author;
    (author.remote_id, author.handle) = (format!("p{who}"), format!("p{who}@elsewhere.example"));
    seen
}

impl House {
    /// Another node on the same database; `None` where the engine has one node.
    pub async fn beside(&self) -> Option<Arc<App>> {
        let mut conn = self.app.db.read().await.unwrap();
        if conn.is_sqlite() {
            return None;
        }
        let name = conn.first(store::tests::DATABASE_NAME, &[]).await.unwrap().unwrap();
        let name: String = name.only().unwrap();
        let server = std::env::var("PARVIS_TEST_POSTGRES").unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let db = Db::connect(&format!("{base}/{name}")).await.unwrap();
        let config = Config { data: self.app.config.data.clone(), ..Config::default() };
        let clock = self.app.clock.clone();
        Some(Arc::new(App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap()))
    }

    /// Folds what was seen, in one transaction.
    pub async fn hear(&self, seen: &[Observation]) {
        let mut conn = self.app.db.write().await.unwrap();
        let channel = store::channel::get(&mut conn, self.id, self.channel).await.unwrap().unwrap();
        let ear = self.app.ears.of(&mut conn, self.id).await.unwrap();
        let (now, promise) = (self.app.now(), Promise::always(HOUR));
        let context = Context { organisation: self.id, channel: &channel, promise, ear: &ear, now };
        for it in seen {
            fold(&mut conn, &context, it).await.unwrap();
        }
        conn.commit().await.unwrap();
        assert_whole(&self.app.db, self.id).await;
    }

    /// The message with that id of the network.
    async fn named(&self, remote_id: &str) -> store::message::Message {
        let mut conn = self.app.db.read().await.unwrap();
        store::message::by_remote(&mut conn, self.id, self.channel, remote_id).await.unwrap().unwrap()
    }

    /// The message with that id of the network.
    pub async fn message(&self, remote_id: &str) -> MessageId {
        self.named(remote_id).await.id
    }

    /// The conversation that holds it.
    pub async fn conversation(&self, remote_id: &str) -> store::conversation::Conversation {
        let id = self.named(remote_id).await.conversation;
        let mut conn = self.app.db.read().await.unwrap();
        store::conversation::get(&mut conn, self.id, id).await.unwrap().unwrap()
    }

    /// What it is taken to say.
    pub async fn reading(&self, remote_id: &str) -> store::reading::Reading {
        let id = self.message(remote_id).await;
        let mut conn = self.app.db.read().await.unwrap();
        store::reading::get(&mut conn, self.id, id).await.unwrap().unwrap()
    }
}

/// Fails unless everything agrees that the doctor compares: rows, counters, search index, journal.
pub async fn assert_whole(db: &Db, organisation: OrganisationId) {
    let mut conn = db.snapshot().await.unwrap();
    for rule in store::invariant::RULES {
        let broken = rule.broken(&mut conn, organisation).await.unwrap();
        assert!(broken.is_none(), "{} that {}: {broken:?}", rule.what, rule.broken);
    }
    assert_eq!(store::counter::wrong(&mut conn, organisation).await.unwrap(), 0, "counters");
    assert_eq!(store::invariant::wrong_tallies(&mut conn, organisation).await.unwrap(), 0, "tallies");
    let found = store::search::check::check(&mut conn, organisation, |_| {}).await.unwrap();
    assert!(found.agrees(), "search: {found:?}");
    let chain = store::journal::chain::check(&mut conn, organisation, |_| {}).await.unwrap();
    assert!(chain.breaks.is_empty(), "journal: {:?}", chain.breaks);
}
