//! From what a site sends to what we saw.

use serde_json::Value;
use serde_json::value::RawValue;

use super::article;
use super::client::{Client, endpoint};
use super::wire::{Comment, Post};
use crate::html::{escape, one_line};
use crate::{
    CapabilityKey, ChannelError, Item, Mark, Observation, ObservationKind, RemoteAuthor, Request, Source,
    Visibility, json, plain_text, sanitise,
};

/// How the ids of articles and pages begin; those of comments are their numbers.
pub(super) const POST: &str = "post:";
/// Comments above or below each other that are followed; WordPress nests ten deep at most.
const DEPTH: usize = 12;
/// Comments of one answer.
pub(super) const PAGE: usize = 100;
/// What a comment tells of its author's machine and mailbox (the address of a picture is a digest of it): nobody's
/// business here.
const PRIVATE: [&str; 4] = ["author_ip", "author_user_agent", "author_email", "author_avatar_urls"];

/// Turns comments into observations, from one account's point of view.
pub(super) struct Observer<'a> {
    client: &'a Client<'a>,
    source: Source,
}

impl<'a> Observer<'a> {
    pub(super) fn new(client: &'a Client<'a>, source: Source) -> Self {
        Self { client, source }
    }

    /// A comment as it stands, or a piece that can't be read as one.
    pub(super) fn comment(&self, raw: &str) -> (Option<Comment>, Observation) {
        match serde_json::from_str::<Comment>(raw) {
            Ok(it) if it.id > 0 => {
                let seen = self.read(&it, raw);
                (Some(it), seen)
            }
            _ => (None, self.unsupported(raw)),
        }
    }

    fn read(&self, it: &Comment, raw: &str) -> Observation {
        let at = time(&it.date_gmt);
        if !stands(it) {
            return self.gone(&it.id.to_string());
        }
        Observation {
            remote_id: it.id.to_string(),
            kind: ObservationKind::Created,
            version_at: at,
            occurred_at: at,
            source: self.source,
            raw: discreet(raw),
            item: Some(self.item(it)),
        }
    }

    /// One that is there no more, or that nobody shall see any more (spam, bin).
    pub(super) fn gone(&self, id: &str) -> Observation {
        Observation {
            remote_id: id.to_owned(),
            kind: ObservationKind::Deleted,
            version_at: None,
            occurred_at: None,
            source: self.source,
            raw: "null".to_owned(),
            item: None,
        }
    }

    fn unsupported(&self, raw: &str) -> Observation {
        let digest = ring::digest::digest(&ring::digest::SHA256, raw.as_bytes());
        Observation {
            remote_id: format!("comment:{}", hex(digest.as_ref())),
            kind: ObservationKind::Unsupported,
            version_at: None,
            occurred_at: None,
            source: self.source,
            raw: discreet(raw),
            item: None,
        }
    }

    fn item(&self, it: &Comment) -> Item {
        let ours = it.author > 0 && it.author.to_string() == self.client.account.remote_id;
        let html = sanitise(&it.content.rendered);
        // Of our own words we want those that we sent: the site lays out quotes and dashes anew.
        let text = if ours && !it.content.raw.is_empty() {
            plain_text(&it.content.raw.replace("\r\n", "\n").replace('\n', "<br>"))
        } else {
            plain_text(&html)
        };
        let parent = if it.parent > 0 { it.parent.to_string() } else { format!("{POST}{}", it.post) };
        Item {
            author: author(it),
            parent_id: Some(parent),
            thread_id: None,
            url: web(&it.link),
            html,
            text,
            title: None,
            language: None,
            visibility: Visibility::Public,
            attachments: Vec::new(),
            warning: None,
            ours,
            addressed: !ours,
            marks: (it.status == "hold").then_some(Mark::Held).into_iter().collect(),
        }
    }

    /// An article as it stands: our own words, below which others write. `None` for what isn't one, and for what
    /// somebody on the site hasn't published: what Parvis put there is told in any state.
    pub(super) fn post(&self, raw: &str) -> Option<Observation> {
        let it: Post = serde_json::from_str(raw).ok().filter(|it: &Post| it.id > 0)?;
        let (published, changed) = (time(&it.date_gmt), time(&it.modified_gmt));
        let id = format!("{POST}{}", it.id);
        let (from_here, shown) = (article::marked(&it.content.raw).is_some(), is_shown(&it));
        if it.status == "trash" {
            return Some(Observation { version_at: changed, ..self.gone(&id) });
        } else if !shown && !from_here {
            return None;
        }
        // Of our own words we want all, as they were sent; others' articles are context.
        let (html, text) = if from_here {
            // Breaks between blocks are the editor's.
            let lines: Vec<&str> = it.content.raw.lines().filter(|line| !line.is_empty()).collect();
            let written = lines.join("\n").replace(">\n", ">").replace('\n', " ");
            (sanitise(&it.content.rendered), plain_text(&written))
        } else {
            let html = sanitise(&it.excerpt.rendered);
            (html.clone(), plain_text(&html))
        };
        Some(Observation {
            remote_id: id,
            kind: if changed > published { ObservationKind::Edited } else { ObservationKind::Created },
            version_at: changed.or(published),
            occurred_at: published,
            source: self.source,
            raw: raw.to_owned(),
            item: Some(Item {
                author: RemoteAuthor {
                    remote_id: self.client.account.remote_id.clone(),
                    handle: self.client.account.handle.clone(),
                    name: String::new(),
                    url: None,
                    avatar_url: None,
                    bot: false,
                },
                parent_id: None,
                thread_id: None,
                url: web(&it.link),
                text,
                html,
                title: Some(one_line(&plain_text(&it.title.rendered), 300)).filter(|it| !it.is_empty()),
                language: None,
                visibility: Visibility::Public,
                attachments: Vec::new(),
                warning: None,
                ours: true,
                addressed: false,
                marks: (!shown).then_some(Mark::Held).into_iter().collect(),
            }),
        })
    }
}

/// Whether readers of the site see an article.
pub(super) fn is_shown(it: &Post) -> bool {
    matches!(it.status.as_str(), "publish" | "")
}

/// Whether readers see it, or will once it is approved.
pub(super) fn stands(it: &Comment) -> bool {
    !matches!(it.status.as_str(), "spam" | "trash")
}

/// The thread around a comment: the article, what stands above, and what answers it.
pub(super) async fn thread(client: &Client<'_>, remote_id: &str) -> Result<Vec<Observation>, ChannelError> {
    let observer = Observer::new(client, Source::Backfill);
    if remote_id.starts_with(POST) {
        return Ok(Vec::new());
    }
    let raw = one(client, remote_id).await?;
    let mut top = observer.comment(raw.get()).0;
    let mut above = Vec::new();
    while let Some(parent) = top.as_ref().map(|it| it.parent).filter(|id| *id > 0 && above.len() < DEPTH) {
        let raw = match one(client, &parent.to_string()).await {
            Ok(found) => found,
            // What it answers was removed for good.
            Err(ChannelError::Refused { status: 404, .. }) => break,
            Err(error) => return Err(error),
        };
        let (it, seen) = observer.comment(raw.get());
        top = it;
        above.push(seen);
    }
    above.reverse();
    let mut all: Vec<Observation> = Vec::new();
    if let Some(top) = top
        && let Some(seen) = root(client, &observer, &top).await?
    {
        all.push(seen);
    }
    all.extend(above);
    all.extend(below(client, &observer, remote_id).await?);
    all.retain(|seen| seen.kind != ObservationKind::Deleted);
    Ok(all)
}

async fn one(client: &Client<'_>, id: &str) -> Result<Box<RawValue>, ChannelError> {
    client.get(&["wp", "v2", "comments", &number(id)?], &[("context", "edit")]).await
}

/// The article or page itself, by the address that the comment names; `None` where it isn't to be had.
async fn root(
    client: &Client<'_>,
    observer: &Observer<'_>,
    below: &Comment,
) -> Result<Option<Observation>, ChannelError> {
    let usual = endpoint(&client.account.base_url, &["wp", "v2", "posts", &below.post.to_string()], &[])?;
    // The site says what kind of thing it is; another host has no say here.
    let named = below.links.up.first().and_then(|link| link.href.parse::<url::Url>().ok());
    let url = named.filter(|url| url.origin() == usual.origin()).unwrap_or(usual);
    let mut url = url;
    url.query_pairs_mut().append_pair("context", "edit");
    match client.send(Request::get(url)).await {
        Ok(answer) => Ok(observer.post(answer.text()?)),
        Err(ChannelError::Refused { .. } | ChannelError::Unauthorized { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The answers to a comment, and the answers to these; the first hundred of each level.
async fn below(
    client: &Client<'_>,
    observer: &Observer<'_>,
    id: &str,
) -> Result<Vec<Observation>, ChannelError> {
    let (mut all, mut parents) = (Vec::new(), number(id)?);
    for _ in 0..DEPTH {
        let size = PAGE.to_string();
        let query = [
            ("context", "edit"),
            ("status", "all"),
            ("orderby", "date_gmt"),
            ("order", "asc"),
            ("per_page", size.as_str()),
            ("parent", parents.as_str()),
        ];
        let pieces: Vec<Box<RawValue>> = client.get(&["wp", "v2", "comments"], &query).await?;
        let read: Vec<_> = pieces.iter().map(|raw| observer.comment(raw.get())).collect();
        let ids: Vec<_> = read.iter().filter_map(|(it, _)| Some(it.as_ref()?.id.to_string())).collect();
        all.extend(read.into_iter().map(|(_, seen)| seen));
        if ids.is_empty() {
            break;
        }
        parents = ids.join(",");
    }
    Ok(all)
}

/// Looks at articles and comments again. A comment that isn't listed among those that stand is asked for by itself
/// before it is taken for gone.
pub(super) async fn recheck(client: &Client<'_>, ids: &[String]) -> Result<Vec<Observation>, ChannelError> {
    let observer = Observer::new(client, Source::Backfill);
    let mut all = Vec::new();
    for post in ids.iter().filter_map(|id| post_number(id)) {
        all.extend(again(client, &observer, post).await?);
    }
    let ids: Vec<&String> = ids.iter().filter(|id| number(id).is_ok()).collect();
    for some in ids.chunks(PAGE) {
        let (size, include) =
            (PAGE.to_string(), some.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(","));
        let query = [
            ("context", "edit"),
            ("status", "all"),
            ("per_page", size.as_str()),
            ("include", include.as_str()),
        ];
        let pieces: Vec<Box<RawValue>> = client.get(&["wp", "v2", "comments"], &query).await?;
        let listed: Vec<_> = pieces.iter().map(|raw| observer.comment(raw.get()).1).collect();
        for id in some {
            let seen = match listed.iter().find(|seen| seen.remote_id == **id) {
                Some(seen) => seen.clone(),
                None => match one(client, id).await {
                    Ok(raw) => observer.comment(raw.get()).1,
                    Err(ChannelError::Refused { status: 404 | 410, .. }) => observer.gone(id),
                    Err(error) => return Err(error),
                },
            };
            all.push(changed(seen));
        }
    }
    Ok(all)
}

/// An article or page as it stands now. `None` where it is neither: a site may have more kinds of things that are
/// commented on, and what isn't found isn't gone for that.
async fn again(
    client: &Client<'_>,
    observer: &Observer<'_>,
    number: i64,
) -> Result<Option<Observation>, ChannelError> {
    let number = number.to_string();
    for kind in ["posts", "pages"] {
        match client.fetch(&["wp", "v2", kind, &number], &[("context", "edit")]).await {
            Ok(answer) => return Ok(observer.post(answer.text()?)),
            Err(ChannelError::Refused { status: 404 | 410, .. }) => {}
            // An account that may only moderate doesn't see how it stands.
            Err(ChannelError::Unauthorized { .. })
                if !client.account.capabilities.can(CapabilityKey::Article) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// As it stands now, whenever that came about: WordPress doesn't date changes, so what stands there counts.
pub(super) fn changed(seen: Observation) -> Observation {
    match seen.kind {
        ObservationKind::Created => Observation { kind: ObservationKind::Edited, version_at: None, ..seen },
        _ => seen,
    }
}

/// A comment's number as it may stand in an address.
pub(super) fn number(id: &str) -> Result<String, ChannelError> {
    let number = id.parse::<i64>().ok().filter(|id| *id > 0).map(|id| id.to_string());
    let refused = || ChannelError::Refused { status: 404, message: "that isn't a comment".to_owned() };
    number.ok_or_else(refused)
}

/// The number of an article, if it is one.
pub(super) fn post_number(id: &str) -> Option<i64> {
    id.strip_prefix(POST)?.parse().ok().filter(|id| *id > 0)
}

fn author(it: &Comment) -> RemoteAuthor {
    // Guests are known by their mail address, which stays a digest; without one by what they call themselves.
    let guest = if it.author_email.is_empty() {
        format!("name:{}:{}", it.author_name, it.author_url)
    } else {
        it.author_email.trim().to_lowercase()
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, guest.as_bytes());
    let short = digest.as_ref().get(..12).unwrap_or_default();
    let guest = format!("guest:{}", hex(short));
    let remote_id = if it.author > 0 { format!("user:{}", it.author) } else { guest };
    let name = one_line(&plain_text(&escape(&it.author_name)), 200);
    RemoteAuthor {
        name: if name.is_empty() { remote_id.clone() } else { name },
        remote_id,
        handle: String::new(),
        url: web(&it.author_url),
        avatar_url: None,
        bot: false,
    }
}

/// The piece as received, but for what it tells of its author's machine and mailbox. One that nests too deep to be read is
/// kept as nothing.
pub(super) fn discreet(raw: &str) -> String {
    json::parse::<Value>(raw).map_or_else(
        |_| "null".to_owned(),
        |mut piece| {
            hush(&mut piece);
            piece.to_string()
        },
    )
}

fn hush(piece: &mut Value) {
    match piece {
        Value::Object(it) => {
            it.retain(|name, _| !PRIVATE.contains(&name.as_str()));
            it.values_mut().for_each(hush);
        }
        Value::Array(all) => all.iter_mut().for_each(hush),
        _ => {}
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An address that may stand in a link.
pub(super) fn web(address: &str) -> Option<String> {
    let url: url::Url = address.parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// A time without a zone, which is UTC; µs.
pub(super) fn time(text: &str) -> Option<i64> {
    Some(format!("{text}Z").parse::<jiff::Timestamp>().ok()?.as_microsecond())
}
