//! A real mail server, Dovecot, and a submission server before it: how the tests get at them.
//!
//! `PARVIS_TEST_MAIL` names a folder whose `run/ports-by-name` says where they listen. Any user has the
//! password "pw"; each test has mailboxes of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, Net, NetOptions, Observation, Outgoing, Page,
    Secret, Typed, Visibility, channel, mastodon::oauth,
};
use tokio::sync::{RwLock, RwLockReadGuard};

/// Held for reading by every test; for writing by those that kill the server.
pub static STANDING: RwLock<()> = RwLock::const_new(());

/// The two servers.
pub struct Peer {
    pub net: Net,
    pub folder: PathBuf,
    ports: BTreeMap<String, u16>,
    pub standing: Option<RwLockReadGuard<'static, ()>>,
}

impl Peer {
    /// `None`, with one clear line, when there is no server to test against.
    pub async fn find() -> Option<Self> {
        let Ok(folder) = std::env::var("PARVIS_TEST_MAIL") else {
            eprintln!("skipped: PARVIS_TEST_MAIL isn't set, no mail server to test against");
            return None;
        };
        let folder = PathBuf::from(folder);
        let text = std::fs::read_to_string(folder.join("run/ports-by-name")).expect("the ports");
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        let ports: BTreeMap<String, u16> =
            pairs.map(|(name, port)| (name.to_owned(), port.parse().expect("a port"))).collect();
        let mut allow: Vec<String> = ports.values().map(|port| format!("127.0.0.1:{port}")).collect();
        allow.extend(ports.values().map(|port| format!("localhost:{port}")));
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Some(Self { net, folder, ports, standing: Some(STANDING.read().await) })
    }

    pub fn port(&self, name: &str) -> u16 {
        self.ports[name]
    }

    /// What a person types for a mailbox here.
    pub fn typed(&self, address: &str, security: &str, password: &str) -> BTreeMap<String, String> {
        let (host, imap, smtp) = match security {
            "tls" => ("localhost", "imaps", "smtps"),
            "starttls" => ("localhost", "imap", "smtp"),
            _ => ("127.0.0.1", "imap", "smtp"),
        };
        let place = |name: &str| format!("{host}:{}", self.port(name));
        let pairs = [
            ("address", address.to_owned()),
            ("sender", "Le Grand Écran".to_owned()),
            ("imap", place(imap)),
            ("smtp", place(smtp)),
            ("security", security.to_owned()),
            ("password", password.to_owned()),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Connects as the program does: fields, then the first probe.
    pub async fn try_connect(&self, typed: BTreeMap<String, String>) -> Result<Account, ChannelError> {
        let typed = Typed::new(mail().fields(), typed).unwrap();
        let connection = mail().connect(&self.net, &typed).await.unwrap();
        let mut account = Account {
            kind: ChannelKind::Mail,
            base_url: connection.base_url,
            handle: String::new(),
            remote_id: String::new(),
            secret: connection.access.secret,
            settings: connection.settings,
            capabilities: CapabilitySet::default(),
        };
        let probe = mail().probe(&self.net, &account).await?;
        account.handle = probe.handle;
        account.remote_id = probe.remote_id;
        account.settings = probe.settings;
        account.capabilities = probe.capabilities;
        Ok(account)
    }

    /// A new mailbox.
    pub async fn mailbox(&self, name: &str) -> Account {
        self.named_mailbox(&format!("{name}-{}@brand.test", word())).await
    }

    pub async fn named_mailbox(&self, address: &str) -> Account {
        self.try_connect(self.typed(address, "plain", "pw")).await.unwrap()
    }

    /// Puts a mail into a mailbox, as another server does. Lines may end as they like.
    pub fn deliver(&self, to: &Account, mail: impl AsRef<[u8]>) {
        let stream = TcpStream::connect(("127.0.0.1", self.port("lmtp"))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        let mut ask = |words: &[u8], code: &str| {
            writer.write_all(words).unwrap();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.as_bytes().get(3) != Some(&b'-') {
                    assert!(line.starts_with(code), "{line}");
                    return;
                }
            }
        };
        ask(b"", "220");
        ask(b"LHLO test\r\n", "250");
        ask(b"MAIL FROM:<envelope@ext.test>\r\n", "250");
        ask(format!("RCPT TO:<{}>\r\n", to.handle).as_bytes(), "250");
        ask(b"DATA\r\n", "354");
        let text = mail.as_ref();
        let mut out = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.starts_with(b".") {
                out.push(b'.');
            }
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
        ask(&out, "250");
    }

    pub async fn pull(
        &self,
        who: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        mail().pull(&self.net, who, stream, cursor).await
    }

    /// Everything from a cursor on, and where it ends.
    pub async fn all(&self, who: &Account, stream: &str, cursor: Option<&str>) -> (Vec<Observation>, String) {
        let mut seen = Vec::new();
        let mut page = self.pull(who, stream, cursor).await.unwrap();
        loop {
            seen.append(&mut page.observations);
            if !page.more {
                return (seen, page.cursor);
            }
            page = self.pull(who, stream, Some(&page.cursor)).await.unwrap();
        }
    }

    pub async fn publish(
        &self,
        who: &Account,
        reply: &Outgoing,
    ) -> Result<parvis_channels::Published, ChannelError> {
        mail().publish(&self.net, who, reply).await
    }

    /// The ids of the mails that the submission server took for somebody.
    pub fn taken(&self, recipient: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("run/smtp.count")).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        lines
            .filter(|(_, to)| *to == recipient)
            .map(|(id, _)| id.trim_matches(['<', '>']).to_owned())
            .collect()
    }

    /// Puts a file that lies in one mailbox into a folder of another, as its server would.
    pub fn put(&self, file: &std::path::Path, who: &Account, folder: &str) {
        let place = self.maildir(who).join(folder).join("cur");
        let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(self.maildir(who)).unwrap());
        for made in [place.parent().unwrap(), &place] {
            std::fs::create_dir_all(made).unwrap();
            std::os::unix::fs::chown(made, Some(owner), None).unwrap();
        }
        let copy = place.join(file.file_name().unwrap());
        std::fs::copy(file, &copy).unwrap();
        std::os::unix::fs::chown(&copy, Some(owner), None).unwrap();
    }

    /// The files of an inbox.
    pub fn lying(&self, address: &str) -> Vec<PathBuf> {
        let maildir = self.folder.join("run/mail").join(address);
        let all = ["new", "cur"].map(|folder| std::fs::read_dir(maildir.join(folder)).unwrap());
        all.into_iter().flatten().map(|file| file.unwrap().path()).collect()
    }

    /// Kills Dovecot (`kill -9`), or brings it back.
    pub fn instance(&self, what: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/mail/instance.sh");
        assert!(Command::new(script).arg(what).arg(&self.folder).status().unwrap().success());
    }

    /// The folder in which a mailbox's mails lie.
    pub fn maildir(&self, who: &Account) -> PathBuf {
        self.folder.join("run/mail").join(&who.handle)
    }
}

pub fn mail() -> &'static dyn Channel {
    channel(ChannelKind::Mail)
}

pub fn reply(parent: &str, text: &str) -> Outgoing {
    Outgoing {
        parent_id: Some(parent.to_owned()),
        language: Some("en".into()),
        mention: Some("customer@ext.test".into()),
        ..Outgoing::new(word(), text, Visibility::Direct, 0)
    }
}

/// A mail of a customer.
pub fn letter(from: &str, subject: &str, more: &str, text: &str) -> String {
    format!(
        "From: Anna <{from}>\nTo: contact@brand.test\nSubject: {subject}\nMessage-ID: <{}@ext.test>\n{more}\n{text}\n",
        word()
    )
}

/// The same account with another password.
pub fn locked_out(account: &Account) -> Account {
    let secret = account.secret.expose().replace("\"pw\"", "\"wrong\"");
    Account { secret: Secret::new(secret), ..account.clone() }
}

/// A word that no other test uses.
pub fn word() -> String {
    let word = oauth::random().unwrap().to_lowercase();
    word.chars().filter(char::is_ascii_alphanumeric).take(12).collect()
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> &'static str {
    result.unwrap_err().code()
}

pub async fn soon() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}
