//! Access whose renewal is good once, on both engines: it is handed over once whoever wants to, a renewal that was cut off
//! is told and not repeated, and what isn't taken any more is renewed at once.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use parvis_channels::{
    Access, Account, CapabilitySet, Channel, ChannelError, ChannelKind, Field, MentionRule, Net, Page, Probe,
    Secret, TextRule, TextUnit,
};
use tokio::sync::Semaphore;

use crate::account;
use crate::app::App;
use crate::clock::{Clock, HOUR, MINUTE, SECOND};
use crate::config::Config;
use crate::intake::listen;
use crate::room::Rooms;
use crate::seal::SealKey;
use crate::store::channel::{self, Renewal};
use crate::store::{job, journal};
use crate::testing::{House, assert_whole, houses};
use crate::work::{self, LEASE, Outcome, renew};

/// A network whose tokens are numbers: each renews the access once, and whoever presents one twice loses the account.
struct Network {
    state: Mutex<State>,
    /// Answers wait until they are let through.
    answers: Semaphore,
}

#[derive(Default)]
struct State {
    /// The token that is good; `None` once the account is lost.
    good: Option<u64>,
    presented: Vec<u64>,
    given_back: Vec<u64>,
    /// Renewals get no answer, and nothing comes of them.
    away: bool,
}

fn number(account: &Account) -> u64 {
    account.secret.expose().parse().unwrap()
}

#[async_trait]
impl Channel for Network {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }

    fn streams(&self) -> &'static [&'static str] {
        &["all"]
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    async fn probe(&self, _net: &Net, _account: &Account) -> Result<Probe, ChannelError> {
        unreachable!("nobody asks")
    }

    async fn pull(
        &self,
        _net: &Net,
        account: &Account,
        _stream: &str,
        _cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        if self.state.lock().unwrap().good != Some(number(account)) {
            return Err(ChannelError::Lapsed { message: "unknown token".to_owned() });
        }
        let cursor = "here".to_owned();
        Ok(Page { observations: Vec::new(), cursor, more: false, budget: None, notice: None })
    }

    fn renews_once(&self, _account: &Account) -> bool {
        true
    }

    async fn renew(&self, _net: &Net, account: &Account) -> Result<Access, ChannelError> {
        let next = {
            let mut state = self.state.lock().unwrap();
            if state.away {
                return Err(ChannelError::Unreachable { message: "away".to_owned() });
            }
            let shown = number(account);
            state.presented.push(shown);
            state.good = state.good.filter(|good| *good == shown).map(|good| good + 1);
            state.good
        };
        self.answers.acquire().await.unwrap().forget();
        let next = next.ok_or(ChannelError::Unauthorized { message: "replayed".to_owned() })?;
        let lives_for = Some(std::time::Duration::from_secs(3_600));
        Ok(Access { secret: Secret::new(next.to_string()), lives_for })
    }

    async fn revoke(&self, _net: &Net, account: &Account) -> Result<(), ChannelError> {
        self.state.lock().unwrap().given_back.push(number(account));
        Ok(())
    }

    fn text_rule(&self, _capabilities: &CapabilitySet) -> TextRule {
        TextRule {
            unit: TextUnit::Scalar,
            max: 500,
            also: None,
            url_len: None,
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: false,
        }
    }
}

/// The house's channel signed in at this network with token 1, for an hour; and two nodes, on one machine where the
/// engine has but one.
async fn signed_in(house: &House) -> ([Arc<App>; 2], Arc<Network>) {
    let network = Arc::new(Network {
        state: Mutex::new(State { good: Some(1), ..State::default() }),
        answers: Semaphore::new(0),
    });
    let node = |db| {
        let config = Config { data: house.app.config.data.clone(), ..Config::default() };
        let clock: Clock = house.app.clock.clone();
        let mut app = App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap();
        app.rooms = Rooms::One(network.clone());
        Arc::new(app)
    };
    let other = house.beside().await.map_or_else(|| house.app.db.clone(), |app| app.db.clone());
    let nodes = [node(house.app.db.clone()), node(other)];
    let now = house.app.now();
    let mut conn = house.app.db.write().await.unwrap();
    let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    it.secret = account::seal(&house.app, it.id, &Secret::new("1")).unwrap();
    it.secret_expires_at = Some(now + HOUR);
    channel::update(&mut conn, house.id, &it).await.unwrap();
    renew::enqueue(&mut conn, house.id, it.id, now + HOUR, now).await.unwrap();
    conn.commit().await.unwrap();
    (nodes, network)
}

/// Claims the renewal that is due.
async fn claim(app: &App) -> Option<job::Job> {
    let mut conn = app.db.write().await.unwrap();
    let now = app.now();
    let claimed = job::claim(&mut conn, renew::KIND, now, now + LEASE, 1).await.unwrap();
    conn.commit().await.unwrap();
    claimed.into_iter().next()
}

async fn standing(house: &House) -> (Option<Renewal>, String) {
    let mut conn = house.app.db.read().await.unwrap();
    let it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    (it.renewal, account::open(&house.app, &it).unwrap().secret.expose().to_owned())
}

async fn verbs(house: &House) -> Vec<String> {
    let mut conn = house.app.db.read().await.unwrap();
    let rows = journal::page(&mut conn, house.id, None, 50).await.unwrap();
    rows.into_iter().map(|row| row.verb).filter(|verb| verb.starts_with("channel.")).collect()
}

#[tokio::test]
async fn a_token_that_is_good_once_is_handed_over_once_though_a_node_is_held_up() {
    for house in houses().await {
        let ([first, second], network) = signed_in(&house).await;
        house.app.clock.advance(HOUR / 2 + SECOND);
        let job = claim(&first).await.expect("it is due");
        let held_up = tokio::spawn({
            let first = first.clone();
            async move { renew::carry_out(&first, &job).await.unwrap() }
        });
        while network.state.lock().unwrap().presented.is_empty() {
            tokio::task::yield_now().await;
        }
        // The lease of the first ends while it waits for its answer: another node takes the job, and presents nothing.
        house.app.clock.advance(LEASE + SECOND);
        let job = claim(&second).await.expect("the lease has ended");
        let outcome = renew::carry_out(&second, &job).await.unwrap();
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        assert_eq!(standing(&house).await.0, Some(Renewal::Lost));
        // The answer comes after all: it is kept, and the next renewal is planned.
        network.answers.add_permits(1);
        assert_eq!(held_up.await.unwrap(), Outcome::Done);
        assert_eq!(standing(&house).await, (None, "2".to_owned()));
        house.app.clock.advance(HOUR / 2 + SECOND);
        network.answers.add_permits(1);
        work::step(&second).await.unwrap();
        assert_eq!(standing(&house).await, (None, "3".to_owned()));
        assert_eq!(network.state.lock().unwrap().presented, [1, 2], "{}", first.db.engine_name());
        assert_eq!(verbs(&house).await, ["channel.renewed", "channel.renewed", "channel.unrenewed"]);
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_renewal_that_was_cut_off_is_told_and_handed_over_to_nobody() {
    for house in houses().await {
        let ([first, second], network) = signed_in(&house).await;
        house.app.clock.advance(HOUR / 2 + SECOND);
        let job = claim(&first).await.expect("it is due");
        let dying = tokio::spawn({
            let first = first.clone();
            async move { renew::carry_out(&first, &job).await.unwrap() }
        });
        while network.state.lock().unwrap().presented.is_empty() {
            tokio::task::yield_now().await;
        }
        dying.abort();
        assert!(dying.await.is_err_and(|error| error.is_cancelled()));
        house.app.clock.advance(LEASE + SECOND);
        work::step(&second).await.unwrap();
        assert_eq!(standing(&house).await.0, Some(Renewal::Lost));
        // The access before it has ended over there: a person is asked to act, nothing is tried behind their back.
        let error = listen::poll(&second, house.id, house.channel).await.unwrap_err();
        assert!(matches!(error, listen::Error::Channel(ChannelError::Unauthorized { .. })), "{error}");
        house.app.clock.advance(24 * HOUR);
        work::step(&second).await.unwrap();
        assert_eq!(network.state.lock().unwrap().presented, [1]);
        assert_eq!(verbs(&house).await, ["channel.unrenewed"]);
    }
}

#[tokio::test]
async fn what_is_not_taken_any_more_is_renewed_at_once_and_a_refusal_is_told() {
    for house in houses().await {
        let ([app, _], network) = signed_in(&house).await;
        let polled = async || listen::poll(&app, house.id, house.channel).await;
        polled().await.unwrap();
        // Its server is away: nothing was spent, so it is tried again.
        network.state.lock().unwrap().away = true;
        house.app.clock.advance(HOUR / 2 + SECOND);
        work::step(&app).await.unwrap();
        assert_eq!(standing(&house).await, (None, "1".to_owned()));
        network.state.lock().unwrap().away = false;
        house.app.clock.advance(MINUTE + SECOND);
        network.answers.add_permits(1);
        work::step(&app).await.unwrap();
        polled().await.unwrap();
        // Revoked over there, long before it would be renewed: the next look finds out, the renewal says what it is.
        network.state.lock().unwrap().good = None;
        let error = polled().await.unwrap_err();
        assert!(matches!(error, listen::Error::Channel(ChannelError::Lapsed { .. })), "{error}");
        network.answers.add_permits(1);
        work::step(&app).await.unwrap();
        assert_eq!(standing(&house).await.0, Some(Renewal::Refused));
        let error = polled().await.unwrap_err();
        assert!(matches!(error, listen::Error::Channel(ChannelError::Unauthorized { .. })), "{error}");
        assert_eq!(network.state.lock().unwrap().presented, [1, 2]);
    }
}

#[tokio::test]
async fn access_that_came_for_a_channel_that_was_removed_is_given_back() {
    for house in houses().await {
        let ([app, _], network) = signed_in(&house).await;
        house.app.clock.advance(HOUR / 2 + SECOND);
        let job = claim(&app).await.expect("it is due");
        let under_way = tokio::spawn({
            let app = app.clone();
            async move { renew::carry_out(&app, &job).await.unwrap() }
        });
        while network.state.lock().unwrap().presented.is_empty() {
            tokio::task::yield_now().await;
        }
        let mut conn = app.db.write().await.unwrap();
        let owner = crate::testing::colleague(
            &mut conn,
            house.id,
            crate::rules::permission::Role::Administrator,
            &[],
        )
        .await;
        conn.commit().await.unwrap();
        crate::command::channel::remove(&app, &owner, house.channel).await.unwrap();
        network.answers.add_permits(1);
        assert_eq!(under_way.await.unwrap(), Outcome::Done);
        assert_eq!(network.state.lock().unwrap().given_back, [1, 2]);
    }
}
