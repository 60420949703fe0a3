//! Articles: publishing, changing and taking them back, and finding again what may have been published.
//!
//! WordPress knows no keys of ours, and keeps no field of a stranger's. So an article, and each picture that goes
//! with it, bears a mark made from its key in a comment that readers don't see; the site's own search finds it
//! again, whatever was changed about it since. The room looks for the mark before it sends anything.

use parvis_write::mark::{Dialect, MarkKind, marks};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::client::Client;
use super::observe::{POST, discreet, hex, time, web};
use super::wire::{Media, Post, Term};
use crate::html::{escape, one_line, sanitise_article};
use crate::json::read as read_json;
use crate::{Answer, Article, ArticleState, ChannelError, Outgoing, Published, Upload, Why, plain_text};

/// What begins the mark.
const MARK: &str = "<!-- parvis:";
/// What ends it.
const MARK_END: &str = " -->";
/// Bytes of a key's digest in its mark.
const MARK_BYTES: usize = 16;
/// Articles and terms of one answer.
const PAGE: &str = "100";
/// Every state that an article may be in. The bin too: what somebody put there at once wasn't lost on its way.
pub(super) const STATES: &str = "publish,future,draft,pending,private,trash";
/// Characters of a title, a slug or a term.
const LINE: usize = 300;

/// Publishes, unless it stands there already.
pub(super) async fn publish(client: &Client<'_>, outgoing: &Outgoing) -> Result<Published, ChannelError> {
    let article = article(outgoing)?;
    let mark = mark(&outgoing.key);
    if let Some(there) = find(client, &outgoing.key).await? {
        return Ok(there);
    }
    let mut body = content(client, outgoing, article, &mark).await?;
    let (status, at) = standing(article.state);
    body["status"] = json!(status);
    if let Some(at) = at {
        body["date_gmt"] = json!(written(at));
    }
    let request = client.request(Method::POST, &["wp", "v2", "posts"], &[("context", "edit")])?.json(body);
    let answer = client.send_once(request).await?;
    // It was taken: if what came back can't be read, it stands there all the same.
    published(&answer).map_err(|error| ChannelError::Unknown { message: error.to_string() })
}

/// Changes an article: its words, its place among the others, and how it stands. A picture above it that isn't
/// named stays.
pub(super) async fn edit(
    client: &Client<'_>,
    number: i64,
    outgoing: &Outgoing,
) -> Result<Published, ChannelError> {
    let article = article(outgoing)?;
    let path = ["wp", "v2", "posts", &number.to_string()];
    let now: Post = client.get(&path, &[("context", "edit")]).await?;
    let kept = marked(&now.content.raw).unwrap_or_default().to_owned();
    let mut body = content(client, outgoing, article, &kept).await?;
    let (status, at) = standing(article.state);
    body["status"] = json!(status);
    // One that waited for its time would wait on, whatever its state is said to be.
    let at = at.or_else(|| (now.status == "future" && status == "publish").then_some(outgoing.at));
    if let Some(at) = at {
        body["date_gmt"] = json!(written(at));
    }
    let request = client.request(Method::POST, &path, &[("context", "edit")])?.json(body);
    published(&client.send(request).await?)
}

/// Puts an article into the site's bin, from which the site can take it back; what is gone counts as deleted.
pub(super) async fn delete(client: &Client<'_>, number: i64) -> Result<(), ChannelError> {
    let path = ["wp", "v2", "posts", &number.to_string()];
    match client.send(client.request(Method::DELETE, &path, &[])?).await {
        Ok(_) | Err(ChannelError::Refused { status: 404 | 410, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Looks for the article that bears the mark of this key.
pub(super) async fn find(client: &Client<'_>, key: &str) -> Result<Option<Published>, ChannelError> {
    let mark = mark(key);
    let query = [("context", "edit"), ("status", STATES), ("per_page", PAGE), ("search", word_of(&mark))];
    let found: Vec<Value> = client.get(&["wp", "v2", "posts"], &query).await?;
    for raw in found {
        let Ok(it) = serde_json::from_value::<Post>(raw.clone()) else { continue };
        if marked(&it.content.raw) == Some(mark.as_str()) {
            return Ok(Some(describe(&it, &raw.to_string())));
        }
    }
    Ok(None)
}

fn article(outgoing: &Outgoing) -> Result<&Article, ChannelError> {
    outgoing.article.as_ref().ok_or(ChannelError::Unsupported(Why::ArticlesOnly))
}

/// The mark of a key.
fn mark(key: &str) -> String {
    let digest = digest(&SHA256, key.as_bytes());
    format!("{MARK}{}{MARK_END}", hex(digest.as_ref().get(..MARK_BYTES).unwrap_or_default()))
}

/// The word of a mark that is searched for.
fn word_of(mark: &str) -> &str {
    mark.trim_start_matches("<!-- ").trim_end_matches(MARK_END)
}

/// The mark in a text, if it bears one.
pub(super) fn marked(raw: &str) -> Option<&str> {
    let from = raw.get(raw.find(MARK)?..)?;
    from.get(..from.find(MARK_END)? + MARK_END.len())
}

/// WordPress' word for how an article stands, and its time (µs).
fn standing(state: ArticleState) -> (&'static str, Option<i64>) {
    match state {
        ArticleState::Draft => ("draft", None),
        ArticleState::Scheduled(at) => ("future", Some(at)),
        ArticleState::Published => ("publish", None),
    }
}

/// A time as the API takes it, UTC.
fn written(at: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(at).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What an article says, with its pictures and its place among the others.
async fn content(
    client: &Client<'_>,
    outgoing: &Outgoing,
    article: &Article,
    mark: &str,
) -> Result<Value, ChannelError> {
    // Categories first: what the site hasn't is refused before anything is uploaded.
    let categories = categories(client, &article.categories).await?;
    let tags = tags(client, &article.tags).await?;
    let mut html = match &article.html {
        Some(html) => sanitise_article(html),
        None => paragraphs(&outgoing.text),
    };
    for (number, file) in outgoing.media.iter().enumerate() {
        let it = picture(client, &format!("{}:{number}", outgoing.key), file).await?;
        let (url, alt) = (escape(&it.source_url), escape(&file.alt));
        html.push_str(&format!(
            "<!-- wp:image {{\"id\":{id}}} -->\n<figure class=\"wp-block-image\"><img src=\"{url}\" alt=\"{alt}\" \
             class=\"wp-image-{id}\"/></figure>\n<!-- /wp:image -->\n\n",
            id = it.id
        ));
    }
    let mut body = json!({
        "title": escape(&one_line(&article.title, LINE)),
        "content": format!("{html}{mark}"),
        "excerpt": escape(&article.excerpt),
        "tags": tags,
    });
    // An article without a category gets the site's usual one.
    if !categories.is_empty() {
        body["categories"] = json!(categories);
    }
    if let Some(slug) = &article.slug {
        body["slug"] = json!(one_line(slug, LINE));
    }
    if let Some(cover) = &article.cover {
        body["featured_media"] = json!(picture(client, &format!("{}:cover", outgoing.key), cover).await?.id);
    }
    Ok(body)
}

/// A text as blocks of WordPress' editor: paragraphs, with addresses that lead somewhere.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.trim().is_empty());
    parts
        .map(|part| {
            let lines: Vec<String> = part.lines().map(linked).collect();
            format!("<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->\n\n", lines.join("<br>"))
        })
        .collect()
}

/// A line as HTML, its web addresses as links.
fn linked(line: &str) -> String {
    let (mut out, mut plain) = (String::new(), 0);
    for mark in marks(line, Dialect::Fediverse).into_iter().filter(|it| it.kind == MarkKind::Link) {
        let url = escape(mark.text(line));
        out.push_str(&escape(line.get(plain..mark.span.start).unwrap_or_default()));
        out.push_str(&format!("<a href=\"{url}\">{url}</a>"));
        plain = mark.span.end;
    }
    out + &escape(line.get(plain..).unwrap_or_default())
}

/// The numbers of categories by their names. They are the site's structure: one that isn't there is refused.
async fn categories(client: &Client<'_>, names: &[String]) -> Result<Vec<i64>, ChannelError> {
    let mut found = Vec::new();
    for name in names {
        let it = term(client, "categories", name).await?;
        found.push(it.ok_or_else(|| ChannelError::Refused {
            status: 400,
            message: format!("the site has no category “{}”; make it there first", one_line(name, LINE)),
        })?);
    }
    Ok(found)
}

/// The numbers of tags by their names; those that the site hasn't are made.
async fn tags(client: &Client<'_>, names: &[String]) -> Result<Vec<i64>, ChannelError> {
    let mut found = Vec::new();
    for name in names {
        if let Some(there) = term(client, "tags", name).await? {
            found.push(there);
            continue;
        }
        let body = json!({ "name": escape(&one_line(name, LINE)) });
        let request = client.request(Method::POST, &["wp", "v2", "tags"], &[])?.json(body);
        let made: Term = match client.send(request).await {
            Ok(answer) => read_json(&answer)?,
            // Made meanwhile, or by an attempt whose answer was lost.
            Err(error @ ChannelError::Refused { status: 400, .. }) => {
                Term { id: term(client, "tags", name).await?.ok_or(error)?, name: String::new() }
            }
            Err(error) => return Err(error),
        };
        found.push(made.id);
    }
    Ok(found)
}

/// The number of the category or tag of this name.
async fn term(client: &Client<'_>, kind: &str, name: &str) -> Result<Option<i64>, ChannelError> {
    // By its longest word: the site keeps some characters as entities, and looks for them as they are kept.
    let word = name.split(|c: char| !c.is_alphanumeric()).max_by_key(|word| word.len()).unwrap_or_default();
    let query = [("search", word), ("per_page", PAGE)];
    let all: Vec<Term> = client.get(&["wp", "v2", kind], &query).await?;
    let plain = |name: &str| plain_text(name).trim().to_lowercase();
    let wanted = plain(&escape(name));
    Ok(all.into_iter().find(|it| plain(&it.name) == wanted).map(|it| it.id))
}

/// Uploads a picture, unless an attempt before has done so already.
async fn picture(client: &Client<'_>, key: &str, file: &Upload) -> Result<Media, ChannelError> {
    let mark = mark(key);
    let query = [("context", "edit"), ("per_page", PAGE), ("search", word_of(&mark))];
    let there: Vec<Media> = client.get(&["wp", "v2", "media"], &query).await?;
    if let Some(there) = there.into_iter().find(|it| marked(&it.description.raw) == Some(mark.as_str())) {
        return Ok(there);
    }
    let name = match file.mime.as_str() {
        "image/png" => "picture.png",
        "image/gif" => "picture.gif",
        "image/webp" => "picture.webp",
        _ => "picture.jpg",
    };
    let part = Part::bytes(file.bytes.clone()).file_name(name).mime_str(&file.mime).map_err(|_| {
        ChannelError::Refused { status: 415, message: format!("“{}” isn't a media type", file.mime) }
    })?;
    let form = Form::new().part("file", part).text("alt_text", file.alt.clone()).text("description", mark);
    let request =
        client.request(Method::POST, &["wp", "v2", "media"], &[("context", "edit")])?.multipart(form);
    let made: Media = read_json(&client.send(request).await?)?;
    if made.id < 1 {
        return Err(ChannelError::Malformed { message: "a picture without a number".to_owned() });
    }
    Ok(made)
}

fn published(answer: &Answer) -> Result<Published, ChannelError> {
    let it: Post = read_json(answer)?;
    if it.id < 1 {
        return Err(ChannelError::Malformed { message: "an article without a number".to_owned() });
    }
    Ok(describe(&it, answer.text()?))
}

fn describe(it: &Post, raw: &str) -> Published {
    Published {
        remote_id: format!("{POST}{}", it.id),
        url: web(&it.link),
        // A draft has the time of its last change for a date, which is no time of publication.
        published_at: time(&it.date_gmt).filter(|_| !matches!(it.status.as_str(), "draft" | "pending")),
        raw: discreet(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_paragraphs_whose_addresses_lead_somewhere_and_whose_marks_are_text() {
        let text = "Un <b>soir</b>\nlà\r\n\r\n\n\nVoir (https://a.example/?x=1&y=2).";
        let expected = "<!-- wp:paragraph -->\n<p>Un &lt;b&gt;soir&lt;/b&gt;<br>là</p>\n<!-- /wp:paragraph -->\n\n\
                        <!-- wp:paragraph -->\n<p>Voir (<a href=\"https://a.example/?x=1&amp;y=2\">\
                        https://a.example/?x=1&amp;y=2</a>).</p>\n<!-- /wp:paragraph -->\n\n";
        assert_eq!(paragraphs(text), expected);
        assert_eq!(paragraphs(" \n\n "), "");
    }

    #[test]
    fn each_key_has_a_mark_that_is_found_in_the_text() {
        let (one, other) = (mark("a"), mark("b"));
        assert_ne!(one, other);
        assert_eq!(marked(&format!("<p>x</p>{one}<p>y</p>")), Some(one.as_str()));
        assert!(word_of(&one).starts_with("parvis:") && !word_of(&one).contains(' '));
        assert_eq!(marked("<!-- parvis:"), None);
        assert_eq!(marked("parvis:00"), None);
    }
}
