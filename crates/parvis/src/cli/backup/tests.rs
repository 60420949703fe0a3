//! Backups of houses that are being written to, on both engines, restored on both; and everything that is refused.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use object_store::PutPayload;
use object_store::path::Path as Place;

use super::super::restore::{Restored, restore};
use super::*;
use crate::clock::HOUR;
use crate::id::OrganisationId;
use crate::intake::fold::{Context as Folding, fold};
use crate::rules::clock::Promise;
use crate::store::message::{self, Stage};
use crate::store::{self, journal};
use crate::testing::{House, START, assert_whole, houses, said};

/// Folds one message after the other, each in a transaction of its own.
async fn hear_one(house: &House, n: usize) {
    let mut conn = house.app.db.write().await.unwrap();
    let channel = store::channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    let ear = house.app.ears.of(&mut conn, house.id).await.unwrap();
    let now = house.app.now();
    let context =
        Folding { organisation: house.id, channel: &channel, promise: Promise::always(HOUR), ear: &ear, now };
    fold(&mut conn, &context, &said(&format!("m{n}"), &format!("Message {n}"), n as i64)).await.unwrap();
    conn.commit().await.unwrap();
}

/// A backup of the house in a folder of its own.
async fn backed_up(house: &House) -> (tempfile::TempDir, PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup");
    let made = write(&house.app.db, &*house.app.media, &to, &house.app.clock).await.unwrap();
    (folder, to, made)
}

/// An empty installation on each engine.
async fn empty() -> Vec<(Config, tempfile::TempDir, Option<tempfile::TempDir>)> {
    let mut all = Vec::new();
    for (address, folder) in store::tests::addresses().await {
        let data = tempfile::tempdir().unwrap();
        let config = Config { data: data.path().join("data"), database: address, ..Config::default() };
        all.push((config, data, folder));
    }
    all
}

async fn numbers(db: &Db, house: OrganisationId, channel: crate::id::ChannelId) -> BTreeSet<usize> {
    let mut conn = db.read().await.unwrap();
    let all = message::recent_remote(&mut conn, house, channel, 0, 1_000_000).await.unwrap();
    all.iter().map(|it| it.trim_start_matches('m').parse().unwrap()).collect()
}

/// Every path under `folder`, with the bytes of its files.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_backup_made_while_messages_come_in_holds_all_that_was_committed_before() {
    for house in houses().await {
        for n in 0..60 {
            hear_one(&house, n).await;
        }
        let picture = PutPayload::from_static(b"picture");
        house.app.media.put(&Place::from("received/a/1.png"), picture).await.unwrap();
        let (ended, written) = (AtomicBool::new(false), AtomicBool::new(false));
        let writing = async {
            for n in 60.. {
                hear_one(&house, n).await;
                written.store(true, Ordering::Relaxed);
                if ended.load(Ordering::Relaxed) {
                    return n;
                }
            }
            0
        };
        let backing = async {
            let made = backed_up(&house).await;
            ended.store(true, Ordering::Relaxed);
            made
        };
        let (last, (_folder, from, made)) = tokio::join!(writing, backing);
        assert!(written.load(Ordering::Relaxed) && last > 60, "nothing was written meanwhile");
        assert_eq!((made.files, made.organisation.as_deref()), (2, Some("Musée")));
        let before = everything(&from);
        for (config, _data, _folder) in empty().await {
            let restored = restore(&config, &from, START + HOUR).await.unwrap();
            let db = Db::connect(&config.database_address()).await.unwrap();
            assert_whole(&db, house.id).await;
            let there = numbers(&db, house.id, house.channel).await;
            let count = there.len();
            assert!(
                count >= 60 && there == (0..count).collect(),
                "{count} of {last}: a moment, without holes"
            );
            let file = fs::read(config.data.join("media/received/a/1.png")).unwrap();
            assert_eq!(file, b"picture");
            let mut conn = db.read().await.unwrap();
            let newest = journal::page(&mut conn, house.id, None, 1).await.unwrap();
            assert_eq!(newest[0].verb, "organisation.restored");
            let (no, _) = restored.manifest.journal.as_deref().unwrap().split_once(':').unwrap();
            assert_eq!(no, count.to_string());
            drop(conn);
            db.close().await;
            assert_eq!(everything(&from), before, "the backup stays as it is");
        }
    }
}

#[tokio::test]
async fn what_was_on_its_way_is_looked_for_before_it_is_sent_again() {
    use crate::command::answer;
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let mut conn = house.app.db.write().await.unwrap();
        let mut channel = store::channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        channel.secret = Some(house.app.seal.seal(b"{}", channel.id.0.as_bytes()).unwrap());
        store::channel::update(&mut conn, house.id, &channel).await.unwrap();
        conn.commit().await.unwrap();
        let it = answer::Answer {
            text: "Oui !".to_owned(),
            visibility: parvis_channels::Visibility::Public,
            close: false,
            seen: None,
            anyway: true,
            media: Vec::new(),
            reason: String::new(),
            suggestion: None,
        };
        answer::reply(&house.app, &house.manager, house.conversation("1").await.id, it).await.unwrap();
        let (_folder, from, _) = backed_up(&house).await;
        for (config, _data, _folder) in empty().await {
            let Restored { doubted, .. } = restore(&config, &from, START + HOUR).await.unwrap();
            assert_eq!(doubted, 1);
            let db = Db::connect(&config.database_address()).await.unwrap();
            let home = house.conversation("1").await.id;
            let ours =
                message::last_out(&mut db.read().await.unwrap(), house.id, home).await.unwrap().unwrap();
            assert_eq!(ours.stage, Stage::Unknown);
            assert_whole(&db, house.id).await;
            db.close().await;
        }
    }
}

#[tokio::test]
async fn a_backup_is_refused_where_something_is_and_leaves_nothing_when_it_fails() {
    for house in houses().await {
        let folder = tempfile::tempdir().unwrap();
        let (db, media, clock) = (&house.app.db, &*house.app.media, &house.app.clock);
        let error = write(db, media, folder.path(), clock).await.unwrap_err().to_string();
        assert!(error.contains("nothing was written"), "{error}");
        let to = folder.path().join("backup");
        // The database goes away.
        house.app.db.close().await;
        let _ = fs::remove_file(house.app.config.data.join("parvis.db"));
        let error = format!("{:#}", write(db, media, &to, clock).await.unwrap_err());
        assert!(error.contains("nothing of it is left") && !to.exists(), "{error}");
    }
}

/// A file of a backup and what is put in its place; `None` takes it away.
type Change = (&'static str, Option<Vec<u8>>);

#[tokio::test]
async fn a_backup_that_was_altered_or_cut_restores_nothing() {
    let house = houses().await.remove(0);
    house.hear(&[said("1", "Bonjour", 0)]).await;
    house.app.media.put(&Place::from("sent/1.png"), PutPayload::from_static(b"x")).await.unwrap();
    let (_folder, whole, _) = backed_up(&house).await;
    let sums = fs::read_to_string(whole.join(SUMS)).unwrap();
    let manifest = fs::read_to_string(whole.join(MANIFEST)).unwrap();
    let flipped = |name: &str| {
        let mut bytes = fs::read(whole.join(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    let resigned = |text: &str| {
        let digest = crate::seal::digest_bytes(text.as_bytes());
        let old = crate::seal::digest_bytes(sums.as_bytes());
        manifest.replace(&old, &digest).into_bytes()
    };
    let outside = sums.replace("media/sent/1.png", "media/../../1.png");
    let cut = sums.lines().next().unwrap().to_owned() + "\n";
    let cases: Vec<(Vec<Change>, &str)> = vec![
        (vec![(MANIFEST, None)], "holds no whole backup"),
        (vec![(MANIFEST, Some(b"{}".to_vec()))], "can't be understood"),
        (
            vec![(
                MANIFEST,
                Some(manifest.replace("\"parvis_backup\": 1", "\"parvis_backup\": 9").into_bytes()),
            )],
            "form 9",
        ),
        (vec![(MANIFEST, Some(manifest.replace("\"step\": ", "\"step\": 9").into_bytes()))], "newer Parvis"),
        (vec![(SUMS, Some(cut.clone().into_bytes()))], "isn't the one"),
        (vec![(SUMS, Some(cut.clone().into_bytes())), (MANIFEST, Some(resigned(&cut)))], "doesn't list"),
        (vec![(SUMS, Some(outside.clone().into_bytes())), (MANIFEST, Some(resigned(&outside)))], "leads out"),
        (vec![(DATABASE, Some(flipped(DATABASE)))], "parvis.db was damaged"),
        (vec![(DATABASE, None)], "parvis.db is missing"),
        (vec![("media/sent/1.png", Some(b"y".to_vec()))], "media/sent/1.png was damaged"),
        (vec![("media/sent/1.png", None)], "media/sent/1.png is missing"),
    ];
    for (changes, said) in cases {
        let kept: Vec<_> =
            changes.iter().map(|(name, _)| (*name, fs::read(whole.join(name)).unwrap())).collect();
        for (name, bytes) in &changes {
            match bytes {
                Some(bytes) => fs::write(whole.join(name), bytes).unwrap(),
                None => fs::remove_file(whole.join(name)).unwrap(),
            }
        }
        let (config, _data, _folder) = empty().await.remove(0);
        let error = format!("{:#}", restore(&config, &whole, START).await.err().unwrap());
        assert!(error.contains(said), "{said}: {error}");
        assert!(!config.data.exists() && !config.database_address().contains("\0"));
        for (name, bytes) in kept {
            fs::write(whole.join(name), bytes).unwrap();
        }
    }
    let (config, _data, _folder) = empty().await.remove(0);
    restore(&config, &whole, START).await.unwrap();
}

#[tokio::test]
async fn nothing_that_is_there_is_overwritten() {
    let source = houses().await.remove(0);
    source.app.media.put(&Place::from("sent/1.png"), PutPayload::from_static(b"x")).await.unwrap();
    let (_folder, from, _) = backed_up(&source).await;
    for (config, _data, _folder) in empty().await {
        let path = config.data.join("media/sent/1.png");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "another").unwrap();
        let error = format!("{:#}", restore(&config, &from, START).await.err().unwrap());
        assert!(error.contains("there already and differs"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"another");
        // What an interrupted restore had put there is taken as it is.
        fs::write(&path, "x").unwrap();
        fs::write(config.data.join("restore.part"), "half").unwrap();
        restore(&config, &from, START).await.unwrap();
        let error = format!("{:#}", restore(&config, &from, START).await.err().unwrap());
        assert!(error.contains("there already") || error.contains("holds rows already"), "{error}");
        let db = Db::connect(&config.database_address()).await.unwrap();
        assert_whole(&db, source.id).await;
        db.close().await;
    }
}

#[tokio::test]
async fn a_database_at_another_step_is_backed_up_by_the_parvis_that_runs_on_it() {
    for (config, _data, _folder) in empty().await {
        if config.database.starts_with("sqlite:") {
            assert!(connect(&config).await.err().unwrap().to_string().contains("there is no database"));
        }
        let db = Db::connect(&config.database).await.unwrap();
        migration::apply_up_to(&db, 1).await.unwrap();
        db.close().await;
        let error = connect(&config).await.err().unwrap().to_string();
        assert!(error.contains("at step 1 and this Parvis at step"), "{error}");
    }
}
