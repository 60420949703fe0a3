//! What the Bluesky room makes of what the real network can't show: limits, refusals of every kind, hostile
//! posts and documents, lists that page oddly. A small fake, behind the real client.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

#[path = "bluesky_fake/connect.rs"]
mod connect;
#[path = "bluesky_fake/fake.rs"]
mod fake;
#[path = "bluesky_fake/hostile.rs"]
mod hostile;
#[path = "bluesky_fake/listening.rs"]
mod listening;
#[path = "bluesky_fake/oauth.rs"]
mod oauth;
#[path = "bluesky_fake/paging.rs"]
mod paging;
#[path = "bluesky_fake/publish.rs"]
mod publish;
