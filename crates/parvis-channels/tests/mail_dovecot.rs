//! Contract of the mail room with a real server (see `mail_dovecot/peer.rs`). What that server can't show
//! is in `mail_fake.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "mail_dovecot/awkward.rs"]
mod awkward;
#[path = "contract/clause.rs"]
mod clause;
#[path = "mail_dovecot/contract.rs"]
mod contract;
#[path = "mail_dovecot/hear.rs"]
mod hear;
#[path = "mail_dovecot/peer.rs"]
mod peer;
#[path = "mail_dovecot/publish.rs"]
mod publish;
#[path = "mail_dovecot/secure.rs"]
mod secure;
