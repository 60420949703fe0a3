//! The five brands of NAB's realTweets, read from the folder of data (which is no part of the project).

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result};
use jiff::{civil::DateTime, tz::TimeZone};
use parvis_listen::burst::{Detector, Reading, Sensitivity, Tuning};

use super::nab::{self, Outcome};

/// Five minutes, in microseconds.
const STEP: i64 = 300_000_000;

/// Mentions of a brand, and when something happened.
pub struct Brand {
    /// Its symbol.
    pub name: String,
    at: Vec<i64>,
    /// Mentions in each five minutes.
    pub counts: Vec<f64>,
    windows: Vec<(usize, usize)>,
}

impl Brand {
    /// What the detector says of it.
    pub fn read(&self, tuning: &Tuning) -> Vec<Reading> {
        let mut detector = Detector::tuned(STEP, Sensitivity::Balanced, tuning.clone());
        self.at.iter().zip(&self.counts).map(|(at, count)| detector.push(*at, Some(*count), 1.0)).collect()
    }

    /// What that is worth.
    pub fn judge(&self, readings: &[Reading]) -> Outcome {
        let detections: Vec<bool> = readings.iter().map(|it| it.alert).collect();
        nab::judge(&detections, &self.windows)
    }

    /// What a simple rule is worth: the last hour above the mean of the week before by three standard deviations of
    /// its hours; told once until it has been below for six hours.
    pub fn judge_simple_rule(&self) -> Outcome {
        let hours: Vec<f64> = self.counts.windows(12).map(|it| it.iter().sum()).collect();
        let mut detections = vec![false; self.counts.len()];
        let mut calm = 72;
        for (end, week) in
            hours.windows(2_016).map(|it| &it[..2_004]).enumerate().map(|(from, it)| (from + 2_026, it))
        {
            let mean = week.iter().sum::<f64>() / week.len() as f64;
            let variance = week.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / week.len() as f64;
            let high = hours.get(end - 11).is_some_and(|it| *it > mean + 3.0 * variance.sqrt());
            if let Some(it) = detections.get_mut(end) {
                *it = high && calm >= 72;
            }
            calm = if high { 0 } else { calm + 1 };
        }
        nab::judge(&detections, &self.windows)
    }
}

/// Reads the brands of `data/nab-realtweets`.
///
/// # Errors
/// A file is missing or isn't what it should be.
pub fn load(data: &Path) -> Result<Vec<Brand>> {
    let folder = data.join("nab-realtweets");
    let path = folder.join("combined_windows.json");
    let text =
        fs::read(&path).with_context(|| format!("{} can't be read; give --data FOLDER", path.display()))?;
    let windows: BTreeMap<String, Vec<(String, String)>> = serde_json::from_slice(&text)?;
    windows
        .into_iter()
        .map(|(path, windows)| {
            let file = path.rsplit('/').next().unwrap_or(&path);
            let mut brand = read(&folder.join(file)).with_context(|| path.clone())?;
            brand.name = file.trim_start_matches("Twitter_volume_").trim_end_matches(".csv").to_owned();
            for (first, last) in windows {
                let (first, last) = (moment(&first)?, moment(&last)?);
                let begin = brand.at.partition_point(|at| *at < first);
                brand.windows.push((begin, brand.at.partition_point(|at| *at <= last) - 1));
            }
            Ok(brand)
        })
        .collect()
}

fn read(path: &Path) -> Result<Brand> {
    let mut brand = Brand { name: String::new(), at: Vec::new(), counts: Vec::new(), windows: Vec::new() };
    for line in fs::read_to_string(path)?.lines().skip(1) {
        let (at, count) = line.split_once(',').context("a line without a comma")?;
        brand.at.push(moment(at)?);
        brand.counts.push(count.parse()?);
    }
    Ok(brand)
}

fn moment(text: &str) -> Result<i64> {
    let local: DateTime = text.parse()?;
    Ok(TimeZone::UTC.to_timestamp(local)?.as_microsecond())
}
