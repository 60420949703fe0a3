//! Finding the API of a site, signing in, and who we are there.

use reqwest::header::LINK;
use serde_json::json;
use url::Url;

use super::client::{Client, Login, checked};
use super::wire::{Index, Me};
use crate::html::{one_line, plain_text};
use crate::json::read;
use crate::{
    Access, Account, Answer, Capability, CapabilityKey, CapabilitySet, ChannelError, ChannelKind,
    ConnectError, Connection, MentionRule, Net, Probe, Request, Secret, TextRule, TextUnit, Typed, Why,
};

/// How a site's pages name the root of its API (developer.wordpress.org/rest-api/using-the-rest-api/discovery).
const RELATION: &str = "https://api.w.org/";
/// Bytes of a site's page that are looked at; its head is what counts.
const MAX_PAGE: usize = 4 * 1024 * 1024;
/// Longest comment, in bytes (`wp_get_comment_fields_max_lengths`).
const MAX_TEXT: u32 = 65_525;

/// Finds the API and signs in.
pub(super) async fn connect(net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
    let address = typed.address("address")?;
    let root = discover(net, &address).await?;
    net.check_secret(&root)?;
    let index = index(net, &root).await?;
    if index.authentication.get("application-passwords").is_none() {
        return Err(ConnectError::Field { name: "address", code: "passwords" });
    }
    let login = Login { user: typed.line("user").to_owned(), password: typed.line("password").to_owned() };
    let secret = Secret::new(json!({ "user": login.user, "password": login.password }).to_string());
    let account = Account {
        kind: ChannelKind::Wordpress,
        base_url: root,
        handle: String::new(),
        remote_id: String::new(),
        secret,
        settings: serde_json::Value::Null,
        capabilities: CapabilitySet::default(),
    };
    if !may_moderate(&me(&Client::of(net, &account)?).await?) {
        return Err(ConnectError::Field { name: "user", code: "role" });
    }
    Ok(Connection {
        base_url: account.base_url,
        access: Access { secret: account.secret, lives_for: None },
        settings: serde_json::Value::Null,
        shown: None,
    })
}

/// The root of the API: as the site's page names it, else where it usually is.
async fn discover(net: &Net, address: &Url) -> Result<Url, ChannelError> {
    let answer = net.send(Request::get(address.clone()).max_bytes(MAX_PAGE)).await?;
    if let Some(named) = named(&answer) {
        return Ok(named);
    }
    let mut usual = answer.url;
    usual.set_query(None);
    usual.set_fragment(None);
    // One may have typed the address of the API itself.
    if !usual.path().trim_end_matches('/').ends_with("/wp-json") {
        let folder = format!("{}/wp-json/", usual.path().trim_end_matches('/'));
        usual.set_path(&folder);
    }
    Ok(usual)
}

fn named(answer: &Answer) -> Option<Url> {
    let lines = answer.headers.get_all(LINK).iter().filter_map(|line| line.to_str().ok());
    let link = lines.flat_map(|line| line.split(',')).find(|link| link.contains(RELATION))?;
    let target = link.split_once('<')?.1.split_once('>')?.0;
    answer.url.join(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

async fn index(net: &Net, root: &Url) -> Result<Index, ChannelError> {
    let answer = net.send(Request::get(root.clone())).await?;
    let index: Index = read(&checked(answer)?)?;
    if index.namespaces.iter().any(|name| name == "wp/v2") {
        return Ok(index);
    }
    Err(ChannelError::Malformed { message: "no WordPress answers there, or its API is closed".to_owned() })
}

async fn me(client: &Client<'_>) -> Result<Me, ChannelError> {
    client.get(&["wp", "v2", "users", "me"], &[("context", "edit")]).await
}

fn may_moderate(me: &Me) -> bool {
    may(me, "moderate_comments")
}

fn may(me: &Me, capability: &str) -> bool {
    me.capabilities.get(capability).is_some_and(|it| it.as_bool() == Some(true))
}

/// Asks the site who it is, and who we are there.
pub(super) async fn probe(client: &Client<'_>) -> Result<Probe, ChannelError> {
    let index = index(client.net, &client.account.base_url).await?;
    let me = me(client).await?;
    if !may_moderate(&me) {
        return Err(ChannelError::Unauthorized {
            message: "this account may no longer moderate comments".to_owned(),
        });
    }
    let home = index.home.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let host = home.as_ref().or(Some(&client.account.base_url)).and_then(Url::host_str).unwrap_or_default();
    Ok(Probe {
        handle: format!("{}@{host}", one_line(&me.slug, 100)),
        remote_id: me.id.to_string(),
        name: one_line(&plain_text(&index.name), 200),
        avatar_url: None,
        url: home.as_ref().map(Url::to_string),
        capabilities: table(&me),
        settings: serde_json::Value::Null,
    })
}

/// How text is counted: by bytes, as the database of a site does.
pub(super) fn text_rule() -> TextRule {
    TextRule {
        unit: TextUnit::Utf8Byte,
        max: MAX_TEXT,
        also: None,
        url_len: None,
        mention: MentionRule::Whole,
        names_author: false,
        warning_counts: true,
    }
}

fn table(me: &Me) -> CapabilitySet {
    let lacking = ["edit_posts", "publish_posts", "upload_files"].into_iter().find(|name| !may(me, name));
    let articles = |capability: Capability| {
        lacking.map_or(capability, |name| Capability::unsupported(Why::MissingScope(name.to_owned())))
    };
    let mut set = CapabilitySet::default();
    for key in CapabilityKey::ALL {
        set.set(
            key,
            match key {
                CapabilityKey::Listen
                | CapabilityKey::Threads
                | CapabilityKey::Reply
                | CapabilityKey::Edit
                | CapabilityKey::Delete
                | CapabilityKey::Spam
                | CapabilityKey::Hide => Capability::native(),
                CapabilityKey::Article => articles(Capability::native()),
                CapabilityKey::Post => Capability::unsupported(Why::ArticlesOnly),
                CapabilityKey::Stream => Capability::emulated(Why::Polled),
                CapabilityKey::SeeEdits | CapabilityKey::SeeDeletions => Capability::emulated(Why::Rechecked),
                CapabilityKey::SafeRetry => Capability::emulated(Why::ReadBack),
                CapabilityKey::Schedule => Capability::emulated(Why::HeldByParvis),
                CapabilityKey::ReplyPrivately
                | CapabilityKey::Images
                | CapabilityKey::AltText
                | CapabilityKey::Warning
                | CapabilityKey::Quote
                | CapabilityKey::LinkCard
                | CapabilityKey::Language
                | CapabilityKey::Public
                | CapabilityKey::PostThread
                | CapabilityKey::Like => Capability::unsupported(Why::NotInNetwork),
            },
        );
    }
    set.text = Some(text_rule());
    set
}
