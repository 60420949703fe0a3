//! Pure decisions of the house: same input, same output. No store, no I/O, no clock, no chance; time
//! comes in as a value.

pub mod appointment;
pub mod asset;
pub mod assistant;
pub mod charter;
pub mod clock;
pub mod contract;
pub mod factor;
pub mod fast;
pub mod field;
pub mod gesture;
pub mod holiday;
pub mod hours;
pub mod launch;
pub mod layer;
pub mod pass;
pub mod permission;
pub mod picture;
pub mod post;
pub mod request;
pub mod suggest;
pub mod text;
pub mod theme;
pub mod timing;
pub mod topic;
pub mod waking;
pub mod wear;
