//! What a network pushes to us by HTTP: a delivery as it came, and what it turned out to say. Knows neither
//! routes nor the database: the program hands a delivery over, keeps what comes of it, and answers then.

use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::Observation;

/// A request that came in, as it was received: what is signed is these very bytes.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Its head.
    pub headers: &'a HeaderMap,
    /// Its body, undecoded.
    pub body: &'a [u8],
}

/// A delivery that was proved to be the sender's, and could be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The delivery itself, under an id of its own (`delivery:…`) that is the same however often it is sent:
    /// where it was kept before, nothing of this is folded again.
    pub delivery: Observation,
    /// What it says; nothing where it is of a kind unknown to us, and then `delivery` holds the whole of it.
    pub observations: Vec<Observation>,
}

/// Why a delivery isn't taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It isn't proved to come from the sender, or to be of now; nothing of it was read.
    #[error("{0}")]
    Unproved(&'static str),
    /// It comes from the sender, but says something that can't be read: the same again won't be taken either.
    #[error("{0}")]
    Malformed(String),
    /// The network pushes nothing.
    #[error("nothing is taken here")]
    Unsupported,
}
