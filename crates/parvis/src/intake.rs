//! What comes in: each channel is polled (and listened to, where it streams); what was seen is folded, and the cursor
//! moves in the transaction of the last of it, so that a crash at any line loses nothing and repeats nothing.

pub mod fold;
mod keep;
pub mod listen;
#[cfg(test)]
mod tests;
