//! What the comment room makes of what a real WordPress can't show: refusals of every kind, answers that break off,
//! hostile pieces, sites that aren't what they seem. A small fake, behind the real client.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "wordpress_fake/connect.rs"]
mod connect;
#[path = "wordpress_fake/fake.rs"]
mod fake;
#[path = "wordpress_fake/hostile.rs"]
mod hostile;
#[path = "wordpress_fake/publish.rs"]
mod publish;
