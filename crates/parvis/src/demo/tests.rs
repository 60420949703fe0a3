//! The whole way on both engines, over the real client: filled, heard, answered, read back, told in the
//! other language.

use std::sync::Arc;

use parvis_channels::{Upload, Visibility};

use super::data::{Data, Text};
use super::fill::{self, Keys};
use super::language::retell;
use super::network::Network;
use super::taught;
use crate::app::App;
use crate::clock::{Clock, MINUTE};
use crate::command::answer::{self, Answer, HOLD};
use crate::config::Config;
use crate::id::ChannelId;
use crate::intake::listen;
use crate::rules::permission::{Actor, Role, Scope};
use crate::rules::post::State as Step;
use crate::seal::SealKey;
use crate::store::alert::{Kind, Subject};
use crate::store::conversation::{Filter, Order, State};
use crate::store::message::{self, Stage};
use crate::store::post::{self, picture, words};
use crate::store::{self, alert, asset, conversation, counter, fast, gesture, launch, layer, request, watch};
use crate::testing::START;
use crate::work;

struct Set {
    app: Arc<App>,
    data: Data,
    keys: Keys,
    network: Arc<Network>,
    _folder: tempfile::TempDir,
}

async fn stages() -> Vec<Set> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut all = Vec::new();
    for (db, folder) in store::tests::databases().await {
        let folder = folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let outside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = outside.local_addr().unwrap().to_string();
        let config = Config {
            data: folder.path().to_owned(),
            allow_hosts: vec![address.clone()],
            ..Config::default()
        };
        let clock = Clock::fixed(START);
        let app = Arc::new(App::new(config, db, clock.clone(), SealKey::new(&[7; 32]).unwrap()).unwrap());
        let (data, base) = (Data::load().unwrap(), format!("http://{address}"));
        let network = Network::new(&base, "fr", &data, clock);
        tokio::spawn(axum::serve(outside, network.router()).into_future());
        let keys = fill::fill(&app, &network, &data, "fr", &base, |_, _| {}).await.unwrap();
        taught::teach(&app, &data, &keys).await.unwrap();
        for channel in keys.channels.values() {
            listen::probe(&app, keys.house, channel.id).await.unwrap();
        }
        network.fall_silent();
        all.push(Set { app, data, keys, network, _folder: folder });
    }
    all
}

impl Set {
    fn actor(&self) -> Actor {
        Actor {
            organisation: self.keys.house,
            colleague: self.keys.colleagues["RC"],
            role: Role::Referent,
            scope: Scope::Every,
            token: None,
            pass: None,
        }
    }

    async fn first_open(&self, channel: ChannelId) -> conversation::Conversation {
        let filter = Filter {
            state: Some(State::Open),
            channel: Some(channel),
            order: Order::Due,
            ..Filter::default()
        };
        let mut conn = self.app.db.read().await.unwrap();
        let me = self.actor();
        let now = self.app.now();
        let page = conversation::page(&mut conn, &me, &filter, None, 50, now);
        page.await.unwrap().into_iter().next().unwrap()
    }
}

#[tokio::test]
async fn an_answer_stands_once_on_the_network_and_its_echo_makes_no_second_one() {
    for it in stages().await {
        let channel = it.keys.channels["aide"].id;
        let open = it.first_open(channel).await;
        let picture = Upload {
            bytes: vec![0x89, b'P', b'N', b'G', 1],
            mime: "image/png".to_owned(),
            alt: "Plan".to_owned(),
        };
        let words = Answer {
            text: "Nous regardons, merci de votre patience.".to_owned(),
            visibility: Visibility::Public,
            close: true,
            seen: None,
            anyway: true,
            media: vec![picture],
            reason: String::new(),
            suggestion: None,
        };
        answer::reply(&it.app, &it.actor(), open.id, words).await.unwrap();
        work::step(&it.app).await.unwrap();
        let held = message::last_out(&mut it.app.db.read().await.unwrap(), it.keys.house, open.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(held.stage, Stage::Held, "it waits its ten seconds");
        it.app.clock.advance(HOLD);
        work::step(&it.app).await.unwrap();
        for _ in 0..3 {
            listen::poll(&it.app, it.keys.house, channel).await.unwrap();
        }
        let mut conn = it.app.db.read().await.unwrap();
        let thread = message::thread(&mut conn, it.keys.house, open.id, None, 100).await.unwrap();
        let ours: Vec<_> = thread.iter().filter(|m| m.text.contains("votre patience")).collect();
        assert_eq!(ours.len(), 1, "{}", it.app.db.engine_name());
        assert_eq!((ours[0].stage, ours[0].colleague), (Stage::Published, Some(it.actor().colleague)));
        assert_eq!(
            conversation::get(&mut conn, it.keys.house, open.id).await.unwrap().unwrap().facets.state,
            State::Closed
        );
        drop(conn);
        // The member reacts: the conversation is open again, in the same place.
        let answered = it.network.next_answer().await.unwrap();
        it.network.react(&answered, &it.data.reactions[0], it.app.now());
        listen::poll(&it.app, it.keys.house, channel).await.unwrap();
        let mut conn = it.app.db.read().await.unwrap();
        let again = conversation::get(&mut conn, it.keys.house, open.id).await.unwrap().unwrap();
        assert_eq!(again.facets.state, State::Open);
        assert_eq!(again.messages, open.messages + 2);
    }
}

#[tokio::test]
async fn arrivals_come_in_by_the_real_channel_and_go_on_with_their_conversation() {
    for it in stages().await {
        for arrival in &it.data.arrivals {
            it.network.arrive(&it.data, arrival, 0, it.app.now());
        }
        for channel in it.keys.channels.values() {
            let _ = listen::poll(&it.app, it.keys.house, channel.id).await;
        }
        let mut conn = it.app.db.read().await.unwrap();
        for arrival in it
            .data
            .arrivals
            .iter()
            .filter(|a| it.keys.channels[it.data.told_by(a).unwrap().0].kind == "mastodon")
        {
            let channel = it.keys.channels[it.data.told_by(arrival).unwrap().0].id;
            let id = format!("{}-0-0", arrival.key);
            let came = message::by_remote(&mut conn, it.keys.house, channel, &id)
                .await
                .unwrap()
                .expect(&arrival.key);
            if let Some(key) = &arrival.conversation {
                // An earlier arrival, or a conversation of the past.
                let earlier = it.data.arrivals.iter().any(|a| a.key == *key);
                let id = if earlier { format!("{key}-0-0") } else { fill::remote_id(key, 0) };
                let first = message::by_remote(&mut conn, it.keys.house, channel, &id).await.unwrap();
                assert_eq!(first.unwrap().conversation, came.conversation, "{}", arrival.key);
            }
        }
    }
}

#[tokio::test]
async fn a_channel_that_cannot_be_heard_is_deaf_and_its_hole_is_kept() {
    for it in stages().await {
        let deaf = it.data.organisation.channels.iter().find(|c| c.health == "deaf").unwrap();
        let id = it.keys.channels[&deaf.key].id;
        assert!(listen::poll(&it.app, it.keys.house, id).await.is_err());
        let mut conn = it.app.db.read().await.unwrap();
        let gaps = store::channel::gaps(&mut conn, it.keys.house, 0).await.unwrap();
        assert!(gaps.iter().any(|gap| gap.channel == id && gap.to_at.is_none()));
        assert!(gaps.iter().any(|gap| gap.channel == id && gap.to_at.is_some()));
    }
}

#[tokio::test]
async fn the_other_language_tells_the_same_story_and_search_follows() {
    for it in stages().await {
        let before = counter::list(&mut it.app.db.read().await.unwrap(), it.keys.house).await.unwrap().len();
        retell(&it.app, &it.data, &it.keys, "en").await.unwrap();
        let mut conn = it.app.db.read().await.unwrap();
        let told = &it.data.conversations[0];
        let channel = it.keys.channels[&told.channel].id;
        let first = message::by_remote(&mut conn, it.keys.house, channel, &fill::remote_id(&told.key, 0))
            .await
            .unwrap();
        let first = first.unwrap();
        assert_eq!(first.text, told.messages[0].text.en);
        let words: Vec<&str> = told.messages[0].text.en.split_whitespace().take(4).collect();
        let hits = store::search::find(
            &mut conn,
            it.keys.house,
            &Scope::Every,
            &words.join(" "),
            &store::search::Within::default(),
            (None, 50),
        )
        .await
        .unwrap();
        assert!(hits.iter().any(|hit| hit.message == first.id));
        assert_eq!(counter::list(&mut conn, it.keys.house).await.unwrap().len(), before);
        drop(conn);
        retell(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        let mut conn = it.app.db.read().await.unwrap();
        let again = message::get(&mut conn, it.keys.house, first.id).await.unwrap().unwrap();
        assert_eq!(again.text, told.messages[0].text.fr);
        crate::testing::assert_whole(&it.app.db, it.keys.house).await;
    }
}

/// Everything that posts, launches, library and folders say, in an order that no language changes.
async fn editorial(it: &Set) -> Vec<String> {
    let (mut conn, house) = (it.app.db.read().await.unwrap(), it.keys.house);
    let mut said = Vec::new();
    for state in Step::ALL {
        let mut posts = post::in_state(&mut conn, house, state, &post::Filter::default(), 500).await.unwrap();
        posts.sort_by_key(|it| it.id);
        for it in posts {
            let versions = words::versions(&mut conn, house, it.id).await.unwrap();
            let pictures = picture::list(&mut conn, house, it.id).await.unwrap();
            let runs = fast::of_post(&mut conn, house, it.id).await.unwrap();
            said.extend(versions.into_iter().map(|it| it.text));
            said.extend(pictures.into_iter().filter_map(|it| it.alt));
            said.extend(runs.into_iter().map(|it| it.reason));
            said.extend([it.title, it.brief, it.theme, it.text]);
            said.extend(it.origin_name.into_iter().chain(it.reason));
        }
    }
    for it in launch::list(&mut conn, house).await.unwrap() {
        let entries = launch::entries(&mut conn, house, it.id).await.unwrap();
        let own = entries.into_iter().filter(|it| it.language.is_empty());
        said.extend(own.flat_map(|it| [it.title, it.text, it.people]));
        said.extend([it.name, it.summary, it.note]);
    }
    for (it, _) in asset::list(&mut conn, house, &asset::Filter::default(), 500).await.unwrap() {
        said.extend([it.title, it.theme, it.tags, it.credit, it.holder, it.purpose, it.territory]);
    }
    let asked = request::list(&mut conn, house, &request::Filter::default(), 500).await.unwrap();
    said.extend(asked.into_iter().flat_map(|it| [it.title, it.brief]));
    let all = gesture::Filter::default();
    for it in gesture::list(&mut conn, house, &Scope::Every, &all, 500).await.unwrap() {
        let it = it.gesture;
        said.extend([it.title, it.why, it.cost, it.reason, it.outcome]);
    }
    for it in layer::list(&mut conn, house).await.unwrap() {
        let events = layer::events(&mut conn, house, it.id, (0, i64::MAX), 500).await.unwrap();
        said.extend(events.into_iter().flat_map(|it| [it.title, it.place]));
        said.push(it.name);
    }
    let mut watches = watch::list(&mut conn, house).await.unwrap();
    watches.sort_by_key(|it| it.id);
    said.extend(watches.into_iter().map(|it| it.folder));
    said.retain(|it| !it.is_empty());
    said
}

#[tokio::test]
async fn board_launches_and_library_follow_the_language_and_what_people_wrote_stays() {
    for it in stages().await {
        super::launch::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        super::post::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        super::asset::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        super::request::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        super::gesture::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        super::calendar::fill(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        let (house, french) = (it.keys.house, editorial(&it).await);
        let mut conn = it.app.db.write().await.unwrap();
        let posts = post::in_state(&mut conn, house, Step::Idea, &post::Filter::default(), 5).await.unwrap();
        let mine = post::Post { title: "Mon idée à moi".to_owned(), ..posts[0].clone() };
        post::update(&mut conn, house, &mine).await.unwrap();
        conn.commit().await.unwrap();
        retell(&it.app, &it.data, &it.keys, "en").await.unwrap();
        let english = editorial(&it).await;
        assert!(english.contains(&mine.title));
        assert_eq!(english.len(), french.len());
        let folders = it.data.organisation.watches.iter().map(|it| &it.folder);
        let texts: Vec<&Text> = it.data.editorial.iter().chain(folders).collect();
        for said in english.iter().filter(|said| **said != mine.title) {
            assert!(texts.iter().any(|it| it.en == *said), "still in French: {said}");
        }
        assert!(french.iter().filter(|said| !english.contains(said)).count() > 100, "{}", french.len());
        let mut conn = it.app.db.write().await.unwrap();
        post::update(&mut conn, house, &post::Post { title: posts[0].title.clone(), ..mine }).await.unwrap();
        conn.commit().await.unwrap();
        retell(&it.app, &it.data, &it.keys, "fr").await.unwrap();
        assert_eq!(editorial(&it).await, french);
        crate::testing::assert_whole(&it.app.db, house).await;
    }
}

#[test]
fn no_shipped_text_is_told_in_two_ways() {
    let data = Data::load().unwrap();
    for it in &data.editorial {
        for other in data.editorial.iter().filter(|other| other.fr == it.fr || other.en == it.en) {
            assert_eq!((&other.fr, &other.en), (&it.fr, &it.en));
        }
    }
}

#[tokio::test]
async fn what_is_open_says_what_its_people_say_and_the_other_language_is_read_anew() {
    for it in stages().await {
        let story = it.data.conversations.iter().find(|c| c.key == "abus-cm").unwrap();
        let channel = it.keys.channels[&story.channel].id;
        let id = fill::remote_id(&story.key, 0);
        let said = async || {
            let mut conn = it.app.db.read().await.unwrap();
            let first = message::by_remote(&mut conn, it.keys.house, channel, &id).await.unwrap().unwrap();
            let home =
                conversation::get(&mut conn, it.keys.house, first.conversation).await.unwrap().unwrap();
            (home.said, store::reading::get(&mut conn, it.keys.house, first.id).await.unwrap().unwrap())
        };
        let (home, french) = said().await;
        assert!(home.abusive && home.intent.as_deref() == Some("abuse"), "{home:?}");
        retell(&it.app, &it.data, &it.keys, "en").await.unwrap();
        work::reading::step(&it.app).await.unwrap();
        let (home, english) = said().await;
        assert_eq!((french.language.as_str(), english.language.as_str()), ("fr", "en"));
        assert!(home.abusive, "what a person said stays");
        let mut conn = it.app.db.read().await.unwrap();
        let taught = store::correction::count(&mut conn, it.keys.house).await.unwrap();
        assert!((10..80).contains(&taught), "{taught}");
    }
}

#[tokio::test]
async fn the_outage_is_one_alert_and_the_deaf_channel_another() {
    for it in stages().await {
        work::reading::step(&it.app).await.unwrap();
        work::fill::step(&it.app).await.unwrap();
        // A second look finds nothing more, and while watches are filled desks and channels wait for them.
        let mut lookout = work::alert::Lookout::default();
        for _ in 0..3 {
            lookout.step(&it.app).await.unwrap();
            it.app.clock.advance(MINUTE);
        }
        let mut conn = it.app.db.read().await.unwrap();
        let open = alert::open(&mut conn, it.keys.house).await.unwrap();
        let kinds: Vec<Kind> = open.iter().map(|it| it.kind).collect();
        let said: Vec<_> = open.iter().map(|it| (it.kind, it.subject, &it.evidence.terms)).collect();
        assert_eq!(kinds.len(), 2, "{said:?}");
        assert!(kinds.contains(&Kind::Deaf), "{kinds:?}");
        let told = open.iter().find(|it| it.kind == Kind::Burst).unwrap();
        let watches = watch::list(&mut conn, it.keys.house).await.unwrap();
        assert_eq!(told.subject, Subject::Watch(watches[0].id), "{}", watches[0].name);
        assert!(told.evidence.people > 12 && told.evidence.times > 5.0, "{:?}", told.evidence);
        assert!(!told.evidence.terms.is_empty() && told.evidence.examples.len() == 5);
    }
}
