//! The organisation that the messages belong to: desks, colleagues, channels (paused, so that nobody is
//! called), tags and one signed-in colleague.

use anyhow::Result;
use parvis::clock::{DAY, HOUR};
use parvis::id::{ChannelId, ColleagueId, DeskId, OrganisationId, TagId};
use parvis::rules::hours::Hours;
use parvis::rules::permission::Role;
use parvis::store::channel::{self, Channel, Health};
use parvis::store::colleague::{self, Colleague};
use parvis::store::desk::{self, Desk};
use parvis::store::organisation::{self, Organisation};
use parvis::store::{Conn, tag};

/// The ids that rows refer to.
pub struct House {
    /// Whose.
    pub organisation: OrganisationId,
    /// Six of them.
    pub desks: Vec<DeskId>,
    /// Forty of them.
    pub colleagues: Vec<ColleagueId>,
    /// Seven of them, with their kind.
    pub channels: Vec<(ChannelId, &'static str)>,
    /// Forty of them; the first stands on one conversation in a thousand.
    pub tags: Vec<TagId>,
}

const DESKS: [(&str, &str); 6] = [
    ("animation", "Animation"),
    ("care", "Relation adhérents"),
    ("press", "Presse"),
    ("business", "Partenariats"),
    ("employer", "Ressources humaines"),
    ("subject", "Juridique"),
];
const CHANNELS: [(&str, &str); 7] = [
    ("mastodon", "Mastodon principal"),
    ("mastodon", "Mastodon anglais"),
    ("mastodon", "Mastodon emploi"),
    ("feed", "Revue de presse"),
    ("feed", "Blog"),
    ("feed", "Forum"),
    ("feed", "Avis"),
];

/// Writes it.
pub async fn fill(conn: &mut Conn, now: i64) -> Result<House> {
    let organisation = OrganisationId::new(now);
    let it = Organisation {
        id: organisation,
        name: "Mutuelle du banc d’essai".to_owned(),
        language: "fr".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        created_at: now,
    };
    organisation::insert(conn, &it).await?;
    let mut house = House {
        organisation,
        desks: Vec::new(),
        colleagues: Vec::new(),
        channels: Vec::new(),
        tags: Vec::new(),
    };
    for (position, (kind, name)) in (0..).zip(DESKS) {
        let it = Desk {
            id: DeskId::new(now),
            kind: kind.to_owned(),
            name: name.to_owned(),
            position,
            answer_within: 4 * HOUR,
            urgent_within: None,
            hours: Hours::default(),
            created_at: now,
            closed_at: None,
            successor: None,
        };
        desk::insert(conn, organisation, &it).await?;
        house.desks.push(it.id);
    }
    for number in 0..40 {
        house.colleagues.push(one_colleague(conn, &house, number, now).await?);
    }
    for (kind, name) in CHANNELS {
        let it = one_channel(kind, name, house.desks[0], now);
        channel::insert(conn, organisation, &it).await?;
        house.channels.push((it.id, kind));
    }
    for number in 0..40 {
        house.tags.push(tag::named(conn, organisation, &format!("étiquette {number:02}"), now).await?);
    }
    Ok(house)
}

async fn one_colleague(conn: &mut Conn, house: &House, number: usize, now: i64) -> Result<ColleagueId> {
    let role = if number < 8 { Role::CommunityManager } else { Role::Specialist };
    let it = Colleague {
        id: ColleagueId::new(now),
        email: format!("personne{number}@banc.example"),
        name: format!("Personne {number:02}"),
        initials: "PB".to_owned(),
        language: Some("fr".to_owned()),
        ..Colleague::blank(house.organisation, role, now - 900 * DAY)
    };
    colleague::insert(conn, &it).await?;
    let desks = [house.desks[number % house.desks.len()]];
    colleague::set_desks(conn, house.organisation, it.id, &desks).await?;
    Ok(it.id)
}

fn one_channel(kind: &str, name: &str, desk: DeskId, now: i64) -> Channel {
    Channel {
        id: ChannelId::new(now),
        kind: kind.to_owned(),
        name: name.to_owned(),
        base_url: "https://social.example/".to_owned(),
        handle: "banc@social.example".to_owned(),
        remote_id: "1".to_owned(),
        desk,
        state: "paused".to_owned(),
        settings: "{}".to_owned(),
        capabilities: "{}".to_owned(),
        secret: None,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: now,
    }
}
