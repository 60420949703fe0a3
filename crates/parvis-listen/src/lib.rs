//! The ear: what is said is matched against every watch at once, understood, and weighed against what is usual.
//!
//! A pure library: values in, values out. It knows no network, no database, no clock and no screen; Parvis is its
//! first user, and others can use it alone.

pub mod understand;
