//! Connecting channels: by what a person types, or by the network's own sign-in page. Calls to the network
//! happen before or after the transaction, never inside it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::mastodon::oauth;
use parvis_channels::{
    Access, Account, CapabilitySet, ChannelKind, ConnectError, Connection, Probe, Secret, Typed,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{NAME_LENGTH, check_desk, check_name, written};
use crate::account;
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::{Refusal, Result, allow};
use crate::id::{ChannelId, DeskId};
use crate::rules::permission::{Action, Actor};
use crate::seal;
use crate::store::channel::{self, Channel, Health};
use crate::store::setting;
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
    let room = parvis_channels::channel(kind);
    let typed = Typed::new(room.fields(), typed)?;
    if kind == ChannelKind::Mastodon {
        return Ok(Step::SignIn(begin_mastodon(app, actor, typed.line("server"), desk).await?));
    }
    let connection = room.connect(&app.net, &typed).await?;
    let secret = connection.shown.clone();
    Ok(Step::Connected { id: keep(app, actor, kind, connection, name, desk).await?, secret })
}

/// What is kept, sealed, while somebody signs in at the network.
#[derive(Serialize, Deserialize)]
struct Begun {
    app: oauth::App,
    verifier: Option<String>,
    desk: DeskId,
    colleague: crate::id::ColleagueId,
    until: i64,
}

/// Registers Parvis at a Mastodon server and answers with the address of its sign-in page.
///
/// # Errors
/// [`Refusal::Invalid`] for `server`, [`Refusal::Network`] when it is no such server or can't be reached.
pub async fn begin_mastodon(app: &App, actor: &Actor, server: &str, desk: DeskId) -> Result<Url> {
    allow(actor, Action::ManageChannels)?;
    check_desk(&mut app.db.read().await?, actor, desk).await?;
    let base = server_address(server)?;
    let back = format!("{}/channels/oauth/callback", app.config.public_url.trim_end_matches('/'));
    let registered = oauth::register(&app.net, &base, &back, Some(&app.config.public_url)).await?;
    let verifier = if registered.pkce { Some(oauth::Verifier::new()?) } else { None };
    let state = seal::secret().map_err(|_| Refusal::Sealed)?;
    let address = oauth::authorize_url(&registered, &state, verifier.as_ref())?;
    let begun = Begun {
        app: registered,
        verifier: verifier.map(|it| it.secret().expose().to_owned()),
        desk,
        colleague: actor.colleague,
        until: app.now() + PATIENCE,
    };
    let text = serde_json::to_vec(&begun).map_err(|_| Refusal::Sealed)?;
    let name = begun_name(&state);
    let sealed = app.seal.seal(&text, name.as_bytes()).map_err(|_| Refusal::Sealed)?;
    let mut conn = app.db.write().await?;
    setting::put(&mut conn, actor.organisation, &name, &STANDARD.encode(sealed)).await?;
    conn.commit().await?;
    Ok(address)
}

fn begun_name(state: &str) -> String {
    format!("oauth:{}", seal::digest(state))
}

/// The address of a server as people type it: `social.example` is `https://social.example/`.
fn server_address(typed: &str) -> Result<Url> {
    let invalid = || Refusal::Invalid { field: "server", code: "address" };
    let typed = typed.trim().trim_start_matches('@');
    // `brand@social.example` names its server too.
    let typed = typed.rsplit_once('@').map_or(typed, |(_, host)| host);
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url: Url = whole.parse().map_err(|_| invalid())?;
    let plain =
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.username().is_empty();
    if plain { url.join("/").map_err(|_| invalid()) } else { Err(invalid()) }
}

/// The person came back from the network's sign-in page: the account is connected, or connected anew.
///
/// # Errors
/// [`Refusal::Invalid`] for `state` when nothing was begun, or too long ago; [`Refusal::Network`] when the
/// network refuses the code.
pub async fn finish_mastodon(app: &App, actor: &Actor, state: &str, code: &str) -> Result<ChannelId> {
    allow(actor, Action::ManageChannels)?;
    let begun = take_begun(app, actor, state).await?;
    let verifier = begun.verifier.map(|secret| oauth::Verifier::from_kept(Secret::new(secret)));
    let secret = oauth::exchange(&app.net, &begun.app, code, verifier.as_ref()).await?;
    let connection = Connection {
        base_url: begun.app.base_url,
        access: Access { secret, lives_for: None },
        settings: serde_json::Value::Null,
        shown: None,
    };
    keep(app, actor, ChannelKind::Mastodon, connection, None, begun.desk).await
}

async fn take_begun(app: &App, actor: &Actor, state: &str) -> Result<Begun> {
    let unknown = || Refusal::Invalid { field: "state", code: "unknown" };
    let name = begun_name(state);
    let mut conn = app.db.write().await?;
    let kept = setting::take(&mut conn, actor.organisation, &name).await?.ok_or_else(unknown)?;
    conn.commit().await?;
    let sealed = STANDARD.decode(kept).map_err(|_| unknown())?;
    let text = app.seal.open(&sealed, name.as_bytes()).map_err(|_| Refusal::Sealed)?;
    let begun: Begun = serde_json::from_slice(&text).map_err(|_| unknown())?;
    // Somebody else's walk, or one that took too long, isn't finished by this person.
    if begun.until < app.now() || begun.colleague != actor.colleague {
        return Err(unknown());
    }
    Ok(begun)
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
    let probe = parvis_channels::channel(kind).probe(&app.net, &opened).await?;
    let mut conn = app.db.write().await?;
    let all = channel::list(&mut conn, actor.organisation).await?;
    let same = |it: &&Channel| {
        it.kind == kind.as_str() && it.base_url == opened.base_url.as_str() && it.remote_id == probe.remote_id
    };
    let known = all.iter().find(same).cloned();
    let again = known.is_some();
    let now = app.now();
    let mut it = known.unwrap_or_else(|| new_channel(&opened, &probe, desk, now));
    it.name = name.unwrap_or(it.name);
    it.state = "active".to_owned();
    it.handle = probe.handle.clone();
    it.settings = probe.settings.to_string();
    it.capabilities = serde_json::to_string(&probe.capabilities).map_err(|_| Refusal::Sealed)?;
    it.secret = account::seal(app, it.id, &opened.secret).map_err(|_| Refusal::Sealed)?;
    it.secret_expires_at = connection.access.lives_for.map(|lives| account::ends_at(now, lives));
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
        health: Health::default(),
        created_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_however_people_write_it() {
        for typed in [
            "social.example",
            " https://social.example/web ",
            "@brand@social.example",
            "brand@social.example",
        ] {
            assert_eq!(server_address(typed).unwrap().as_str(), "https://social.example/", "{typed}");
        }
        for typed in ["", "ftp://social.example", "javascript:alert(1)", "https://user:pw@/", "https://"] {
            assert!(server_address(typed).is_err(), "{typed}");
        }
    }
}
