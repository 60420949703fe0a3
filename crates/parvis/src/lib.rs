//! Parvis: an organisation's community management in one binary. ARCHITECTURE.md has the map.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod id;
pub mod rules;
pub mod seal;
pub mod store;
pub mod web;
