//! Rules for translations: both languages say the same things with the same variables, nothing is left over, and the French
//! is set as French is.
//!
//! Reads as much of Fluent as that needs: <https://projectfluent.org/fluent/guide/>.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, SourceFile, numbered};

const FOLDER: &str = "crates/parvis/translations/";
const LANGUAGES: [&str; 2] = ["fr", "en"];

/// A message or a term (its name then begins with `-`), with its attributes.
struct Entry<'a> {
    path: &'a str,
    line: usize,
    variables: BTreeSet<&'a str>,
}

pub(super) fn check(files: &[SourceFile], findings: &mut Vec<Finding>) {
    let [french, english] = LANGUAGES.map(|language| {
        let folder = format!("{FOLDER}{language}/");
        let mut entries = BTreeMap::new();
        for file in files.iter().filter(|file| file.path.starts_with(&folder) && file.path.ends_with(".ftl"))
        {
            read(file, &mut entries, findings);
        }
        entries
    });
    compare(&french, &english, "English", findings);
    compare(&english, &french, "French", findings);
    let mut said = Said::default();
    files.iter().filter(|file| may_use_a_key(&file.path)).for_each(|file| said.read(&file.text));
    for (name, entry) in english.iter().filter(|(name, _)| !name.starts_with('-') && !said.includes(name)) {
        let message = format!("{name} is shown nowhere: remove it from both languages");
        findings.push(Finding::new(entry.path, entry.line, message));
    }
    for file in files.iter().filter(|file| file.path.starts_with(&format!("{FOLDER}fr/"))) {
        check_typography(file, findings);
    }
}

fn read<'a>(file: &'a SourceFile, entries: &mut BTreeMap<&'a str, Entry<'a>>, findings: &mut Vec<Finding>) {
    let mut name = "";
    for (line, content) in numbered(&file.text) {
        if let Some((left, _)) = content.split_once('=')
            && is_name(left.trim_end())
        {
            name = left.trim_end();
            let entry = Entry { path: &file.path, line, variables: BTreeSet::new() };
            if let Some(first) = entries.insert(name, entry) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("{name} stands in {}:{} too", first.path, first.line),
                ));
            }
        }
        if content.starts_with('#') {
            continue;
        }
        if let Some(entry) = entries.get_mut(name) {
            entry.variables.extend(variables(content));
        }
    }
}

/// A name begins its line, so that `  .label =` and text with an equals sign are none.
fn is_name(left: &str) -> bool {
    let bare = left.strip_prefix('-').unwrap_or(left);
    bare.starts_with(|c: char| c.is_ascii_alphabetic())
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn variables(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('$').filter_map(|(at, _)| {
        let rest = &line[at + 1..];
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

fn compare(
    here: &BTreeMap<&str, Entry>,
    there: &BTreeMap<&str, Entry>,
    language: &str,
    findings: &mut Vec<Finding>,
) {
    for (name, entry) in here {
        match there.get(name) {
            None => findings.push(Finding::new(
                entry.path,
                entry.line,
                format!("{name} is missing in {language}"),
            )),
            Some(other) => {
                // A plural may need no number in one of its forms, so only a variable that the other lacks altogether counts.
                for variable in entry.variables.difference(&other.variables) {
                    let message = format!("{name} uses ${variable}, which the {language} does not");
                    findings.push(Finding::new(entry.path, entry.line, message));
                }
            }
        }
    }
}

fn may_use_a_key(path: &str) -> bool {
    path.starts_with("crates/") && [".rs", ".html", ".js", ".ftl"].iter().any(|ending| path.ends_with(ending))
}

/// What code, templates and messages ask for.
#[derive(Default)]
struct Said<'a> {
    /// Strings of their own (`"inbox-title"`) and messages inside messages (`{ inbox-title }`).
    whole: BTreeSet<&'a str>,
    /// Beginnings, without the hyphen, of keys that are put together: `named("role", …)`, `format!("role-{}", …)`.
    beginnings: BTreeSet<&'a str>,
}

impl<'a> Said<'a> {
    fn read(&mut self, text: &'a str) {
        let mut start = 0;
        for (end, c) in text.char_indices() {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                continue;
            }
            let word = &text[start..end];
            let before = &text[..start];
            if !word.is_empty() && before.ends_with(['"', '\'', '{', ' ']) {
                match c {
                    '{' if before.ends_with('"') => self.beginnings.extend(word.strip_suffix('-')),
                    '"' if before.ends_with("named(\"") => drop(self.beginnings.insert(word)),
                    '"' | '\'' if before.ends_with(c) => drop(self.whole.insert(word)),
                    ' ' | '}' if before.trim_end().ends_with('{') => drop(self.whole.insert(word)),
                    _ => {}
                }
            }
            start = end + c.len_utf8();
        }
    }

    fn includes(&self, name: &str) -> bool {
        self.whole.contains(name)
            || name.match_indices('-').any(|(at, _)| self.beginnings.contains(&name[..at]))
    }
}

/// U+202F before `;`, `!` and `?`, U+00A0 before `:` and inside « », ’ as apostrophe.
fn check_typography(file: &SourceFile, findings: &mut Vec<Finding>) {
    for (line, content) in numbered(&file.text) {
        if content.starts_with('#') {
            continue;
        }
        let value = if content.starts_with(' ') {
            content
        } else {
            content.split_once('=').map_or("", |(_, value)| value)
        };
        let text = outside_braces(value);
        let mut refuse = |message: &str| findings.push(Finding::new(&file.path, line, message));
        if [" ;", " !", " ?"].iter().any(|wrong| text.contains(wrong)) {
            refuse("a narrow no-break space (U+202F) stands before ; ! and ?");
        }
        if [" :", " »", "« "].iter().any(|wrong| text.contains(wrong)) {
            refuse("a no-break space (U+00A0) stands before : and inside « »");
        }
        if text.contains('\'') {
            refuse("the apostrophe is ’ (U+2019)");
        }
    }
}

/// Without placeables, whose insides are not prose.
fn outside_braces(value: &str) -> String {
    let mut depth = 0_usize;
    let mut text = String::new();
    for c in value.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(french: &str, english: &str, code: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("crates/parvis/translations/fr/inbox.ftl", french),
            file("crates/parvis/translations/en/inbox.ftl", english),
            file("crates/parvis/templates/inbox.html", code),
        ];
        let mut findings = Vec::new();
        check(&files, &mut findings);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn the_same_keys_with_the_same_variables_are_accepted() {
        let french = "# Boîte\ninbox-title = Boîte\nwaiting =\n    { $count ->\n        [one] Un message\n       *[other] { $count } messages\n    }\n";
        let english = "inbox-title = Inbox\nwaiting = { $count } waiting\n";
        assert_eq!(found(french, english, "{{ t(\"inbox-title\") }} {{ t(\"waiting\") }}"), NOTHING);
    }

    #[test]
    fn a_key_that_one_language_lacks_is_found() {
        let code = "\"a\" \"b\" \"c\"";
        assert_eq!(
            found("a = A\nb = B\n", "a = A\nc = C\n", code),
            ["b is missing in English", "c is missing in French"]
        );
    }

    #[test]
    fn a_variable_that_one_language_lacks_is_found() {
        let found = found("hello = Bonjour\n", "hello = Hello { $name }\n", "\"hello\"");
        assert_eq!(found, ["hello uses $name, which the French does not"]);
    }

    #[test]
    fn a_key_that_stands_twice_is_found() {
        let found = found("a = A\na = B\n", "a = A\n", "\"a\"");
        assert_eq!(found, ["a stands in crates/parvis/translations/fr/inbox.ftl:1 too"]);
    }

    #[test]
    fn a_key_that_nothing_shows_is_found() {
        let unused = ["role-expert is shown nowhere: remove it from both languages"];
        assert_eq!(found("role-expert = Experte\n", "role-expert = Expert\n", "role-expert"), unused);
        for code in [
            "\"role-expert\"",
            "format!(\"role-{}\", role)",
            "format!(\"role-{role}\")",
            "words.named(\"role\", role)",
        ] {
            assert_eq!(found("role-expert = Experte\n", "role-expert = Expert\n", code), NOTHING, "{code}");
        }
    }

    #[test]
    fn a_key_used_by_another_message_is_used() {
        let text = "brand = Parvis\nhello = { brand }\n";
        assert_eq!(found(text, text, "\"hello\""), NOTHING);
    }

    #[test]
    fn french_is_set_as_french_is() {
        for wrong in ["Vraiment ?", "Note : ceci", "« oui »", "l'avis"] {
            assert_eq!(found(&format!("a = {wrong}\n"), "a = A\n", "\"a\"").len(), 1, "{wrong}");
        }
        let right = "a = Vraiment\u{202f}? Note\u{a0}: «\u{a0}oui\u{a0}», l’avis { $n ->\n    [one] x\n   *[other] y\n }\n";
        assert_eq!(found(right, "a = { $n }\n", "\"a\""), NOTHING);
    }
}
