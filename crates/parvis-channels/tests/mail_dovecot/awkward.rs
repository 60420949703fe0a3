//! Mails that nobody ought to send, and everybody gets, through the real server.

use parvis_channels::Mark;

use crate::peer::{Peer, letter, mail, reply, word};

#[tokio::test]
async fn awkward_mails_neither_stop_the_walk_nor_get_lost() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let thousand: String = (0..1000).map(|no| format!("\n <{no}@ext.test>")).collect();
    let mails: Vec<Vec<u8>> = vec![
        b"\x00\xff\xfe not a mail".to_vec(),
        b"Subject: no sender\n\nbody".to_vec(),
        b"From: a@ext.test\nContent-Type: text/plain; charset=windows-1252\n\nd\xe9j\xe0".to_vec(),
        b"From: a@ext.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ncut".to_vec(),
        letter("a@ext.test", "x", &format!("References:{thousand}\n"), "thousand").into_bytes(),
        letter("a@ext.test", "=?utf-8?Q?a=0D=0ABcc:_b@c.example?=", "", "crlf").into_bytes(),
        letter("a@ext.test", "x", "Content-Type: text/html\n", "<script>alert(1)</script><b>safe</b>")
            .into_bytes(),
        b"From: \"\xff\" <@>\nMessage-ID: <>\nDate: never\nContent-Type: ;;;\n\n\xff".to_vec(),
        letter("a@ext.test", "x", "", "the last").into_bytes(),
    ];
    for it in &mails {
        peer.deliver(&brand, it);
    }
    let (seen, _) = peer.all(&brand, "inbox", None).await;
    assert_eq!(seen.len(), mails.len());
    let item = |no: usize| seen[no].item.as_ref().unwrap();
    assert_eq!(item(1).author.handle, "?");
    assert_eq!((item(2).text.as_str(), item(3).text.as_str()), ("déjà", "cut"));
    assert_eq!(item(4).parent_id.as_deref(), Some("999@ext.test"));
    assert_eq!(item(5).title.as_deref(), Some("a Bcc: b@c.example"));
    assert!(!item(6).html.contains("alert") && item(6).text == "safe");
    assert_eq!(item(8).text, "the last");
    let ids: std::collections::BTreeSet<&str> = seen.iter().map(|it| it.remote_id.as_str()).collect();
    assert_eq!(ids.len(), mails.len());
    assert!(
        seen.iter().all(|it| it.occurred_at.is_some() && it.version_at.is_none() && it.raw.len() < 100_000)
    );
}

#[tokio::test]
async fn a_mail_of_ten_megabytes_is_read_with_its_file() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let line = format!("{}\n", "QUFB".repeat(19));
    let head = "Content-Type: multipart/mixed; boundary=x\n";
    let file = "--x\nContent-Type: application/pdf; name=big.pdf\nContent-Transfer-Encoding: base64\n\n";
    let body = format!("--x\n\nsmall words\n{file}{}--x--", line.repeat(10 * 1024 * 1024 / line.len()));
    peer.deliver(&brand, letter("a@ext.test", "x", head, &body));
    peer.deliver(&brand, letter("a@ext.test", "x", "", &"word ".repeat(2_000_000)));
    let (seen, _) = peer.all(&brand, "inbox", None).await;
    let item = seen[0].item.as_ref().unwrap();
    assert_eq!((item.text.as_str(), item.attachments[0].alt.as_deref()), ("small words", Some("big.pdf")));
    assert!(seen[0].raw.len() < 10_000, "files don't go into the raw form");
    let bytes = mail().fetch_media(&peer.net, &brand, &item.attachments[0].url, 16_000_000).await.unwrap();
    assert!(bytes.len() > 7_000_000 && bytes.iter().all(|byte| *byte == b'A'));
    assert!(seen[1].item.as_ref().unwrap().marks.contains(&Mark::Cut));
}

#[tokio::test]
async fn a_mail_without_an_id_or_moved_elsewhere_is_answered_all_the_same() {
    let Some(peer) = Peer::find().await else { return };
    let (brand, customer) = (peer.mailbox("brand").await, peer.mailbox("customer").await);
    peer.deliver(&brand, format!("From: {}\nSubject: nameless\n\nNo id", customer.handle));
    peer.deliver(&brand, letter(&customer.handle, "moved", "", "Moved"));
    let (seen, _) = peer.all(&brand, "inbox", None).await;
    for file in peer.lying(&brand.handle) {
        if std::fs::read_to_string(&file).unwrap().contains("Subject: moved") {
            peer.put(&file, &brand, ".Old");
            std::fs::remove_file(file).unwrap();
        }
    }
    let words = [word(), word()];
    for (it, words) in seen.iter().zip(&words) {
        peer.publish(&brand, &reply(&it.remote_id, words)).await.unwrap();
    }
    let (heard, _) = peer.all(&customer, "inbox", None).await;
    let titles: Vec<_> = heard.iter().map(|it| it.item.as_ref().unwrap().title.as_deref()).collect();
    assert_eq!(titles, [Some("Re: nameless"), Some("Re: moved")]);
}
