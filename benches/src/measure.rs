//! Rounds and what they sum up to. Cases take turns within each round, so that whatever else the machine
//! does falls on all of them alike.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::mpsc;

use crate::client::Client;
use crate::process::Server;

/// What several rounds gave.
#[derive(Clone, Debug, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// One more.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    /// The one in the middle; 0 when there is none.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// The value below which `share` of them lie; 0 when there is none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    pub fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
    }

    /// `median [least … most]`.
    pub fn shown(&self, digits: usize) -> String {
        format!("{:.digits$} [{:.digits$} … {:.digits$}]", self.median(), self.at(0.0), self.at(1.0))
    }
}

/// A page that is asked for again and again.
pub struct Case<'a> {
    /// Short name, by which the report finds it.
    pub name: &'static str,
    /// Of which server.
    pub server: &'a Server,
    /// Its path.
    pub path: String,
    /// Lines sent with the request.
    pub headers: &'a str,
    /// Server CPU time of one request (µs), per round.
    pub cpu: Sample,
    /// Bytes of its body.
    pub bytes: usize,
}

/// Asks for every case `times` times, one after the other, `rounds` times over; a first round isn't counted.
///
/// # Errors
/// A server doesn't answer with 200.
pub async fn rounds(cases: &mut [Case<'_>], rounds: u32, times: u32) -> Result<()> {
    for round in 0..=rounds {
        for case in cases.iter_mut() {
            let mut client = Client::connect(&case.server.host, case.headers).await?;
            case.bytes = client.get(&case.path).await?;
            let before = case.server.cpu()?;
            for _ in 0..times {
                client.get(&case.path).await?;
            }
            let spent = case.server.cpu()? - before;
            if round > 0 {
                case.cpu.push(spent / f64::from(times));
            }
        }
    }
    Ok(())
}

/// Asks for a page `per_second` times a second whether or not earlier ones were answered, and counts each
/// answer from the moment it should have been asked for (no coordinated omission); in ms.
///
/// # Errors
/// The server doesn't answer with 200.
pub async fn open_loop(case: &Case<'_>, per_second: u32, length: Duration) -> Result<Sample> {
    let began = Instant::now();
    let count = u32::try_from(length.as_millis() * u128::from(per_second) / 1_000).unwrap_or(1);
    let (done, mut heard) = mpsc::unbounded_channel();
    let (free, mut idle) = mpsc::unbounded_channel();
    for number in 0..count {
        let due = began + Duration::from_secs(1) * number / per_second;
        tokio::time::sleep_until(due.into()).await;
        let client = match idle.try_recv() {
            Ok(client) => client,
            Err(_) => Client::connect(&case.server.host, case.headers).await?,
        };
        let (mut client, path, done, free) = (client, case.path.clone(), done.clone(), free.clone());
        tokio::spawn(async move {
            let result = client.get(&path).await;
            // Nobody listens any more once another request has failed.
            let _ = done.send(result.map(|_| due.elapsed()));
            let _ = free.send(client);
        });
    }
    drop(done);
    let mut sample = Sample::default();
    while let Some(result) = heard.recv().await {
        sample.0.push(result?.as_secs_f64() * 1_000.0);
    }
    sample.0.sort_by(f64::total_cmp);
    Ok(sample)
}
