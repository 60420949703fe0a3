//! Reading JSON that strangers wrote: its depth is bounded before it is parsed, and what is wrong
//! with it is told in one line. Its size is bounded by [`crate::Net`].

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::html::one_line;
use crate::{Answer, ChannelError};

/// Deeper JSON than this isn't looked at.
const MAX_DEPTH: usize = 64;

/// Reads JSON within bounds.
pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ChannelError> {
    let text = answer.text()?;
    let malformed = |message: String| ChannelError::Malformed { message };
    if text.trim_start().starts_with('<') {
        let host = answer.url.host_str().unwrap_or_default();
        return Err(malformed(format!("{host} answers with a web page instead of data")));
    }
    parse(text).map_err(malformed)
}

/// Reads a text of JSON within bounds; gives what is wrong with it, on one line.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    if depth(text) > MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    serde_json::from_str(text).map_err(|error| one_line(&error.to_string(), 200))
}

/// How deep a JSON text nests, without reading it as such.
fn depth(text: &str) -> usize {
    let (mut now, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn depth_is_counted_outside_of_texts() {
        assert_eq!(depth(r#"{"a":[1,{"b":"]}\"[[["}]}"#), 3);
        assert_eq!(depth(&"[".repeat(100_000)), 100_000);
    }

    proptest! {
        #[test]
        fn depth_takes_any_text(text in "\\PC*") {
            prop_assert!(depth(&text) <= text.len());
        }
    }
}
