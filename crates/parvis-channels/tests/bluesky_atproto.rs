//! Contract of the Bluesky room with a real network (see `atproto/peer.rs`). What that network can't show is
//! in `bluesky_fake.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "atproto/access.rs"]
mod access;
#[path = "atproto/answering.rs"]
mod answering;
#[path = "contract/clause.rs"]
mod clause;
#[path = "atproto/consent.rs"]
mod consent;
#[path = "atproto/contract.rs"]
mod contract;
#[path = "contract/door.rs"]
mod door;
#[path = "atproto/hearing.rs"]
mod hearing;
#[path = "atproto/listening.rs"]
mod listening;
#[path = "atproto/oauth.rs"]
mod oauth;
#[path = "atproto/peer.rs"]
mod peer;
#[path = "atproto/posting.rs"]
mod posting;
