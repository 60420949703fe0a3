//! Contract of the webhook room: what is signed rightly is taken, nothing else is; what is handed over is signed and
//! told apart from what was lost. The other side is a small program in the test that speaks real HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "webhook/answering.rs"]
mod answering;
#[path = "contract/clause.rs"]
mod clause;
#[path = "webhook/contract.rs"]
mod contract;
#[path = "contract/door.rs"]
mod door;
#[path = "webhook/peer.rs"]
mod peer;
#[path = "webhook/proving.rs"]
mod proving;
#[path = "webhook/reading.rs"]
mod reading;
