//! Contract of the webhook room: what is signed rightly is taken, nothing else is; what is handed over is signed and
//! told apart from what was lost. The other side is a small program in the test that speaks real HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "webhook/answering.rs"]
mod answering;
#[path = "webhook/peer.rs"]
mod peer;
#[path = "webhook/proving.rs"]
mod proving;
#[path = "webhook/reading.rs"]
mod reading;
