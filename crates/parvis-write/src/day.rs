//! Days: which are free and where, how they lie in weeks and months, where the next slot is, and at which hour readers
//! were there before.

pub mod best;
pub mod grid;
pub mod holiday;
pub mod slot;

pub use holiday::{Holiday, Place, easter, holidays};
