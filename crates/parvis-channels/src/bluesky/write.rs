//! Publishing and deleting our own posts, and finding them again. A post's record key is made from the key
//! of the message, so the network itself keeps it from standing there twice.

use serde_json::{Value, json};

use super::client::{Client, Fault};
use super::facet::{self, What};
use super::identity;
use super::key::{POST, Place, owner, post_uri, record_key};
use super::observe::{page, time};
use super::picture;
use super::wire::{Created, Record, ReplyTo, Strong, Uploaded};
use crate::json::read;
use crate::{Answer, ChannelError, Outgoing, Published, Upload, Visibility, Why};

/// The refusal that means that a record isn't there.
const NOT_THERE: &str = "RecordNotFound";

/// Publishes, unless it stands there already.
pub(super) async fn publish(client: &Client<'_>, outgoing: &Outgoing) -> Result<Published, ChannelError> {
    if outgoing.visibility != Visibility::Public {
        // Everything on this network is public: nothing that was meant for few may be shown to all.
        return Err(ChannelError::Unsupported(Why::NotInNetwork));
    }
    if outgoing.warning.as_deref().is_some_and(|warning| !warning.is_empty()) {
        return Err(ChannelError::Unsupported(Why::NotInNetwork));
    }
    if let Some(there) = find_published(client, outgoing).await? {
        return Ok(there);
    }
    let above = match &outgoing.parent_id {
        Some(parent) => Some(above(client, parent).await?),
        None => None,
    };
    let now = above.as_ref().map_or(outgoing.at, |above| above.now);
    let mut record = json!({ "$type": POST, "text": outgoing.text, "createdAt": written(now) });
    let embed = embedded(client, outgoing).await?;
    let facets = facets(client, &outgoing.text).await?;
    if let Some(map) = record.as_object_mut() {
        if let Some(above) = above {
            map.insert("reply".to_owned(), json!({ "root": above.root, "parent": above.itself }));
        }
        if !facets.is_empty() {
            map.insert("facets".to_owned(), json!(facets));
        }
        if let Some(embed) = embed {
            map.insert("embed".to_owned(), embed);
        }
        if let Some(language) = &outgoing.language {
            map.insert("langs".to_owned(), json!([language]));
        }
    }
    let body = json!({
        "repo": client.did(), "collection": POST, "rkey": record_key(&outgoing.key), "record": record,
    });
    let answer = client.post_once("com.atproto.repo.createRecord", body).await?;
    // It was taken: if what came back can't be read, it stands there all the same.
    let lost = |message: String| ChannelError::Unknown { message };
    let created: Created = read(&answer).map_err(|error| lost(error.to_string()))?;
    let raw = answer.text().map_err(|error| lost(error.to_string()))?.to_owned();
    Ok(Published {
        url: page(client.account, &created.uri),
        remote_id: created.uri,
        published_at: Some(now),
        raw,
    })
}

/// A time as records have it, to the millisecond.
fn written(at: i64) -> String {
    format!("{:.3}", jiff::Timestamp::from_microsecond(at).unwrap_or_default())
}

/// What goes with a post: pictures, or else the card of a link; and the post quoted.
async fn embedded(client: &Client<'_>, outgoing: &Outgoing) -> Result<Option<Value>, ChannelError> {
    let mut pictures = Vec::new();
    for file in &outgoing.media {
        let mut picture = json!({ "alt": file.alt, "image": upload(client, file).await? });
        if let Some((width, height)) = picture::size(&file.bytes) {
            picture["aspectRatio"] = json!({ "width": width, "height": height });
        }
        pictures.push(picture);
    }
    let media = match &outgoing.card {
        _ if !pictures.is_empty() => Some(json!({ "$type": "app.bsky.embed.images", "images": pictures })),
        Some(card) => {
            let mut external =
                json!({ "uri": card.url.as_str(), "title": card.title, "description": card.about });
            if let Some(picture) = &card.picture {
                external["thumb"] = upload(client, picture).await?;
            }
            Some(json!({ "$type": "app.bsky.embed.external", "external": external }))
        }
        None => None,
    };
    let Some(quoted) = &outgoing.quote else { return Ok(media) };
    let quoted = above(client, quoted).await?.itself;
    let quote = json!({ "$type": "app.bsky.embed.record", "record": quoted });
    Ok(Some(match media {
        Some(media) => {
            json!({ "$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": media })
        }
        None => quote,
    }))
}

/// Looks for the record that the key of this message leads to.
pub(super) async fn find_published(
    client: &Client<'_>,
    outgoing: &Outgoing,
) -> Result<Option<Published>, ChannelError> {
    let uri = post_uri(client.did(), &record_key(&outgoing.key));
    let Some(answer) = record(client, &uri).await? else { return Ok(None) };
    let found: Record = read(&answer)?;
    Ok(Some(Published {
        url: page(client.account, &found.uri),
        remote_id: found.uri,
        published_at: time(&found.value.created_at),
        raw: answer.text()?.to_owned(),
    }))
}

/// Deletes; what is gone already counts as deleted.
pub(super) async fn delete(client: &Client<'_>, uri: &str) -> Result<(), ChannelError> {
    let place = Place::read(uri).filter(|place| place.did == client.did() && place.collection == POST);
    let Some(place) = place else {
        return Err(ChannelError::Refused { status: 403, message: "this isn't a post of ours".to_owned() });
    };
    let body = json!({ "repo": place.did, "collection": place.collection, "rkey": place.rkey });
    client.post("com.atproto.repo.deleteRecord", body).await?;
    Ok(())
}

/// A record as the server has it; `None` where it isn't.
pub(super) async fn record(client: &Client<'_>, uri: &str) -> Result<Option<Answer>, ChannelError> {
    let Some(place) = Place::read(uri) else { return Ok(None) };
    let query = [("repo", place.did.as_str()), ("collection", &place.collection), ("rkey", &place.rkey)];
    match client.fetch("com.atproto.repo.getRecord", &query).await {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if is_not_there(&fault) => Ok(None),
        Err(fault) => Err(fault.error),
    }
}

/// Servers name it differently for accounts that aren't theirs.
fn is_not_there(fault: &Fault) -> bool {
    let ChannelError::Refused { status, message } = &fault.error else { return false };
    fault.name == NOT_THERE
        || *status == 404
        || (*status == 400 && message.to_ascii_lowercase().contains("could not locate record"))
}

/// What is answered or quoted, and what time it is by the server's clock (µs).
struct Above {
    itself: Strong,
    root: Strong,
    now: i64,
}

/// Finds what is answered or quoted. Its digest goes with the post, so it is asked for when publishing; the
/// server asks the AppView where the post isn't its own.
async fn above(client: &Client<'_>, uri: &str) -> Result<Above, ChannelError> {
    let gone = || ChannelError::Refused {
        status: 404,
        message: "the message to answer or to quote isn't there any more".to_owned(),
    };
    let answer = record(client, uri).await?.ok_or_else(gone)?;
    let found: Record = read(&answer)?;
    let itself = Strong { cid: found.cid.ok_or_else(gone)?, uri: found.uri };
    let root = found.value.reply.map_or_else(|| itself.clone(), |ReplyTo { root, .. }| root);
    let now = answer.date().ok_or_else(|| ChannelError::Malformed {
        message: "the server doesn't tell its time, which an answer needs".to_owned(),
    })?;
    Ok(Above { itself, root, now })
}

/// The marks of a text. A name that nobody has stays plain text.
async fn facets(client: &Client<'_>, text: &str) -> Result<Vec<Value>, ChannelError> {
    let mut facets = Vec::new();
    for found in facet::find(text) {
        let did = match &found.what {
            What::Mention(handle) => identity::resolve(client.net, &client.account.base_url, handle).await?,
            _ => None,
        };
        facets.extend(found.facet(did.as_deref()));
    }
    Ok(facets)
}

/// Uploads a picture; gives what a record says of it. A picture that no record names is forgotten by the
/// server, so it may be sent twice.
async fn upload(client: &Client<'_>, file: &Upload) -> Result<Value, ChannelError> {
    let request = client.request("com.atproto.repo.uploadBlob")?.bytes(&file.mime, file.bytes.clone());
    let uploaded: Uploaded = read(&client.send(request).await?)?;
    if uploaded.blob.is_object() {
        Ok(uploaded.blob)
    } else {
        Err(ChannelError::Malformed { message: "a picture without a name".to_owned() })
    }
}

/// Whether a post is ours, by its address.
pub(super) fn is_ours(client: &Client<'_>, uri: &str) -> bool {
    owner(uri) == client.did()
}
