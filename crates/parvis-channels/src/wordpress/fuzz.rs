//! Hostile WordPress sites.

use super::client::Client;
use super::observe::Observer;
use crate::fuzz::{account, outcome};
use crate::{ChannelKind, Net, NetOptions, Source};

#[test]
fn hostile_comments_are_read_or_refused() {
    let net = Net::new(&NetOptions::default()).unwrap();
    let account = account(ChannelKind::Wordpress, r#"{"user":"a","password":"b"}"#);
    let client = Client::of(&net, &account).unwrap();
    let observer = Observer::new(&client, Source::Poll);
    let tried = parvis_fuzz::fuzz("wordpress", |bytes| {
        let (_, seen) = observer.comment(&String::from_utf8_lossy(bytes));
        assert!(!seen.raw.contains("\"author_ip\":"), "what is nobody's business is kept");
        outcome(&[seen])
    });
    assert!(tried.unwrap().outcomes > 5);
}
