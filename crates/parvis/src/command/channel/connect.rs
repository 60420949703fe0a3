//! Connecting channels: by what a person types, or by the network's own sign-in page. Calls to the network
//! happen before or after the transaction, never inside it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::{
    Account, CapabilitySet, ChannelKind, Client, ConnectError, Connection, Probe, Returned, Secret, Typed,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{NAME_LENGTH, check_desk, check_name, written};
use crate::account;
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::{Refusal, Result, allow};
use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId};
use crate::rules::permission::{Action, Actor};
use crate::seal;
use crate::store::channel::{self, Channel, Health};
use crate::store::{self, setting};
use crate::work::renew;

/// How long somebody may take at the network's own sign-in page (µs).
const PATIENCE: i64 = 30 * MINUTE;

impl From<ConnectError> for Refusal {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Field { name, code } => Self::Invalid { field: name, code },
            ConnectError::Channel(error) => Self::Network(error),
        }
    }
}

/// What became of a wish to connect.
#[derive(Debug)]
pub enum Step {
    /// It is connected, or connected anew.
    Connected {
        /// Which.
        id: ChannelId,
        /// A secret that was made for it, to be shown once.
        secret: Option<Secret>,
    },
    /// The network's own sign-in page comes next.
    SignIn(Url),
}

/// Connects an account by what a person typed, or begins to.
///
/// # Errors
/// [`Refusal::Invalid`] names the field to mend; [`Refusal::Network`] when the network refuses or can't be
/// reached.
pub async fn connect(
    app: &App,
    actor: &Actor,
    kind: ChannelKind,
    typed: BTreeMap<String, String>,
    name: &str,
    desk: DeskId,
) -> Result<Step> {
    allow(actor, Action::ManageChannels)?;
    check_desk(&mut app.db.read().await?, actor, desk).await?;
    let name = check_name(name)?;
    let room = app.rooms.of(kind);
    let typed = Typed::new(room.fields(), typed)?;
    let client = client(app, actor.organisation).await?;
    let state = seal::secret().map_err(|_| Refusal::Sealed)?;
    if let Some(sign_in) = room.begin(&app.net, &typed, &client, &state).await? {
        let kept = sign_in.kept.expose().to_owned();
        let until = app.now() + PATIENCE;
        let begun = Begun { kind, kept, name, desk, colleague: actor.colleague, until };
        put_begun(app, actor, &state, &begun).await?;
        return Ok(Step::SignIn(sign_in.address));
    }
    let connection = room.connect(&app.net, &typed).await?;
    let secret = connection.shown.clone();
    Ok(Step::Connected { id: keep(app, actor, kind, connection, name, desk).await?, secret })
}

/// What is typed to connect a channel again on the network's own page; `None` where a secret has to be typed.
#[must_use]
pub fn again(app: &App, it: &Channel) -> Option<(ChannelKind, BTreeMap<String, String>)> {
    let account = account::open(app, it).ok()?;
    Some((account.kind, app.rooms.of(account.kind).again(&account)?))
}

/// Parvis as networks meet it that send people back to it.
async fn client(app: &App, organisation: OrganisationId) -> Result<Client> {
    let site = app.config.public_url.trim_end_matches('/');
    let address =
        |text: String| text.parse::<Url>().map_err(|_| Refusal::Invalid { field: "state", code: "address" });
    let (back, site) = (address(format!("{site}/channels/oauth/callback"))?, address(site.to_owned())?);
    let key = client_key(app, organisation, site.scheme() == "https").await?;
    Ok(Client { key: key.unwrap_or(Secret::new("")), site, back })
}

/// The key by which this installation proves that it is itself; where there is none, one is made if `wanted`.
async fn client_key(app: &App, organisation: OrganisationId, wanted: bool) -> Result<Option<Secret>> {
    let bound = organisation.0.as_bytes();
    let mut kept = store::client_key::get(&mut app.db.read().await?, organisation).await?;
    if kept.is_none() && wanted {
        let made = parvis_channels::bluesky::client_key()?;
        let sealed = app.seal.seal(made.expose().as_bytes(), bound).map_err(|_| Refusal::Sealed)?;
        let mut conn = app.db.write().await?;
        store::client_key::insert(&mut conn, organisation, &sealed, app.now()).await?;
        // Another node may have been first.
        kept = store::client_key::get(&mut conn, organisation).await?;
        conn.commit().await?;
    }
    let Some(sealed) = kept else { return Ok(None) };
    let text = app.seal.open(&sealed, bound).map_err(|_| Refusal::Sealed)?;
    String::from_utf8(text).map(|text| Some(Secret::new(text))).map_err(|_| Refusal::Sealed)
}

/// What Parvis says of itself to networks whose people sign in on a page of the network's own; `None` where it has no
/// public https address, or nobody has begun to connect an account.
///
/// # Errors
/// The database refused.
pub async fn description(app: &App) -> Result<Option<serde_json::Value>> {
    let Some(house) = store::organisation::first(&mut app.db.read().await?).await? else { return Ok(None) };
    Ok(parvis_channels::bluesky::description(&client(app, house.id).await?))
}

/// What is kept, sealed, while somebody signs in at the network.
#[derive(Serialize, Deserialize)]
pub struct Begun {
    /// The network.
    pub kind: ChannelKind,
    /// What its room needs when they come back.
    kept: String,
    name: Option<String>,
    desk: DeskId,
    colleague: ColleagueId,
    until: i64,
}

async fn put_begun(app: &App, actor: &Actor, state: &str, begun: &Begun) -> Result<()> {
    let text = serde_json::to_vec(begun).map_err(|_| Refusal::Sealed)?;
    let name = begun_name(state);
    let sealed = app.seal.seal(&text, name.as_bytes()).map_err(|_| Refusal::Sealed)?;
    let mut conn = app.db.write().await?;
    setting::put(&mut conn, actor.organisation, &name, &STANDARD.encode(sealed)).await?;
    Ok(conn.commit().await?)
}

fn begun_name(state: &str) -> String {
    format!("oauth:{}", seal::digest(state))
}

/// What a person who comes back had begun; it is taken once, and only by whoever began it.
///
/// # Errors
/// [`Refusal::Invalid`] for `state` when nothing was begun by this person, or too long ago.
pub async fn take_begun(app: &App, actor: &Actor, state: &str) -> Result<Begun> {
    allow(actor, Action::ManageChannels)?;
    let unknown = || Refusal::Invalid { field: "state", code: "unknown" };
    let name = begun_name(state);
    let mut conn = app.db.write().await?;
    let kept = setting::take(&mut conn, actor.organisation, &name).await?.ok_or_else(unknown)?;
    let sealed = STANDARD.decode(kept).map_err(|_| unknown())?;
    let text = app.seal.open(&sealed, name.as_bytes()).map_err(|_| Refusal::Sealed)?;
    let begun: Begun = serde_json::from_slice(&text).map_err(|_| unknown())?;
    // Somebody else's walk isn't ended by this person, and stays where it was.
    if begun.colleague != actor.colleague {
        return Err(unknown());
    }
    conn.commit().await?;
    if begun.until < app.now() {
        return Err(unknown());
    }
    Ok(begun)
}

/// The person came back from the network's sign-in page: the account is connected, or connected anew.
///
/// # Errors
/// [`Refusal::Network`] when the network refuses what they came back with.
pub async fn finish(app: &App, actor: &Actor, begun: Begun, returned: &Returned) -> Result<ChannelId> {
    allow(actor, Action::ManageChannels)?;
    let room = app.rooms.of(begun.kind);
    let connection = room.finish(&app.net, &Secret::new(begun.kept), returned).await?;
    keep(app, actor, begun.kind, connection, begun.name, begun.desk).await
}

/// Asks the network who the account is, and keeps it; one that is known is connected anew.
async fn keep(
    app: &App,
    actor: &Actor,
    kind: ChannelKind,
    connection: Connection,
    name: Option<String>,
    desk: DeskId,
) -> Result<ChannelId> {
    let opened = Account {
        kind,
        base_url: connection.base_url,
        handle: String::new(),
        remote_id: String::new(),
        secret: connection.access.secret,
        settings: connection.settings,
        capabilities: CapabilitySet::default(),
    };
    let probe = app.rooms.of(kind).probe(&app.net, &opened).await?;
    let mut conn = app.db.write().await?;
    let all = channel::list(&mut conn, actor.organisation).await?;
    let same = |it: &&Channel| {
        it.kind == kind.as_str() && it.base_url == opened.base_url.as_str() && it.remote_id == probe.remote_id
    };
    let known = all.iter().find(same).cloned();
    let again = known.is_some();
    let former = known.as_ref().and_then(|it| account::open(app, it).ok());
    let now = app.now();
    let mut it = known.unwrap_or_else(|| new_channel(&opened, &probe, desk, now));
    it.name = name.unwrap_or(it.name);
    it.state = "active".to_owned();
    it.handle = probe.handle.clone();
    it.settings = probe.settings.to_string();
    it.capabilities = serde_json::to_string(&probe.capabilities).map_err(|_| Refusal::Sealed)?;
    it.secret = account::seal(app, it.id, &opened.secret).map_err(|_| Refusal::Sealed)?;
    it.secret_expires_at = connection.access.lives_for.map(|lives| account::ends_at(now, lives));
    it.renewal = None;
    if again {
        channel::update(&mut conn, actor.organisation, &it).await?;
    } else {
        channel::insert(&mut conn, actor.organisation, &it).await?;
    }
    let verb = if again { "channel.reconnected" } else { "channel.connected" };
    if let Some(ends_at) = it.secret_expires_at {
        renew::enqueue(&mut conn, actor.organisation, it.id, ends_at, now).await?;
    }
    written(conn, actor, now, verb, &it).await?;
    if let Some(former) = former.filter(|former| former.secret != opened.secret) {
        renew::give_back(app, it.id, &former).await;
    }
    Ok(it.id)
}

fn new_channel(account: &Account, probe: &Probe, desk: DeskId, now: i64) -> Channel {
    let shown = if probe.name.is_empty() { &probe.handle } else { &probe.name };
    Channel {
        id: ChannelId::new(now),
        kind: account.kind.as_str().to_owned(),
        name: shown.chars().take(NAME_LENGTH).collect(),
        base_url: account.base_url.to_string(),
        handle: probe.handle.clone(),
        remote_id: probe.remote_id.clone(),
        desk,
        state: "active".to_owned(),
        settings: String::new(),
        capabilities: String::new(),
        secret: None,
        secret_expires_at: None,
        renewal: None,
        health: Health::default(),
        created_at: now,
    }
}
