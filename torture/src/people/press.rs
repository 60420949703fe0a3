//! Posts that people bring, find words for, validate and give their hour, through the API and step by step, while the
//! program dies. Where no answer came, they look how far it got.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use parvis::clock::{Clock, SECOND};
use serde_json::{Value, json};

use super::{Mode, People};
use crate::house::Caller;
use crate::random::Random;

/// What is ticked before the last word.
const LINES: [&str; 3] = ["facts", "links", "charter"];

/// A post that somebody brings.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Which of the people.
    caller: usize,
    /// Its id; `None` while nobody has said that it is on the board.
    pub id: Option<String>,
    /// What its parts begin with; no two begin alike.
    pub parts: Vec<String>,
    /// The hour it was promised to leave at (µs).
    pub due: Option<i64>,
}

impl Spoken {
    /// One that was promised to leave.
    #[cfg(test)]
    pub fn promised(parts: Vec<String>) -> Self {
        Self { caller: 0, id: None, parts, due: Some(0) }
    }
}

/// Which posts, and when they leave.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// How many.
    pub posts: usize,
    /// From when on (µs); some seconds ahead where it isn't said.
    pub from: Option<i64>,
    /// Over how long they leave then (µs).
    pub spread: i64,
}

impl Press {
    /// The hour of a post (µs).
    fn hour(&self, place: usize) -> i64 {
        let place = place as i64;
        match self.from {
            Some(from) => from + self.spread * place / self.posts.max(1) as i64,
            None => Clock::System.now() + SECOND * (2 + place % 5),
        }
    }
}

impl People {
    /// One of them brings posts, until as many were promised to leave as `press` says.
    pub async fn bring(self: Arc<Self>, number: usize, caller: Caller, press: Press, mut random: Random) {
        while !self.is(Mode::Stop) {
            let Some(place) = self.next_post(number, press, &mut random) else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            if self.carry_through(&caller, place, press).await.is_none() {
                tokio::time::sleep(Duration::from_millis(random.between(20, 220))).await;
            }
        }
    }

    /// The one that this caller is at, or the next to begin.
    fn next_post(&self, caller: usize, press: Press, random: &mut Random) -> Option<usize> {
        let mut ledger = self.ledger();
        let open = ledger.posts.iter().position(|it| it.caller == caller && it.due.is_none());
        let number = ledger.posts.len();
        if open.is_some() || number >= press.posts || !self.is(Mode::Work) {
            return open;
        }
        let parts = if random.percent(20) { random.between(2, 4) } else { 1 };
        let parts = (1..=parts).map(|part| format!("post p{number}.{part}")).collect();
        ledger.posts.push(Spoken { caller, id: None, parts, due: None });
        Some(number)
    }

    /// From wherever it stands to its hour; `None` when an answer was missing.
    async fn carry_through(&self, caller: &Caller, place: usize, press: Press) -> Option<()> {
        let spoken = self.ledger().posts.get(place).cloned()?;
        let mut it = match &spoken.id {
            Some(id) => self.call(Method::GET, &format!("/posts/{id}"), None, &caller.own, 200).await?,
            None => {
                let idea = json!({ "title": spoken.parts.first(), "origin": "team" });
                let it = self.call(Method::POST, "/posts", Some(idea), &caller.own, 201).await?;
                let id = it["id"].as_str()?.to_owned();
                self.ledger().posts.get_mut(place)?.id = Some(id);
                it
            }
        };
        let id = it["id"].as_str()?.to_owned();
        loop {
            let step = match it["state"].as_str()? {
                "idea" => "keep",
                "kept" => "brief",
                "to_write" if it["version"] == 0 => {
                    let said: Vec<String> =
                        spoken.parts.iter().map(|it| format!("{it} opens at noon.")).collect();
                    let channels = [&caller.channel];
                    let words = json!({ "version": 0, "text": said.join("\n---\n"), "channels": channels, "threaded": channels });
                    let path = format!("/posts/{id}/words");
                    it = self.call(Method::PUT, &path, Some(words), &caller.own, 200).await?;
                    continue;
                }
                "to_write" => "submit",
                "to_validate" if it["validated_at"].is_null() => {
                    for line in LINES {
                        let path = format!("/posts/{id}/ticks/{line}");
                        self.call(Method::PUT, &path, None, &caller.reader, 204).await?;
                    }
                    "validate"
                }
                "to_validate" => "schedule",
                // It was promised, though nobody heard it.
                _ => {
                    self.ledger().posts.get_mut(place)?.due = it["due_at"].as_i64();
                    return Some(());
                }
            };
            let with = if step == "schedule" { json!({ "at": press.hour(place) }) } else { json!({}) };
            let token = if matches!(step, "validate" | "schedule") { &caller.reader } else { &caller.own };
            it =
                self.call(Method::POST, &format!("/posts/{id}/steps/{step}"), Some(with), token, 200).await?;
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        token: &str,
        wanted: u16,
    ) -> Option<Value> {
        let request = self.request(method, path)?;
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let (status, body) = self.send(request, token).await?;
        if body["code"] == "post-past" {
            // The machine was too slow: another hour is asked for.
            return None;
        }
        self.promised(path, status, wanted, &body).then_some(body)
    }
}
