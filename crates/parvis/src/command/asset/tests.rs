//! The library on both engines: kept once, seen by whom it is for, found again, and never leaving after its rights.

use super::*;
use crate::clock::{DAY, HOUR};
use crate::command::post::picture as pictures;
use crate::command::post::{self, Idea, With};
use crate::id::PostId;
use crate::rules::asset::Format;
use crate::rules::picture::tests::png_of;
use crate::rules::post::Step;
use crate::store::asset::Filter;
use crate::testing::{House, START, assert_whole, colleague, houses};

fn upload(bytes: Vec<u8>) -> Upload {
    Upload { bytes, mime: "image/png".to_owned(), alt: String::new() }
}

fn said(title: &str) -> Wanted {
    Wanted { title: title.to_owned(), alt_fr: format!("On voit : {title}"), ..Wanted::default() }
}

fn code<T: std::fmt::Debug>(refused: Result<T>) -> &'static str {
    match refused {
        Err(Refusal::Invalid { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

async fn found(house: &House, asked: &Filter) -> Vec<String> {
    let mut conn = house.app.db.read().await.unwrap();
    let all = room::list(&mut conn, house.id, asked, 50).await.unwrap();
    all.into_iter().map(|(it, _)| it.title).collect()
}

async fn to_write(house: &House, due_at: Option<i64>) -> PostId {
    let idea = Idea { title: "Ouverture".to_owned(), origin: "team".to_owned(), due_at, ..Idea::default() };
    let id = post::propose(&house.app, &house.specialist, idea).await.unwrap();
    for step in [Step::Keep, Step::Brief] {
        post::take(&house.app, &house.manager, id, step, With::default()).await.unwrap();
    }
    id
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_a_lying_or_huge_file_not_at_all() {
    for house in houses().await {
        let (app, me) = (&house.app, &house.specialist);
        let first = bring(app, me, &said("Salle"), &upload(png_of(1080, 1080))).await.unwrap();
        let again = bring(app, me, &said("Autre nom"), &upload(png_of(1080, 1080))).await.unwrap();
        assert_eq!((first.known, again), (false, Brought { id: first.id, known: true }));
        assert_eq!(found(&house, &Filter::default()).await, ["Salle"]);
        assert_eq!(code(bring(app, me, &said("A"), &upload(b"<svg>".to_vec())).await), "lies");
        assert_eq!(code(bring(app, me, &said("A"), &upload(png_of(10_000, 10_000))).await), "pixels");
        assert_eq!(code(bring(app, me, &said("A"), &upload(Vec::new())).await), "size");
        assert_eq!(code(bring(app, me, &said(" "), &upload(png_of(2, 2))).await), "empty");
        // A newer file takes its place; the old one stays, and so does what it was.
        assert_eq!(code(replace(app, me, first.id, &upload(png_of(1080, 1080))).await), "known");
        replace(app, me, first.id, &upload(png_of(1080, 1350))).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let (it, file) = load(&mut conn, me, first.id, Action::ReadMaterial).await.unwrap();
        assert_eq!((it.files, it.version, file.height), (2, 2, 1350));
        assert_eq!(file_of(&mut conn, me, (first.id, 1), Action::ReadMaterial).await.unwrap().height, 1080);
        assert!(matches!(
            file_of(&mut conn, me, (first.id, 3), Action::ReadMaterial).await,
            Err(Refusal::NotFound)
        ));
        drop(conn);
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn it_is_found_by_words_theme_format_and_rights_and_put_away_without_being_deleted() {
    for house in houses().await {
        let (app, me) = (&house.app, &house.manager);
        let square =
            Wanted { theme: "Coulisses".to_owned(), tags: "cabine, nuit".to_owned(), ..said("Projection") };
        let id = bring(app, me, &square, &upload(png_of(1080, 1080))).await.unwrap().id;
        let ends = Wanted { expires_at: Some(START + 5 * DAY), ..said("Façade d’été") };
        bring(app, me, &ends, &upload(png_of(1600, 900))).await.unwrap();
        let words = |it: &str| Filter { words: it.to_owned(), ..Filter::default() };
        assert_eq!(found(&house, &words("FACADE ete")).await, ["Façade d’été"]);
        assert_eq!(found(&house, &words("cabine projection")).await, ["Projection"]);
        assert_eq!(found(&house, &words("cabine façade")).await, Vec::<String>::new());
        let theme = Filter { theme: Some("Coulisses".to_owned()), ..Filter::default() };
        assert_eq!(found(&house, &theme).await, ["Projection"]);
        let wide = Filter { format: Format::named("landscape"), ..Filter::default() };
        assert_eq!(found(&house, &wide).await, ["Façade d’été"]);
        let ending = Filter { ends: Some((START, START + 30 * DAY)), ..Filter::default() };
        assert_eq!(found(&house, &ending).await, ["Façade d’été"]);
        put_away(app, me, id, true).await.unwrap();
        assert_eq!(found(&house, &Filter::default()).await, ["Façade d’été"]);
        assert_eq!(found(&house, &Filter { away: true, ..Filter::default() }).await, ["Projection"]);
        let post = to_write(&house, None).await;
        assert_eq!(code(pictures::pick(app, me, post, id).await), "away");
        put_away(app, me, id, false).await.unwrap();
        assert_eq!(found(&house, &Filter::default()).await.len(), 2);
    }
}

#[tokio::test]
async fn somebody_from_outside_and_a_creative_see_and_change_what_they_brought() {
    for house in houses().await {
        let app = &house.app;
        let mut conn = app.db.write().await.unwrap();
        let creative = colleague(&mut conn, house.id, Role::Creative, &house.desks[..1]).await;
        let expert = colleague(&mut conn, house.id, Role::Expert, &house.desks[..1]).await;
        conn.commit().await.unwrap();
        let theirs = bring(app, &creative, &said("Affiche"), &upload(png_of(420, 600))).await.unwrap().id;
        let ours = bring(app, &house.specialist, &said("Salle"), &upload(png_of(640, 480))).await.unwrap().id;
        let mut conn = app.db.read().await.unwrap();
        load(&mut conn, &creative, theirs, Action::ReadMaterial).await.unwrap();
        load(&mut conn, &expert, theirs, Action::ReadMaterial).await.unwrap();
        assert!(matches!(
            load(&mut conn, &creative, ours, Action::ReadMaterial).await,
            Err(Refusal::NotFound)
        ));
        drop(conn);
        let own = Filter { only: only(&creative), ..Filter::default() };
        assert_eq!(found(&house, &own).await, ["Affiche"]);
        assert_eq!(code(bring(app, &creative, &said("Salle"), &upload(png_of(640, 480))).await), "known");
        let new = Wanted { version: 1, ..said("Affiche finale") };
        change(app, &creative, theirs, &new).await.unwrap();
        assert!(
            matches!(change(app, &creative, theirs, &new).await, Err(Refusal::Changed)),
            "it is version 2"
        );
        let other = change(app, &house.specialist, theirs, &Wanted { version: 2, ..said("À moi") }).await;
        assert!(matches!(other, Err(Refusal::Forbidden(Action::KeepMaterial))));
        change(app, &house.manager, theirs, &Wanted { version: 2, ..said("Affiche A3") }).await.unwrap();
        let refused = bring(app, &expert, &said("Plan"), &upload(png_of(3, 3))).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Action::BringMaterial))));
    }
}

#[tokio::test]
async fn what_ends_before_a_post_leaves_is_refused_at_the_drop_by_whatever_way_it_comes() {
    for house in houses().await {
        let (app, me) = (&house.app, &house.specialist);
        let ends = Wanted { expires_at: Some(START + DAY), ..said("Salle") };
        let id = bring(app, me, &ends, &upload(png_of(1080, 1080))).await.unwrap().id;
        let (soon, later) =
            (to_write(&house, Some(START + HOUR)).await, to_write(&house, Some(START + 2 * DAY)).await);
        let it = pictures::pick(app, me, soon, id).await.unwrap();
        assert_eq!((it.alt.as_deref(), it.asset), (Some("On voit : Salle"), Some(id)));
        assert_eq!(code(pictures::pick(app, me, later, id).await), "ended");
        assert_eq!(code(pictures::add(app, me, later, &upload(png_of(1080, 1080))).await), "ended");
        // One that the library doesn't know is kept there, and is held to its rights from then on.
        let new = pictures::add(app, me, later, &upload(png_of(600, 600))).await.unwrap();
        assert_eq!(new.asset, None);
        let kept = pictures::keep(app, me, later, new.id).await.unwrap();
        assert_eq!(pictures::keep(app, me, later, new.id).await.unwrap(), Brought { known: true, ..kept });
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(room::uses(&mut conn, house.id, kept.id).await.unwrap().len(), 1);
        assert_eq!(room::end_of_post(&mut conn, house.id, soon).await.unwrap(), Some(START + DAY));
        assert_eq!(room::end_of_post(&mut conn, house.id, later).await.unwrap(), None);
        drop(conn);
        let ended = Wanted { version: 1, expires_at: Some(START), ..said("Ouverture") };
        change(app, &house.manager, kept.id, &ended).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let it = crate::store::post::get(&mut conn, house.id, later).await.unwrap().unwrap();
        assert!(!post::facts(&mut conn, app, house.id, &it).await.unwrap().rights);
        drop(conn);
        assert_whole(&app.db, house.id).await;
    }
}
