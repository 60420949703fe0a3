//! What comes in: each channel is polled (and listened to, where it streams); what was seen is folded, and the cursor
//! moves in the transaction of the last of it, so that a crash at any line loses nothing and repeats nothing. What
//! networks push is kept first ([`receive`]) and folded right behind ([`backlog`]).

pub mod backlog;
pub mod ear;
pub mod fold;
mod keep;
pub mod listen;
pub mod mind;
pub mod overhear;
pub mod receive;
pub mod second;
#[cfg(test)]
mod tests;
