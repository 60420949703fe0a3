//! What messages are taken to say, on the pages: shown, explained, corrected, hidden, dug through.

use super::inbox::{hear, recent};
use super::{House, NOW};
use crate::config::Config;
use crate::id::{ConversationId, MessageId};
use crate::intake::fold::{Context, fold};
use crate::rules::clock::Promise;
use crate::rules::permission::Role;
use crate::store;
use crate::testing::channel;

const COMPLAINT: &str =
    "Votre billetterie est en panne depuis deux heures, c’est lamentable, je veux être remboursée";
const AGAIN: &str =
    "Votre billetterie est en panne depuis trois heures, c’est lamentable, je veux être remboursée";
const INSULT: &str = "Allez crever bande de connards, vous êtes des sous-merdes, crevez tous";

async fn newest(house: &House, id: ConversationId) -> MessageId {
    let mut conn = house.app.db.read().await.unwrap();
    store::message::last_in(&mut conn, house.organisation, id).await.unwrap().unwrap().id
}

async fn newest_channel(house: &House) -> crate::id::ChannelId {
    let mut conn = house.app.db.read().await.unwrap();
    store::channel::list(&mut conn, house.organisation).await.unwrap().swap_remove(0).id
}

/// One more by the channel that is there, heard with what was taught.
async fn hear_more(house: &House, remote_id: &str, text: &str) {
    let mut conn = house.app.db.write().await.unwrap();
    let found = store::channel::list(&mut conn, house.organisation).await.unwrap().swap_remove(0);
    let ear = house.app.ears.of(&mut conn, house.organisation).await.unwrap();
    let context = Context {
        organisation: house.organisation,
        channel: &found,
        promise: Promise::always(crate::clock::HOUR),
        ear: &ear,
        now: NOW,
    };
    fold(&mut conn, &context, &recent(remote_id, text, 1)).await.unwrap();
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn a_complaint_is_shown_corrected_learned_from_and_put_back() {
    let house = House::new().await;
    let id = hear(&house, &channel(house.desk), &[recent("1", COMPLAINT, 5)]).await[0];
    let manager = Role::CommunityManager;
    let list = house.get(manager, "/inbox").await.body;
    assert!(list.contains("<span class=\"c\">Réclamation</span>") && list.contains("c neg"), "{list}");
    assert!(house.get(manager, "/inbox?intent=complaint&needs=1").await.body.contains("billetterie"));
    assert!(!house.get(manager, "/inbox?intent=praise").await.body.contains("billetterie"));
    assert!(
        house.get(manager, "/inbox?q=billetterie&intent=complaint").await.body.contains("data-row data-k")
    );
    assert!(!house.get(manager, "/inbox?q=billetterie&intent=praise").await.body.contains("data-row data-k"));
    let message = newest(&house, id).await;
    let why = format!("/inbox/{id}/why/{message}");
    let thread = house.get(manager, &format!("/inbox/{id}")).await.body;
    assert!(thread.contains(&why) && thread.contains("data-key=\"i\""));
    let sheet = house.get(manager, &why).await.body;
    assert!(sheet.contains("lamentable") && sheet.contains("parle pour"), "{sheet}");
    // An expert sees why and can't correct.
    let expert = house.get(Role::Expert, &why).await.body;
    assert!(expert.contains("lamentable") && !expert.contains("/correct/"));
    let correct = format!("/inbox/{id}/correct/{message}");
    for wrong in ["intent=nonsense", "abuse=perhaps", "intent=complaint"] {
        assert_eq!(house.post(manager, &correct, wrong).await.status, 422, "{wrong}");
    }
    let done = house.post(manager, &correct, "intent=signal&sentiment=negative").await;
    assert_eq!(done.status, 303);
    let shown = house.get(manager, done.location()).await.body;
    assert!(shown.contains("Signal") && shown.contains("Corrigé") && shown.contains("/undo/"), "{shown}");
    let corrections = house.get(manager, "/organisation/corrections").await.body;
    assert!(corrections.contains("Réclamation") && corrections.contains("Signal"));
    assert!(corrections.contains("&#60;b&#62;community_manager"), "{corrections}");
    hear_more(&house, "2", AGAIN).await;
    let list = house.get(manager, "/inbox?intent=signal").await.body;
    assert!(list.contains("trois heures"), "the next one is read with it");
    let undone = house.post(manager, "/undo", "").await;
    assert_eq!(undone.status, 303);
    hear_more(&house, "3", AGAIN).await;
    let list = house.get(manager, "/inbox?intent=complaint").await.body;
    assert_eq!(list.matches("data-row ").count(), 2, "{list}");
}

#[tokio::test]
async fn abuse_is_hidden_behind_a_click_for_everybody_and_can_be_called_harmless() {
    let house = House::new().await;
    let id = hear(&house, &channel(house.desk), &[recent("1", INSULT, 5)]).await[0];
    for role in [Role::CommunityManager, Role::Expert, Role::Administrator] {
        let list = house.get(role, "/inbox").await.body;
        assert!(list.contains("Masqué comme injurieux") && !list.contains("crever"), "{role:?}");
        let thread = house.get(role, &format!("/inbox/{id}")).await.body;
        let (before, after) = thread.split_once("<details class=\"cw\">").unwrap();
        assert!(!before.contains("Allez crever") && after.contains("Allez crever"), "{role:?}");
    }
    let found = house.get(Role::CommunityManager, "/inbox?q=crever").await.body;
    assert!(found.contains("Masqué comme injurieux") && !found.contains("Allez"));
    let message = newest(&house, id).await;
    let harmless = house.post(Role::Specialist, &format!("/inbox/{id}/correct/{message}"), "abuse=no").await;
    assert_eq!(harmless.status, 303);
    assert!(house.get(Role::CommunityManager, "/inbox").await.body.contains("Allez crever"));
}

#[tokio::test]
async fn abuse_is_hidden_on_a_watchs_page_and_on_an_alerts_and_not_repeated_in_its_terms() {
    let house = House::new().await;
    let id = hear(&house, &channel(house.desk), &[recent("1", "Bonjour", 5)]).await[0];
    let form = "name=Insultes&query=crever&folder=&sensitivity=balanced";
    let made = house.post(Role::CommunityManager, "/listen", form).await;
    hear_more(&house, "2", INSULT).await;
    let watch = house.get(Role::CommunityManager, made.location()).await.body;
    let (before, after) = watch.split_once("<details class=\"cw\">").unwrap();
    assert!(!before.contains("connards") && after.contains("connards"), "{watch}");
    let mut conn = house.app.db.write().await.unwrap();
    let desk = store::alert::Subject::Desk(house.desk);
    let message = store::message::by_remote(&mut conn, house.organisation, newest_channel(&house).await, "2");
    let message = message.await.unwrap().unwrap();
    assert_ne!(message.conversation, id);
    let it = store::alert::Alert {
        id: crate::id::AlertId::new(NOW),
        kind: store::alert::Kind::Anger,
        subject: desk,
        level: 1,
        began_at: NOW,
        opened_at: NOW,
        closed: None,
        evidence: store::alert::Evidence { examples: vec![message.id], ..Default::default() },
    };
    store::alert::insert(&mut conn, house.organisation, &it).await.unwrap();
    conn.commit().await.unwrap();
    let alert = house.get(Role::Administrator, &format!("/alerts/{}", it.id)).await.body;
    let (before, after) = alert.split_once("<details class=\"cw\">").unwrap();
    assert!(!before.contains("connards") && after.contains("connards"), "{alert}");
    let mut conn = house.app.db.read().await.unwrap();
    let said = store::alert::measure::said(&mut conn, house.organisation, (desk, false), (0, i64::MAX), 9);
    let said = said.await.unwrap();
    let terms = crate::work::alert::terms(&[], &[said.clone(), said.clone(), said].concat(), 5);
    assert!(!terms.iter().any(|it| it == "connards"), "{terms:?}");
}

#[tokio::test]
async fn the_mine_groups_and_counts_and_leads_to_its_messages() {
    let house = House::new().await;
    let said = [
        "La climatisation est en panne, c’est inadmissible, on gèle",
        "Climatisation horrible hier soir, je suis furieuse, remboursez-moi",
        "Le son de la salle est nul, très déçu, encore une fois raté",
    ];
    let seen: Vec<_> = said.iter().zip(1..).map(|(text, no)| recent(&no.to_string(), text, no)).collect();
    let ids = hear(&house, &channel(house.desk), &seen).await;
    let manager = Role::CommunityManager;
    let mine = house.get(manager, "/listen/insight").await.body;
    assert!(mine.contains("Tous disent «\u{a0}climatisation\u{a0}»."), "{mine}");
    assert!(mine.contains(&format!("/inbox/{}", ids[1])));
    let wrong = house.get(manager, "/listen/insight?q=(salle").await;
    assert!(wrong.status == 422 && wrong.body.contains("ne peut pas être lu"));
    let csv = house.get(manager, "/listen/insight/export?format=csv&kind=complaint").await;
    assert!(csv.body.starts_with("group,size,kind") && csv.body.lines().count() == 4, "{}", csv.body);
    let lines = house.get(manager, "/listen/insight/export?format=jsonl&q=son").await.body;
    assert_eq!(lines.lines().count(), 1);
    assert_eq!(house.get(Role::Specialist, "/listen/insight").await.status, 403);
}

#[tokio::test]
async fn the_page_of_corrections_says_how_far_the_encoder_came() {
    let config = Config { encoder: "nowhere.bin".into(), ..Config::default() };
    let house = House::with(config).await;
    let page = async || house.get(Role::CommunityManager, "/organisation/corrections").await.body;
    assert!(page().await.contains("L’encodeur a relu tous les messages"));
    hear(&house, &channel(house.desk), &[recent("1", INSULT, 5)]).await;
    assert!(page().await.contains("il en reste un"));
    crate::work::second::step(&house.app).await.unwrap();
    assert!(page().await.contains("L’encodeur n’est pas utilisé"));
    let without = House::new().await;
    assert!(
        !without.get(Role::CommunityManager, "/organisation/corrections").await.body.contains("encodeur")
    );
}
