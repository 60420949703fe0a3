//! Hostile servers of the Mastodon API: what they answer, and what they stream.

use super::observe::Observer;
use super::stream::told;
use crate::fuzz::{account, outcome};
use crate::{ChannelKind, Source};

#[test]
fn hostile_statuses_notifications_and_streams_are_read_or_refused() {
    let account = account(ChannelKind::Mastodon, "");
    let observer = Observer::new(&account, Source::Poll);
    let tried = parvis_fuzz::fuzz("mastodon", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut seen = vec![observer.status(&text), observer.notification(&text)];
        seen.extend(told(&observer, bytes));
        outcome(&seen)
    });
    assert!(tried.unwrap().outcomes > 10);
}
