//! The ear: what is said is matched against every watch at once, understood, and weighed against what is usual.
//!
//! A pure library: values in, values out. It knows no network, no database, no clock and no screen; Parvis is its
//! first user, and others can use it alone.
//!
//! * [`query`]: the language in which a watch is written;
//! * [`index`]: every watch matched against a post at once;
//! * [`plain`]: one query against one post, slowly and obviously, with the words that made it match;
//! * [`burst`]: what is unusual in a stream of counts: rises, silence, anger that waits;
//! * [`trend`]: terms, hashtags and authors that rise against their own usual;
//! * [`near`]: posts that say the same, and campaigns among them;
//! * [`understand`]: language, sentiment, intent, abuse, and what was corrected.

pub mod burst;
pub mod index;
pub mod near;
pub mod plain;
mod post;
pub mod query;
mod scan;
#[cfg(test)]
mod testing;
pub mod trend;
pub mod understand;
pub mod word;

pub use post::Post;
