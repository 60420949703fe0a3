//! The people who work with the program through its API while it dies: they answer, note and draft, ask again under the
//! same key when no answer came, and write down what they were promised.

mod press;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::http::{HeaderName, Method};
use parvis_channels::{Net, NetOptions, Request};
use serde_json::{Value, json};

pub use press::{Press, Spoken};

use crate::network::PICTURE;
use crate::random::Random;

/// An answer that somebody gave.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which of the people.
    pub caller: usize,
    /// Its `Idempotency-Key`.
    pub key: String,
    /// Where.
    pub conversation: String,
    /// What it says; no two say the same.
    pub text: String,
    /// Whether a picture goes with it.
    pub picture: bool,
    /// The message that it was promised to be (201); `None` while nobody has promised.
    pub message: Option<String>,
}

/// A note that somebody wrote.
#[derive(Clone, Debug)]
pub struct Note {
    /// What it says; no two say the same.
    pub text: String,
    /// Whether that it is kept was promised.
    pub kept: bool,
}

/// What may stand in a draft: what was promised last, and what was sent since.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Promised; `None` when nothing was.
    pub kept: Option<String>,
    /// Sent without an answer.
    pub maybe: Vec<String>,
}

/// What was done and what was promised.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Answers, in the order in which they were first tried.
    pub answers: Vec<Answer>,
    /// Notes, likewise.
    pub notes: Vec<Note>,
    /// Drafts by conversation.
    pub drafts: BTreeMap<String, Draft>,
    /// Posts, in the order in which they were begun.
    pub posts: Vec<Spoken>,
    /// Drafts that were sent.
    pub drafted: u64,
    /// Requests that got no answer at all.
    pub cut: u64,
    /// Requests sent again under a key that was used.
    pub again: u64,
    /// Answers with a status of 500 or more, by status and code: refused, not promised.
    pub failed: BTreeMap<String, u64>,
    /// Promises that were broken, and answers that nobody should get.
    pub wrong: Vec<String>,
}

impl Ledger {
    /// Answers and posts that nobody has promised yet.
    pub fn open(&self) -> usize {
        self.answers.iter().filter(|it| it.message.is_none()).count()
            + self.posts.iter().filter(|it| it.due.is_none()).count()
    }
}

/// What people do now.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// Everything.
    Work = 0,
    /// Only what was begun and not promised.
    Finish = 1,
    /// Nothing any more.
    Stop = 2,
}

/// All of them.
pub struct People {
    ledger: Mutex<Ledger>,
    mode: AtomicU8,
    net: Net,
    /// Addresses of the API: one for each node. Who gets no answer from one asks the next.
    bases: Vec<String>,
    turn: AtomicUsize,
}

impl People {
    /// People who call the program at `nodes` (`host:port`).
    ///
    /// # Errors
    /// No client can be made.
    pub fn new(nodes: &[&str]) -> Result<Arc<Self>> {
        let options = NetOptions {
            allow: nodes.iter().map(|it| (*it).to_owned()).collect(),
            timeout: Duration::from_secs(20),
            ..NetOptions::default()
        };
        Ok(Arc::new(Self {
            ledger: Mutex::default(),
            mode: AtomicU8::new(Mode::Work as u8),
            net: Net::new(&options)?,
            bases: nodes.iter().map(|it| format!("http://{it}/api/v1")).collect(),
            turn: AtomicUsize::new(0),
        }))
    }

    /// What was done and promised.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what they do.
    pub fn set(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::SeqCst);
    }

    fn is(&self, mode: Mode) -> bool {
        self.mode.load(Ordering::SeqCst) == mode as u8
    }

    /// One of them at work, until told to stop.
    pub async fn work(self: Arc<Self>, caller: usize, token: String, mut random: Random) {
        let mut conversations: Vec<String> = Vec::new();
        let mut asked = 0_u32;
        while !self.is(Mode::Stop) {
            tokio::time::sleep(Duration::from_millis(random.between(20, 220))).await;
            if let Some(place) = self.unpromised(caller) {
                self.answer(&token, place).await;
            } else if self.is(Mode::Work) {
                if conversations.is_empty() || asked >= 12 {
                    conversations = self.conversations(&token).await.unwrap_or(conversations);
                    asked = 0;
                }
                asked += 1;
                let Some(id) = random.pick(&conversations).cloned() else { continue };
                match random.between(0, 100) {
                    0..60 => {
                        let place = self.begin_answer(caller, id, random.percent(8));
                        self.answer(&token, place).await;
                    }
                    60..75 => self.note(&token, &id).await,
                    75..92 if caller == 0 => self.draft(&token, &id).await,
                    _ => self.repeat(&token, &mut random).await,
                }
            }
        }
    }

    /// The oldest answer of this caller that nobody has promised to give.
    fn unpromised(&self, caller: usize) -> Option<usize> {
        self.ledger().answers.iter().position(|it| it.caller == caller && it.message.is_none())
    }

    fn begin_answer(&self, caller: usize, conversation: String, picture: bool) -> usize {
        let mut ledger = self.ledger();
        let number = ledger.answers.len();
        let (key, text) = (format!("key-{number}"), format!("answer a{number} from us"));
        ledger.answers.push(Answer { caller, key, conversation, text, picture, message: None });
        number
    }

    async fn send(&self, request: Request, token: &str) -> Option<(u16, Value)> {
        match self.net.send(request.bearer(token)).await {
            Ok(answer) => Some((answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())),
            Err(_) => {
                self.ledger().cut += 1;
                self.turn.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }

    fn request(&self, method: Method, path: &str) -> Option<Request> {
        let base = self.bases.get(self.turn.load(Ordering::Relaxed) % self.bases.len())?;
        Some(Request::new(method, format!("{base}{path}").parse().ok()?))
    }

    /// Sorts an answer: true when it keeps to what was asked (`status`), false when nothing was promised.
    fn promised(&self, what: &str, status: u16, wanted: u16, body: &Value) -> bool {
        if status == wanted {
            return true;
        }
        let mut ledger = self.ledger();
        match status {
            500.. => {
                let code = body["code"].as_str().unwrap_or("without a code");
                *ledger.failed.entry(format!("{status} {code}")).or_default() += 1;
            }
            429 => {}
            _ => ledger.wrong.push(format!("{what}: status {status}: {body}")),
        }
        false
    }

    async fn conversations(&self, token: &str) -> Option<Vec<String>> {
        let request = self.request(Method::GET, "/conversations?order=newest&limit=60")?;
        let (status, body) = self.send(request, token).await?;
        let ids = body["items"].as_array()?.iter().filter_map(|it| it["id"].as_str());
        (status == 200).then(|| ids.map(str::to_owned).collect())
    }

    /// Gives an answer, or asks again what became of it: the same under the same key.
    async fn answer(&self, token: &str, place: usize) {
        let Some(it) = self.ledger().answers.get(place).cloned() else { return };
        let picture = json!({ "mime": "image/png", "data": PICTURE, "alt": "a dot" });
        let media = if it.picture { vec![picture] } else { Vec::new() };
        let path = format!("/conversations/{}/replies", it.conversation);
        let Some(request) = self.request(Method::POST, &path) else { return };
        let request = request.header(HeaderName::from_static("idempotency-key"), &it.key);
        let request = request.json(json!({ "text": it.text, "anyway": true, "media": media }));
        let Some((status, body)) = self.send(request, token).await else { return };
        if !self.promised("answer", status, 201, &body) {
            return;
        }
        let message = body["message"].as_str().unwrap_or_default().to_owned();
        let mut ledger = self.ledger();
        let before = ledger.answers.get(place).and_then(|it| it.message.clone());
        match before {
            Some(before) if before != message => {
                ledger.wrong.push(format!("{}: {before} was promised, then {message}", it.key));
            }
            Some(_) => {}
            None => {
                if let Some(it) = ledger.answers.get_mut(place) {
                    it.message = Some(message);
                }
            }
        }
    }

    /// Sends one again that was promised already.
    async fn repeat(&self, token: &str, random: &mut Random) {
        let place = {
            let mut ledger = self.ledger();
            let promised: Vec<usize> =
                (0..).zip(&ledger.answers).filter(|(_, it)| it.message.is_some()).map(|(at, _)| at).collect();
            ledger.again += 1;
            random.pick(&promised).copied()
        };
        if let Some(place) = place {
            self.answer(token, place).await;
        }
    }

    async fn note(&self, token: &str, conversation: &str) {
        let (place, text) = {
            let mut ledger = self.ledger();
            let place = ledger.notes.len();
            let text = format!("note n{place} among us");
            ledger.notes.push(Note { text: text.clone(), kept: false });
            (place, text)
        };
        let Some(request) = self.request(Method::POST, &format!("/conversations/{conversation}/notes"))
        else {
            return;
        };
        let Some((status, body)) = self.send(request.json(json!({ "text": text })), token).await else {
            return;
        };
        if self.promised("note", status, 201, &body)
            && let Some(it) = self.ledger().notes.get_mut(place)
        {
            it.kept = true;
        }
    }

    /// One draft per conversation, of the kind that an answer doesn't clear away. Only the first of the people drafts, so
    /// that what was sent last is known.
    async fn draft(&self, token: &str, conversation: &str) {
        let text = {
            let mut ledger = self.ledger();
            ledger.drafted += 1;
            let text = format!("draft d{}", ledger.drafted);
            ledger.drafts.entry(conversation.to_owned()).or_default().maybe.push(text.clone());
            text
        };
        let path = format!("/conversations/{conversation}/drafts/direct");
        let Some(request) = self.request(Method::PUT, &path) else { return };
        let Some((status, body)) = self.send(request.json(json!({ "text": text })), token).await else {
            return;
        };
        if self.promised("draft", status, 204, &body)
            && let Some(it) = self.ledger().drafts.get_mut(conversation)
        {
            // One whose answer was cut off may have come in late.
            it.maybe.retain(|other| *other != text);
            it.kept = Some(text);
        }
    }
}
