//! Somebody of a network, as a text of ours can name them.

use crate::html::one_line;

/// People that one asking gives at most.
pub const MOST_PEOPLE: usize = 8;

/// Somebody of a network. All of it was written by strangers, and is one line of plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What stands behind the `@` of a mention here: `anna@social.example`, `anna.example`.
    pub handle: String,
    /// What they call themselves; may be empty.
    pub name: String,
    /// Their page.
    pub url: Option<String>,
}

impl Person {
    pub(crate) fn new(handle: &str, name: &str, url: Option<String>) -> Option<Self> {
        let handle = one_line(handle.trim_start_matches('@'), 300);
        let whole = !handle.is_empty() && !handle.contains(char::is_whitespace);
        whole.then(|| Self { handle, name: one_line(name, 200), url })
    }
}
