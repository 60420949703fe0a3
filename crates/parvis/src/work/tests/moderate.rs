//! Moderating what others wrote, on both engines: held for a moment, told to the network, told again when a worker died,
//! and honest where the network can't or won't.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use parvis_channels::{
    Account, Capability, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind, Field, Mark, Net,
    Observation, ObservationKind, Page, Probe, TextRule, Why,
};

use crate::app::App;
use crate::clock::SECOND;
use crate::command::{Refusal, moderate, undo};
use crate::config::Config;
use crate::id::MessageId;
use crate::room::Rooms;
use crate::seal::SealKey;
use crate::store::moderation::{self, Act, Moderation, Step};
use crate::store::{channel, job, message};
use crate::testing::{House, assert_whole, houses, said};
use crate::work::{self, LEASE};

/// A network that does what it is told, or refuses.
#[derive(Default)]
struct Network {
    told: Mutex<Vec<String>>,
    refuses: Mutex<bool>,
}

impl Network {
    fn take(&self, what: String) -> Result<(), ChannelError> {
        if *self.refuses.lock().unwrap() {
            return Err(ChannelError::Refused { status: 403, message: "not yours".to_owned() });
        }
        self.told.lock().unwrap().push(what);
        Ok(())
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

#[async_trait]
impl Channel for Network {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }

    fn streams(&self) -> &'static [&'static str] {
        &[]
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
        _account: &Account,
        _stream: &str,
        _cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        unreachable!("nobody asks")
    }

    async fn hide(&self, _: &Net, _: &Account, id: &str, hidden: bool) -> Result<(), ChannelError> {
        self.take(format!("hide {id} {hidden}"))
    }

    async fn spam(&self, _: &Net, _: &Account, id: &str, spam: bool) -> Result<(), ChannelError> {
        self.take(format!("spam {id} {spam}"))
    }

    /// Spam is gone; what is hidden bears a mark.
    async fn recheck(&self, _: &Net, _: &Account, ids: &[String]) -> Result<Vec<Observation>, ChannelError> {
        let told = self.told.lock().unwrap().last().cloned().unwrap_or_default();
        let seen = ids.iter().map(|id| {
            let mut it =
                Observation { kind: ObservationKind::Edited, version_at: None, ..said(id, "Nul !", 1) };
            if told.starts_with("spam") && told.ends_with("true") {
                (it.kind, it.item) = (ObservationKind::Deleted, None);
            } else if let Some(item) =
                it.item.as_mut().filter(|_| told.starts_with("hide") && told.ends_with("true"))
            {
                item.marks.push(Mark::Held);
            }
            it
        });
        Ok(seen.collect())
    }

    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        capabilities.text.clone().unwrap()
    }
}

/// A house that heard something, on a network that can moderate.
async fn heard(house: &House) -> (Arc<App>, Arc<Network>, MessageId) {
    let network = Arc::new(Network::default());
    let config = Config { data: house.app.config.data.clone(), ..Config::default() };
    let (db, clock) = (house.app.db.clone(), house.app.clock.clone());
    let mut app = App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap();
    app.rooms = Rooms::One(network.clone());
    house.hear(&[said("1", "Nul !", 0)]).await;
    let mut conn = house.app.db.read().await.unwrap();
    let id = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap().id;
    (Arc::new(app), network, id)
}

async fn decided(house: &House, id: MessageId) -> Option<Moderation> {
    moderation::get(&mut house.app.db.read().await.unwrap(), house.id, id).await.unwrap()
}

async fn pass(app: &Arc<App>, seconds: i64) {
    app.clock.advance(seconds * SECOND);
    work::step(app).await.unwrap();
}

#[tokio::test]
async fn a_decision_is_held_can_be_taken_back_and_is_told_once() {
    for house in houses().await {
        let (app, network, id) = heard(&house).await;
        let done = moderate::decide(&app, &house.manager, id, Act::Hold).await.unwrap();
        // While it is held nothing else is decided, and undo takes it back.
        let other = moderate::decide(&app, &house.manager, id, Act::Spam).await;
        assert!(matches!(other, Err(Refusal::Changed)), "{other:?}");
        undo::undo(&app, &house.manager, done.journal).await.unwrap();
        pass(&app, 60).await;
        assert_eq!((network.told(), decided(&house, id).await), (Vec::new(), None));
        // Not taken back, it is told, and what the network shows then is shown.
        moderate::decide(&app, &house.manager, id, Act::Hold).await.unwrap();
        pass(&app, 9).await;
        assert_eq!(network.told(), Vec::<String>::new());
        pass(&app, 2).await;
        let late = moderate::withdraw(&app, &house.manager, id).await;
        assert!(matches!(late, Err(Refusal::Changed)), "{late:?}");
        let it = message::get(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap();
        assert_eq!(
            (network.told(), it.marks.as_slice()),
            (vec!["hide 1 true".to_owned()], [Mark::Held].as_slice())
        );
        assert_eq!(decided(&house, id).await.unwrap().step, Step::Done);
        pass(&app, 600).await;
        assert_eq!(network.told(), Vec::<String>::new(), "{}", app.db.engine_name());
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn spam_goes_and_comes_back_when_it_is_none() {
    for house in houses().await {
        let (app, network, id) = heard(&house).await;
        moderate::decide(&app, &house.manager, id, Act::Spam).await.unwrap();
        pass(&app, 11).await;
        let gone = async || {
            let it = message::get(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap();
            it.deleted_at.is_some()
        };
        assert!(gone().await);
        let hold = moderate::decide(&app, &house.manager, id, Act::Hold).await;
        assert!(matches!(hold, Err(Refusal::Changed)), "{hold:?}");
        moderate::decide(&app, &house.manager, id, Act::NotSpam).await.unwrap();
        pass(&app, 11).await;
        assert_eq!(network.told(), ["spam 1 true", "spam 1 false"]);
        assert!(!gone().await);
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_worker_that_died_leaves_it_to_the_next_and_a_refusal_is_told() {
    for house in houses().await {
        let (app, network, id) = heard(&house).await;
        moderate::decide(&app, &house.manager, id, Act::Spam).await.unwrap();
        app.clock.advance(11 * SECOND);
        let mut conn = app.db.write().await.unwrap();
        let now = app.now();
        job::claim(&mut conn, work::moderate::KIND, now, now + LEASE, 1).await.unwrap();
        conn.commit().await.unwrap();
        *network.refuses.lock().unwrap() = true;
        app.clock.advance(LEASE + SECOND);
        work::step(&app).await.unwrap();
        let it = decided(&house, id).await.unwrap();
        assert_eq!((it.step, it.error_code.as_deref()), (Step::Refused, Some("refused")));
        // A person may decide again.
        *network.refuses.lock().unwrap() = false;
        moderate::decide(&app, &house.manager, id, Act::Spam).await.unwrap();
        pass(&app, 11).await;
        assert_eq!(network.told(), ["spam 1 true"]);
    }
}

#[tokio::test]
async fn what_the_channel_cannot_do_is_refused_with_its_reason_and_other_desks_see_nothing() {
    for house in houses().await {
        let (app, _, id) = heard(&house).await;
        let stranger = moderate::decide(&app, &house.press, id, Act::Spam).await;
        assert!(matches!(stranger, Err(Refusal::NotFound)), "{stranger:?}");
        let mut conn = app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        let mut capabilities: CapabilitySet = serde_json::from_str(&it.capabilities).unwrap();
        capabilities.set(CapabilityKey::Spam, Capability::unsupported(Why::NotInNetwork));
        it.capabilities = serde_json::to_string(&capabilities).unwrap();
        channel::update(&mut conn, house.id, &it).await.unwrap();
        conn.commit().await.unwrap();
        let refused = moderate::decide(&app, &house.manager, id, Act::Spam).await;
        assert!(matches!(&refused, Err(Refusal::Channel(why)) if why == "not_in_network"), "{refused:?}");
        let found = message::get(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap();
        assert_eq!(moderate::acts(&capabilities, &found, None), [Act::Hold]);
    }
}
