//! Hostile HTML.

use super::{plain_text, printable, sanitise};

#[test]
fn hostile_html_comes_out_harmless_and_stays_as_it_is() {
    let tried = parvis_fuzz::fuzz("html", |bytes| {
        let html = String::from_utf8_lossy(bytes);
        let clean = sanitise(&html);
        assert_eq!(sanitise(&clean), clean, "cleaned twice it is another");
        assert_eq!(printable(&clean), clean);
        for tag in clean.split('<').skip(1).map(|it| it.split('>').next().unwrap()) {
            let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap();
            assert!(super::TAGS.contains(&name), "<{tag}");
            if let Some((_, address)) = tag.split_once("href=\"") {
                assert!(["http:", "https:", "mailto:"].iter().any(|it| address.starts_with(it)), "<{tag}");
            }
        }
        let text = plain_text(&html);
        assert_eq!(printable(&text), text);
        (clean.matches('<').count().min(40), clean.matches("href").count().min(9), text.len().min(64) / 4)
    });
    assert!(tried.unwrap().outcomes > 10);
}
