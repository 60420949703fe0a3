//! A watch that was made or changed also finds what came in before: the last thirty days are looked through, the
//! newest first, some at a time. What dies on the way goes on from there; two nodes at once only do it twice.

use std::sync::Arc;

use crate::app::App;
use crate::clock::DAY;
use crate::id::{self, MessageId, OrganisationId};
use crate::intake::ear::{Ear, Hearing};
use crate::store::watch::{self, Watch};
use crate::store::{self, organisation};

/// How far back it looks (µs).
pub const BACK: i64 = 30 * DAY;

/// What rings when a watch was made or changed.
pub const BELL: &str = "watch";

/// Messages of one transaction.
const BATCH: i64 = 500;

/// Looks through everything that is still to be looked through.
///
/// # Errors
/// The database refused.
pub async fn step(app: &Arc<App>) -> store::Result<()> {
    let mut conn = app.db.read().await?;
    let Some(house) = organisation::first(&mut conn).await? else { return Ok(()) };
    let watches = watch::list(&mut conn, house.id).await?;
    drop(conn);
    for it in watches.into_iter().filter(|it| it.fill_before.is_some()) {
        while let Some(before) = watch_before(app, house.id, &it).await? {
            if !batch(app, house.id, &it, before).await? {
                break;
            }
        }
    }
    Ok(())
}

/// Before which message the watch is still to be filled; `None` also when it was changed meanwhile.
async fn watch_before(app: &App, house: OrganisationId, it: &Watch) -> store::Result<Option<MessageId>> {
    let found = watch::get(&mut app.db.read().await?, house, it.id).await?;
    Ok(found.filter(|found| found.changed_at == it.changed_at).and_then(|found| found.fill_before))
}

/// Whether there is more.
async fn batch(app: &App, house: OrganisationId, it: &Watch, before: MessageId) -> store::Result<bool> {
    let mut conn = app.db.write().await?;
    let from = MessageId(id::earliest(it.changed_at - BACK));
    let texts = watch::texts(&mut conn, house, before, from, BATCH).await?;
    let mind = app.ears.mind(&mut conn, house).await?;
    let (ear, mut hearing) = (Ear::with(std::slice::from_ref(it), mind), Hearing::default());
    for text in &texts {
        for found in ear.found(text, &mut hearing) {
            found.keep(&mut conn, house, text.message, text.sent_at).await?;
        }
    }
    let next = texts.last().map(|it| it.message);
    watch::filled(&mut conn, house, it, next).await?;
    conn.commit().await?;
    Ok(next.is_some())
}

#[cfg(test)]
mod tests {
    use parvis_channels::{Observation, ObservationKind};

    use super::*;
    use crate::clock::SECOND;
    use crate::command::watch::Wanted;
    use crate::command::{self, Refusal};
    use crate::testing::{House, START, houses, said};

    async fn found(house: &House, id: id::WatchId) -> Vec<String> {
        let mut conn = house.app.db.read().await.unwrap();
        let all = watch::page(&mut conn, house.id, id, (0, i64::MAX), 100).await.unwrap();
        all.into_iter().map(|it| it.text).collect()
    }

    #[tokio::test]
    async fn a_watch_finds_what_came_in_before_it_and_what_comes_after() {
        for house in houses().await {
            let actor = &house.manager;
            house.hear(&[said("1", "La billetterie est en panne", 0), said("2", "Bravo", 1)]).await;
            let save = |id, query| {
                let wanted =
                    Wanted { name: "Billetterie", query, folder: "", sensitivity: "balanced", tag: "" };
                command::watch::save(&house.app, actor, id, wanted)
            };
            let id = save(None, "billet*").await.unwrap();
            assert_eq!(found(&house, id).await, Vec::<String>::new());
            step(&house.app).await.unwrap();
            house.hear(&[said("3", "Deux BILLETS svp", 2), said("4", "Merci", 3)]).await;
            assert_eq!(found(&house, id).await, ["Deux BILLETS svp", "La billetterie est en panne"]);
            // What is edited is looked at anew.
            let edited = Observation {
                kind: ObservationKind::Edited,
                version_at: Some(START + 60 * SECOND),
                ..said("3", "Deux places svp", 2)
            };
            house.hear(&[edited]).await;
            assert_eq!(found(&house, id).await, ["La billetterie est en panne"]);
            // So is everything when the query is another.
            save(Some(id), "places OU bravo").await.unwrap();
            step(&house.app).await.unwrap();
            assert_eq!(found(&house, id).await, ["Deux places svp", "Bravo"]);
            let estimate = command::watch::estimate(&house.app, actor, "merci OU bravo").await.unwrap();
            assert_eq!((estimate.found, estimate.looked), (2, 4));
            let angry =
                command::watch::estimate(&house.app, actor, "sentiment:negative lang:fr").await.unwrap();
            assert_eq!((angry.found, angry.looked), (1, 4));
            command::watch::remove(&house.app, actor, id).await.unwrap();
            assert_eq!(found(&house, id).await, Vec::<String>::new());
            house.hear(&[said("5", "Encore bravo", 4)]).await;
            crate::testing::assert_whole(&house.app.db, house.id).await;
        }
    }

    #[tokio::test]
    async fn who_may_not_keep_watches_is_refused_and_a_query_that_cannot_be_read_too() {
        let house = houses().await.remove(0);
        let wanted = |query| Wanted { name: "x", query, folder: "", sensitivity: "balanced", tag: "" };
        let refused = command::watch::save(&house.app, &house.specialist, None, wanted("x")).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        let refused = command::watch::save(&house.app, &house.manager, None, wanted("(x")).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "query", .. })));
    }

    #[tokio::test]
    async fn a_topic_tags_what_it_finds_and_learns_what_people_take_off() {
        for house in houses().await {
            let actor = &house.manager;
            house.hear(&[said("1", "Où est mon colis ?", 0), said("2", "Bravo", 1)]).await;
            let wanted = Wanted {
                name: "Livraison",
                query: "colis OU livreur",
                folder: "Sujets",
                sensitivity: "none",
                tag: "#Livraison",
            };
            let id = command::watch::save(&house.app, actor, None, wanted).await.unwrap();
            step(&house.app).await.unwrap();
            house.hear(&[said("3", "Le livreur est passé, merci", 2)]).await;
            let tagged = async |text: &str| {
                let mut conn = house.app.db.read().await.unwrap();
                let from = MessageId(id::earliest(0));
                let all = watch::texts(&mut conn, house.id, watch::AFTER_ALL, from, 50).await.unwrap();
                let it = all.into_iter().find(|it| it.text == text).unwrap().message;
                let it = store::message::get(&mut conn, house.id, it).await.unwrap().unwrap().conversation;
                (it, store::tag::of(&mut conn, house.id, it).await.unwrap())
            };
            let (first, tags) = tagged("Où est mon colis ?").await;
            assert_eq!(tags.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Livraison"]);
            let tag = tags[0].id;
            assert_eq!(tagged("Le livreur est passé, merci").await.1.len(), 1);
            let (second, none) = tagged("Bravo").await;
            assert_eq!(none, []);
            // A person takes it off, and it stays off, whatever comes and however often the weeks are looked through.
            command::triage::untag(&house.app, actor, first, tag).await.unwrap();
            command::watch::save(
                &house.app,
                actor,
                Some(id),
                Wanted { query: "colis OU paquet OU livreur", ..wanted },
            )
            .await
            .unwrap();
            step(&house.app).await.unwrap();
            assert_eq!(tagged("Où est mon colis ?").await.1, []);
            let judged = async || {
                let mut conn = house.app.db.read().await.unwrap();
                let it = store::tag::judged(&mut conn, house.id, id).await.unwrap();
                (it.standing, it.refused)
            };
            assert_eq!(judged().await, (1, 1));
            // What a person gives by hand is theirs, and says what the query lacks.
            let done = command::triage::tag(&house.app, actor, second, "Livraison").await.unwrap();
            let mut conn = house.app.db.read().await.unwrap();
            let it = watch::get(&mut conn, house.id, id).await.unwrap().unwrap();
            let missed = command::watch::missed(&house.app, &mut conn, house.id, &it).await.unwrap();
            assert_eq!(missed.messages, 1);
            drop(conn);
            command::undo::undo(&house.app, actor, done.journal).await.unwrap();
            assert_eq!(judged().await, (1, 1));
            // Undoing what was taken off puts it back.
            command::triage::tag(&house.app, actor, first, "Livraison").await.unwrap();
            assert_eq!(judged().await, (1, 0));
            command::watch::remove(&house.app, actor, id).await.unwrap();
            assert_eq!(tagged("Le livreur est passé, merci").await.1.len(), 1, "what stands stays");
            crate::testing::assert_whole(&house.app.db, house.id).await;
        }
    }

    #[tokio::test]
    async fn the_usual_topics_are_made_once() {
        for house in houses().await {
            let made = command::watch::add_usual(&house.app, &house.manager, "fr").await.unwrap();
            assert_eq!(made, crate::rules::topic::USUAL.len());
            assert_eq!(command::watch::add_usual(&house.app, &house.manager, "fr").await.unwrap(), 0);
            let refused = command::watch::add_usual(&house.app, &house.specialist, "fr").await;
            assert!(matches!(refused, Err(Refusal::Forbidden(_))));
            house.hear(&[said("1", "Mon colis n’est pas arrivé, je veux être remboursée", 0)]).await;
            let mut conn = house.app.db.read().await.unwrap();
            let all = watch::list(&mut conn, house.id).await.unwrap();
            let delivery = all.iter().find(|it| it.name == "Livraison").unwrap();
            let beside = watch::topics(&mut conn, house.id, delivery.id, (0, i64::MAX), 100).await.unwrap();
            assert_eq!(
                beside.iter().map(|it| (it.1.as_str(), it.2)).collect::<Vec<_>>(),
                [("Remboursement", 1)]
            );
        }
    }
}
