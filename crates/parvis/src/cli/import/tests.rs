//! Imports as the command line runs them, on a house that is set up.

use super::*;
use crate::id::OrganisationId;
use crate::rules::permission::{Actor, Role, Scope};
use crate::store::conversation::{Filter, Order, State};
use crate::store::{channel, conversation, counter, message, search};
use crate::testing::{START, houses};

async fn import(app: &App, folder: &Path, name: &str, contents: &str) -> anyhow::Result<String> {
    let file = folder.join(name);
    std::fs::write(&file, contents).unwrap();
    let it = Import {
        file: file.clone(),
        format: None,
        channel: Some("Archive".to_owned()),
        ours: vec!["Help@solstice.example".to_owned()],
    };
    take(app, &it, Format::of(&file).unwrap()).await
}

async fn closed(app: &App, house: OrganisationId) -> Vec<conversation::Conversation> {
    let mut conn = app.db.read().await.unwrap();
    let filter = Filter { state: Some(State::Closed), order: Order::Oldest, ..Filter::default() };
    let viewer = Actor {
        organisation: house,
        colleague: crate::id::ColleagueId::new(START),
        role: Role::Administrator,
        scope: Scope::Every,
        token: None,
        pass: None,
    };
    conversation::page(&mut conn, &viewer, &filter, None, 50, START).await.unwrap()
}

const TABLE: &str = "id,sent_at,text,conversation,direction,author_handle\n\
    1,2024-05-01T10:00:00Z,La salle est froide,a,in,lea\n\
    2,2024-05-01T11:00:00Z,Merci de nous le dire,a,out,\n\
    3,2024-05-02T10:00:00Z,À quelle heure ?,b,in,marco\n";

#[tokio::test]
async fn a_table_becomes_closed_conversations_that_search_finds_and_comes_once() {
    let folder = tempfile::tempdir().unwrap();
    for it in houses().await {
        let (app, house) = (&it.app, it.id);
        let said = import(app, folder.path(), "m.csv", TABLE).await.unwrap();
        assert_eq!(said, "3 messages were added as closed conversations; 0 were there already.");
        let all = closed(app, house).await;
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].messages, all[0].excerpt.as_str()), (2, "La salle est froide"));
        assert_eq!(all[0].answered_at, Some(1_714_561_200_000_000));
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(message::thread(&mut conn, house, all[0].id, None, 9).await.unwrap().len(), 2);
        assert_eq!(
            search::find(&mut conn, house, &Scope::Every, "froides", &search::Within::default(), (None, 9))
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(counter::list(&mut conn, house).await.unwrap().iter().map(|it| it.value).sum::<i64>(), 2);
        let channels = channel::list(&mut conn, house).await.unwrap();
        assert_eq!((channels[0].name.as_str(), channels[0].state.as_str()), ("Archive", "paused"));
        drop(conn);
        let said = import(app, folder.path(), "m.csv", TABLE).await.unwrap();
        assert_eq!(said, "0 messages were added as closed conversations; 3 were there already.");
        assert_eq!(closed(app, house).await.len(), 2);
    }
}

#[tokio::test]
async fn one_wrong_row_and_nothing_of_the_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for it in houses().await {
        let (app, house) = (&it.app, it.id);
        let table = format!("{TABLE}4,never,x,b,in,marco\n");
        let error = import(app, folder.path(), "m.csv", &table).await.unwrap_err().to_string();
        assert!(error.contains("line 5, column sent_at"), "{error}");
        assert!(closed(app, house).await.is_empty());
        assert_eq!(channel::list(&mut app.db.read().await.unwrap(), house).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_in_a_later_mailbox_joins_its_conversation() {
    let folder = tempfile::tempdir().unwrap();
    for it in houses().await {
        let (app, house) = (&it.app, it.id);
        let first =
            "From a Mon Jan  1 00:00:00 2024\nMessage-ID: <1@x>\nFrom: lea@x\nSubject: Salle\n\nBonjour\n";
        let second = "From a Tue Jan  2 00:00:00 2024\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>\n\
        From: help@solstice.example\n\nMerci\n";
        import(app, folder.path(), "1.mbox", first).await.unwrap();
        import(app, folder.path(), "2.mbox", second).await.unwrap();
        import(app, folder.path(), "2.mbox", second).await.unwrap();
        let all = closed(app, house).await;
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].messages, all[0].title.as_deref()), (2, Some("Salle")));
        assert!(all[0].answered_at.is_some());
    }
}

#[tokio::test]
async fn a_house_that_isnt_set_up_takes_exports_only() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data: folder.path().to_owned(), ..Config::default() };
    let app = App::open(config, Clock::fixed(START)).await.unwrap();
    let error = import(&app, folder.path(), "m.csv", TABLE).await.unwrap_err().to_string();
    assert!(error.contains("nobody has set Parvis up yet"), "{error}");
}
