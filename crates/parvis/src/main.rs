//! Parvis.
fn main() {}
