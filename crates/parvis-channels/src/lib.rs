//! One room per network: wire types, client, capability table and text rules.
//!
//! A channel turns what a network says into [`Observation`]s and what a colleague wrote into
//! a published message. It must not know the database, the rules of the house, or what time
//! it is: accounts, cursors and secrets come in as values, and whatever has to be kept goes
//! out as a value. Every request passes through [`Net`], the only doorway to the outside.
//!
//! The walk of a message in: [`Channel::pull`] (or [`Channel::listen`]) gives observations and
//! a cursor; the program stores both in one transaction and folds the observations by
//! `remote_id` and `version_at`. The same observation may come twice: folding must not mind.
//!
//! The walk of an answer or a post out: [`Channel::publish`] with a key. After [`ChannelError::Unknown`]
//! nothing is sent again before [`Channel::find_published`] has looked whether it is there.
//!
//! A next network gets a folder, a line in [`ChannelKind`] and one in [`channel()`]; what it
//! can't do is answered by the defaults of [`Channel`]. How the networks to come fit in is
//! written down in `docs/channels/frame.md`.
//!
//! Times are microseconds since 1970 UTC. `None` for a time means "the network doesn't say":
//! the program takes the moment of receipt. Waits are durations counted from the answer, by
//! the server's own clock, so that a wrong clock on either side does no harm.

mod account;
pub mod assistant;
pub mod bluesky;
mod capability;
mod channel;
mod connect;
mod error;
pub mod feed;
mod figure;
#[cfg(test)]
mod fuzz;
mod html;
mod json;
pub mod mail;
pub mod mastodon;
mod net;
pub mod notify;
mod observation;
pub mod page;
mod person;
mod publish;
mod receive;
pub mod webhook;
pub mod wordpress;

pub use account::{Account, ChannelKind, Secret};
pub use capability::{Capability, CapabilityKey, CapabilitySet, MediaRule, Support, Why};
pub use channel::{Channel, Probe, channel};
pub use connect::{Access, Client, ConnectError, Connection, Field, Input, Made, Returned, SignIn, Typed};
pub use error::ChannelError;
pub use figure::Figure;
pub use html::{plain_text, sanitise};
pub use net::{Answer, Net, NetOptions, Request};
pub use observation::{
    AttachmentKind, Budget, Item, Mark, Notice, Observation, ObservationKind, Page, Passed, RemoteAttachment,
    RemoteAuthor, Source, Visibility,
};
pub use parvis_write::{MentionRule, TextLimit, TextRule, TextUnit};
pub use person::{MOST_PEOPLE, Person};
pub use publish::{Article, ArticleState, Card, Outgoing, Published, Upload, part_key};
pub use receive::{Delivery, Received, Undelivered};
