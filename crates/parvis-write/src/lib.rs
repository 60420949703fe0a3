//! The craft of words and days: how long a text is to each network, whether it keeps to the house's charter, which
//! days are free, and whether the community has had enough of a subject.
//!
//! A pure library: values in, values out. It knows no network call, no database, no clock and no screen; Parvis is its
//! first user, and others can use it alone. No input makes it panic, and none makes it slow beyond its length.
//!
//! * [`rule`]: what a text counts for, what is left, where it has to be cut;
//! * [`mark`]: which bytes are a link, a mention, a hashtag, a cashtag, as each family of networks reads them;
//! * [`thread`]: a long text in numbered parts;
//! * [`campaign`]: what a link carries so that its readers can be counted;
//! * [`charter`]: rules of writing that a machine can check;
//! * [`day`]: public holidays, grids of weeks and months, slots, the best hour from one's own history;
//! * [`ical`]: calendars written and read (RFC 5545);
//! * [`wear`]: whether the community has had enough of a theme.

pub mod campaign;
pub mod charter;
pub mod day;
#[cfg(test)]
mod fuzz;
pub mod ical;
mod language;
pub mod mark;
pub mod rule;
pub mod sentence;
pub mod thread;
mod unit;
pub mod wear;

pub use language::Language;
pub use rule::{MentionRule, TextLimit, TextRule};
pub use unit::TextUnit;
