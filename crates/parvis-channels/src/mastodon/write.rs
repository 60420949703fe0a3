//! Publishing, changing and deleting our own messages, and finding them again.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderName;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::client::Client;
use super::observe::{stable, time};
use super::wire;
use crate::json::read as read_json;
use crate::{Answer, ChannelError, Outgoing, Published, Request, Upload, Visibility, Why, plain_text};

/// How often a picture that the server still works on is asked for; the pauses grow to 5 s.
const MEDIA_LOOKS: u32 = 15;
/// Statuses of a page, and pages of our own looked through for an answer: a house that says more in the time of a look is told that it isn't
/// known.
const FIND_PAGE: usize = 40;
const FIND_PAGES: usize = 25;
/// Slack for clocks that differ, µs.
const SLACK: i64 = 120_000_000;

/// Uploads the pictures, then publishes.
pub(super) async fn publish(client: &Client<'_>, outgoing: &Outgoing) -> Result<Published, ChannelError> {
    if outgoing.card.as_ref().is_some_and(|card| !outgoing.text.contains(card.url.as_str())) {
        // It would be lost without a word.
        return Err(ChannelError::Unsupported(Why::MadeByServer));
    }
    let mut media = Vec::new();
    for file in &outgoing.media {
        media.push(upload(client, file).await?);
    }
    let mut body = content(outgoing, &media);
    if let Some(map) = body.as_object_mut() {
        if let Some(parent) = &outgoing.parent_id {
            map.insert("in_reply_to_id".to_owned(), json!(parent));
        }
        if let Some(quoted) = &outgoing.quote {
            map.insert("quoted_status_id".to_owned(), json!(quoted));
        }
        map.insert("visibility".to_owned(), json!(word(outgoing.visibility)));
    }
    let request = client
        .request(Method::POST, &["api", "v1", "statuses"])?
        .header(HeaderName::from_static("idempotency-key"), &outgoing.key)
        .json(body);
    let answer = client.send_once(request).await?;
    // It was taken: if what came back can't be read, it stands there all the same.
    published(client, &answer).map_err(|error| ChannelError::Unknown { message: error.to_string() })
}

/// Changes text, warning and language; pictures stay.
pub(super) async fn edit(
    client: &Client<'_>,
    id: &str,
    outgoing: &Outgoing,
) -> Result<Published, ChannelError> {
    let now: wire::Status = client.get(&["api", "v1", "statuses", id], &[]).await?;
    let media: Vec<String> = now.media_attachments.into_iter().map(|file| file.id).collect();
    let request =
        client.request(Method::PUT, &["api", "v1", "statuses", id])?.json(content(outgoing, &media));
    published(client, &client.send(request).await?)
}

/// Deletes; what is gone already counts as deleted.
pub(super) async fn delete(client: &Client<'_>, id: &str) -> Result<(), ChannelError> {
    let request = client.request(Method::DELETE, &["api", "v1", "statuses", id])?;
    let error = match client.send(request).await {
        Ok(_) => return Ok(()),
        Err(error @ ChannelError::Refused { status: 404 | 405 | 410, .. }) => error,
        Err(error) => return Err(error),
    };
    match client.fetch(&["api", "v1", "statuses", id], &[]).await {
        // It still stands there: the server doesn't know how to delete.
        Ok(_) => Err(ChannelError::Unsupported(Why::NotOnServer)),
        Err(ChannelError::Refused { status: 404 | 410, .. }) => Ok(()),
        Err(_) => Err(error),
    }
}

/// Looks through our own latest statuses for a message, by its parent, text and pictures. It isn't there when all that we
/// said since `since` (µs) was looked through; where that can't be done, it isn't known.
pub(super) async fn find_published(
    client: &Client<'_>,
    outgoing: &Outgoing,
    since: i64,
) -> Result<Option<Published>, ChannelError> {
    let me = client.account.remote_id.as_str();
    let wanted = fingerprint(&outgoing.full_text());
    let limit = FIND_PAGE.to_string();
    let mut below: Option<String> = None;
    for _ in 0..FIND_PAGES {
        let mut query = vec![("limit", limit.as_str()), ("exclude_reblogs", "true")];
        query.extend(below.as_deref().map(|id| ("max_id", id)));
        let path = ["api", "v1", "accounts", me, "statuses"];
        let page: Vec<serde_json::Value> = client.get(&path, &query).await?;
        let count = page.len();
        let mut last = None;
        for value in page {
            let Ok(status) = serde_json::from_value::<wire::Status>(value.clone()) else {
                continue;
            };
            let parent = status.in_reply_to_id.as_ref().map(|id| stable(client.account, id));
            let at = time(status.created_at.as_deref());
            let in_time = at.is_none_or(|at| at.saturating_add(SLACK) >= since);
            if in_time
                && status.account.id == me
                && parent == outgoing.parent_id
                && status.media_attachments.len() == outgoing.media.len()
                && fingerprint(&plain_text(&status.content)) == wanted
            {
                return Ok(Some(describe(client, &status, value.to_string())));
            }
            last = Some((status.id, in_time));
        }
        match last {
            None if count == 0 => return Ok(None),
            None => break,
            Some((_, false)) => return Ok(None),
            // The server doesn't page: what it gives is everything, or not.
            Some((id, true)) if below.as_ref() == Some(&id) && count < FIND_PAGE => return Ok(None),
            Some((id, true)) if below.as_ref() == Some(&id) => break,
            Some((id, true)) => below = Some(id),
        }
    }
    Err(ChannelError::Unknown { message: "we have said too much since to look through all of it".to_owned() })
}

/// Uploads a picture and waits until it is ready; gives its id.
async fn upload(client: &Client<'_>, file: &Upload) -> Result<String, ChannelError> {
    let answer = match client.send(media_request(client, "v2", file)?).await {
        Err(ChannelError::Refused { status: 404 | 405, .. }) => {
            client.send(media_request(client, "v1", file)?).await?
        }
        other => other?,
    };
    let media: wire::Attachment = read_json(&answer)?;
    if media.id.is_empty() {
        return Err(ChannelError::Malformed { message: "a picture without an id".to_owned() });
    }
    let mut status = answer.status;
    for look in 1..=MEDIA_LOOKS {
        if !matches!(status, 202 | 206) {
            return Ok(media.id);
        }
        tokio::time::sleep(Duration::from_millis(500 * u64::from(look.min(10)))).await;
        status = client.fetch(&["api", "v1", "media", &media.id], &[]).await?.status;
    }
    Err(ChannelError::Unreachable { message: "the server doesn't finish a picture".to_owned() })
}

fn media_request(client: &Client<'_>, version: &str, file: &Upload) -> Result<Request, ChannelError> {
    // Some servers take a part without a file name for a plain field.
    let name = match file.mime.as_str() {
        "image/png" => "picture.png",
        "image/gif" => "picture.gif",
        "image/webp" => "picture.webp",
        "image/jpeg" => "picture.jpg",
        _ => "file",
    };
    let part = Part::bytes(file.bytes.clone()).file_name(name).mime_str(&file.mime).map_err(|_| {
        ChannelError::Refused { status: 415, message: format!("“{}” isn't a media type", file.mime) }
    })?;
    let mut form = Form::new().part("file", part);
    if !file.alt.is_empty() {
        form = form.text("description", file.alt.clone());
    }
    Ok(client.request(Method::POST, &["api", version, "media"])?.multipart(form))
}

/// What a message says: the same when publishing and when changing.
fn content(outgoing: &Outgoing, media: &[String]) -> serde_json::Value {
    let warning = outgoing.warning.as_deref().unwrap_or_default();
    let mut body = json!({
        "status": outgoing.full_text(),
        "spoiler_text": warning,
        "sensitive": !warning.is_empty(),
    });
    if let Some(map) = body.as_object_mut() {
        if !media.is_empty() {
            map.insert("media_ids".to_owned(), json!(media));
        }
        if let Some(language) = &outgoing.language {
            map.insert("language".to_owned(), json!(language));
        }
    }
    body
}

fn word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "private",
        Visibility::Direct => "direct",
    }
}

fn published(client: &Client<'_>, answer: &Answer) -> Result<Published, ChannelError> {
    let status: wire::Status = read_json(answer)?;
    Ok(describe(client, &status, answer.text()?.to_owned()))
}

fn describe(client: &Client<'_>, status: &wire::Status, raw: String) -> Published {
    Published {
        remote_id: stable(client.account, &status.id),
        url: status.url.clone().or_else(|| status.uri.clone()),
        published_at: time(status.created_at.as_deref()),
        raw,
    }
}

/// What stays of a text whatever a server makes of its mentions, links, marks and spaces.
fn fingerprint(text: &str) -> String {
    text.split_whitespace()
        .map(|word| match word.strip_prefix('@') {
            Some(handle) => handle.split('@').next().unwrap_or_default(),
            None => word,
        })
        .flat_map(str::chars)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_recognised_in_the_servers_html() {
        let sent = "@anna@social.example Voilà : *demain*, https://a.example/x !";
        let html = "<p><span class=\"h-card\"><a href=\"https://social.example/@anna\">@<span>anna\
                    </span></a></span> Voilà : <em>demain</em>, <a href=\"https://a.example/x\">\
                    <span class=\"invisible\">https://</span>a.example/x</a> !</p>";
        assert_eq!(fingerprint(&plain_text(html)), fingerprint(sent));
        assert_ne!(fingerprint("Oui, demain"), fingerprint("Non, demain"));
    }
}
