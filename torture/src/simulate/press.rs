//! Posts in a history: found words for, validated, given their hour, changed, moved, stopped, put back and resumed, some as
//! threads, some with a first comment. No two parts say the same, so what stands on the network says which version of which post it is of.

use anyhow::Result;
use parvis::clock::MINUTE;
use parvis::command::post::words::{self, Words};
use parvis::command::post::{self as command, Idea, With, look};
use parvis::command::{Refusal, stop};
use parvis::id::PostId;
use parvis::rules::post::{State, Step};
use parvis::store::message::{self, Message, Stage};
use parvis::store::post::{self, Post};

use super::history::History;
use super::world::{Said, seconds};

/// A post of the history.
pub struct Spoken {
    /// Its id.
    pub id: PostId,
    /// The parts of the version that stands now: the first word of each.
    parts: Vec<String>,
    /// The last of them is a first comment.
    commented: bool,
    /// Somebody left it as it stood.
    settled: bool,
}

impl History {
    /// Something is done to a post, or to all.
    ///
    /// # Errors
    /// The database can't be used.
    pub async fn press(&mut self) -> Result<()> {
        let now = self.clock.now();
        let at = now + seconds(self.random.between(30, 3_000));
        let count = self.spoken.len() as u64;
        let one = usize::try_from(self.random.between(0, count)).ok().filter(|_| count > 0);
        match (self.random.between(0, 100), one) {
            (0..34, _) | (_, None) => self.bring().await,
            (34..48, Some(place)) => {
                if self.write(place).await? {
                    self.hand_over(place).await;
                }
                Ok(())
            }
            (48..56, Some(place)) => self.step(place, Step::Move, Some(at)).await,
            (56..60, Some(place)) => self.step(place, Step::Unschedule, None).await,
            (60..66, Some(place)) => self.step(place, Step::Schedule, Some(at)).await,
            (66..72, Some(place)) => self.step(place, Step::PublishNow, None).await,
            (72..86, Some(place)) => self.step(place, Step::Resume, None).await,
            (86..88, Some(place)) => self.step(place, Step::Settle, None).await,
            (88..92, _) => self.stop().await,
            _ => self.lift().await,
        }
    }

    /// An idea, its words, the last word and its hour.
    async fn bring(&mut self) -> Result<()> {
        self.written += 1;
        let idea =
            Idea { title: format!("Post {}", self.written), origin: "team".to_owned(), ..Idea::default() };
        let [author, _] = &self.house.people;
        let id = match command::propose(&self.app, author, idea).await {
            Ok(id) => id,
            Err(refusal) => {
                self.refused("propose", &refusal);
                return Ok(());
            }
        };
        let place = self.spoken.len();
        self.spoken.push(Spoken { id, parts: Vec::new(), commented: false, settled: false });
        for way in [Step::Keep, Step::Brief] {
            self.step(place, way, None).await?;
        }
        if self.write(place).await? {
            self.step(place, Step::Submit, None).await?;
            self.hand_over(place).await;
        }
        Ok(())
    }

    /// Other words; whether they were taken.
    async fn write(&mut self, place: usize) -> Result<bool> {
        let Some(id) = self.spoken.get(place).map(|it| it.id) else { return Ok(false) };
        let mut conn = self.app.db.read().await?;
        let found = post::get(&mut conn, self.house.id, id).await?;
        drop(conn);
        self.written += 1;
        let count = if self.random.percent(40) { self.random.between(2, 4) } else { 1 };
        let mut parts: Vec<String> = (1..=count).map(|part| format!("x{}p{part}", self.written)).collect();
        let said: Vec<String> = parts.iter().map(|it| format!("{it} opens at noon.")).collect();
        let commented = self.random.percent(30);
        let comment = format!("x{}c", self.written);
        let first_comment = if commented { format!("{comment} has the programme.") } else { String::new() };
        parts.extend(commented.then_some(comment));
        let channels = vec![self.house.channel];
        let new = Words {
            version: found.map_or(0, |it| it.version),
            text: said.join("\n---\n"),
            first_comment,
            threaded: channels.clone(),
            channels,
            ..Words::default()
        };
        let [author, _] = &self.house.people;
        match words::rewrite(&self.app, author, id, &new).await {
            Ok(_) => {
                if let Some(it) = self.spoken.get_mut(place) {
                    it.parts = parts;
                    it.commented = commented;
                }
                Ok(true)
            }
            Err(refusal) => {
                self.refused("write", &refusal);
                Ok(false)
            }
        }
    }

    /// It is read, and as a rule validated and given its hour.
    async fn hand_over(&mut self, place: usize) {
        let Some(id) = self.spoken.get(place).map(|it| it.id) else { return };
        let [_, reader] = self.house.people.clone();
        for item in ["facts", "links", "charter"] {
            if let Err(refusal) = look::tick(&self.app, &reader, id, item, true).await {
                self.refused("tick", &refusal);
            }
        }
        let at = self.clock.now() + seconds(self.random.between(1, 1_800));
        let ways: &[(Step, Option<i64>)] = match self.random.between(0, 10) {
            0 => &[],
            1 => &[(Step::Validate, None)],
            2..5 => &[(Step::Validate, None), (Step::PublishNow, None)],
            _ => &[(Step::Validate, None), (Step::Schedule, Some(at))],
        };
        for (way, at) in ways {
            if self.try_step(place, *way, *at).await.is_err() {
                return;
            }
        }
    }

    async fn step(&mut self, place: usize, way: Step, at: Option<i64>) -> Result<()> {
        // What stands against a step is the history's business, not a fault.
        let _ = self.try_step(place, way, at).await;
        Ok(())
    }

    async fn try_step(&mut self, place: usize, way: Step, at: Option<i64>) -> parvis::command::Result<Post> {
        let [_, manager] = self.house.people.clone();
        let it = self.spoken.get(place).ok_or(Refusal::NotFound)?;
        let done = command::take(&self.app, &manager, it.id, way, With { at, ..With::default() }).await;
        match &done {
            Ok(_) if way == Step::Settle => {
                if let Some(it) = self.spoken.get_mut(place) {
                    it.settled = true;
                }
            }
            Ok(_) => {}
            Err(refusal) => self.refused(way.as_str(), refusal),
        }
        done
    }

    async fn stop(&mut self) -> Result<()> {
        let [_, manager] = self.house.people.clone();
        match stop::begin(&self.app, &manager, "simulated").await {
            Ok(_) => *self.world.state().hits.entry("stops").or_default() += 1,
            Err(refusal) => self.refused("stop", &refusal),
        }
        Ok(())
    }

    async fn lift(&mut self) -> Result<()> {
        let [_, manager] = self.house.people.clone();
        if let Err(refusal) = stop::lift(&self.app, &manager).await {
            self.refused("lift", &refusal);
        }
        Ok(())
    }

    /// Before all comes to rest a person puts back what was held, and has handed over again what was refused.
    ///
    /// # Errors
    /// The database can't be used.
    pub async fn put_back(&mut self) -> Result<()> {
        self.lift().await?;
        for place in 0..self.spoken.len() {
            if self.random.percent(60) {
                self.step(place, Step::Move, Some(self.clock.now() + MINUTE)).await?;
                self.step(place, Step::Resume, None).await?;
            }
        }
        Ok(())
    }
}

/// What is wrong with posts when a history has come to rest, and how many of their parts stand there.
///
/// # Errors
/// The database can't be read.
pub async fn check(history: &History) -> Result<(Vec<String>, u64)> {
    let mut conn = history.app.db.read().await?;
    let standing = posts_of(&history.world.state().said);
    let mut wrong = Vec::new();
    for spoken in &history.spoken {
        let Some(it) = post::get(&mut conn, history.house.id, spoken.id).await? else {
            wrong.push(format!("a post is gone: {:?}", spoken.parts));
            continue;
        };
        let mut left = Vec::new();
        for part in post::part::list(&mut conn, history.house.id, it.id, history.house.channel).await? {
            left.extend(message::get(&mut conn, history.house.id, part.message).await?);
        }
        let found = Found { spoken, left: &left, standing: &standing };
        wrong.extend(found.wrong(&it, history.clock.now()).map(|what| format!("{what}: {it:?}, {left:?}")));
    }
    for it in &standing {
        let word = first_word(&it.text);
        if !history.spoken.iter().any(|post| post.parts.iter().any(|part| part == word)) {
            wrong.push(format!("stands there, though nobody wrote it or it was changed before: {}", it.text));
        }
    }
    Ok((wrong, standing.len() as u64))
}

/// What stands there of our posts.
fn posts_of(said: &[Said]) -> Vec<Said> {
    said.iter().filter(|it| it.author.is_none() && it.text.starts_with('x')).cloned().collect()
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// A post, what left of it here, and all posts that stand there.
struct Found<'a> {
    spoken: &'a Spoken,
    left: &'a [Message],
    standing: &'a [Said],
}

impl Found<'_> {
    /// What stands there of a part.
    fn there(&self, part: &str) -> Vec<&Said> {
        self.standing.iter().filter(|it| first_word(&it.text) == part).collect()
    }

    /// The first thing that is wrong with it.
    fn wrong(&self, it: &Post, now: i64) -> Option<String> {
        if it.released_at.is_none() {
            let forgotten = it.state == State::Scheduled
                && it.held_at.is_none()
                && it.due_at.is_none_or(|due| due + MINUTE < now);
            let stands = self.spoken.parts.iter().any(|part| !self.there(part).is_empty());
            return match (forgotten, stands) {
                (_, true) => Some("stands there and never left".to_owned()),
                (true, _) => Some("its hour has passed and nothing came of it".to_owned()),
                _ => None,
            };
        }
        if self.left.len() != self.spoken.parts.len() {
            return Some("not as many messages as parts".to_owned());
        }
        let (mut root, mut before): (Option<&Said>, Option<&Said>) = (None, None);
        let last = self.spoken.parts.len() - 1;
        for (number, (part, message)) in self.spoken.parts.iter().zip(self.left).enumerate() {
            let there = self.there(part);
            let is_told = match (message.stage, there.as_slice()) {
                (Stage::Published, [one]) => message.remote_id.as_deref() == Some(&one.id),
                (Stage::Rejected, there) => {
                    there.len() <= usize::from(message.error_code.as_deref() == Some("unknown"))
                }
                (Stage::Withdrawn, []) => true,
                // A part waits for the one before it, or for a person.
                (Stage::Held, []) => number > 0 && (before.is_none() || it.held_at.is_some()),
                _ => false,
            };
            if !is_told {
                return Some(format!(
                    "{part} is told as {:?} and stands there {} times",
                    message.stage,
                    there.len()
                ));
            }
            let one = there.first().copied();
            // A first comment stands below the first of all.
            let above = if self.spoken.commented && number == last { root } else { before };
            if one.is_some_and(|one| one.parent.as_ref() != above.map(|it| &it.id)) {
                return Some(format!("{part} doesn't stand below {above:?}"));
            }
            root = root.or(one);
            before = one.filter(|_| message.stage == Stage::Published);
        }
        let stands = self.left.iter().all(|it| it.stage == Stage::Published);
        let is_published = matches!(it.state, State::Published | State::Measured);
        (stands != is_published && !self.spoken.settled && it.held_at.is_none())
            .then(|| "isn't told as it stands".to_owned())
    }
}
