//! Parvis: an organisation's community management in one binary. ARCHITECTURE.md has the map.

pub mod account;
pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod fault;
pub mod id;
pub mod intake;
pub mod media;
pub mod room;
pub mod rules;
pub mod seal;
pub mod store;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;
pub mod web;
pub mod work;
