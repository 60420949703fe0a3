//! Rules for decision notes: numbered, none twice, long enough to say why and short enough to be read.

use std::collections::BTreeMap;

use super::{Finding, SourceFile};

const FOLDER: &str = "docs/decisions/";
const LINES: std::ops::RangeInclusive<usize> = 10..=60;

pub(super) fn check(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let Some(name) = path.strip_prefix(FOLDER).filter(|name| name.ends_with(".md") && *name != "README.md")
    else {
        return;
    };
    if number(name).is_none() {
        findings.push(Finding::new(path, 0, "name a decision note NNNN-what-was-decided.md"));
    }
    let lines = text.lines().count();
    if !LINES.contains(&lines) {
        findings.push(Finding::new(
            path,
            0,
            format!("{lines} lines: a decision note has {} to {}", LINES.start(), LINES.end()),
        ));
    }
}

/// Two branches may each have taken the next number.
pub(super) fn check_numbers(files: &[SourceFile], findings: &mut Vec<Finding>) {
    let mut first = BTreeMap::new();
    for file in files {
        let Some(number) = file.path.strip_prefix(FOLDER).and_then(number) else {
            continue;
        };
        if let Some(other) = first.insert(number.to_owned(), &file.path) {
            findings.push(Finding::new(&file.path, 0, format!("has the number of {other}")));
        }
    }
}

fn number(name: &str) -> Option<&str> {
    let (number, rest) = name.split_once('-')?;
    (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()) && rest.len() > ".md".len())
        .then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, lines: usize) -> usize {
        let mut findings = Vec::new();
        check(path, &"Why.\n".repeat(lines), &mut findings);
        findings.len()
    }

    #[test]
    fn a_note_has_ten_to_sixty_lines() {
        let path = "docs/decisions/0007-one-sql-text.md";
        assert_eq!([9, 10, 60, 61].map(|lines| count(path, lines)), [1, 0, 0, 1]);
        assert_eq!(count("docs/install.md", 300), 0);
        assert_eq!(count("docs/decisions/README.md", 3), 0);
    }

    #[test]
    fn a_note_carries_four_digits() {
        assert_eq!(count("docs/decisions/one-sql-text.md", 20), 1);
        assert_eq!(count("docs/decisions/07-one-sql-text.md", 20), 1);
    }

    #[test]
    fn a_number_is_given_once() {
        let file = |path: &str| SourceFile { path: path.to_owned(), text: String::new() };
        let files = [
            file("docs/decisions/0001-a.md"),
            file("docs/decisions/0002-b.md"),
            file("docs/decisions/0001-c.md"),
        ];
        let mut findings = Vec::new();
        check_numbers(&files, &mut findings);
        assert_eq!(
            findings,
            [Finding::new("docs/decisions/0001-c.md", 0, "has the number of docs/decisions/0001-a.md")]
        );
    }
}
