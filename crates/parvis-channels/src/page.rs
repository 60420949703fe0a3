//! What a web page says of itself, for the card that some networks show below a link.
//! Source: The Open Graph protocol (ogp.me), Twitter's card markup, HTML's own title and description.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::ACCEPT;
use url::Url;

use crate::html::head::{Head, page_text};
use crate::html::one_line;
use crate::{ChannelError, Net, Request};

/// Bytes of a page at most.
const PAGE: usize = 4 * 1024 * 1024;
/// Whoever asked is waiting.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longest title, in characters.
pub const TITLE: usize = 300;
/// Longest description, in characters.
pub const ABOUT: usize = 1_000;

/// A page as it presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its title on one line; its host when it has none.
    pub title: String,
    /// What it is about on one line; may be empty.
    pub about: String,
    /// Its picture.
    pub picture: Option<Url>,
    /// What the picture shows, where the page says so.
    pub alt: String,
}

/// Reads how the page at `url` presents itself.
///
/// # Errors
/// `ForbiddenAddress`, `Unreachable` (also after 15 s), `Refused` (no page there), `Malformed` (not HTML, or longer than
/// 4 MiB).
pub async fn describe(net: &Net, url: &Url) -> Result<Described, ChannelError> {
    let request = Request::get(url.clone()).header(ACCEPT, "text/html,application/xhtml+xml").max_bytes(PAGE);
    let answer = in_time(net.send(request)).await?;
    if answer.status != 200 {
        let message = "there is no page at this address".to_owned();
        return Err(ChannelError::Refused { status: answer.status, message });
    }
    let kind = answer.mime().unwrap_or_default();
    if !matches!(kind.as_str(), "text/html" | "application/xhtml+xml") {
        return Err(ChannelError::Malformed {
            message: format!("not a web page but “{}”", one_line(&kind, 60)),
        });
    }
    Ok(described(&Head::read(&page_text(&answer)), &answer.url))
}

/// Fetches the picture of a page, of at most `max` bytes; what it is, its bytes have to say.
///
/// # Errors
/// `ForbiddenAddress`, `Unreachable`, `Refused`, `Malformed` (longer).
pub async fn picture(net: &Net, url: &Url, max: usize) -> Result<Bytes, ChannelError> {
    let answer = in_time(net.send(Request::get(url.clone()).max_bytes(max))).await?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        let message = "there is no picture at this address".to_owned();
        Err(ChannelError::Refused { status: answer.status, message })
    }
}

async fn in_time<T>(call: impl Future<Output = Result<T, ChannelError>>) -> Result<T, ChannelError> {
    let late =
        |_| Err(ChannelError::Unreachable { message: format!("no answer in {} s", PATIENCE.as_secs()) });
    tokio::time::timeout(PATIENCE, call).await.unwrap_or_else(late)
}

fn described(head: &Head, at: &Url) -> Described {
    let first = |keys: &[&str], max| {
        let said = keys.iter().filter_map(|key| head.meta(key)).map(|it| one_line(it, max));
        said.into_iter().find(|it| !it.is_empty())
    };
    let own = one_line(&head.title, TITLE);
    let title = first(&["og:title", "twitter:title"], TITLE).or(Some(own).filter(|it| !it.is_empty()));
    let picture = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];
    let link =
        head.all("link").find(|it| it.get("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("image_src")));
    let picture = picture.iter().find_map(|key| head.meta(key)).or(link.and_then(|it| it.get("href")));
    Described {
        title: title.unwrap_or_else(|| at.host_str().unwrap_or_default().to_owned()),
        about: first(&["og:description", "twitter:description", "description"], ABOUT).unwrap_or_default(),
        picture: picture.and_then(|it| at.join(it).ok()).filter(|it| matches!(it.scheme(), "http" | "https")),
        alt: first(&["og:image:alt", "twitter:image:alt"], ABOUT).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Described {
        described(&Head::read(page), &"https://shop.example/news/1".parse().unwrap())
    }

    #[test]
    fn a_page_is_described_by_what_it_says_for_cards_or_else_by_what_it_says_at_all() {
        let rich = read(
            "<title>No</title><meta property=og:title content='Le marché\n d’hiver'>\
             <meta name=description content=no><meta property=og:description content='Du 5 au 23'>\
             <meta property=og:image content='/i/a.jpg'><meta property=og:image:alt content='Un étal'>",
        );
        assert_eq!((rich.title.as_str(), rich.about.as_str()), ("Le marché d’hiver", "Du 5 au 23"));
        assert_eq!(rich.picture.unwrap().as_str(), "https://shop.example/i/a.jpg");
        assert_eq!(rich.alt, "Un étal");
        let plain = read("<title>Shop</title><meta name=description content='All &amp; more'>");
        assert_eq!((plain.title.as_str(), plain.about.as_str()), ("Shop", "All & more"));
        let bare = read("<p>hello");
        assert_eq!((bare.title.as_str(), bare.about.as_str(), bare.picture), ("shop.example", "", None));
    }

    #[test]
    fn a_hostile_page_gives_no_more_than_short_lines_and_web_addresses() {
        let it = read(&format!(
            "<title>\u{202e}{}</title><meta property=og:image content='javascript:alert(1)'>\
             <meta property=og:description content='&#0;a&#x202E;b'>",
            "x".repeat(5_000)
        ));
        assert_eq!(it.title.chars().count(), TITLE);
        assert_eq!(it.picture, None);
        assert!(!it.about.contains(['\0', '\u{202e}']), "{:?}", it.about);
        let data = read("<meta property=og:image content='data:image/png;base64,AAAA'>");
        assert_eq!(data.picture, None);
    }

    #[test]
    fn any_page_is_described_in_bounds() {
        let tried = parvis_fuzz::fuzz("page", |bytes| {
            let it = read(&String::from_utf8_lossy(bytes));
            assert!(it.title.chars().count() <= TITLE && it.about.chars().count() <= ABOUT);
            assert!(!it.title.is_empty() && !it.title.contains('\n') && !it.about.contains('\0'));
            assert!(it.picture.as_ref().is_none_or(|it| it.scheme().starts_with("http")));
            (it.title.len().min(64) / 4, it.about.is_empty(), it.picture.is_some(), it.alt.is_empty())
        });
        assert!(tried.unwrap().outcomes > 3);
    }
}
