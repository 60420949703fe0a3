//! The house that is tortured: an organisation with a desk, two colleagues with tokens, and one channel to the network of
//! this program.

use std::path::Path;

use anyhow::{Context as _, Result};
use parvis::account;
use parvis::app::App;
use parvis::clock::{Clock, HOUR};
use parvis::config::Config;
use parvis::id::{ChannelId, DeskId, OrganisationId, TokenId};
use parvis::rules::hours::Hours;
use parvis::rules::permission::{Role, TokenScope};
use parvis::seal;
use parvis::store::Conn;
use parvis::store::channel::{self, Channel, Health};
use parvis::store::colleague::{self, Colleague};
use parvis::store::desk::{self, Desk};
use parvis::store::organisation::{self, Organisation};
use parvis::store::token::{self, Token};
use parvis_channels::{Account, CapabilitySet, ChannelKind, Net, NetOptions, Secret};
use serde_json::json;

use crate::network::ME;

/// What one who uses the API goes by.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The secret of their own token.
    pub own: String,
    /// That of a colleague who reads what they wrote.
    pub reader: String,
    /// The channel of the house.
    pub channel: String,
}

/// Makes the house in an empty database, for so many `callers` that will use the API.
///
/// # Errors
/// The database or the network of this program can't be used.
pub async fn found(data: &Path, database: &str, network: &str, callers: usize) -> Result<Vec<Caller>> {
    let host = network.trim_start_matches("http://").to_owned();
    let config = Config {
        data: data.to_owned(),
        database: database.to_owned(),
        allow_hosts: vec![host],
        ..Config::default()
    };
    let app = App::open(config, Clock::System).await?;
    let now = app.now();
    let channel = one_channel(&app, network, now).await?;
    let mut conn = app.db.write().await?;
    let house = OrganisationId::new(now);
    let it = Organisation {
        id: house,
        name: "Torture".to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        created_at: now,
    };
    organisation::insert(&mut conn, &it).await?;
    let it = Desk {
        id: channel.desk,
        kind: "care".to_owned(),
        name: "Care".to_owned(),
        position: 0,
        answer_within: HOUR,
        urgent_within: None,
        hours: Hours::default(),
        created_at: now,
        closed_at: None,
        successor: None,
    };
    desk::insert(&mut conn, house, &it).await?;
    channel::insert(&mut conn, house, &channel).await?;
    let people = [one_colleague(house, "torture", now), one_colleague(house, "reader", now)];
    for who in &people {
        colleague::insert(&mut conn, who).await?;
    }
    let mut all = Vec::new();
    for _ in 0..callers {
        let [own, reader] = &people;
        all.push(Caller {
            own: one_token(&mut conn, own, now).await?,
            reader: one_token(&mut conn, reader, now).await?,
            channel: channel.id.to_string(),
        });
    }
    conn.commit().await?;
    app.db.close().await;
    Ok(all)
}

async fn one_token(conn: &mut Conn, who: &Colleague, now: i64) -> Result<String> {
    let secret = format!("parvis_{}", seal::secret().context("no randomness")?);
    let it = Token {
        organisation: who.organisation,
        id: TokenId::new(now),
        colleague: who.id,
        name: "torture".to_owned(),
        digest: seal::digest(&secret),
        scopes: vec![TokenScope::Read, TokenScope::Write, TokenScope::Admin],
        created_at: now,
        expires_at: None,
        used_at: None,
        revoked_at: None,
    };
    token::insert(conn, &it).await?;
    Ok(secret)
}

fn one_colleague(house: OrganisationId, name: &str, now: i64) -> Colleague {
    Colleague {
        email: format!("{name}@example.org"),
        name: name.to_owned(),
        initials: "TO".to_owned(),
        ..Colleague::blank(house, Role::Administrator, now)
    }
}

async fn one_channel(app: &App, network: &str, now: i64) -> Result<Channel> {
    let mut account = Account {
        kind: ChannelKind::Mastodon,
        base_url: network.parse()?,
        handle: "brand@torture.example".to_owned(),
        remote_id: ME.to_owned(),
        secret: Secret::new(r#"{"access_token":"token","scope":"read write"}"#),
        settings: json!({}),
        capabilities: CapabilitySet::default(),
    };
    let options = NetOptions { allow: app.config.allow_hosts.clone(), ..NetOptions::default() };
    let net = Net::new(&options)?;
    let probe = parvis_channels::channel(account.kind).probe(&net, &account).await?;
    account.capabilities = probe.capabilities;
    let id = ChannelId::new(now);
    Ok(Channel {
        id,
        kind: "mastodon".to_owned(),
        name: "Torture".to_owned(),
        base_url: account.base_url.to_string(),
        handle: account.handle,
        remote_id: probe.remote_id,
        desk: DeskId::new(now),
        state: "active".to_owned(),
        settings: probe.settings.to_string(),
        capabilities: serde_json::to_string(&account.capabilities)?,
        secret: account::seal(app, id, &account.secret).context("the secret can't be sealed")?,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: now,
    })
}
