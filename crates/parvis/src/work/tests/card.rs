//! The card of a link: made of a page that isn't trusted, worded, and gone with the post, on both engines.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get as on;
use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, Field, Net, Outgoing, Page, Probe, Published,
    TextRule, TextUnit, Why,
};

use super::connected;
use super::post::{get, pass, says, step, submitted, validated};
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::post::card::{self as command, Wording};
use crate::command::post::words::{self, Words};
use crate::command::{Refusal, post};
use crate::id::PostId;
use crate::room::Rooms;
use crate::rules::permission::Role;
use crate::rules::post::{State, Step};
use crate::seal::SealKey;
use crate::store::post::card;
use crate::testing::{House, START, colleague, houses};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

/// A site on loopback; its address.
async fn site() -> String {
    let page = |html: &'static str| on(move || async move { ([(header::CONTENT_TYPE, "text/html")], html) });
    let router = Router::new()
        .route(
            "/marche",
            page(
                "<title>no</title><meta property='og:title' content='Le marché d’hiver'>\
                 <meta property='og:description' content='Du 5 au 23 &lt;décembre&gt;'>\
                 <meta property='og:image' content='/a.png'>",
            ),
        )
        .route("/bare", page("<title>Sans image</title><meta property='og:image' content='/lie.png'>"))
        .route("/lie.png", on(|| async { "<script>alert(1)</script>" }))
        .route("/a.png", on(|| async { PNG }))
        .route("/file", on(|| async { ([(header::CONTENT_TYPE, "application/pdf")], "%PDF") }))
        .route(
            "/inside",
            on(|| async { ([(header::LOCATION, "http://10.0.0.1/")], StatusCode::FOUND).into_response() }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A network that takes everything.
#[derive(Default)]
struct Taking(Mutex<Vec<Outgoing>>);

#[async_trait::async_trait]
impl Channel for Taking {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Bluesky
    }

    fn streams(&self) -> &'static [&'static str] {
        &[]
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    async fn probe(&self, _net: &Net, _account: &Account) -> Result<Probe, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotBuilt))
    }

    async fn pull(
        &self,
        _net: &Net,
        _account: &Account,
        _stream: &str,
        _cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotBuilt))
    }

    async fn publish(&self, _: &Net, _: &Account, it: &Outgoing) -> Result<Published, ChannelError> {
        let mut all = self.0.lock().unwrap();
        all.push(it.clone());
        let remote_id = format!("at://{}", all.len());
        Ok(Published { remote_id, url: None, published_at: None, raw: "{}".to_owned() })
    }

    fn text_rule(&self, _: &CapabilitySet) -> TextRule {
        TextRule::plain(TextUnit::Grapheme, 300)
    }
}

/// The house on a network that takes cards, which may call the site.
async fn taking_cards(house: &mut House, address: &str) -> (Arc<App>, Arc<Taking>) {
    let app = connected(house, address).await;
    let mut conn = app.db.write().await.unwrap();
    let mut it = crate::store::channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    let mut can: CapabilitySet = serde_json::from_str(&it.capabilities).unwrap();
    can.set(parvis_channels::CapabilityKey::LinkCard, parvis_channels::Capability::native());
    it.capabilities = serde_json::to_string(&can).unwrap();
    crate::store::channel::update(&mut conn, house.id, &it).await.unwrap();
    conn.commit().await.unwrap();
    let (db, clock, config) = (app.db.clone(), app.clock.clone(), app.config.clone());
    let mut app = App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap();
    let network = Arc::new(Taking::default());
    app.rooms = Rooms::One(network.clone());
    (Arc::new(app), network)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result {
        Err(Refusal::Invalid { field: "card", code }) => code,
        other => panic!("{other:?}"),
    }
}

async fn card_of(app: &App, house: &House, id: PostId) -> Option<card::Card> {
    card::get(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap()
}

#[tokio::test]
async fn a_card_is_made_of_a_page_worded_and_leaves_with_the_post_once() {
    for mut house in houses().await {
        let address = site().await;
        let (app, network) = taking_cards(&mut house, &address).await;
        let id = validated(&app, &house, "Le marché revient.").await;
        let url = format!("http://{address}/marche");
        let made = command::make(&app, &house.specialist, id, &url).await.unwrap();
        assert_eq!(
            (made.title.as_str(), made.about.as_str()),
            ("Le marché d’hiver", "Du 5 au 23 <décembre>")
        );
        assert_eq!(made.mime.as_deref(), Some("image/png"));
        // What was validated is no longer what will be published.
        let it = get(&app, &house, id).await;
        assert_eq!((it.state, it.validated_by), (State::ToValidate, None));

        let new =
            Wording { title: "  Le marché  ".to_owned(), about: "Deux\nlignes".to_owned(), picture: true };
        let worded = command::word(&app, &house.specialist, id, &new).await.unwrap();
        assert_eq!((worded.title.as_str(), worded.about.as_str()), ("Le marché", "Deux lignes"));
        assert_eq!(worded.stored_as, made.stored_as);
        for item in ["facts", "links", "charter"] {
            post::look::tick(&app, &house.specialist, id, item, true).await.unwrap();
        }
        // The same words once more change nothing, so what was read stays read.
        command::word(&app, &house.specialist, id, &new).await.unwrap();
        step(&app, &house.manager, id, Step::Validate, None).await.unwrap();
        step(&app, &house.manager, id, Step::Schedule, Some(START + MINUTE)).await.unwrap();
        pass(&app, 120).await;
        assert_eq!(get(&app, &house, id).await.state, State::Published);
        let left = network.0.lock().unwrap().clone();
        assert_eq!(left.len(), 1);
        let card = left[0].card.clone().unwrap();
        assert_eq!(
            (card.url.as_str(), card.title.as_str(), card.about.as_str()),
            (url.as_str(), "Le marché", "Deux lignes")
        );
        assert_eq!(card.picture.unwrap().bytes, PNG);
        // What has left can't be worded otherwise.
        assert!(
            command::word(&app, &house.specialist, id, &Wording { picture: false, ..new }).await.is_err()
        );
    }
}

#[tokio::test]
async fn the_card_of_a_thread_stands_below_its_first_part_and_its_link_says_the_campaign() {
    for mut house in houses().await {
        let address = site().await;
        let (app, network) = taking_cards(&mut house, &address).await;
        let id = submitted(&app, &house, "court").await;
        let long = Words {
            campaign: "hiver".to_owned(),
            tagged: vec![house.channel],
            threaded: vec![house.channel],
            ..says(&house, 1, &"Un marché de plus. ".repeat(30))
        };
        words::rewrite(&app, &house.specialist, id, &long).await.unwrap();
        command::make(&app, &house.specialist, id, &format!("http://{address}/bare")).await.unwrap();
        for item in ["facts", "links", "charter"] {
            post::look::tick(&app, &house.specialist, id, item, true).await.unwrap();
        }
        step(&app, &house.manager, id, Step::Validate, None).await.unwrap();
        step(&app, &house.manager, id, Step::Schedule, Some(START + MINUTE)).await.unwrap();
        pass(&app, 240).await;
        let left = network.0.lock().unwrap().clone();
        assert!(left.len() > 1, "{}", left.len());
        let card = left[0].card.clone().unwrap();
        assert_eq!(card.url.query(), Some("utm_source=mastodon&utm_medium=social&utm_campaign=hiver"));
        assert_eq!((card.title.as_str(), card.picture), ("Sans image", None), "what isn't a picture is none");
        assert!(left[1..].iter().all(|it| it.card.is_none()));
    }
}

#[tokio::test]
async fn a_card_is_refused_in_words_where_there_is_no_public_page_and_nothing_changes() {
    for mut house in houses().await {
        let address = site().await;
        let (app, _) = taking_cards(&mut house, &address).await;
        let id = validated(&app, &house, "Le marché revient.").await;
        for (url, code) in [
            ("javascript:alert(1)", "address"),
            ("le marché", "address"),
            ("http://127.0.0.1:9/", "forbidden"),
            ("http://[::ffff:10.0.0.1]/", "forbidden"),
            (&format!("http://{address}/inside"), "forbidden"),
            (&format!("http://{address}/file"), "no-page"),
            (&format!("http://{address}/nothing"), "refused"),
        ] {
            assert_eq!(refused(command::make(&app, &house.specialist, id, url).await), code, "{url}");
        }
        let page = format!("http://{address}/marche");
        for role in [Role::External, Role::Creative] {
            let mut conn = app.db.write().await.unwrap();
            let who = colleague(&mut conn, house.id, role, &house.desks).await;
            conn.commit().await.unwrap();
            let result = command::make(&app, &who, id, &page).await;
            assert!(matches!(result, Err(Refusal::NotFound | Refusal::Forbidden(_))), "{role:?}");
        }
        assert!(matches!(command::remove(&app, &house.specialist, id).await, Err(Refusal::NotFound)));
        assert_eq!(card_of(&app, &house, id).await, None);
        assert!(get(&app, &house, id).await.validated_by.is_some());

        command::make(&app, &house.specialist, id, &page).await.unwrap();
        let empty = Wording { title: " ".to_owned(), ..Wording::default() };
        assert_eq!(refused(command::word(&app, &house.specialist, id, &empty).await), "empty");
        // Made anew, it takes the place of the other; without its picture it has none.
        command::make(&app, &house.specialist, id, &page).await.unwrap();
        let bare = Wording { title: "Marché".to_owned(), ..Wording::default() };
        assert_eq!(command::word(&app, &house.specialist, id, &bare).await.unwrap().mime, None);
        command::remove(&app, &house.specialist, id).await.unwrap();
        assert_eq!(card_of(&app, &house, id).await, None);
    }
}
