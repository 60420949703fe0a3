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
        let handle = handle.trim_start_matches('@');
        is_name(handle).then(|| Self { handle: handle.to_owned(), name: one_line(name, 200), url })
    }
}

/// Whether it can stand behind an `@` and be read back as that: it is put into texts of ours.
fn is_name(handle: &str) -> bool {
    let (name, host) = handle.split_once('@').unwrap_or((handle, "a"));
    let plain = |text: &str, more: &str| {
        let fits = |it: char| it.is_ascii_alphanumeric() || more.contains(it);
        text.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_') && text.chars().all(fits)
    };
    handle.len() <= 300 && plain(name, "_.-") && plain(host, ".-:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_mention_is_a_handle() {
        for right in
            ["anna", "@anna@social.example", "_a-b.c@127.0.0.2:8080", "anna.example", "xn--t@xn--t.example"]
        {
            let it = Person::new(right, " Anna\n<b> ", None).unwrap();
            assert_eq!((it.handle.as_str(), it.name.as_str()), (right.trim_start_matches('@'), "Anna <b>"));
        }
        for wrong in ["", "@", "https://evil.example", "a b", "a@b@c", "a@", "a@/x", "é", "a\u{202E}b"] {
            assert_eq!(Person::new(wrong, "", None), None, "{wrong}");
        }
    }
}
