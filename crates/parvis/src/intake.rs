//! What comes in: each channel is polled (and listened to, where it streams); what was seen is folded
//! in one transaction together with the cursor, so that a crash at any line loses nothing and repeats
//! nothing.

pub mod fold;
pub mod listen;
#[cfg(test)]
mod tests;
