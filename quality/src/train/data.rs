//! The texts that the models are trained and measured on: public sets from a folder outside of the project, and our own
//! cases. It knows where each lies and how it is written, and nothing of models.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use parvis_listen::understand::{Intent, Sentiment};

/// A text, and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) french: bool,
    pub(crate) sentiment: Option<Sentiment>,
    pub(crate) intent: Option<Intent>,
    pub(crate) abuse: Option<bool>,
    pub(crate) needs_answer: Option<bool>,
    /// Of our own cases: the trade they are set in.
    pub(crate) theme: String,
}

impl Case {
    fn of(text: &str, french: bool) -> Self {
        let text = text.to_owned();
        let theme = String::new();
        Self { text, french, sentiment: None, intent: None, abuse: None, needs_answer: None, theme }
    }
}

/// Our own cases, which lie beside this program.
pub(crate) fn own(part: &str) -> Result<Vec<Case>> {
    let mut all = Vec::new();
    for language in ["fr", "en"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("cases/{part}-{language}.tsv"));
        for (at, line) in read(&path)?.lines().enumerate() {
            let case =
                own_line(line, language).with_context(|| format!("{}, line {}", path.display(), at + 1))?;
            all.push(case);
        }
    }
    Ok(all)
}

fn own_line(line: &str, language: &str) -> Result<Case> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [spoken, intent, sentiment, needs, abuse, theme, text] = columns[..] else {
        anyhow::bail!("{} columns, not 7", columns.len())
    };
    ensure!(
        spoken == language && matches!(needs, "0" | "1") && matches!(abuse, "0" | "1"),
        "a column is wrong"
    );
    Ok(Case {
        text: text.to_owned(),
        french: language == "fr",
        sentiment: Some(Sentiment::from_name(sentiment).context("no such sentiment")?),
        intent: Some(Intent::from_name(intent).context("no such intent")?),
        abuse: Some(abuse == "1"),
        needs_answer: Some(needs == "1"),
        theme: theme.to_owned(),
    })
}

/// UMSAB: `train` or `val` of one language.
pub(crate) fn umsab(data: &Path, french: bool, part: &str) -> Result<Vec<Case>> {
    let folder = data.join("umsab").join(if french { "french" } else { "english" });
    let texts = read(&folder.join(format!("{part}_text.txt")))?;
    let labels = read(&folder.join(format!("{part}_labels.txt")))?;
    let texts: Vec<&str> = texts.lines().filter(|it| !it.is_empty()).collect();
    let labels: Vec<&str> = labels.split_whitespace().collect();
    ensure!(texts.len() == labels.len(), "{}: texts and labels aren't as many", folder.display());
    let mut all = Vec::new();
    for (text, label) in texts.into_iter().zip(labels) {
        let sentiment = Sentiment::ALL.get(label.parse::<usize>()?).copied();
        all.push(Case { sentiment, ..Case::of(text, french) });
    }
    Ok(all)
}

/// DEFT 2017, task 1; `mixed` is left out.
pub(crate) fn deft(data: &Path) -> Result<Vec<Case>> {
    let mut all = Vec::new();
    for line in read(&data.join("deft2017/task1-train.csv"))?.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, text, label] = columns[..] else { continue };
        let sentiment = match label {
            "negative" => Sentiment::Negative,
            "objective" => Sentiment::Neutral,
            "positive" => Sentiment::Positive,
            _ => continue,
        };
        all.push(Case { sentiment: Some(sentiment), ..Case::of(text, true) });
    }
    Ok(all)
}

/// MLMA: abuse is whatever isn't `normal` alone.
pub(crate) fn mlma(data: &Path) -> Result<Vec<Case>> {
    let text = read(&data.join("mlma/fr_sample70.csv"))?;
    let mut rows = rows(&text);
    ensure!(!rows.is_empty(), "mlma is empty");
    rows.remove(0);
    let case = |row: &Vec<String>| Some((row.get(1)?.clone(), row.get(2)? != "normal"));
    let known = rows.iter().filter_map(case);
    Ok(known.map(|(text, abuse)| Case { abuse: Some(abuse), ..Case::of(&text, true) }).collect())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

/// The rows of a CSV file (RFC 4180).
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        match it {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row));
            }
            _ => field.push(it),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// Our own posts in other languages, by the language's code.
pub(crate) fn languages() -> Result<Vec<(&'static str, Vec<String>)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/languages.tsv");
    let text = read(&path)?;
    let of = |code: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|it| it.split_once('\t'));
        lines.filter(|(it, _)| *it == code).map(|(_, text)| text.to_owned()).collect()
    };
    Ok(["es", "de", "it", "pt", "nl", "ar"].map(|code| (code, of(code))).into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_theme_and_no_text_is_both_trained_on_and_tested_on() {
        let (train, test) = (own("train").unwrap(), own("test").unwrap());
        let themes: HashSet<&str> = train.iter().map(|it| it.theme.as_str()).collect();
        let texts: HashSet<&str> = train.iter().map(|it| it.text.as_str()).collect();
        for case in &test {
            assert!(!themes.contains(case.theme.as_str()), "{}", case.theme);
            assert!(!texts.contains(case.text.as_str()), "{}", case.text);
        }
    }

    #[test]
    fn quoted_fields_are_read_with_their_quotes_and_line_breaks() {
        assert_eq!(rows("a,\"b \"\"c\"\"\n,d\"\ne,f"), [vec!["a", "b \"c\"\n,d"], vec!["e", "f"]]);
    }
}
