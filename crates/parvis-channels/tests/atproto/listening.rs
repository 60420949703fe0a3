//! Public listening, on a server's own stream.

use std::time::Duration;

use parvis_channels::bluesky::firehose::{Firehose, follow};
use parvis_channels::{ChannelError, ObservationKind, Passed};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::peer::{POST, Peer, Person, bluesky, says, word};

/// The stream of the server with the AppView.
fn stream(peer: &Peer) -> Firehose {
    let mut url = peer.pds.clone();
    url.set_scheme("ws").unwrap();
    Firehose::Repos(url)
}

struct Listening {
    passed: mpsc::Receiver<Passed>,
    task: JoinHandle<Result<(), ChannelError>>,
    cursor: Option<i64>,
}

fn listen(peer: &Peer, as_whom: &Person, cursor: Option<i64>) -> Listening {
    let (sink, passed) = mpsc::channel(64);
    let (net, account, place) = (peer.net.clone(), as_whom.account.clone(), stream(peer));
    let task = tokio::spawn(async move { follow(&net, &account, &place, cursor, &sink).await });
    Listening { passed, task, cursor }
}

impl Listening {
    /// Takes what passes until a post is as wished.
    async fn until(
        &mut self,
        wished: impl Fn(&parvis_channels::Observation) -> bool,
    ) -> parvis_channels::Observation {
        let found = async {
            while let Some(passed) = self.passed.recv().await {
                assert!(passed.cursor > self.cursor, "places only go on");
                self.cursor = passed.cursor;
                if let Some(seen) = passed.observations.into_iter().find(&wished) {
                    return seen;
                }
            }
            panic!("the stream ended");
        };
        tokio::time::timeout(Duration::from_secs(30), found).await.unwrap()
    }
}

#[tokio::test]
async fn what_anybody_writes_changes_and_deletes_passes_by() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let mut stream = listen(&peer, &brand, Some(0));
    let (said, changed, ours) = (word(), word(), word());
    let mut record = peer.mention(&brand, &said);
    record["langs"] = json!(["fr"]);
    let posted = peer.show(&customer, record).await;
    let seen = stream.until(says(&said)).await;
    let item = seen.item.unwrap();
    assert_eq!((seen.kind, &seen.remote_id), (ObservationKind::Created, &posted.uri));
    assert_eq!(item.author.remote_id, customer.account.remote_id);
    assert!(item.addressed && !item.ours && item.language.as_deref() == Some("fr"));
    let raw: serde_json::Value = serde_json::from_str(&seen.raw).unwrap();
    assert_eq!(raw["cid"], json!(posted.cid), "the digest is written as the network writes it");

    peer.record(&customer, POST, posted.uri.rsplit('/').next(), json!({ "text": changed })).await;
    let edit = stream.until(says(&changed)).await;
    assert_eq!((edit.kind, &edit.remote_id), (ObservationKind::Edited, &posted.uri));
    assert!(edit.version_at > seen.version_at);

    bluesky().delete(&peer.net, &customer.account, &posted.uri).await.unwrap();
    let gone = stream.until(|seen| seen.remote_id == posted.uri && seen.item.is_none()).await;
    assert_eq!(gone.kind, ObservationKind::Deleted);
    assert!(gone.version_at >= edit.version_at);

    peer.post(&brand, &ours, None).await;
    assert!(stream.until(says(&ours)).await.item.unwrap().ours);
    // Nobody listens any more: that is no failure.
    drop(stream.passed);
    peer.post(&brand, "one more", None).await;
    assert_eq!(stream.task.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_left() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let (first, second) = (word(), word());
    peer.post(&customer, &first, None).await;
    let mut before = listen(&peer, &brand, Some(0));
    before.until(says(&first)).await;
    let left = before.cursor;
    before.task.abort();
    peer.post(&customer, &second, None).await;
    let mut after = listen(&peer, &brand, left);
    let seen = after.until(|seen| says(&first)(seen) || says(&second)(seen)).await;
    assert!(says(&second)(&seen), "what was kept doesn't come again");
    after.task.abort();

    let future = listen(&peer, &brand, Some(i64::from(u32::MAX)));
    let error = future.task.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "refused", "{error}");
    assert!(error.to_string().contains("FutureCursor"), "{error}");
}

#[tokio::test]
async fn a_killed_server_ends_the_stream_and_loses_nothing() {
    let Some(peer) = Peer::alone() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let (first, second) = (word(), word());
    let mut before = listen(&peer, &brand, Some(0));
    peer.post(&customer, &first, None).await;
    before.until(says(&first)).await;
    let ended = peer.while_dead(async { before.task.await.unwrap().unwrap_err() }).await;
    assert_eq!(ended.code(), "unreachable", "{ended}");
    peer.post(&customer, &second, None).await;
    let mut after = listen(&peer, &brand, before.cursor);
    after.until(says(&second)).await;
    after.task.abort();
}
