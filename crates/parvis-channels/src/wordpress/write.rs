//! Comments of ours: answering, changing, deleting, hiding, and finding again what may have been published.

use reqwest::Method;
use serde_json::json;
use serde_json::value::RawValue;

use super::article;
use super::client::Client;
use super::observe::{PAGE, discreet, number, post_number, time};
use super::wire::Comment;
use crate::html::escape;
use crate::json::read as read_json;
use crate::{Answer, ChannelError, Outgoing, Published, plain_text};

/// Pages of our own comments looked through for an answer.
const FIND_PAGES: usize = 3;
/// Slack when comparing times, µs: clocks differ.
const SLACK: i64 = 600_000_000;

/// Publishes an answer below what it answers.
pub(super) async fn publish(client: &Client<'_>, outgoing: &Outgoing) -> Result<Published, ChannelError> {
    let Some(parent) = &outgoing.parent_id else { return article::publish(client, outgoing).await };
    let (post, parent) = place(client, parent).await?;
    let body = json!({ "post": post, "parent": parent, "content": content(outgoing) });
    let request = client.request(Method::POST, &["wp", "v2", "comments"], &[("context", "edit")])?.json(body);
    let answer = client.send_once(request).await?;
    // It was taken: if what came back can't be read, it stands there all the same.
    published(&answer).map_err(|error| ChannelError::Unknown { message: error.to_string() })
}

/// The article, and the comment on it that is answered (0 for the article itself).
async fn place(client: &Client<'_>, parent_id: &str) -> Result<(i64, i64), ChannelError> {
    if let Some(post) = post_number(parent_id) {
        // Only for whoever is signed in: some sites let guests comment, and ours must not pass for one's.
        signed_in(client).await?;
        return Ok((post, 0));
    }
    let path = ["wp", "v2", "comments", &number(parent_id)?];
    let parent: Comment = client.get(&path, &[("context", "edit")]).await?;
    Ok((parent.post, parent.id))
}

/// Makes sure that we are still who we were.
async fn signed_in(client: &Client<'_>) -> Result<(), ChannelError> {
    client.fetch(&["wp", "v2", "users", "me"], &[("context", "edit")]).await.map(drop)
}

/// Changes a comment of ours.
pub(super) async fn edit(
    client: &Client<'_>,
    id: &str,
    outgoing: &Outgoing,
) -> Result<Published, ChannelError> {
    if let Some(post) = post_number(id) {
        return article::edit(client, post, outgoing).await;
    }
    let path = ["wp", "v2", "comments", &number(id)?];
    let body = json!({ "content": content(outgoing) });
    let request = client.request(Method::POST, &path, &[("context", "edit")])?.json(body);
    published(&client.send(request).await?)
}

/// Deletes for good; what is gone already counts as deleted.
pub(super) async fn delete(client: &Client<'_>, id: &str) -> Result<(), ChannelError> {
    if let Some(post) = post_number(id) {
        return article::delete(client, post).await;
    }
    let path = ["wp", "v2", "comments", &number(id)?];
    match client.send(client.request(Method::DELETE, &path, &[("force", "true")])?).await {
        Ok(_) | Err(ChannelError::Refused { status: 404 | 410, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts a comment back among those that await moderation, or lets it be seen.
pub(super) async fn hide(client: &Client<'_>, id: &str, hidden: bool) -> Result<(), ChannelError> {
    moderate(client, id, if hidden { "hold" } else { "approved" }).await
}

/// Marks a comment as spam, or puts it back where it was.
pub(super) async fn spam(client: &Client<'_>, id: &str, spam: bool) -> Result<(), ChannelError> {
    moderate(client, id, if spam { "spam" } else { "unspam" }).await
}

async fn moderate(client: &Client<'_>, id: &str, status: &str) -> Result<(), ChannelError> {
    let path = ["wp", "v2", "comments", &number(id)?];
    let request =
        client.request(Method::POST, &path, &[("context", "edit")])?.json(json!({ "status": status }));
    // A status that it has already isn't news to WordPress, and no failure.
    client.send(request).await.map(drop)
}

/// Looks through our own latest comments for an answer, by its parent and its words.
pub(super) async fn find_published(
    client: &Client<'_>,
    outgoing: &Outgoing,
    since: i64,
) -> Result<Option<Published>, ChannelError> {
    let Some(parent) = &outgoing.parent_id else { return article::find(client, &outgoing.key).await };
    let (post, parent) = place(client, parent).await?;
    let sent = content(outgoing);
    let wanted = fingerprint(&sent);
    let (me, size, post) = (client.account.remote_id.as_str(), PAGE.to_string(), post.to_string());
    for page in 1..=FIND_PAGES {
        let page = page.to_string();
        let query = [
            ("context", "edit"),
            ("status", "all"),
            ("author", me),
            ("post", post.as_str()),
            ("orderby", "date_gmt"),
            ("order", "desc"),
            ("per_page", size.as_str()),
            ("page", page.as_str()),
        ];
        let pieces: Vec<Box<RawValue>> = match client.get(&["wp", "v2", "comments"], &query).await {
            // WordPress refuses the page after the last.
            Err(ChannelError::Refused { status: 400, .. }) if page != "1" => return Ok(None),
            pieces => pieces?,
        };
        let mut late = false;
        for raw in &pieces {
            let Ok(it) = serde_json::from_str::<Comment>(raw.get()) else { continue };
            late = time(&it.date_gmt).is_some_and(|at| at.saturating_add(SLACK) < since);
            let same = it.content.raw.trim() == sent.trim()
                || (!wanted.is_empty() && fingerprint(&it.content.raw) == wanted);
            if !late && it.parent == parent && same {
                return Ok(Some(describe(&it, raw.get())));
            }
        }
        if late || pieces.len() < PAGE {
            return Ok(None);
        }
    }
    Err(ChannelError::Unknown { message: "we have said too much since to look through all of it".to_owned() })
}

/// What is sent: comments are HTML to WordPress, and our text is text.
fn content(outgoing: &Outgoing) -> String {
    escape(&outgoing.text)
}

fn published(answer: &Answer) -> Result<Published, ChannelError> {
    let it: Comment = read_json(answer)?;
    if it.id < 1 {
        return Err(ChannelError::Malformed { message: "a comment without a number".to_owned() });
    }
    Ok(describe(&it, answer.text()?))
}

fn describe(it: &Comment, raw: &str) -> Published {
    let url = it.link.parse::<url::Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    Published {
        remote_id: it.id.to_string(),
        url: url.map(|url| url.to_string()),
        published_at: time(&it.date_gmt),
        raw: discreet(raw),
    }
}

/// What stays of a text whatever a site makes of its marks and spaces.
fn fingerprint(html: &str) -> String {
    let text = plain_text(&html.replace('\n', "<br>"));
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
