//! Rotations on both engines, interrupted wherever they wait for the database.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::*;
use crate::id::ChannelId;
use crate::store::channel;
use crate::testing::{House, START, assert_whole, houses};

const COUNT: usize = 120;

/// A house with many channels whose secrets are sealed with the key in its folder.
async fn connected(house: &House) -> Keys {
    let data = &house.app.config.data;
    let seal = app::seal_key(data, None).unwrap();
    let mut conn = house.app.db.write().await.unwrap();
    for n in 0..COUNT {
        let mut it = crate::testing::channel(house.desks[0]);
        it.id = ChannelId::new(START);
        it.name = format!("Channel {n}");
        it.secret = Some(seal.seal(format!("token {n}").as_bytes(), it.id.0.as_bytes()).unwrap());
        channel::insert(&mut conn, house.id, &it).await.unwrap();
    }
    conn.commit().await.unwrap();
    Keys::of(data, None).unwrap()
}

/// How many secrets the current of these keys opens; each must be opened by one of them.
async fn opened(house: &House, key: &SealKey) -> usize {
    let all = sealed::list(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
    assert_eq!(all.len(), COUNT);
    for it in &all {
        let text = String::from_utf8(key.open(&it.secret, it.id.as_bytes()).unwrap()).unwrap();
        assert_eq!(text.replace("token", "Channel"), it.name);
    }
    all.iter().filter(|it| key.is_current(&it.secret, it.id.as_bytes())).count()
}

/// Runs it until `stop` says so, then drops it where it stands; `None` when that was before its end.
async fn killed_when<T>(mut stop: impl FnMut() -> bool, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Pending if stop() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
        Poll::Ready(value) => Poll::Ready(Some(value)),
    })
    .await
}

#[tokio::test]
async fn a_rotation_killed_anywhere_leaves_no_secret_shut_and_goes_on_with_the_same_key() {
    for house in houses().await {
        let keys = connected(&house).await;
        let path = keys.file.clone().unwrap();
        let running = app::seal_key(&house.app.config.data, None).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        let (sealed, mut kills) = (Cell::new(0), 0);
        let said = loop {
            // What a kill between writing the file and naming it leaves.
            std::fs::write(path.with_extension("key.new"), "half").unwrap();
            let now = Keys::of(&house.app.config.data, None).unwrap();
            // First when a batch has just been kept, then wherever it waits, a little later each time.
            let mut left = kills;
            let stop = || match kills {
                0 => sealed.get() > 0,
                _ => {
                    left -= 1;
                    left <= 0
                }
            };
            let rotating = rotate(&house.app.db, &now, START, |done| sealed.set(done));
            if let Some(said) = killed_when(stop, rotating).await {
                break said.unwrap();
            }
            let fresh = app::seal_key(&house.app.config.data, None).unwrap();
            let done = opened(&house, &fresh).await;
            assert!(kills > 0 || (BATCH..COUNT).contains(&done), "{done} after the first batch");
            kills += 1;
            opened(&house, &running).await;
            assert_eq!(fresh.count(), 2, "the rotation goes on with the key that it made");
        };
        assert!(kills > 1, "{kills} kills");
        assert!(said.contains("sealed with the new key"), "{said}");
        let fresh = app::seal_key(&house.app.config.data, None).unwrap();
        assert_eq!((fresh.count(), opened(&house, &fresh).await), (2, COUNT));
        forget(&house.app.db, &keys).await.unwrap();
        let only = app::seal_key(&house.app.config.data, None).unwrap();
        assert_eq!((only.count(), opened(&house, &only).await), (1, COUNT));
        opened(&house, &running).await;
        let former = SealKey::parse(&first).unwrap();
        let all = sealed::list(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
        assert!(all.iter().all(|it| former.open(&it.secret, it.id.as_bytes()).is_err()));
        assert_eq!(keys_mode(&path), 0o600);
    }
}

#[cfg(unix)]
fn keys_mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn what_a_running_parvis_seals_meanwhile_is_never_lost() {
    for house in houses().await {
        connected(&house).await;
        let running = app::seal_key(&house.app.config.data, None).unwrap();
        let all = sealed::list(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
        let renewing = async {
            for it in &all {
                let anew =
                    running.seal(it.name.replace("Channel", "token").as_bytes(), it.id.as_bytes()).unwrap();
                let mut conn = house.app.db.write().await.unwrap();
                let there = sealed::list(&mut conn, house.id).await.unwrap();
                let there = there.into_iter().find(|other| other.id == it.id).unwrap();
                assert!(sealed::reseal(&mut conn, house.id, &there, &anew).await.unwrap());
                conn.commit().await.unwrap();
            }
        };
        let rotating = async {
            let keys = Keys::of(&house.app.config.data, None).unwrap();
            rotate(&house.app.db, &keys, START, |_| {}).await.unwrap()
        };
        tokio::join!(renewing, rotating);
        opened(&house, &running).await;
        let keys = Keys::of(&house.app.config.data, None).unwrap();
        if opened(&house, &keys.seal).await < COUNT {
            rotate(&house.app.db, &keys, START, |_| {}).await.unwrap();
        }
        forget(&house.app.db, &keys).await.unwrap();
        assert_eq!(opened(&house, &app::seal_key(&house.app.config.data, None).unwrap()).await, COUNT);
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_former_key_isnt_forgotten_while_something_is_sealed_with_it() {
    for house in houses().await {
        let keys = connected(&house).await;
        put_new_key(keys.file.as_deref().unwrap()).unwrap();
        let keys = Keys::of(&house.app.config.data, None).unwrap();
        let error = forget(&house.app.db, &keys).await.unwrap_err().to_string();
        assert!(error.contains("120 secrets don't open with the newest key"), "{error}");
        assert_eq!(app::seal_key(&house.app.config.data, None).unwrap().count(), 2);
    }
}

#[tokio::test]
async fn a_secret_that_no_key_opens_is_named_and_the_others_are_sealed_anew() {
    for house in houses().await {
        let keys = connected(&house).await;
        let mut conn = house.app.db.write().await.unwrap();
        let one = sealed::list(&mut conn, house.id).await.unwrap().remove(7);
        sealed::reseal(&mut conn, house.id, &one, b"damaged beyond hope").await.unwrap();
        conn.commit().await.unwrap();
        let said = rotate(&house.app.db, &keys, START, |_| {}).await.unwrap();
        assert!(
            said.starts_with("119 secrets")
                && said.contains(&format!("No key opens those of: {}.", one.name)),
            "{said}"
        );
    }
}

#[tokio::test]
async fn keys_of_the_environment_are_changed_by_people_in_two_steps() {
    for house in houses().await {
        let data = &house.app.config.data;
        connected(&house).await;
        let old = std::fs::read_to_string(data.join("seal.key")).unwrap().trim().to_owned();
        let keys = Keys::of(data, Some(&old)).unwrap();
        let error = rotate(&house.app.db, &keys, START, |_| {}).await.unwrap_err().to_string();
        assert!(error.contains("put a new key") && error.contains("nothing was changed"), "{error}");
        let both = format!("{},{old}", STANDARD.encode([9; 32]));
        let keys = Keys::of(data, Some(&both)).unwrap();
        rotate(&house.app.db, &keys, START, |_| {}).await.unwrap();
        assert_eq!(opened(&house, &keys.seal).await, COUNT);
        assert!(forget(&house.app.db, &keys).await.is_err());
        assert_eq!(
            std::fs::read_to_string(data.join("seal.key")).unwrap().trim(),
            old,
            "the file is left alone"
        );
    }
}

#[tokio::test]
async fn without_a_key_or_a_house_nothing_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Keys::of(folder.path(), None).is_err());
    assert!(!folder.path().join("seal.key").exists());
    for (db, _folder) in crate::store::tests::databases().await {
        app::seal_key(folder.path(), None).unwrap();
        let keys = Keys::of(folder.path(), None).unwrap();
        let error = rotate(&db, &keys, START, |_| {}).await.unwrap_err().to_string();
        assert!(error.contains("nobody has set Parvis up"), "{error}");
    }
}
