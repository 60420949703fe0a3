//! The API as callers see it.
