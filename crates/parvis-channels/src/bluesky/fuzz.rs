//! Hostile servers of the AT Protocol: notifications, posts, records of our own.

use std::collections::HashMap;

use super::observe::Observer;
use crate::fuzz::{account, outcome};
use crate::{ChannelKind, Source};

#[test]
fn hostile_posts_notifications_and_records_are_read_or_refused() {
    let account = account(ChannelKind::Bluesky, "");
    let observer = Observer::new(&account, Source::Poll);
    let tried = parvis_fuzz::fuzz("bluesky", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let seen = [observer.notification(&text, &HashMap::new()), observer.post(&text), observer.own(&text)];
        outcome(&seen)
    });
    assert!(tried.unwrap().outcomes > 10);
}
