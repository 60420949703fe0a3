//! Who may be called, how, and what a wrong password is.

use std::process::Command;

use parvis_channels::{Net, NetOptions};

use crate::peer::{Peer, code, letter, locked_out, mail, reply};

#[tokio::test]
async fn a_wrong_password_and_a_dead_server_are_told_apart() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let stranger = locked_out(&brand);
    assert_eq!(code(peer.pull(&stranger, "inbox", None).await), "unauthorized");
    assert_eq!(code(mail().probe(&peer.net, &stranger).await), "unauthorized");
    assert_eq!(code(peer.publish(&stranger, &reply("1@ext.test", "x")).await), "unauthorized");
    let (sink, _seen) = tokio::sync::mpsc::channel(1);
    assert_eq!(code(mail().listen(&peer.net, &stranger, sink).await), "unauthorized");

    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let net = Net::new(&NetOptions { allow: vec![format!("127.0.0.1:{silent}")], ..NetOptions::default() })
        .unwrap();
    let mut nowhere = brand.clone();
    nowhere.settings["imap"]["port"] = silent.into();
    assert_eq!(code(mail().pull(&net, &nowhere, "inbox", None).await), "unreachable");
}

#[tokio::test]
async fn only_what_the_operator_allows_is_called_and_nothing_in_the_clear() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let stranger = Net::new(&NetOptions::default()).unwrap();
    assert_eq!(code(mail().pull(&stranger, &brand, "inbox", None).await), "forbidden_address");
    for host in ["localhost", "10.0.0.1", "169.254.169.254"] {
        let mut account = brand.clone();
        account.settings["imap"]["host"] = host.into();
        account.settings["imap"]["port"] = 993.into();
        account.settings["imap"]["security"] = "tls".into();
        assert_eq!(
            code(mail().pull(&stranger, &account, "inbox", None).await),
            "forbidden_address",
            "{host}"
        );
    }
    let mut clear = brand.clone();
    clear.settings["imap"]["host"] = "1.1.1.1".into();
    clear.settings["imap"]["port"] = 143.into();
    let error = mail().pull(&stranger, &clear, "inbox", None).await.unwrap_err();
    assert!(error.to_string().contains("only travels encrypted"), "{error}");
}

#[tokio::test]
async fn a_certificate_by_nobody_known_is_refused() {
    let Some(peer) = Peer::find().await else { return };
    for security in ["tls", "starttls"] {
        let error = peer.try_connect(peer.typed("a@brand.test", security, "pw")).await.unwrap_err();
        assert_eq!(error.code(), "unreachable");
        assert!(error.to_string().to_lowercase().contains("cert"), "{error}");
    }
}

/// The certificate roots are the machine's. Those of a process are chosen by its environment, so the test
/// begins itself anew with others.
#[tokio::test]
async fn the_machines_certificate_roots_are_trusted() {
    let Some(peer) = Peer::find().await else { return };
    let authority = peer.folder.join("run/ca.pem");
    if std::env::var_os("SSL_CERT_FILE").is_none_or(|file| file != authority) {
        let anew = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "secure::the_machines_certificate_roots_are_trusted", "--nocapture"])
            .env("SSL_CERT_FILE", authority)
            .output()
            .unwrap();
        assert!(anew.status.success(), "{}", String::from_utf8_lossy(&anew.stderr));
        return;
    }
    for security in ["tls", "starttls"] {
        let customer = peer.mailbox("customer").await;
        let address = format!("brand-{}@brand.test", crate::peer::word());
        let brand = peer.try_connect(peer.typed(&address, security, "pw")).await.unwrap();
        peer.deliver(&brand, letter(&customer.handle, "x", "", "Hello"));
        let (seen, _) = peer.all(&brand, "inbox", None).await;
        peer.publish(&brand, &reply(&seen[0].remote_id, "Encrypted")).await.unwrap();
        assert_eq!(peer.all(&customer, "inbox", None).await.0.len(), 1, "{security}");
    }
}
