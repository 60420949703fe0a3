//! `cargo xtask evaluate understanding`: how right `parvis_listen::understand` is, by cross-validation on public sets and
//! on our own cases, and how fast. What it finds goes to docs/quality/understanding.md.

mod fold;
mod page;
mod score;

use std::path::Path;

use anyhow::{Context as _, Result};
use parvis_listen::understand::{
    self, Correction, Delta, Intent, Model, Reading, Sentiment, Truth, feature::Features,
};

use crate::train::{
    self, Head, SETTINGS, Weighed, data, data::Case, strong, strong::Embeddings, words::Words,
};
use page::Page;
use score::{Confusion, roc_auc};

/// Everything that is measured.
pub(crate) fn run(data: &Path, encoder: Option<&Path>) -> Result<()> {
    let words = Words::kept()?;
    let mut page = Page::default();
    page.sentiments(&of_umsab(data, true, &words)?, &of_umsab(data, false, &words)?);
    let model = Model::shipped()?;
    let test = data::own("test")?;
    let mut strong_own = Vec::new();
    if let Some(encoder) = encoder {
        let mut embeddings = Embeddings::open(Some(encoder))?;
        let french = of_umsab_strongly(data, true, &words, &mut embeddings)?;
        page.strong(&french, &of_umsab_strongly(data, false, &words, &mut embeddings)?);
        strong_own = read_strongly(&test, &model, &mut embeddings)?;
        embeddings.keep()?;
    }
    page.abuse(of_mlma(data, &words)?);
    let plain = read_all(&model, &test);
    for french in [true, false] {
        page.own(french, "", &test, &plain);
        page.own(french, " with `--strong`", &test, &strong_own);
    }
    page.corrected(&[&sentiments(&test, &plain), &sentiments(&test, &corrected(data, &model, &test)?)]);
    page.languages(&languages(data, &test)?);
    page.speed(posts_per_second(&model, data)?);
    page.write()
}

/// The readings of `cases`, one after another.
fn read_all(model: &Model<'_>, cases: &[Case]) -> Vec<Reading> {
    let mut features = Features::default();
    cases.iter().map(|it| understand::read(model, None, &it.text, &mut features)).collect()
}

/// The readings of `cases` after a thousand corrections of quite other texts (DEFT's), each learned as it came.
fn corrected(data: &Path, model: &Model<'_>, cases: &[Case]) -> Result<Vec<Reading>> {
    let mut delta = Delta::default();
    for case in data::deft(data)?.iter().take(1000) {
        let truth = Truth { sentiment: case.sentiment, ..Truth::default() };
        let correction = Correction::new(model, &delta, &case.text, &truth);
        delta.learn(&correction);
    }
    let mut features = Features::default();
    Ok(cases.iter().map(|it| understand::read(model, Some(&delta), &it.text, &mut features)).collect())
}

fn of_umsab(data: &Path, french: bool, words: &Words) -> Result<Confusion> {
    let cases = data::umsab(data, french, "train")?;
    let mut beside: Vec<Weighed> = train::beside_umsab(data)?;
    for other in [true, false] {
        beside.extend(data::umsab(data, other, "val")?.into_iter().map(|it| (it, 1.0)));
    }
    beside.extend(data::umsab(data, !french, "train")?.into_iter().map(|it| (it, 1.0)));
    let readings = cross(&cases, &beside, words, Head::Sentiment)?;
    Ok(sentiments(&cases, &readings))
}

fn of_mlma(data: &Path, words: &Words) -> Result<f64> {
    let cases = data::mlma(data)?;
    let beside: Vec<Weighed> = data::own("train")?.into_iter().map(|it| (it, 1.0)).collect();
    let readings = cross(&cases, &beside, words, Head::Abuse)?;
    let scored: Vec<(f32, bool)> = cases
        .iter()
        .zip(&readings)
        .filter_map(|(case, reading)| Some((reading.abuse, case.abuse?)))
        .collect();
    Ok(roc_auc(&scored))
}

/// The readings of `cases` as `--strong` gives them.
fn read_strongly(cases: &[Case], model: &Model<'_>, embeddings: &mut Embeddings) -> Result<Vec<Reading>> {
    let mut features = Features::default();
    let mut readings = Vec::new();
    for case in cases {
        features.take(&case.text);
        let mut outputs = model.weigh(&features);
        understand::strong::mix(&understand::strong::shipped(embeddings.of(&case.text)?), &mut outputs);
        readings.push(understand::conclude(outputs, None, &case.text, &features));
    }
    Ok(readings)
}

/// As [`of_umsab`], with the encoder: its heads have seen what the firehose's have, besides DEFT and MLMA.
fn of_umsab_strongly(
    data: &Path,
    french: bool,
    words: &Words,
    embeddings: &mut Embeddings,
) -> Result<[Confusion; 2]> {
    let cases = data::umsab(data, french, "train")?;
    let mut beside: Vec<Weighed> = train::beside_umsab(data)?;
    for other in [true, false] {
        beside.extend(data::umsab(data, other, "val")?.into_iter().map(|it| (it, 1.0)));
    }
    beside.extend(data::umsab(data, !french, "train")?.into_iter().map(|it| (it, 1.0)));
    let folds =
        fold::draw(&cases.iter().map(|it| Head::Sentiment.class(it).unwrap_or(0)).collect::<Vec<_>>());
    let mut confusions = [Confusion::new(3), Confusion::new(3)];
    let mut features = Features::default();
    for fold in 0..fold::FOLDS {
        let rest = cases.iter().zip(&folds).filter(|(_, it)| **it != fold);
        let mut seen: Vec<Weighed> = rest.map(|(case, _)| (case.clone(), 1.0)).collect();
        seen.extend(beside.iter().cloned());
        let bytes = train::train(&seen, words, &[Head::Sentiment], &SETTINGS);
        let model = Model::new(&bytes)?;
        seen.retain(|(case, weight)| *weight >= 1.0 && case.sentiment.is_some());
        let heads = strong::train(&seen, embeddings, &[Head::Sentiment])?;
        for (case, _) in cases.iter().zip(&folds).filter(|(_, it)| **it == fold) {
            let alone = understand::strong::answer(&heads, embeddings.of(&case.text)?);
            features.take(&case.text);
            let mut mixed = model.weigh(&features);
            understand::strong::mix(&alone, &mut mixed);
            let Some(truth) = case.sentiment else { continue };
            for (confusion, outputs) in confusions.iter_mut().zip([alone, mixed]) {
                confusion.add(truth as usize, outputs.sentiment().0 as usize);
            }
        }
    }
    Ok(confusions)
}

/// Reads each of `cases` with a model that has seen the others and `beside`, never the case itself.
fn cross(cases: &[Case], beside: &[Weighed], words: &Words, head: Head) -> Result<Vec<Reading>> {
    let classes: Vec<usize> = cases.iter().map(|it| head.class(it).unwrap_or(0)).collect();
    let folds = fold::draw(&classes);
    let mut readings = vec![None; cases.len()];
    let mut features = Features::default();
    for fold in 0..fold::FOLDS {
        let rest = cases.iter().zip(&folds).filter(|(_, it)| **it != fold);
        let mut seen: Vec<Weighed> = rest.map(|(case, _)| (case.clone(), 1.0)).collect();
        seen.extend(beside.iter().cloned());
        let bytes = train::train(&seen, words, &[head], &SETTINGS);
        let model = Model::new(&bytes)?;
        for (at, case) in cases.iter().enumerate().filter(|(at, _)| folds[*at] == fold) {
            readings[at] = Some(understand::read(&model, None, &case.text, &mut features));
        }
    }
    Ok(readings.into_iter().flatten().collect())
}

fn sentiments(cases: &[Case], readings: &[Reading]) -> Confusion {
    let mut confusion = Confusion::new(Sentiment::ALL.len());
    for (case, reading) in cases.iter().zip(readings) {
        if let Some(truth) = case.sentiment {
            confusion.add(truth as usize, reading.sentiment as usize);
        }
    }
    confusion
}

fn intents(cases: &[Case], readings: &[Reading]) -> Confusion {
    let mut confusion = Confusion::new(Intent::ALL.len());
    for (case, reading) in cases.iter().zip(readings) {
        if let Some(truth) = case.intent {
            confusion.add(truth as usize, reading.intent as usize);
        }
    }
    confusion
}

/// Posts of so many characters or more are to have their language known.
const LONG: usize = 40;

/// For each set: its name, how many of its longer texts, and the share of which the language is found.
fn languages(data: &Path, own: &[Case]) -> Result<Vec<(String, usize, f64)>> {
    let mut all = Vec::new();
    let mut sets: Vec<(String, &str, Vec<String>)> = Vec::new();
    for (french, code) in [(true, "fr"), (false, "en")] {
        let texts = data::umsab(data, french, "train")?.into_iter().map(|it| it.text).collect();
        sets.push((format!("UMSAB, {code}"), code, texts));
        let texts = own.iter().filter(|it| it.french == french).map(|it| it.text.clone()).collect();
        sets.push((format!("own cases, {code}"), code, texts));
    }
    sets.push(("MLMA, fr".to_owned(), "fr", data::mlma(data)?.into_iter().map(|it| it.text).collect()));
    for (code, texts) in data::languages()? {
        sets.push((format!("own posts, {code}"), code, texts));
    }
    for (name, code, texts) in sets {
        let long: Vec<&String> = texts.iter().filter(|it| it.chars().count() >= LONG).collect();
        let right = long.iter().filter(|it| understand::language::of(it).code() == code).count();
        all.push((name, long.len(), right as f64 / long.len().max(1) as f64));
    }
    Ok(all)
}

/// Posts that one core reads in a second of its time: UMSAB's and our own, over and over.
fn posts_per_second(model: &Model<'_>, data: &Path) -> Result<f64> {
    let mut cases = data::own("train")?;
    for french in [true, false] {
        cases.extend(data::umsab(data, french, "train")?);
    }
    let begun = on_processor()?;
    let (mut posts, mut waiting) = (0_u32, 0_usize);
    loop {
        let readings = read_all(model, &cases);
        posts += readings.len() as u32;
        waiting += readings.iter().filter(|it| it.needs_answer).count();
        let seconds = on_processor()? - begun;
        if seconds > 1.0 {
            std::hint::black_box(waiting);
            return Ok(f64::from(posts) / seconds);
        }
    }
}

/// Seconds that this thread was on a processor (Linux): others who use the machine don't count.
fn on_processor() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .context("only Linux counts a thread's time")?;
    let nanoseconds: f64 = text.split_whitespace().next().context("an empty count")?.parse()?;
    Ok(nanoseconds / 1e9)
}
