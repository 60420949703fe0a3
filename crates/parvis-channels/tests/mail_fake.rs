//! What the mail room makes of servers that a real one can't be made to be: unwell, hostile, of few words.
//! Small scripts behind the real client.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "mail_fake/fake.rs"]
mod fake;
#[path = "mail_fake/imap.rs"]
mod imap;
#[path = "mail_fake/smtp.rs"]
mod smtp;
