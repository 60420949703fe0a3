//! `parvis match`: posts on standard input against a file of queries, in a pipe. Needs no database.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufRead as _, BufWriter, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use anyhow::Context as _;
use clap::Args;
use parvis_listen::{
    Post,
    index::{Counts, Index, Scratch},
    query::Query,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Reads posts, writes which queries each matches
#[derive(Debug, Args)]
pub(super) struct Match {
    /// One query on each line: its identifier, a tab, the query
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
}

/// A post as a line of JSON. Every other key is passed over.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow, default)]
    lang: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    author: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    country: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sentiment: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    intent: Option<Cow<'a, str>>,
    #[serde(default)]
    followers: Option<u64>,
}

impl Line<'_> {
    fn post(&self) -> Post<'_> {
        Post {
            text: &self.text,
            author: self.author.as_deref(),
            channel: self.channel.as_deref(),
            lang: self.lang.as_deref(),
            url: self.url.as_deref(),
            country: self.country.as_deref(),
            sentiment: self.sentiment.as_deref(),
            intent: self.intent.as_deref(),
            followers: self.followers,
        }
    }
}

/// Exit code 2 for a query or a post that can't be read.
pub(super) fn run(it: &Match) -> anyhow::Result<ExitCode> {
    let text =
        fs::read_to_string(&it.queries).with_context(|| format!("{} can't be read", it.queries.display()))?;
    let queries = match queries(&text) {
        Ok(queries) => queries,
        Err(error) => {
            eprintln!("parvis: {}: {error}", it.queries.display());
            return Ok(ExitCode::from(2));
        }
    };
    // As they are written into the answers.
    let ids = queries.iter().map(|(id, _)| serde_json::to_string(id)).collect::<Result<Vec<_>, _>>()?;
    let index = Index::build((0..).zip(queries.iter().map(|(_, query)| query)), Counts::default());
    let begun = Instant::now();
    let outcome = answer(&index, &ids);
    let (count, code) = match outcome {
        Ok(count) => (count, ExitCode::SUCCESS),
        Err(Stop { count, line: Some((line, error)) }) => {
            eprintln!(
                "parvis: line {line} of the posts: {error}; one JSON object a line with \"id\" and \"text\""
            );
            (count, ExitCode::from(2))
        }
        Err(Stop { count, line: None }) => (count, ExitCode::SUCCESS),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let rate = if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    eprintln!("{count} posts against {} queries in {seconds:.2} s: {rate:.0} posts/s", queries.len());
    Ok(code)
}

/// Why it ended before the posts did: a line that can't be read, or nobody who reads the answers.
struct Stop {
    count: usize,
    line: Option<(usize, String)>,
}

fn answer(index: &Index, ids: &[String]) -> Result<usize, Stop> {
    let (matcher, mut scratch) = (index.matcher(), Scratch::default());
    let mut input = io::BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut line, mut number, mut count) = (Vec::new(), 0, 0);
    loop {
        // Who waits for the answer to the last line before writing the next gets it.
        if input.buffer().is_empty() && output.flush().is_err() {
            return Err(Stop { count, line: None });
        }
        line.clear();
        number += 1;
        let stop = |error: String| Stop { count, line: Some((number, error)) };
        if input.read_until(b'\n', &mut line).map_err(|it| stop(it.to_string()))? == 0 {
            return output.flush().map(|()| count).map_err(|_| Stop { count, line: None });
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let read: Line<'_> = serde_json::from_slice(&line).map_err(|it| {
            let _ = output.flush();
            stop(it.to_string())
        })?;
        let found = matcher.matches(&read.post(), &mut scratch);
        if write(&mut output, read.id.get(), found, ids).is_err() {
            return Err(Stop { count, line: None });
        }
        count += 1;
    }
}

fn write(out: &mut impl io::Write, id: &str, found: &[u32], ids: &[String]) -> io::Result<()> {
    out.write_all(b"{\"id\":")?;
    out.write_all(id.as_bytes())?;
    out.write_all(b",\"matches\":[")?;
    for (at, found) in found.iter().enumerate() {
        out.write_all(if at > 0 { b"," } else { b"" })?;
        out.write_all(ids.get(*found as usize).map_or(b"", |it| it.as_bytes()))?;
    }
    out.write_all(b"]}\n")
}

/// The queries of a file of `id<TAB>query`, or what is wrong, with line and column of the file.
fn queries(text: &str) -> Result<Vec<(&str, Query)>, String> {
    let mut queries = Vec::new();
    let mut lines = HashMap::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Some((id, query)) = line.split_once('\t') else {
            return Err(format!(
                "line {number}, column 1: there is no tab; write an identifier, a tab, the query"
            ));
        };
        if let Some(before) = lines.insert(id, number) {
            return Err(format!(
                "line {number}, column 1: “{id}” stands on line {before} already; give it another identifier"
            ));
        }
        let query = Query::parse(query).map_err(|it| {
            let column = id.chars().count() + 1 + it.column;
            format!("line {number}, column {column}: {}; {}", it.problem, it.problem.remedy())
        })?;
        queries.push((id, query));
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_cannot_be_read_is_named_by_line_and_column_of_the_file() {
        let error = queries("a\tété\n\nbcd\tx AND (y OR z\n").unwrap_err();
        assert!(error.starts_with("line 3, column 11: “(” isn't closed"), "{error}");
        assert!(queries("a été").unwrap_err().starts_with("line 1, column 1"));
        assert!(queries("a\tb\na\tc").unwrap_err().contains("line 1 already"));
        assert_eq!(queries("a\tb\r\n").unwrap().len(), 1);
    }

    #[test]
    fn answers_keep_the_identifier_as_it_came() {
        let mut out = Vec::new();
        write(&mut out, "12", &[0, 1], &["\"a\"".into(), "\"é\\\"\"".into()]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"id\":12,\"matches\":[\"a\",\"é\\\"\"]}\n");
    }
}
