//! The contract, on IMAP and SMTP. That answers get lost is in `publish.rs`: a mail server can't be asked what it took.

use parvis_channels::{Account, Channel, Net, NetOptions, Observation, Outgoing, Visibility};

use crate::clause::{Driver, contract};
use crate::peer::{Peer, letter, locked_out, mail, reply, word};

contract!(Mail);

struct Mail {
    peer: Peer,
    brand: Account,
    customer: Account,
}

impl Driver for Mail {
    const INBOX: &'static str = "inbox";
    const ECHO: &'static str = "sent";

    async fn find() -> Option<Self> {
        let peer = Peer::find().await?;
        let brand = peer.mailbox("brand").await;
        let customer = peer.mailbox("customer").await;
        Some(Self { peer, brand, customer })
    }

    fn room(&self) -> &'static dyn Channel {
        mail()
    }

    fn net(&self) -> &Net {
        &self.peer.net
    }

    fn ours(&self) -> &Account {
        &self.brand
    }

    fn word(&self) -> String {
        word()
    }

    async fn say(&self, words: &str) {
        self.peer.deliver(&self.brand, letter(&self.customer.handle, "x", "", words));
    }

    async fn change(&self, _seen: &Observation, _words: &str) {
        unreachable!("a mail doesn't change, and the table says so");
    }

    async fn remove(&self, _seen: &Observation) {
        unreachable!("a mail isn't taken back, and the table says so");
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        reply(&to.remote_id, words)
    }

    fn post(&self, words: &str) -> Outgoing {
        Outgoing::new(word(), words, Visibility::Direct, 0)
    }

    async fn orphan(&self, words: &str) -> bool {
        let above = format!("In-Reply-To: <{}@brand.test>\n", word());
        self.peer.deliver(&self.brand, letter(&self.customer.handle, "Re: x", &above, words));
        true
    }

    async fn other(&self) -> bool {
        false
    }

    fn revoked(&self) -> Option<Account> {
        Some(locked_out(&self.brand))
    }

    async fn away(&self) -> (Net, Account) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        // Both servers move to where nothing listens.
        let moved = |text: String| {
            let there =
                |text: String, name| text.replace(&self.peer.port(name).to_string(), &port.to_string());
            there(there(text, "imap"), "smtp")
        };
        let away = Account {
            base_url: moved(self.brand.base_url.to_string()).parse().unwrap(),
            settings: serde_json::from_str(&moved(self.brand.settings.to_string())).unwrap(),
            ..self.brand.clone()
        };
        let allow = vec![format!("127.0.0.1:{port}")];
        (Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap(), away)
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        None
    }
}
