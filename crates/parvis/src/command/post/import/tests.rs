//! Files of posts, good, wrong and pressed twice.

use super::*;
use crate::id::ColleagueId;
use crate::rules::permission::Role;
use crate::rules::post::State;
use crate::testing::{House, assert_whole, colleague, houses};

const GOOD: &str = "\u{FEFF}Titre;Texte;Date;Heure;Canaux;Thème;Lien\r\n\
    Ouverture;\"Nous ouvrons\nmercredi.\";02/09/2026;18h30;Compte principal;Vie du musée;https://musee.example/\r\n\
    ;Une idée sans date;;;;;\r\n\
    Toussaint;Le musée est ouvert.;1/11/2026;9 h;mastodon;Vie du musée;\r\n;;;;;;\r\n";

async fn brought(house: &House, actor: &Actor, file: &str) -> (Option<ImportId>, Preview) {
    bring(&house.app, actor, ("plan.csv", file.as_bytes()), Language::French).await.unwrap()
}

async fn count(house: &House, state: State) -> usize {
    let mut conn = house.app.db.read().await.unwrap();
    post::in_state(&mut conn, house.id, state, &post::Filter::default(), 500).await.unwrap().len()
}

#[tokio::test]
async fn a_file_is_shown_then_made_once_and_comes_no_further_than_the_last_word() {
    for house in houses().await {
        let (id, preview) = brought(&house, &house.manager, GOOD).await;
        assert_eq!(preview.faults, []);
        let stand: Vec<_> = preview.rows.iter().map(|it| (it.line, it.post.state)).collect();
        assert_eq!(stand, [(2, State::ToValidate), (4, State::Idea), (5, State::ToValidate)]);
        assert_eq!(preview.rows[0].post.text, "Nous ouvrons\nmercredi.\n\nhttps://musee.example/");
        assert_eq!(preview.rows[0].post.due_at, Some(1_788_366_600_000_000), "18:30 in Paris");
        assert_eq!(preview.rows[1].post.title, "Une idée sans date");
        let hints: Vec<_> = preview.rows[2].hints.iter().map(|it| (it.code, it.about.as_str())).collect();
        assert_eq!(hints, [("holiday", "Toussaint")]);
        for state in [State::Idea, State::Kept, State::ToWrite, State::ToValidate] {
            assert_eq!(count(&house, state).await, 0, "a look makes nothing");
        }
        let id = id.unwrap();
        let other = make(&house.app, &house.specialist, id).await;
        assert!(matches!(other, Err(Refusal::NotFound)), "another's file");
        let made = |id| make(&house.app, &house.manager, id);
        let (first, second) = tokio::join!(made(id), made(id));
        let posts = first.unwrap();
        assert_eq!((posts.len(), &posts), (3, &second.unwrap()));
        assert_eq!(made(id).await.unwrap(), posts);
        assert_eq!((count(&house, State::ToValidate).await, count(&house, State::Idea).await), (2, 1));
        let mut conn = house.app.db.read().await.unwrap();
        let idea = post::get(&mut conn, house.id, posts[1]).await.unwrap().unwrap();
        assert_eq!((idea.text.as_str(), idea.version, idea.validated_by), ("Une idée sans date", 1, None));
        assert_eq!(post::words::versions(&mut conn, house.id, posts[1]).await.unwrap().len(), 1);
        drop(conn);
        let (_, again) = brought(&house, &house.manager, GOOD).await;
        assert!(again.before.is_some());
        assert!(again.rows[0].hints.iter().any(|it| it.code == "twin"), "{:?}", again.rows[0].hints);
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn each_fault_is_told_by_line_and_column_and_nothing_is_kept() {
    let long = "a".repeat(501);
    let file = format!(
        "title,text,date,time,channels,state,link,origin\n\
        A,x,31/02/2026,9:00,Compte principal,,,\n\
        B,x,2026-10-01,half past,Inconnu,published,,\n\
        C,x,2026-10-01,,,,ftp://x,mars\n\
        D,x,2020-01-01,9:00,,,,\n\
        E,{long},2026-10-01,9:00,Compte principal,,,\n\
        F,,2026-10-01,9:00,Compte principal,to validate,,\n\
        G,x\n\
        {long},x,,,,,,\n"
    );
    for house in houses().await {
        let (id, preview) = brought(&house, &house.manager, &file).await;
        assert_eq!(id, None);
        let said: Vec<_> =
            preview.faults.iter().map(|it| format!("{} {} {}", it.line, it.column, it.key)).collect();
        assert_eq!(
            said,
            [
                "2 date import-fault-day",
                "3 time import-fault-hour",
                "3 channels import-fault-channel",
                "3 state import-fault-state",
                "4 time import-fault-no-hour",
                "4 origin import-fault-origin",
                "4 link import-fault-link",
                "5 date import-fault-past",
                "6 text import-fault-too-long",
                "7 state import-fault-no-text",
                "8  import-fault-width",
                "9 title refusal-title-long",
            ]
        );
        assert_eq!(preview.faults[8].value, "Compte principal (501 > 500)");
        for (file, key) in [
            (b"Th\xe8me;Titre\nx;y\n".to_vec(), "import-fault-encoding"),
            (b"Titre\n\xe9t\xe9\n".to_vec(), "import-fault-encoding"),
            (b"\xff\xfeT\0".to_vec(), "import-fault-encoding"),
            (b"".to_vec(), "import-fault-nothing"),
            (b"title\n\n".to_vec(), "import-fault-nothing"),
            (b"title,titre\na,b\n".to_vec(), "import-fault-twice"),
            (b"title,prix\na,b\n".to_vec(), "import-fault-unknown"),
            (format!("title\n{}", "x\n".repeat(ROWS + 1)).into_bytes(), "import-fault-many"),
        ] {
            let found = bring(&house.app, &house.manager, ("x", &file), Language::English).await.unwrap();
            let keys: Vec<_> = found.1.faults.iter().map(|it| it.key.as_str()).collect();
            assert_eq!((found.0, keys.as_slice()), (None, [key].as_slice()), "{}", file.escape_ascii());
        }
        let big = vec![b'x'; BYTES + 1];
        let refused = bring(&house.app, &house.manager, ("x", &big), Language::English).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "import", code: "size" })));
        assert_eq!(count(&house, State::Idea).await, 0);
    }
}

#[tokio::test]
async fn who_may_not_choose_brings_ideas_and_who_may_not_write_brings_no_words() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let outside = colleague(&mut conn, house.id, Role::External, &house.desks[..1]).await;
        let expert = colleague(&mut conn, house.id, Role::Expert, &house.desks[..1]).await;
        let stranger = Actor { colleague: ColleagueId::new(1), ..outside.clone() };
        conn.commit().await.unwrap();
        let (id, preview) = brought(&house, &outside, GOOD).await;
        assert!(preview.rows.iter().all(|it| it.post.state == State::Idea), "{preview:?}");
        let gone = make(&house.app, &stranger, id.unwrap()).await;
        assert!(matches!(gone, Err(Refusal::NotFound)));
        make(&house.app, &outside, id.unwrap()).await.unwrap();
        assert_eq!((count(&house, State::Idea).await, count(&house, State::ToValidate).await), (3, 0));
        let wants = "title,text,channels,state\nA,x,mastodon,to validate\n";
        let (_, preview) = brought(&house, &outside, wants).await;
        assert_eq!(preview.faults[0].key, "import-fault-no-choice");
        let (_, preview) = brought(&house, &expert, "title,text\nA,x\n").await;
        assert_eq!(preview.faults[0].key, "import-fault-no-words");
        let (id, preview) = brought(&house, &expert, "title\nA\n").await;
        assert_eq!((id.is_some(), preview.rows.len()), (true, 1));
    }
}

#[tokio::test]
async fn an_hour_that_has_passed_since_the_look_makes_nothing() {
    for house in houses().await {
        let (id, _) = brought(&house, &house.manager, "title,date,time\nA,,\nB,2026-09-01,10:30\n").await;
        house.app.clock.advance(crate::clock::HOUR);
        let refused = make(&house.app, &house.manager, id.unwrap()).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "import", code: "stale" })));
        assert_eq!(count(&house, State::Idea).await, 0);
        let (it, preview) = look(&house.app, &house.manager, id.unwrap(), Language::English).await.unwrap();
        assert_eq!((it.made_at, preview.faults.len(), preview.faults[0].line), (None, 1, 3));
    }
}
