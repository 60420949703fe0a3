//! Hostile feeds.

use super::read;

#[test]
fn hostile_feeds_are_read_or_refused() {
    let address = "https://press.example/feed".parse().unwrap();
    let tried = parvis_fuzz::fuzz("feed", |bytes| match read(bytes, None, &address) {
        Ok(source) => {
            for it in &source.entries {
                assert_eq!(crate::sanitise(&it.item.html), it.item.html, "HTML that isn't clean");
                for address in it.item.url.iter().chain(it.item.attachments.iter().map(|it| &it.url)) {
                    assert!(address.starts_with("http"), "{address}");
                }
            }
            let entries =
                source.entries.iter().map(|it| (it.published.is_some(), it.item.attachments.len().min(3)));
            Ok((source.entries.len().min(9), entries.take(3).collect::<Vec<_>>()))
        }
        Err(message) => Err(message.chars().filter(|c| c.is_alphabetic()).take(40).collect::<String>()),
    });
    assert!(tried.unwrap().outcomes > 5);
}
