//! Contract of the room of WordPress sites with a real WordPress: `PARVIS_TEST_WORDPRESS` is its address,
//! `PARVIS_TEST_WORDPRESS_DIR` a folder with the application password of "admin" in `run/apppw`. What WordPress can't
//! show is in `wordpress_fake.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "comments/access.rs"]
mod access;
#[path = "comments/answering.rs"]
mod answering;
#[path = "contract/clause.rs"]
mod clause;
#[path = "comments/contract.rs"]
mod contract;
#[path = "contract/door.rs"]
mod door;
#[path = "comments/hearing.rs"]
mod hearing;
#[path = "comments/publishing.rs"]
mod publishing;
#[path = "comments/site.rs"]
mod site;
#[path = "comments/walking.rs"]
mod walking;
