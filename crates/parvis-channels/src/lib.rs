//! One room per network.
