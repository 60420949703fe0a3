//! Rights that end: what shows such a picture is held, at its hour and at the moment of each hand-over.

use parvis_channels::Upload;

use super::post::{code, get, pass, step, submitted};
use super::{Forgetful, connected};
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command::asset::{self, Wanted};
use crate::command::post::picture;
use crate::rules::picture::tests::png_of;
use crate::rules::post::{State, Step};
use crate::store::journal;
use crate::testing::{START, houses};
use crate::work;

fn until(version: i64, end: i64) -> Wanted {
    Wanted { version, title: "Salle".to_owned(), expires_at: Some(end), ..Wanted::default() }
}

#[tokio::test]
async fn a_picture_whose_rights_have_ended_never_leaves() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        let me = &house.manager;
        let bytes = Upload { bytes: png_of(640, 480), mime: "image/png".to_owned(), alt: String::new() };
        let salle = asset::bring(&app, me, &until(0, START + DAY), &bytes).await.unwrap().id;
        let id = submitted(&app, &house, "La salle ouvre.").await;
        picture::pick(&app, &house.specialist, id, salle).await.unwrap();
        for item in ["facts", "links", "alt", "charter"] {
            crate::command::post::look::tick(&app, &house.specialist, id, item, true).await.unwrap();
        }
        step(&app, me, id, Step::Validate, None).await.unwrap();
        assert_eq!(code(step(&app, me, id, Step::Schedule, Some(START + DAY + HOUR)).await), "rights");
        step(&app, me, id, Step::Schedule, Some(START + 10 * MINUTE)).await.unwrap();
        // The holder takes the rights back before the hour.
        asset::change(&app, me, salle, &until(1, START + MINUTE)).await.unwrap();
        pass(&app, 660).await;
        let it = get(&app, &house, id).await;
        assert_eq!((it.held_code.as_deref(), server.taken()), (Some("rights"), 0));
        assert_eq!(code(step(&app, me, id, Step::PublishNow, None).await), "rights");
        // Given again, a person sends it on. It ends while the post waits its ten seconds: nothing is handed over.
        asset::change(&app, me, salle, &until(2, START + DAY)).await.unwrap();
        step(&app, me, id, Step::PublishNow, None).await.unwrap();
        asset::change(&app, me, salle, &until(3, START + 660 * crate::clock::SECOND)).await.unwrap();
        pass(&app, 60).await;
        let it = get(&app, &house, id).await;
        assert_eq!(
            (it.state, it.held_code.as_deref(), server.taken()),
            (State::Scheduled, Some("rights"), 0)
        );
    }
}

#[tokio::test]
async fn the_end_of_rights_is_told_thirty_seven_and_one_day_ahead_and_anew_when_it_is_moved() {
    for house in houses().await {
        let (app, me) = (&house.app, &house.manager);
        let bytes = Upload { bytes: png_of(640, 480), mime: "image/png".to_owned(), alt: String::new() };
        let id = asset::bring(app, me, &until(0, START + 31 * DAY), &bytes).await.unwrap().id;
        let told = async || {
            let mut conn = app.db.read().await.unwrap();
            let all = journal::page(&mut conn, house.id, None, 500).await.unwrap();
            all.iter().filter(|it| it.verb == "asset.ending").count()
        };
        let mut counts = Vec::new();
        for _ in 0..31 {
            app.clock.advance(DAY);
            work::step(app).await.unwrap();
            counts.push(told().await);
        }
        assert_eq!(
            [counts[0], counts[22], counts[23], counts[28], counts[29], counts[30]],
            [1, 1, 2, 2, 3, 3]
        );
        // Extended: told again before the new end.
        asset::change(app, me, id, &until(1, START + 100 * DAY)).await.unwrap();
        app.clock.advance(45 * DAY);
        work::step(app).await.unwrap();
        assert_eq!(told().await, 4);
        // Put away: nobody is told.
        asset::put_away(app, me, id, true).await.unwrap();
        app.clock.advance(20 * DAY);
        work::step(app).await.unwrap();
        assert_eq!(told().await, 4);
    }
}
