//! Pure decisions of the house: same input, same output. No store, no I/O, no clock, no chance; time
//! comes in as a value.

pub mod appointment;
pub mod charter;
pub mod clock;
pub mod field;
pub mod holiday;
pub mod hours;
pub mod permission;
pub mod post;
pub mod text;
pub mod theme;
pub mod waking;
pub mod wear;
