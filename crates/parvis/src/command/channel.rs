//! Connecting, pausing and removing channels. Calls to the network happen before or after the
//! transaction, never inside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::mastodon::oauth;
use parvis_channels::{Account, CapabilitySet, ChannelKind, Probe, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::clock::MINUTE;
use crate::id::{ChannelId, DeskId};
use crate::rules::permission::{Action, Actor};
use crate::seal;
use crate::store::channel::{self, Channel, Health};
use crate::store::journal::{self, By, Entry};
use crate::store::{Conn, desk, setting};
use crate::work::publish;

/// How long somebody may take at the network's own sign-in page (µs).
const PATIENCE: i64 = 30 * MINUTE;
/// Longest name of a channel, in characters.
pub const NAME_LENGTH: usize = 80;

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
    connect(app, actor, ChannelKind::Mastodon, begun.app.base_url, secret, None, begun.desk).await
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

/// Connects a feed.
///
/// # Errors
/// [`Refusal::Network`] when there is no feed at the address or it can't be reached.
pub async fn add_feed(
    app: &App,
    actor: &Actor,
    address: &str,
    name: &str,
    desk: DeskId,
) -> Result<ChannelId> {
    allow(actor, Action::ManageChannels)?;
    check_desk(&mut app.db.read().await?, actor, desk).await?;
    let invalid = || Refusal::Invalid { field: "address", code: "address" };
    let typed = address.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url: Url = whole.parse().map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid());
    }
    let name = check_name(name)?;
    connect(app, actor, ChannelKind::Feed, url, Secret::new(""), name, desk).await
}

fn check_name(name: &str) -> Result<Option<String>> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > NAME_LENGTH {
        return Err(Refusal::Invalid { field: "name", code: "length" });
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

async fn check_desk(conn: &mut Conn, actor: &Actor, id: DeskId) -> Result<()> {
    let found = desk::get(conn, actor.organisation, id).await?;
    found.map(drop).ok_or(Refusal::Invalid { field: "desk", code: "unknown" })
}

async fn connect(
    app: &App,
    actor: &Actor,
    kind: ChannelKind,
    base_url: Url,
    secret: Secret,
    name: Option<String>,
    desk: DeskId,
) -> Result<ChannelId> {
    let account = Account {
        kind,
        base_url,
        handle: String::new(),
        remote_id: String::new(),
        secret,
        settings: serde_json::Value::Null,
        capabilities: CapabilitySet::default(),
    };
    let probe = parvis_channels::channel(kind).probe(&app.net, &account).await?;
    let mut conn = app.db.write().await?;
    let all = channel::list(&mut conn, actor.organisation).await?;
    let same = |it: &&Channel| {
        it.kind == kind.as_str()
            && it.base_url == account.base_url.as_str()
            && it.remote_id == probe.remote_id
    };
    let known = all.iter().find(same).cloned();
    let again = known.is_some();
    let now = app.now();
    let mut it = known.unwrap_or_else(|| new_channel(&account, &probe, desk, now));
    it.name = name.unwrap_or(it.name);
    it.state = "active".to_owned();
    it.handle = probe.handle.clone();
    it.settings = probe.settings.to_string();
    it.capabilities = serde_json::to_string(&probe.capabilities).map_err(|_| Refusal::Sealed)?;
    let secret = account.secret.expose();
    it.secret = match secret {
        "" => None,
        _ => Some(app.seal.seal(secret.as_bytes(), it.id.0.as_bytes()).map_err(|_| Refusal::Sealed)?),
    };
    if again {
        channel::update(&mut conn, actor.organisation, &it).await?;
    } else {
        channel::insert(&mut conn, actor.organisation, &it).await?;
    }
    let verb = if again { "channel.reconnected" } else { "channel.connected" };
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

async fn written(mut conn: Conn, actor: &Actor, now: i64, verb: &str, it: &Channel) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "name": it.name, "state": it.state, "desk": it.desk, "base_url": it.base_url })),
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}

async fn change(
    app: &App,
    actor: &Actor,
    id: ChannelId,
    verb: &str,
    edit: impl FnOnce(&mut Channel),
) -> Result<Channel> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, actor.organisation, id).await?;
    let mut it = found.filter(|it| it.state != "removed").ok_or(Refusal::NotFound)?;
    let before = it.clone();
    edit(&mut it);
    check_desk(&mut conn, actor, it.desk).await?;
    channel::update(&mut conn, actor.organisation, &it).await?;
    written(conn, actor, app.now(), verb, &it).await?;
    Ok(before)
}

/// Stops hearing it for a while; what is said meanwhile is fetched when it goes on, as far as the network
/// still has it.
pub async fn pause(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    change(app, actor, id, "channel.paused", |it| "paused".clone_into(&mut it.state)).await.map(drop)
}

/// Hears it again.
pub async fn resume(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    change(app, actor, id, "channel.resumed", |it| "active".clone_into(&mut it.state)).await.map(drop)
}

/// Gives it another name, or sends its new conversations to another desk.
pub async fn edit(app: &App, actor: &Actor, id: ChannelId, name: &str, desk: DeskId) -> Result<()> {
    let name = check_name(name)?.ok_or(Refusal::Invalid { field: "name", code: "length" })?;
    let edit = |it: &mut Channel| {
        it.name = name;
        it.desk = desk;
    };
    change(app, actor, id, "channel.edited", edit).await.map(drop)
}

/// Ends the connection: the token is forgotten here and, where the network allows it, revoked there. The
/// conversations stay.
pub async fn remove(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    let forget = |it: &mut Channel| {
        "removed".clone_into(&mut it.state);
        it.secret = None;
    };
    let before = change(app, actor, id, "channel.removed", forget).await?;
    if before.kind == ChannelKind::Mastodon.as_str()
        && let Ok(account) = publish::account(app, &before)
        && let Err(error) = oauth::revoke(&app.net, &account.base_url, &account.secret).await
    {
        tracing::info!(%error, channel = %id, "the network didn't confirm that the token is revoked");
    }
    Ok(())
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
