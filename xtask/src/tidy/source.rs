//! Rules for code: length, names, words that promise work for later, SQL outside the store, paths of one machine.

use super::{Finding, numbered};

/// Files that may be longer than [`MAX_LINES`]. It only shrinks.
const LONG: [&str; 0] = [];
const MAX_LINES: usize = 500;

/// Where SQL may stand.
const STORE: [&str; 2] = ["crates/parvis/src/store/", "crates/parvis/src/store.rs"];

/// Ends of type names that say nothing.
const EMPTY_NAMES: [&str; 5] = ["Manager", "Service", "Helper", "Util", "Utils"];

// The words are put together here, or this file would break its own rules.
const LATER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
const STUBS: [&str; 2] = [concat!("to", "do!"), concat!("un", "implemented!")];
const IGNORE: &str = concat!("#[", "ignore");
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
const MACHINE_PATHS: [&str; 4] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

pub(super) fn check(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending == "rs" {
        check_rust(path, text, findings);
    }
    for (line, content) in numbered(text) {
        if ["rs", "html", "js", "mjs", "css", "sql", "sh", "ftl"].contains(&ending)
            && let Some(word) = LATER.iter().find(|word| has_word(content, word))
        {
            findings.push(Finding::new(
                path,
                line,
                format!("{word}: do it now, or say in the issue that it is not done"),
            ));
        }
        if let Some(start) = MACHINE_PATHS.iter().find(|start| has_path(content, start)) {
            findings.push(Finding::new(
                path,
                line,
                format!("a path of one machine ({start}…): make it relative or configurable"),
            ));
        }
    }
}

fn check_rust(path: &str, text: &str, findings: &mut Vec<Finding>) {
    if path.ends_with("/mod.rs") {
        findings.push(Finding::new(path, 0, "a folder foo/ goes with foo.rs, not with foo/mod.rs"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !LONG.contains(&path) {
        findings.push(Finding::new(
            path,
            0,
            format!("{lines} lines: more than {MAX_LINES}; give a part a file of its own"),
        ));
    }
    if !text.starts_with("//!") {
        findings.push(Finding::new(
            path,
            1,
            "begin with `//!`: what the module is for and what it must not know",
        ));
    }
    let is_product = path.starts_with("crates/") && path.contains("/src/");
    let may_hold_sql = !is_product || STORE.iter().any(|store| path.starts_with(store));
    for (line, content) in numbered(text) {
        let code = content.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if code.starts_with(IGNORE) {
            findings.push(Finding::new(
                path,
                line,
                "a test that never runs proves nothing: mend it or remove it",
            ));
        }
        if ALLOW.iter().any(|allow| code.starts_with(allow)) {
            findings.push(Finding::new(
                path,
                line,
                "write #[expect(lint, reason = \"…\")], which says why and ends by itself",
            ));
        }
        if let Some(stub) = STUBS.iter().find(|stub| has_word(code, stub)) {
            findings.push(Finding::new(
                path,
                line,
                format!("{stub} compiles, and fails at the user's: write it"),
            ));
        }
        if !may_hold_sql && has_sql(code) {
            findings.push(Finding::new(path, line, "SQL stands in crates/parvis/src/store only"));
        }
        if let Some(name) = empty_name(code) {
            findings.push(Finding::new(path, line, format!("{name}: name it after what it is or does")));
        }
    }
}

/// A statement at the beginning of a string.
fn has_sql(code: &str) -> bool {
    code.match_indices('"').any(|(at, _)| {
        let rest = code[at + 1..].trim_start();
        ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|verb| rest.starts_with(verb))
            || (rest.starts_with("UPDATE ") && rest.contains(" SET "))
    })
}

/// A type that is declared on this line and whose name ends emptily.
fn empty_name(code: &str) -> Option<&str> {
    let code = code.strip_prefix("pub").map_or(code, |rest| rest.trim_start_matches(|c| c != ' '));
    let declared = ["struct ", "enum ", "trait ", "type "]
        .iter()
        .find_map(|kind| code.trim_start().strip_prefix(kind))?;
    let end = declared.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(declared.len());
    Some(&declared[..end]).filter(|name| EMPTY_NAMES.iter().any(|end| name.ends_with(end)))
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next())
    })
}

/// A path from the root: not the end of another path or of an address.
fn has_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !(before.is_alphanumeric() || "./_-~*}$)>".contains(before)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of the findings in a Rust file with this text below its first line.
    fn found(path: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        check(path, &format!("//! A module.\n{text}\n"), &mut findings);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    fn is_refused(path: &str, text: &str, because: &str) {
        let found = found(path, text);
        assert!(found.len() == 1 && found[0].contains(because), "{text}: {found:?}");
    }

    const PLAIN: &str = "crates/parvis/src/web/inbox.rs";

    #[test]
    fn a_file_of_501_lines_is_refused_and_one_of_500_is_not() {
        is_refused(PLAIN, &"fn f() {}\n".repeat(499), "more than 500");
        assert_eq!(found(PLAIN, &"fn f() {}\n".repeat(498)), [""; 0]);
    }

    #[test]
    fn a_module_says_what_it_is_for() {
        let mut findings = Vec::new();
        check(PLAIN, "use std::fmt;\n", &mut findings);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("begin with"));
    }

    #[test]
    fn mod_rs_is_refused() {
        is_refused("crates/parvis/src/web/mod.rs", "", "foo.rs");
    }

    #[test]
    fn words_for_later_are_refused_in_every_kind_of_code() {
        for word in LATER {
            is_refused(PLAIN, &format!("// {word}: later"), word);
            is_refused("crates/parvis/assets/inbox.js", &format!("// {word} later"), word);
        }
        assert_eq!(found(PLAIN, concat!("let TO", "DOS = 1;")), [""; 0]);
    }

    #[test]
    fn stubs_ignored_tests_and_allowed_lints_are_refused() {
        for stub in STUBS {
            is_refused(PLAIN, &format!("    {stub}()"), "write it");
        }
        is_refused(PLAIN, &format!("{IGNORE}]"), "never runs");
        is_refused(PLAIN, &format!("{IGNORE} = \"slow\"]"), "never runs");
        for allow in ALLOW {
            is_refused(PLAIN, &format!("{allow}dead_code)]"), "expect");
        }
    }

    #[test]
    fn sql_stands_in_the_store_only() {
        for sql in [
            "SELECT id FROM message",
            "INSERT INTO tag VALUES (1)",
            "DELETE FROM tag",
            "UPDATE tag SET name = 1",
        ] {
            is_refused(PLAIN, &format!("let sql = \"{sql}\";"), "store only");
            is_refused(PLAIN, &format!("let sql = r#\"  {sql}\"#;"), "store only");
            assert_eq!(found("crates/parvis/src/store/tag.rs", &format!("let sql = \"{sql}\";")), [""; 0]);
        }
        assert_eq!(found(PLAIN, "let label = \"UPDATE available\"; // \"SELECT\""), [""; 0]);
    }

    #[test]
    fn names_that_say_nothing_are_refused_where_they_are_declared() {
        is_refused(PLAIN, "pub(crate) struct ChannelManager;", "ChannelManager");
        is_refused(PLAIN, "trait TextHelper {}", "TextHelper");
        assert_eq!(found(PLAIN, "impl<S: Service> tower::Layer<S> for Gate {}"), [""; 0]);
    }

    #[test]
    fn paths_of_one_machine_are_refused_and_addresses_are_not() {
        for start in MACHINE_PATHS {
            is_refused(PLAIN, &format!("let path = \"{start}parvis\";"), "one machine");
            is_refused("docs/install.md", &format!("{start}parvis"), "one machine");
            assert_eq!(found(PLAIN, &format!("let url = \"https://example.org{start}x\";")), [""; 0]);
        }
    }
}
