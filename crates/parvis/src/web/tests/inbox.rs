//! The inbox as a browser without JavaScript meets it: what comes in is read, answered, taken back, handed over.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::StreamExt as _;
use parvis_channels::{Capability, CapabilitySet, Observation, Why};
use tower::ServiceExt as _;

use super::{Answer, House, NOW};
use crate::clock::{HOUR, MINUTE};
use crate::id::{ConversationId, DeskId};
use crate::intake::ear::Ear;
use crate::intake::fold::{Context, fold};
use crate::rules::clock::Promise;
use crate::rules::hours::Hours;
use crate::rules::permission::Role;
use crate::store;
use crate::store::channel::Channel;
use crate::store::desk::Desk;
use crate::testing::said;

/// A channel of `desk`, and the conversations that `seen` makes, in their order.
pub(super) async fn hear(house: &House, channel: &Channel, seen: &[Observation]) -> Vec<ConversationId> {
    let mut conn = house.app.db.write().await.unwrap();
    store::channel::insert(&mut conn, house.organisation, channel).await.unwrap();
    let context = Context {
        organisation: house.organisation,
        channel,
        promise: Promise::always(HOUR),
        ear: &Ear::default(),
        now: NOW - 4 * MINUTE,
    };
    let mut made = Vec::new();
    for it in seen {
        fold(&mut conn, &context, it).await.unwrap();
        let found = store::message::by_remote(&mut conn, house.organisation, channel.id, &it.remote_id).await;
        made.push(found.unwrap().unwrap().conversation);
    }
    conn.commit().await.unwrap();
    made
}

/// What somebody said `minutes` ago.
pub(super) fn recent(remote_id: &str, text: &str, minutes: i64) -> Observation {
    let at = NOW - minutes * MINUTE;
    Observation { version_at: Some(at), occurred_at: Some(at), ..said(remote_id, text, 0) }
}

async fn one(house: &House, text: &str) -> ConversationId {
    hear(house, &crate::testing::channel(house.desk), &[recent("1", text, 5)]).await[0]
}

/// Another desk, on which nobody is.
async fn other_desk(house: &House) -> DeskId {
    let mut conn = house.app.db.write().await.unwrap();
    let id = DeskId::new(NOW);
    let desk = Desk {
        id,
        kind: "press".to_owned(),
        name: "Presse".to_owned(),
        position: 1,
        answer_within: HOUR,
        urgent_within: None,
        hours: Hours::default(),
        created_at: NOW,
        closed_at: None,
        successor: None,
    };
    store::desk::insert(&mut conn, house.organisation, &desk).await.unwrap();
    conn.commit().await.unwrap();
    id
}

async fn answer(house: &House, role: Role, id: ConversationId, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str("--x--\r\n");
    let request = Request::post(format!("/inbox/{id}/reply"))
        .header(header::HOST, "127.0.0.1:7700")
        .header(header::COOKIE, format!("parvis={}", role.as_str()))
        .header(header::ACCEPT_LANGUAGE, "fr")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    house.send(request.body(Body::from(body)).unwrap()).await
}

/// The value of the hidden field `seen`.
fn seen(page: &str) -> &str {
    page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn what_strangers_write_is_shown_as_text() {
    let house = House::new().await;
    let mut hostile = recent("1", "Bonjour", 5);
    let item = hostile.item.as_mut().unwrap();
    item.html = String::new();
    item.text = "<script>alert(1)</script>".to_owned();
    item.title = Some("<img src=x onerror=alert(2)>".to_owned());
    item.author.handle = "<i>lea</i>\"@x".to_owned();
    item.author.url = Some("javascript:alert(3)".to_owned());
    item.language = Some("fr\" onfocus=\"alert(4)".to_owned());
    let id = hear(&house, &crate::testing::channel(house.desk), &[hostile]).await[0];
    for path in ["/".to_owned(), "/inbox".to_owned(), format!("/inbox/{id}"), "/inbox?q=script".to_owned()] {
        let body = house.get(Role::Referent, &path).await.body;
        assert!(body.contains("&#60;script&#62;") || body.contains("&#60;img"), "{path} shows it");
        for bad in ["<script>alert", "<img src=x", "<i>lea", "javascript:", "\" onfocus"] {
            assert!(!body.contains(bad), "{bad} on {path}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_held_and_taking_it_back_makes_it_a_draft_again() {
    let house = House::new().await;
    let id = one(&house, "Quand ouvrez-vous ?").await;
    let sent =
        answer(&house, Role::CommunityManager, id, &[("mode", "public"), ("text", "À dix heures.")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = house.get(Role::CommunityManager, sent.location()).await.body;
    assert!(page.contains("Part dans dix secondes au plus."));
    let undo = page.split("action=\"/undo/").nth(1).unwrap().split('"').next().unwrap();
    let undone = house.post(Role::CommunityManager, &format!("/undo/{undo}"), "").await;
    let page = house.get(Role::CommunityManager, undone.location()).await.body;
    assert!(page.contains(">À dix heures.</textarea>") && page.contains("Reprise avant l’envoi."));
}

#[tokio::test]
async fn whoever_has_not_seen_a_colleagues_answer_is_shown_it_before_sending_over_it() {
    let house = House::new().await;
    let id = one(&house, "Quand ouvrez-vous ?").await;
    let page = house.get(Role::Referent, &format!("/inbox/{id}")).await.body;
    let before = seen(&page);
    let mine = [("mode", "public"), ("text", "À onze heures."), ("seen", before)];
    answer(
        &house,
        Role::CommunityManager,
        id,
        &[("mode", "public"), ("text", "À dix heures."), ("seen", before)],
    )
    .await;
    let refused = answer(&house, Role::Referent, id, &mine).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("À dix heures.") && refused.body.contains(">À onze heures.</textarea>"));
    let again = answer(&house, Role::Referent, id, &[&mine[..], &[("anyway", "yes")]].concat()).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_picture_without_alternative_text_is_sent_back_and_the_words_are_kept() {
    let house = House::new().await;
    let id = one(&house, "Montrez !").await;
    let refused =
        answer(&house, Role::Referent, id, &[("mode", "public"), ("text", "Voici."), ("picture", "PNG")])
            .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Il manque le texte de remplacement"));
    assert!(refused.body.contains(">Voici.</textarea>"));
}

#[tokio::test]
async fn the_conversation_of_another_desk_does_not_exist_for_who_is_not_on_it() {
    let house = House::new().await;
    let desk = other_desk(&house).await;
    let id = hear(&house, &crate::testing::channel(desk), &[recent("1", "Secret de presse", 5)]).await[0];
    let path = format!("/inbox/{id}");
    assert_eq!(house.get(Role::Referent, &path).await.status, StatusCode::OK);
    assert_eq!(house.get(Role::Specialist, &path).await.status, StatusCode::NOT_FOUND);
    for verb in ["take", "close", "presence", "note"] {
        let form = "doing=reading&text=x";
        let told = house.post(Role::Specialist, &format!("{path}/{verb}"), form).await;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "{verb}");
    }
    for path in ["/", "/inbox", "/inbox?state=all", "/inbox?q=secret", "/palette?q=secret"] {
        assert!(!house.get(Role::Specialist, path).await.body.contains("Secret de presse"), "{path}");
    }
}

#[tokio::test]
async fn a_feed_says_why_it_can_not_be_answered_and_still_takes_a_note() {
    let house = House::new().await;
    let mut set = CapabilitySet::default();
    for key in parvis_channels::CapabilityKey::ALL {
        set.set(key, Capability::unsupported(Why::ReadOnly));
    }
    let feed = Channel {
        kind: "feed".to_owned(),
        capabilities: serde_json::to_string(&set).unwrap(),
        ..crate::testing::channel(house.desk)
    };
    let id = hear(&house, &feed, &[recent("1", "Un article", 5)]).await[0];
    let page = house.get(Role::Referent, &format!("/inbox/{id}")).await.body;
    assert!(page.contains("un flux se lit, on n’y répond pas") && page.contains("data-compose=\"note\""));
    assert!(!page.contains("data-mode=\"public\""));
    let kept = house.post(Role::Referent, &format!("/inbox/{id}/note"), "text=À+lire").await;
    assert!(house.get(Role::Referent, kept.location()).await.body.contains("À lire"));
}

/// The conversations of a list, and where it goes on.
fn listed(body: &str) -> (Vec<String>, Option<String>) {
    let of = |part: &str| part.split('"').next().unwrap().to_owned();
    let rows = body.split("data-row data-k=\"").skip(1).map(of).collect();
    let pages = body.split("class=\"pages\"").nth(1).unwrap_or_default();
    let mut links = pages.split("<a ").skip(1).filter(|link| link.contains("data-more"));
    let more = links.next().map(|link| of(link.split("href=\"").nth(1).unwrap()));
    (rows, more.map(|it| it.replace("&#38;", "&").replace("&amp;", "&")))
}

#[tokio::test]
async fn a_list_is_read_to_its_end_without_losing_or_repeating_a_row() {
    let house = House::new().await;
    let seen: Vec<Observation> = (0..120).map(|n| recent(&format!("m{n}"), "Bonjour", n % 7)).collect();
    let made = hear(&house, &crate::testing::channel(house.desk), &seen).await;
    let mut all: Vec<String> = made.iter().map(ToString::to_string).collect();
    all.sort();
    for first in ["/inbox", "/inbox?order=newest&state=all", "/inbox?order=oldest"] {
        let (mut rows, mut more) = listed(&house.get(Role::Referent, first).await.body);
        assert_eq!(rows.len(), 50);
        while let Some(path) = more {
            let path = path.strip_suffix("#suite").unwrap();
            let (longer, further) = listed(&house.get(Role::Referent, path).await.body);
            assert_eq!(longer[..rows.len()], rows, "what was there stays: {path}");
            (rows, more) = (longer, further);
        }
        rows.sort();
        assert_eq!(rows, all, "{first}");
    }
}

#[tokio::test]
async fn a_very_long_list_goes_on_with_a_page_of_its_own_that_follows() {
    let house = House::new().await;
    let seen: Vec<Observation> = (0..70).map(|n| recent(&format!("m{n}"), "Bonjour", n % 7)).collect();
    hear(&house, &crate::testing::channel(house.desk), &seen).await;
    let (all, more) = listed(&house.get(Role::Referent, "/inbox?order=newest&pages=99").await.body);
    assert_eq!((all.len(), more), (70, None));
    let fifth = ConversationId(all[4].parse().unwrap());
    let mut conn = house.app.db.read().await.unwrap();
    let fifth = store::conversation::get(&mut conn, house.organisation, fifth).await.unwrap().unwrap();
    let after = fifth.key(store::conversation::Order::Newest);
    let path = format!("/inbox?order=newest&after={after}");
    let (rows, more) = listed(&house.get(Role::Referent, &path).await.body);
    assert_eq!(rows, all[5..55]);
    let (rows, _) = listed(&house.get(Role::Referent, more.unwrap().trim_end_matches("#suite")).await.body);
    assert_eq!(rows, all[5..], "the part that was asked for is kept");
    // A conversation opened from such a part is found in it again.
    let page =
        house.get(Role::Referent, &format!("/inbox/{}?order=newest&after={after}", rows[3])).await.body;
    assert!(
        page.contains("aria-current=\"true\" href")
            || page.contains(&format!("data-k=\"{}\" aria-current", rows[3]))
    );
}

#[tokio::test]
async fn live_events_tell_only_of_desks_that_one_sees() {
    let house = House::new().await;
    let desk = other_desk(&house).await;
    let hidden = hear(&house, &crate::testing::channel(desk), &[recent("1", "Presse", 5)]).await[0];
    let shown = hear(&house, &crate::testing::channel(house.desk), &[recent("2", "Client", 5)]).await[0];
    let request =
        Request::builder().method(Method::GET).uri("/events").header(header::COOKIE, "parvis=specialist");
    let stream = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut stream = stream.into_body().into_data_stream();
    house.post(Role::Referent, &format!("/inbox/{hidden}/take"), "").await;
    house.post(Role::Referent, &format!("/inbox/{shown}/take"), "").await;
    house.post(Role::Referent, &format!("/inbox/{shown}/presence"), "doing=writing").await;
    let mut heard = String::new();
    while !heard.contains("écrit") {
        heard.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
    }
    assert!(heard.contains(&shown.to_string()) && heard.contains("conversation.assigned"));
    assert!(!heard.contains(&hidden.to_string()));
}

#[tokio::test]
async fn the_first_page_says_what_is_late_and_which_channel_is_deaf() {
    let house = House::new().await;
    let channel = crate::testing::channel(house.desk);
    hear(&house, &channel, &[recent("1", "En retard", 90), recent("2", "À l’heure", 5)]).await;
    let body = house.get(Role::Referent, "/").await.body;
    assert!(body.contains("1 message a dépassé son délai") && body.contains("1 autre attend une réponse"));
    let mut conn = house.app.db.write().await.unwrap();
    let mut deaf = channel.clone();
    deaf.health.failing_since = Some(NOW - HOUR);
    store::channel::set_health(&mut conn, house.organisation, deaf.id, &deaf.health).await.unwrap();
    conn.commit().await.unwrap();
    assert!(house.get(Role::Referent, "/").await.body.contains("1 canal ne s’entend plus"));
}
