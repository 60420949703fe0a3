//! Fields of forms, and where to go on to after one.

use serde::Deserialize;

pub use crate::rules::field::{email, initials, line};

/// What has just been done, in an address (`?done=…`): the page says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Its name; empty for nothing.
    pub done: String,
}

/// A local path to go on to: it begins with one slash and stays on this site. Anything else is `/`.
pub fn next(path: &str) -> &str {
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    if local && path.len() <= 2_000 { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_never_goes_on_to_another_site() {
        assert_eq!(next("/inbox?q=a"), "/inbox?q=a");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert_eq!(next(bad), "/", "{bad}");
        }
    }
}
