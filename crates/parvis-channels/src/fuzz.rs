//! What the tests with hostile input share (`parvis_fuzz`).

use serde_json::json;

use crate::{Account, CapabilitySet, ChannelKind, Observation, Secret};

/// An account that nobody has.
pub(crate) fn account(kind: ChannelKind, secret: &str) -> Account {
    Account {
        kind,
        base_url: "https://social.example/".parse().unwrap(),
        handle: "brand@social.example".to_owned(),
        remote_id: "1".to_owned(),
        secret: Secret::new(secret),
        settings: json!({}),
        capabilities: CapabilitySet::default(),
    }
}

/// What was made of an input: enough to tell one outcome from another. What every room promises is checked.
pub(crate) fn outcome(seen: &[Observation]) -> Vec<String> {
    let shape = |it: &Observation| {
        let Some(item) = &it.item else { return format!("{:?}", it.kind) };
        assert!(!it.remote_id.is_empty(), "a message without an id");
        assert_eq!(crate::sanitise(&item.html), item.html, "HTML that isn't clean");
        assert!(!item.text.contains('\0') && !item.author.name.contains('\n'), "{item:?}");
        let addresses = item.url.iter().chain(item.attachments.iter().map(|it| &it.url));
        for address in addresses.chain(&item.author.url).chain(&item.author.avatar_url) {
            let is_web = address.starts_with("https://") || address.starts_with("http://");
            assert!(is_web || address.starts_with("mid:"), "{address}");
        }
        format!(
            "{:?} {:?} {} {} {} {} {}",
            it.kind,
            item.visibility,
            item.attachments.len(),
            item.parent_id.is_some(),
            item.url.is_some(),
            item.text.len().min(64) / 8,
            item.marks.len(),
        )
    };
    seen.iter().map(shape).collect()
}
