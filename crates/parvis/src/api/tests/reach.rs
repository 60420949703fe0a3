//! How far a caller sees: whoever belongs to another desk finds nothing, by whatever endpoint.

use axum::body::Body;
use axum::http::Method;
use futures_util::StreamExt as _;
use parvis_channels::{AttachmentKind, RemoteAttachment};
use serde_json::{Value, json};

use super::{Client, EVERYTHING, fill};
use crate::clock::DAY;
use crate::command::{answer, triage};
use crate::id::ViewId;
use crate::store;
use crate::testing::{House, START, houses, said};

/// What lies on the care desk, by the noun of its path.
struct Care {
    ids: Vec<(&'static str, String)>,
    other: String,
}

async fn fill_house(house: &House) -> Care {
    let mut with_picture = said("1", "Bonjour musée", 0);
    if let Some(item) = &mut with_picture.item {
        item.attachments.push(RemoteAttachment {
            kind: AttachmentKind::Image,
            url: "https://elsewhere.example/1.png".to_owned(),
            preview_url: None,
            alt: Some("Une affiche".to_owned()),
            mime: Some("image/png".to_owned()),
            width: None,
            height: None,
        });
    }
    house.hear(&[with_picture, said("2", "Autre chose", 1)]).await;
    let (it, other) = (house.conversation("1").await, house.conversation("2").await);
    triage::tag(&house.app, &house.manager, it.id, "Panne").await.unwrap();
    let done = answer::note(&house.app, &house.manager, it.id, "Entre nous").await.unwrap();
    let filter = store::conversation::Filter::default();
    let view = crate::command::view::save(&house.app, &house.manager, None, "À moi", false, filter).await;
    let mut conn = house.app.db.read().await.unwrap();
    let message = store::message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
    let attachment = store::attachment::of(&mut conn, house.id, message.id).await.unwrap().swap_remove(0);
    let tag = store::tag::list(&mut conn, house.id).await.unwrap().swap_remove(0);
    let view: ViewId = view.unwrap();
    Care {
        ids: vec![
            ("conversations", it.id.to_string()),
            ("messages", message.id.to_string()),
            ("attachments", attachment.id.to_string()),
            ("authors", message.author.unwrap().to_string()),
            ("channels", house.channel.to_string()),
            ("desks", house.desks[0].to_string()),
            ("colleagues", house.specialist.colleague.to_string()),
            ("views", view.to_string()),
            ("tokens", tag.id.to_string()),
            ("undo", done.journal.to_string()),
        ],
        other: other.id.to_string(),
    }
}

/// A body that each endpoint could take.
fn body(house: &House, care: &Care, path: &str) -> Value {
    match path.rsplit('/').next().unwrap() {
        "assign" => json!({ "colleague": null }),
        "hand-over" => json!({ "desk": house.desks[1] }),
        "snooze" => json!({ "until": START + DAY }),
        "urgent" => json!({ "urgent": true }),
        "tags" => json!({ "name": "Panne" }),
        "merge" => json!({ "into": care.other }),
        "moderation" => json!({ "act": "hold" }),
        "replies" | "notes" | "{mode}" => json!({ "text": "Bonjour" }),
        _ if path.starts_with("/views") => json!({ "name": "Pris" }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn what_lies_on_another_desk_is_nowhere_to_be_found() {
    for house in houses().await {
        let care = fill_house(&house).await;
        let stranger = Client::new(&house, &house.press, &EVERYTHING).await;
        let (mut tried, before) = (0, house.conversation("1").await);
        for (method, path, need) in crate::api::document().table.rows() {
            let Some((_, id)) = care.ids.iter().find(|(noun, _)| path.starts_with(&format!("/{noun}/{{")))
            else {
                continue;
            };
            let path = path.replace("{mode}", "public");
            let sent = body(&house, &care, if path.ends_with("public") { "{mode}" } else { &path });
            let got = stranger.call(method.clone(), &fill(&path, id), sent.to_string()).await;
            let wanted = if need.is_some_and(|it| !house.press.role.may(it)) { 403 } else { 404 };
            assert_eq!(got.status, wanted, "{method} {path}: {}", got.body);
            tried += 1;
        }
        assert!(tried >= 35, "only {tried} were tried");
        assert_eq!(house.conversation("1").await.facets, before.facets);
        for list in [
            "/conversations",
            "/search?q=musée",
            "/counters",
            "/channels",
            "/gaps",
            "/desks",
            "/colleagues",
            "/views",
        ] {
            let list = list.replace('é', "%C3%A9");
            let told = stranger.get(&list).await.be(200).to_string();
            assert!(care.ids.iter().all(|(_, id)| !told.contains(id.as_str())), "{list}: {told}");
        }
        // And those of the desk do find it.
        let near = Client::new(&house, &house.specialist, &EVERYTHING).await;
        for (noun, id) in
            care.ids.iter().filter(|it| !matches!(it.0, "views" | "tokens" | "undo" | "attachments"))
        {
            near.get(&format!("/{noun}/{id}")).await.be(200);
        }
        assert_eq!(near.get("/search?q=mus%C3%A9e").await.be(200)["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_stream_tells_of_ones_own_desks_only() {
    let house = houses().await.swap_remove(0);
    house.hear(&[said("1", "Bonjour", 0), said("2", "Autre", 1)]).await;
    let (one, two) = (house.conversation("1").await.id, house.conversation("2").await.id);
    let to = triage::HandOver { desk: Some(house.desks[1]), ..triage::HandOver::default() };
    triage::hand_over(&house.app, &house.manager, two, to).await.unwrap();
    let client = Client::new(&house, &house.press, &EVERYTHING).await;
    let request = client.request(&Method::GET, "/events").body(Body::empty()).unwrap();
    let mut stream = client.open(request).await.into_body().into_data_stream();
    triage::close(&house.app, &house.manager, one).await.unwrap();
    let done = triage::close(&house.app, &house.manager, two).await.unwrap();
    let told = stream.next().await.unwrap().unwrap();
    let told = std::str::from_utf8(&told).unwrap();
    assert!(told.contains("event: change") && told.contains("conversation.closed"), "{told}");
    assert!(told.contains(&format!("id: {}", done.journal)) && told.contains(&two.to_string()), "{told}");
    assert!(!told.contains(&one.to_string()), "{told}");
    house.app.stop.ask();
    assert!(stream.next().await.is_none(), "the stream ends with the program");
}
