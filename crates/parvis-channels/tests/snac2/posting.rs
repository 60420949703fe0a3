//! Posts that answer nothing, and threads of them.

use parvis_channels::{CapabilityKey, Outgoing, Upload, Visibility};

use crate::peer::{Peer, mastodon, word};

fn post(text: &str) -> Outgoing {
    Outgoing { language: Some("fr".into()), ..Outgoing::new(word(), text, Visibility::Public, 0) }
}

#[tokio::test]
async fn a_post_stands_alone_with_its_picture_and_its_warning_and_is_found_again() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    assert!(brand.capabilities.can(CapabilityKey::Post) && brand.capabilities.can(CapabilityKey::PostThread));
    let there = word();
    let picture = Upload { bytes: super::PNG.into(), mime: "image/png".into(), alt: "Un point rouge".into() };
    let it = Outgoing {
        warning: Some("Spoiler".into()),
        media: vec![picture],
        ..post(&format!("Ouvert dimanche ! {there}"))
    };
    let found = async || mastodon().find_published(&peer.net, &brand, &it, 0).await.unwrap();
    assert_eq!(found().await, None);
    let published = mastodon().publish(&peer.net, &brand, &it).await.unwrap();
    assert_eq!(found().await.map(|found| found.remote_id).as_ref(), Some(&published.remote_id));
    // The same words below something else are something else.
    let answer = Outgoing { parent_id: Some(published.remote_id.clone()), ..it.clone() };
    assert_eq!(mastodon().find_published(&peer.net, &brand, &answer, 0).await.unwrap(), None);

    let (echo, _) = peer.wait_for(&brand, "statuses", None, &there).await;
    let item = echo.item.unwrap();
    assert_eq!((echo.remote_id, item.parent_id), (published.remote_id, None));
    assert!(item.ours && item.visibility == Visibility::Public);
    assert_eq!(item.warning.as_deref(), Some("Spoiler"));
    assert_eq!(item.attachments[0].alt.as_deref(), Some("Un point rouge"));
}

#[tokio::test]
async fn a_thread_is_one_post_below_the_other_and_reaches_other_servers_whole() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let remote = peer.connect(&peer.b, "remote").await;
    let there = word();
    let first = post(&format!("@{} 1/3 {there}", remote.handle));
    let mut ids = Vec::new();
    let mut part = first.clone();
    for number in 1..=3 {
        let published = mastodon().publish(&peer.net, &brand, &part).await.unwrap();
        assert_eq!(
            mastodon().find_published(&peer.net, &brand, &part, 0).await.unwrap().unwrap().remote_id,
            published.remote_id
        );
        part = first.next(number, format!("@{} {}/3 {there}", remote.handle, number + 1), &published);
        ids.push(published.remote_id);
    }
    // Of what stands below, this server shows only the next.
    let thread = mastodon().thread(&peer.net, &brand, &ids[2]).await.unwrap();
    let chain: Vec<_> =
        thread.iter().map(|it| (&it.remote_id, it.item.as_ref().unwrap().parent_id.as_ref())).collect();
    assert_eq!(chain, [(&ids[0], None), (&ids[1], Some(&ids[0]))]);
    peer.wait_for(&remote, "notifications", None, &format!("3/3 {there}")).await;
}

#[tokio::test]
async fn whom_a_text_would_name_is_found_here_and_on_other_servers_and_nobody_is_nobody() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let remote = peer.connect(&peer.b, "remote").await;
    let find = async |words: &str| mastodon().find_people(&peer.net, &brand, words).await.unwrap();
    let found = find(&remote.handle).await;
    let one = found.iter().find(|it| it.handle == remote.handle).unwrap();
    assert!(one.url.as_deref().unwrap().starts_with("http"), "{one:?}");
    assert!(find("custo").await.iter().any(|it| it.name == "customer"));
    assert!(find(&format!("nobody-{}@{}", word(), crate::host(&peer.b))).await.is_empty());
}
