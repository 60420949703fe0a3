//! One history: people speak, change their minds and delete; colleagues answer, note, take back, put aside and publish; the network
//! loses, repeats and mixes up; clocks jump; the program dies in the middle of calls and is started again. All from a seed.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use parvis::app::App;
use parvis::clock::{Clock, DAY, HOUR, MINUTE};
use parvis::command::answer::{self, Answer};
use parvis::command::{Done, Refusal, triage, undo};
use parvis::id::{ConversationId, JournalId};
use parvis::intake;
use parvis::store::message::{self, Message, Stage};
use parvis::store::{channel, job};
use parvis::work::{self, publish, read_back, release};
use parvis_channels::{Observation, ObservationKind, Received, Source, Visibility};

use super::house::{self, House, START};
use super::press::Spoken;
use super::world::{STREAM, World, seconds};
use crate::random::Random;

/// Steps of a history.
const STEPS: (u64, u64) = (8, 30);
/// Rounds until everything has come to rest, each up to the next job.
const ROUNDS: usize = 400;

/// An answer that was accepted.
pub struct Given {
    /// What it says; no two say the same.
    pub text: String,
    /// What the command gave.
    done: Done,
    /// When (µs, by our clock).
    at: i64,
    key: String,
    conversation: ConversationId,
    person: usize,
    close: bool,
    anyway: bool,
}

/// A history as it goes.
pub struct History {
    /// The program; another after each death.
    pub app: Arc<App>,
    /// The network.
    pub world: Arc<World>,
    /// Who is who.
    pub house: House,
    /// Answers that were accepted.
    pub given: Vec<Given>,
    /// Notes that were kept.
    pub notes: Vec<String>,
    /// Posts that were brought.
    pub spoken: Vec<Spoken>,
    /// What is wrong.
    pub wrong: Vec<String>,
    address: String,
    data: PathBuf,
    /// Ours.
    pub clock: Clock,
    /// Where chance comes from.
    pub random: Random,
    /// What was written so far, so that no two say the same.
    pub written: usize,
}

impl History {
    /// A history on a database that holds `house`. `deadly`: the program may die in it.
    ///
    /// # Errors
    /// The database can't be opened.
    pub async fn begin(seed: u64, address: &str, data: PathBuf, house: House, deadly: bool) -> Result<Self> {
        let (world, clock) = (Arc::new(World::new(seed, START)), Clock::fixed(START));
        world.state().deadly = deadly;
        let app = Arc::new(house::open(address, &data, &clock, &world).await?);
        Ok(Self {
            app,
            world,
            house,
            given: Vec::new(),
            notes: Vec::new(),
            spoken: Vec::new(),
            wrong: Vec::new(),
            address: address.to_owned(),
            data,
            clock,
            random: Random::new(seed),
            written: 0,
        })
    }

    /// Goes through all its steps, and on until nothing moves any more.
    ///
    /// # Errors
    /// The database can't be used.
    pub async fn live(&mut self) -> Result<()> {
        self.speak();
        self.speak();
        self.poll().await?;
        for _ in 0..self.random.between(STEPS.0, STEPS.1) {
            match self.random.between(0, 125) {
                100.. => self.press().await?,
                0..12 => self.speak(),
                12..18 => self.change(),
                18..30 => self.poll().await?,
                30..35 => self.push().await?,
                35..57 => self.answer().await?,
                57..61 => self.note().await?,
                61..66 => self.take_back().await?,
                66..71 => self.triage().await?,
                71..90 => self.work().await?,
                90..95 => self.wait(),
                95..98 => self.jump(),
                _ => self.restart().await?,
            }
        }
        self.come_to_rest().await
    }

    fn speak(&mut self) {
        let mut state = self.world.state();
        let author = self.random.between(2, 6);
        let parent = if self.random.percent(50) {
            self.random.pick(&state.said).map(|it| it.id.clone())
        } else {
            None
        };
        // Now and then below something that wasn't said to us.
        let parent = if parent.is_none() && self.random.percent(25) {
            let place = state.speak(author + 10, None, false, false);
            state.said.get(place).map(|it| it.id.clone())
        } else {
            parent
        };
        state.speak(author, parent, true, self.random.percent(15));
    }

    fn change(&mut self) {
        let mut state = self.world.state();
        let place = self.random.between(0, state.said.len() as u64);
        let deleted = self.random.percent(30);
        state.change(usize::try_from(place).unwrap_or(0), deleted);
    }

    /// Does something in which the program may die; then it is started again.
    async fn or_die<T>(&mut self, what: impl Future<Output = T>) -> Result<Option<T>> {
        let world = Arc::clone(&self.world);
        tokio::select! {
            biased;
            () = world.death.notified() => {}
            done = what => return Ok(Some(done)),
        }
        self.restart().await?;
        Ok(None)
    }

    async fn poll(&mut self) -> Result<()> {
        let (app, house, channel) = (Arc::clone(&self.app), self.house.id, self.house.channel);
        let done = self.or_die(async move { intake::listen::poll(&app, house, channel).await }).await?;
        if let Some(Err(intake::listen::Error::Store(error))) = done {
            self.wrong.push(format!("poll: {error}"));
        }
        Ok(())
    }

    /// Something is pushed: the same thing that can be asked for, once or twice.
    async fn push(&mut self) -> Result<()> {
        let seen = {
            let state = self.world.state();
            let place = self.random.between(0, state.said.len() as u64);
            state.pushed(usize::try_from(place).unwrap_or(0))
        };
        let Some(seen) = seen else { return Ok(()) };
        let delivery = Observation {
            remote_id: format!("delivery:{}:{:?}", seen.remote_id, seen.version_at),
            kind: ObservationKind::Unsupported,
            source: Source::Stream,
            item: None,
            ..seen.clone()
        };
        let received = Received { delivery, observations: vec![seen] };
        for _ in 0..self.random.between(1, 3) {
            let took =
                intake::receive::receive(&self.app, self.house.id, self.house.channel, &received).await;
            if let Err(error) = took {
                self.wrong.push(format!("push: {error}"));
            }
        }
        Ok(())
    }

    /// A conversation that somebody began.
    async fn conversation(&mut self) -> Result<Option<ConversationId>> {
        let id = {
            let state = self.world.state();
            self.random.pick(&state.said).filter(|it| it.addressed).map(|it| it.id.clone())
        };
        let Some(id) = id else { return Ok(None) };
        let mut conn = self.app.db.read().await?;
        let found = message::by_remote(&mut conn, self.house.id, self.house.channel, &id).await?;
        Ok(found.map(|it| it.conversation))
    }

    async fn answer(&mut self) -> Result<()> {
        if !self.given.is_empty() && self.random.percent(20) {
            return self.answer_again().await;
        }
        let Some(conversation) = self.conversation().await? else { return Ok(()) };
        self.written += 1;
        let mut it = Given {
            text: format!("a{} from us", self.written),
            done: Done { journal: JournalId::new(START), conversation },
            at: self.clock.now(),
            key: format!("key-{}", self.written),
            conversation,
            person: usize::from(self.random.percent(40)),
            close: self.random.percent(30),
            anyway: self.random.percent(60),
        };
        match self.reply(&it).await {
            Ok(done) => {
                it.done = done;
                self.given.push(it);
            }
            Err(refusal) => self.refused("answer", &refusal),
        }
        Ok(())
    }

    async fn reply(&self, it: &Given) -> parvis::command::Result<Done> {
        let answer = Answer {
            text: it.text.clone(),
            visibility: Visibility::Public,
            close: it.close,
            seen: None,
            anyway: it.anyway,
            media: Vec::new(),
            reason: String::new(),
            suggestion: None,
        };
        let actor = self.house.people.get(it.person).ok_or(Refusal::NotFound)?;
        answer::reply_once(&self.app, actor, it.conversation, answer, Some(&it.key)).await
    }

    /// The same once more under its key: it was promised, so the same has to be said. Keys are known for a day.
    async fn answer_again(&mut self) -> Result<()> {
        let known_since = self.clock.now() - 20 * HOUR;
        let Some(it) = self.random.pick(&self.given).filter(|it| it.at > known_since) else { return Ok(()) };
        let again = self.reply(it).await;
        if !matches!(&again, Ok(done) if *done == it.done) {
            let wrong = format!("{} again: {again:?}, not {:?}", it.text, it.done);
            self.wrong.push(wrong);
        }
        Ok(())
    }

    async fn note(&mut self) -> Result<()> {
        let Some(conversation) = self.conversation().await? else { return Ok(()) };
        self.written += 1;
        let text = format!("n{} among us", self.written);
        let Some(actor) = self.house.people.first() else { return Ok(()) };
        match answer::note(&self.app, actor, conversation, &text).await {
            Ok(_) => self.notes.push(text),
            Err(refusal) => self.refused("note", &refusal),
        }
        Ok(())
    }

    /// An answer of chance, as it stands in the database.
    async fn an_answer(&mut self) -> Result<Option<Message>> {
        let Some(conversation) = self.random.pick(&self.given).map(|it| it.conversation) else {
            return Ok(None);
        };
        Ok(message::last_out(&mut self.app.db.read().await?, self.house.id, conversation).await?)
    }

    /// What is held is withdrawn; what was refused is tried again.
    async fn take_back(&mut self) -> Result<()> {
        let by_undo = self.random.percent(40);
        let given = self.random.pick(&self.given).map(|it| it.done.journal);
        let Some(it) = self.an_answer().await? else { return Ok(()) };
        let Some(actor) = self.house.people.first() else { return Ok(()) };
        let done = match (it.stage, given) {
            (_, Some(journal)) if by_undo => undo::undo(&self.app, actor, journal).await,
            (Stage::Rejected, _) => answer::retry(&self.app, actor, it.id).await,
            _ => answer::withdraw(&self.app, actor, it.id).await,
        };
        if let Err(refusal) = done {
            self.refused("take back", &refusal);
        }
        Ok(())
    }

    async fn triage(&mut self) -> Result<()> {
        let Some(id) = self.conversation().await? else { return Ok(()) };
        let (app, until) = (&self.app, self.clock.now() + seconds(self.random.between(60, 7_200)));
        let [one, other] = &self.house.people;
        let done = match self.random.between(0, 6) {
            0 => triage::close(app, one, id).await,
            1 => triage::snooze(app, one, id, until).await,
            2 => triage::reopen(app, one, id).await,
            3 => triage::take(app, other, id).await,
            4 => triage::mark_urgent(app, one, id, self.random.percent(50)).await,
            _ => triage::tag(app, one, id, "simulated").await,
        };
        if let Err(refusal) = done {
            self.refused("triage", &refusal);
        }
        Ok(())
    }

    /// A refusal is an answer; a database that refuses isn't.
    pub fn refused(&mut self, what: &str, refusal: &Refusal) {
        if matches!(refusal, Refusal::Store(_) | Refusal::Media(_) | Refusal::Full(_) | Refusal::Sealed) {
            self.wrong.push(format!("{what}: {refusal}"));
        }
    }

    /// Does what is due; as a rule a while later, so that something is.
    async fn work(&mut self) -> Result<()> {
        if self.random.percent(70) {
            let time = seconds(self.random.between(1, 14));
            self.pass(time);
        }
        let app = Arc::clone(&self.app);
        if let Some(Err(error)) = self.or_die(async move { work::step(&app).await }).await? {
            self.wrong.push(format!("work: {error}"));
        }
        Ok(())
    }

    /// Time passes, here and there.
    fn wait(&mut self) {
        let most = self.random.pick(&[2_u64, 15, 120, 3_600]).copied().unwrap_or(2);
        let time = seconds(self.random.between(1, most + 1));
        self.pass(time);
    }

    fn pass(&self, time: i64) {
        self.clock.advance(time);
        self.world.state().now += time;
    }

    /// Our clock is set, the network's isn't.
    fn jump(&mut self) {
        let ahead = self.random.percent(50);
        let time = seconds(self.random.between(1, 300));
        self.clock.advance(if ahead { time } else { -time });
        *self.world.state().hits.entry("jumps of our clock").or_default() += 1;
    }

    /// The program is gone, and another begins on what it left.
    async fn restart(&mut self) -> Result<()> {
        self.app.db.close().await;
        self.app = Arc::new(house::open(&self.address, &self.data, &self.clock, &self.world).await?);
        *self.world.state().hits.entry("starts").or_default() += 1;
        Ok(())
    }

    /// The network behaves, and time goes on from job to job until nothing moves.
    async fn come_to_rest(&mut self) -> Result<()> {
        self.world.state().faulty = false;
        self.put_back().await?;
        // What is counted of posts a week later isn't waited for.
        let soon = self.clock.now() + DAY;
        for _ in 0..ROUNDS {
            self.poll().await?;
            self.work().await?;
            let mut conn = self.app.db.read().await?;
            let mut next: Option<i64> = None;
            for kind in [publish::KIND, read_back::KIND, release::KIND] {
                let at = job::next_at(&mut conn, kind).await?.filter(|at| *at < soon);
                next = next.into_iter().chain(at).min();
            }
            let cursor = channel::cursor(&mut conn, self.house.id, self.house.channel, STREAM).await?;
            drop(conn);
            let is_heard = self.world.state().is_heard(cursor.as_deref());
            match next {
                None if is_heard => return Ok(()),
                Some(at) => self.pass((at - self.clock.now()).clamp(0, 30 * MINUTE) + 1),
                None => self.pass(seconds(10)),
            }
        }
        self.wrong.push("it doesn't come to rest".to_owned());
        Ok(())
    }

    /// Ends it.
    pub async fn end(self) {
        self.app.db.close().await;
    }
}
