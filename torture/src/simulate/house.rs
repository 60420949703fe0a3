//! The house that is simulated: a desk, two colleagues and one channel, in a database that is copied for each history.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use parvis::app::App;
use parvis::clock::{Clock, HOUR};
use parvis::config::Config;
use parvis::id::{ChannelId, DeskId, OrganisationId};
use parvis::room::Rooms;
use parvis::rules::hours::Hours;
use parvis::rules::permission::{Actor, Role, Scope};
use parvis::seal::SealKey;
use parvis::store::channel::{self, Channel, Health};
use parvis::store::colleague::{self, Colleague};
use parvis::store::desk::{self, Desk};
use parvis::store::organisation::{self, Organisation};
use parvis::store::{Db, job, lease};
use parvis_channels::{Capability, CapabilityKey, CapabilitySet, MentionRule, TextRule, TextUnit};

use super::world::World;

/// Where both clocks stand when a history begins (µs): 1 September 2026, 08:00 UTC.
pub const START: i64 = 1_788_249_600_000_000;

/// Who is who.
#[derive(Clone)]
pub struct House {
    /// Whose.
    pub id: OrganisationId,
    /// The channel to the simulated network.
    pub channel: ChannelId,
    /// Two colleagues who answer.
    pub people: [Actor; 2],
}

/// The program on a database, in a data folder.
///
/// # Errors
/// The database can't be opened.
pub async fn open(address: &str, data: &Path, clock: &Clock, world: &Arc<World>) -> Result<App> {
    let config = Config { data: data.to_owned(), database: address.to_owned(), ..Config::default() };
    let db = Db::connect(address).await?;
    let mut app = App::new(config, db, clock.clone(), SealKey::new(&[7; 32]).context("no key")?)?;
    app.rooms = Rooms::One(world.clone());
    // As at the start of the only node there is.
    let mut conn = app.db.write().await?;
    job::release(&mut conn).await?;
    lease::clear(&mut conn).await?;
    conn.commit().await?;
    Ok(app)
}

/// Fills an empty database.
///
/// # Errors
/// The database can't be used.
pub async fn found(address: &str) -> Result<House> {
    let db = Db::open(address).await?;
    let mut conn = db.write().await?;
    let id = OrganisationId::new(START);
    let it = Organisation {
        id,
        name: "Simulated".to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        created_at: START,
    };
    organisation::insert(&mut conn, &it).await?;
    let desk = DeskId::new(START);
    let it = Desk {
        id: desk,
        kind: "care".to_owned(),
        name: "Care".to_owned(),
        position: 0,
        answer_within: HOUR,
        urgent_within: None,
        hours: Hours::default(),
        created_at: START,
        closed_at: None,
        successor: None,
    };
    desk::insert(&mut conn, id, &it).await?;
    let one_channel = one_channel(desk)?;
    channel::insert(&mut conn, id, &one_channel).await?;
    let mut people = Vec::new();
    for number in 0..2 {
        let it = one_colleague(id, number);
        colleague::insert(&mut conn, &it).await?;
        people.push(Actor {
            organisation: id,
            colleague: it.id,
            role: it.role,
            scope: Scope::Every,
            token: None,
            pass: None,
        });
    }
    conn.commit().await?;
    db.close().await;
    let people = <[Actor; 2]>::try_from(people).ok().context("two people")?;
    Ok(House { id, channel: one_channel.id, people })
}

fn one_colleague(organisation: OrganisationId, number: u32) -> Colleague {
    Colleague {
        email: format!("c{number}@example.org"),
        name: format!("C {number}"),
        initials: format!("C{number}"),
        ..Colleague::blank(organisation, Role::CommunityManager, START)
    }
}

fn one_channel(desk: DeskId) -> Result<Channel> {
    let mut capabilities = CapabilitySet::default();
    for key in CapabilityKey::ALL {
        capabilities.set(key, Capability::native());
    }
    capabilities.text = Some(TextRule {
        unit: TextUnit::Grapheme,
        max: 500,
        also: None,
        url_len: Some(23),
        mention: MentionRule::LocalPart,
        names_author: true,
        warning_counts: true,
    });
    Ok(Channel {
        id: ChannelId::new(START),
        kind: "mastodon".to_owned(),
        name: "Simulated".to_owned(),
        base_url: "https://social.example/".to_owned(),
        handle: "brand@social.example".to_owned(),
        remote_id: "1".to_owned(),
        desk,
        state: "active".to_owned(),
        settings: "{}".to_owned(),
        capabilities: serde_json::to_string(&capabilities)?,
        secret: None,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: START,
    })
}

/// A folder in memory where there is one: what a simulation keeps needn't outlive it, and syncs cost nothing there.
///
/// # Errors
/// It can't be made.
pub fn scratch(otherwise: &Path) -> Result<PathBuf> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory } else { otherwise };
    let folder = folder.join(format!("parvis-simulated-{}", std::process::id()));
    crate::process::empty(&folder)?;
    Ok(folder)
}
