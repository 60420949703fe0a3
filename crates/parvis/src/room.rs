//! Who talks to a network for us: the room of that network, or one that a test sets up in its place, as with the clock.

use std::sync::Arc;

use parvis_channels::{Channel, ChannelKind};

/// The rooms of the networks.
#[derive(Clone, Default)]
pub enum Rooms {
    /// Those that there are.
    #[default]
    Real,
    /// One for every network: a simulation.
    One(Arc<dyn Channel>),
}

impl Rooms {
    /// The room of a network.
    #[must_use]
    pub fn of(&self, kind: ChannelKind) -> &dyn Channel {
        match self {
            Self::Real => parvis_channels::channel(kind),
            Self::One(room) => room.as_ref(),
        }
    }
}
