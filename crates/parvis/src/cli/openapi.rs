//! `parvis openapi`: prints the description of the API, as docs/openapi.json keeps it.

use std::process::ExitCode;

use super::say;
use crate::api;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    say(api::document().text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_the_one_that_the_handlers_give() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        let same = committed == crate::api::document().text;
        assert!(same, "docs/openapi.json is behind: cargo run -- openapi > docs/openapi.json");
    }
}
