//! Files in a bucket of a real S3 server, as two nodes, a backup and an operator with a wrong key meet them.

use futures_util::TryStreamExt as _;
use object_store::path::Path as Place;
use object_store::{ObjectStoreExt as _, PutPayload};

use super::*;

/// The variables of somebody who uses the server of the tests; `None`, said aloud, where there is none.
fn variables(secret: &str) -> Option<Vec<(String, String)>> {
    let Ok(server) = std::env::var("PARVIS_TEST_S3") else {
        eprintln!("skipped: PARVIS_TEST_S3 names no S3 server; `cargo xtask test unit` starts one");
        return None;
    };
    let set = [
        ("AWS_ENDPOINT_URL", server.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "parvis"),
        ("AWS_SECRET_ACCESS_KEY", secret),
    ];
    Some(set.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

/// A place of its own in the bucket of the tests.
fn place(prefix: &str) -> Option<Arc<dyn ObjectStore>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = crate::id::new(crate::clock::Clock::System.now());
    Some(bucket(&format!("s3://parvis-test/{prefix}-{own}"), variables("parvis-secret")?).unwrap())
}

async fn names(store: &dyn ObjectStore) -> Vec<String> {
    let mut all: Vec<_> = store.list(None).map_ok(|it| it.location.to_string()).try_collect().await.unwrap();
    all.sort();
    all
}

#[tokio::test]
async fn what_one_node_puts_into_the_bucket_another_finds() {
    let own = crate::id::new(crate::clock::Clock::System.now());
    let Some(set) = variables("parvis-secret") else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let node = || bucket(&format!("s3://parvis-test/house-{own}"), set.clone()).unwrap();
    let (here, there) = (node(), node());
    let path = Place::from("received/été à Nantes.png");
    // Larger than one part of a body, so that nothing depends on how it is cut.
    let picture: Vec<u8> = (0..3_000_000_u32).map(|it| it.to_le_bytes()[1]).collect();
    here.put(&path, picture.clone().into()).await.unwrap();
    assert_eq!(there.get(&path).await.unwrap().bytes().await.unwrap(), picture);
    assert_eq!(there.head(&path).await.unwrap().size, 3_000_000);
    assert_eq!(names(&*there).await, [path.to_string()]);
    there.delete(&path).await.unwrap();
    let gone = here.get(&path).await.unwrap_err();
    assert!(matches!(gone, object_store::Error::NotFound { .. }), "{gone}");
}

#[tokio::test]
async fn a_prefix_sees_nothing_of_its_neighbour() {
    let (Some(ours), Some(theirs)) = (place("ours"), place("theirs")) else { return };
    theirs.put(&Place::from("sent/1.png"), PutPayload::from_static(b"theirs")).await.unwrap();
    assert!(names(&*ours).await.is_empty());
    ours.put(&Place::from("sent/1.png"), PutPayload::from_static(b"ours")).await.unwrap();
    let kept = theirs.get(&Place::from("sent/1.png")).await.unwrap().bytes().await.unwrap();
    assert_eq!(kept, &b"theirs"[..]);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_nothing_is_kept() {
    let Some(set) = variables("wrong") else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = crate::id::new(crate::clock::Clock::System.now());
    let address = format!("s3://parvis-test/refused-{own}");
    let wrong = bucket(&address, set).unwrap();
    let path = Place::from("sent/1.png");
    wrong.put(&path, PutPayload::from_static(b"x")).await.unwrap_err();
    let right = bucket(&address, variables("parvis-secret").unwrap()).unwrap();
    assert!(names(&*right).await.is_empty());
}

#[test]
fn an_address_without_a_bucket_says_what_to_write() {
    let Err(error) = bucket("s3:///only/a/path", []) else { panic!("it was taken") };
    assert!(error.to_string().contains("write s3://BUCKET"), "{error}");
}

#[test]
fn files_stand_where_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let config = Config { data: data.clone(), ..Config::default() };
    open(&config).unwrap();
    assert!(data.join("media").is_dir());
    let elsewhere = folder.path().join("elsewhere");
    let config = Config { media: elsewhere.display().to_string(), ..config };
    open(&config).unwrap();
    assert!(elsewhere.is_dir());
}
