//! Rules for templates: nothing that the strict Content-Security-Policy would refuse in the browser.

use super::{Finding, numbered};

pub(super) fn check(path: &str, text: &str, findings: &mut Vec<Finding>) {
    if !path.contains("/templates/") || !path.ends_with(".html") {
        return;
    }
    for (line, content) in numbered(text) {
        let lower = content.to_lowercase();
        let mut refuse = |what: &str| {
            findings.push(Finding::new(
                path,
                line,
                format!("{what} is refused by the Content-Security-Policy: use a file in assets"),
            ));
        };
        if has_attribute(&lower, |name| name == "style") {
            refuse("style=");
        }
        if lower.contains("<style") {
            refuse("<style>");
        }
        if lower.match_indices("<script").any(|(at, _)| !runs_a_file(&lower[at..])) {
            refuse("<script> without src");
        }
        if has_attribute(&lower, |name| name.starts_with("on") || name.starts_with("hx-on")) {
            refuse("a script in an attribute");
        }
        if lower.contains("javascript:") {
            refuse("javascript:");
        }
    }
}

/// A script tag that names its file on the same line, or that holds data and no script.
fn runs_a_file(tag: &str) -> bool {
    let tag = tag.split('>').next().unwrap_or(tag);
    tag.contains(" src=") || tag.contains("type=\"application/json\"")
}

/// Whether `name=` stands there as an attribute whose name is wanted.
fn has_attribute(line: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    line.match_indices('=').any(|(at, _)| {
        let name =
            line[..at].rsplit(|c: char| c.is_whitespace() || c == '"' || c == '\'').next().unwrap_or("");
        let is_name = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || c == ':');
        let is_valued = line[at + 1..].starts_with(['"', '\'', '{']);
        is_name && is_valued && is_wanted(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        let mut findings = Vec::new();
        check("crates/parvis/templates/inbox.html", text, &mut findings);
        findings.len()
    }

    #[test]
    fn inline_styles_and_scripts_are_refused() {
        for text in [
            "<p style=\"color:red\">",
            "<p class=\"a\" STYLE='color:red'>",
            "<style>",
            "<script>alert(1)</script>",
            "<script type=\"module\">",
            "<a onclick=\"go()\">",
            "<a\n  onmouseover='go()'>",
            "<a hx-on:click=\"go()\">",
            "<a href=\"javascript:go()\">",
        ] {
            assert_eq!(count(text), 1, "{text}");
        }
    }

    #[test]
    fn files_and_data_are_accepted() {
        for text in [
            "<script src=\"/assets/inbox.js\" type=\"module\"></script>",
            "<script type=\"application/json\" id=\"counts\">{}</script>",
            "<link rel=\"stylesheet\" href=\"/assets/parvis.css\">",
            "<p data-style=\"calm\">on = off, style = calm</p>",
            "{% let one = 1 %}<a href=\"?one=1\">",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }

    #[test]
    fn only_templates_are_read() {
        let mut findings = Vec::new();
        check("docs/design.html", "<p style=\"color:red\">", &mut findings);
        assert!(findings.is_empty());
    }
}
