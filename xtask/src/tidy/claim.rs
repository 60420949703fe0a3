//! A document that says "this test shows it" is wrong as soon as the test is gone: every test named there must exist.

use std::collections::BTreeSet;

use super::{Finding, SourceFile, numbered};

/// Documents whose names in backticks are looked up.
const CLAIMING: [&str; 2] = ["docs/asvs.md", "docs/security.md"];

pub(super) fn check(files: &[SourceFile], findings: &mut Vec<Finding>) {
    let tests: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .flat_map(|file| functions(&file.text))
        .collect();
    for file in files.iter().filter(|file| CLAIMING.contains(&file.path.as_str())) {
        for (line, content) in numbered(&file.text) {
            for name in content.split('`').skip(1).step_by(2).filter(|name| is_sentence(name)) {
                if !tests.contains(name) {
                    let message =
                        format!("there is no test {name}: name the one that shows it, or say that none does");
                    findings.push(Finding::new(&file.path, line, message));
                }
            }
        }
    }
}

/// Tests are sentences: four words at least.
fn is_sentence(name: &str) -> bool {
    name.matches('_').count() >= 3
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The names of all functions of a file.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let name = |rest: &'_ str| rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    text.split("fn ").skip(1).filter_map(move |rest| rest.get(..name(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_gone_is_named_where_it_is_claimed() {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("a.rs", "#[test]\nfn the_door_is_shut_at_night() {}\nasync fn it_opens_again_at_dawn() {}"),
            file(
                "docs/asvs.md",
                "`the_door_is_shut_at_night`, `it_opens_again_at_dawn`, `seal.key`\n`the_door_is_open_all_day`",
            ),
            file("docs/api.md", "`nobody_looks_into_this_one`"),
        ];
        let mut findings = Vec::new();
        check(&files, &mut findings);
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].to_string().starts_with("docs/asvs.md:2: there is no test the_door_is_open_all_day")
        );
    }
}
