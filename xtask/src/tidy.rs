//! The house rules that neither the compiler nor clippy can see, checked on the files as text.
//!
//! Each rule is a function from a file's path and text to findings. It knows no more of Rust, HTML or Fluent than the rule needs:
//! where a rule could be wrong about strange but correct code, the code is to be written plainly.

mod claim;
mod note;
mod source;
mod template;
mod translation;

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result};

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    /// What is wrong and what to do instead.
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// A text file of the project.
struct SourceFile {
    /// From the top folder, with `/`.
    path: String,
    text: String,
}

/// What holds no work of ours: build output, installed packages, files taken over unchanged from others, and hostile input,
/// which may be no text at all.
const FOREIGN: [&str; 6] = ["target", "node_modules", "vendor", ".git", "corpus", "crash"];

const TEXT: [&str; 16] = [
    "rs", "toml", "md", "html", "css", "js", "mjs", "cjs", "sql", "ftl", "sh", "php", "json", "jsonl", "yml",
    "txt",
];

/// Checks every file of the project.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    let mut findings = Vec::new();
    for file in &files {
        source::check(&file.path, &file.text, &mut findings);
        template::check(&file.path, &file.text, &mut findings);
        note::check(&file.path, &file.text, &mut findings);
    }
    note::check_numbers(&files, &mut findings);
    claim::check(&files, &mut findings);
    translation::check(&files, &mut findings);
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(findings)
}

/// One finding a line, then their number.
pub(crate) fn report(findings: &[Finding]) -> String {
    let mut report: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    report.push_str(&match findings.len() {
        0 => "tidy: nothing found".to_owned(),
        count => format!("tidy: {count} found"),
    });
    report
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() && is_text(&name) {
            let text = fs::read_to_string(entry.path()).with_context(|| path.clone())?;
            files.push(SourceFile { path, text });
        }
    }
    Ok(())
}

/// By its ending; a file without one (`.ci/run`) counts as a script.
fn is_text(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((stem, ending)) => stem.is_empty() || TEXT.contains(&ending),
        None => true,
    }
}

/// The lines with their numbers from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_place_and_a_report_its_number() {
        let findings = [Finding::new("a.rs", 3, "is wrong"), Finding::new("b.rs", 0, "is long")];
        assert_eq!(report(&findings), "a.rs:3: is wrong\nb.rs: is long\ntidy: 2 found");
        assert_eq!(report(&[]), "tidy: nothing found");
    }

    #[test]
    fn pictures_and_fonts_are_not_read_as_text() {
        assert!(is_text("run") && is_text(".gitignore") && is_text("main.rs"));
        assert!(!is_text("poster.png") && !is_text("inter.woff2") && !is_text("Cargo.lock"));
    }
}
