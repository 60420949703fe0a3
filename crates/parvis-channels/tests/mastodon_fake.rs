//! What the Mastodon room makes of what the real test servers can't show: limits, slow
//! pictures, streams, lost answers, hostile answers, three ways of paging. A small fake, behind
//! the real client.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

#[path = "mastodon_fake/connect.rs"]
mod connect;
#[path = "mastodon_fake/fake.rs"]
mod fake;
#[path = "mastodon_fake/hostile.rs"]
mod hostile;
#[path = "mastodon_fake/paging.rs"]
mod paging;
#[path = "mastodon_fake/publish.rs"]
mod publish;
#[path = "mastodon_fake/stream.rs"]
mod stream;
