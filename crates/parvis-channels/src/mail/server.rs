//! Where a mailbox is: its two servers, how the way to them is secured, who we are there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use crate::{Account, ChannelError, ConnectError, Net, Secret, Typed};

/// Ports of IMAP that need no permission of the operator.
const IMAP_PORTS: [u16; 2] = [993, 143];
/// Ports of SMTP for submission that need none.
const SMTP_PORTS: [u16; 3] = [465, 587, 25];

/// How the way to a server is secured, as typed. The first is what is taken unless another is.
pub(super) const SECURITY: [&str; 3] = ["tls", "starttls", "plain"];

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Imap,
    Smtp,
}

impl Protocol {
    pub(super) fn ports(self) -> &'static [u16] {
        match self {
            Self::Imap => &IMAP_PORTS,
            Self::Smtp => &SMTP_PORTS,
        }
    }
}

/// How the way is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a few words in the clear; nothing of ours is said before.
    Starttls,
    /// In the clear, where the operator allows the host.
    Plain,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

impl Server {
    /// Reads `host` or `host:port`. On the ports made for one way of securing, that way is taken unless
    /// the clear was chosen.
    fn typed(text: &str, protocol: Protocol, chosen: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse::<u16>().ok()?)),
            _ => (text, None),
        };
        let host = Host::parse(host).ok()?.to_string();
        let port = port.unwrap_or(match (protocol, chosen) {
            (Protocol::Imap, "starttls" | "plain") => 143,
            (Protocol::Imap, _) => 993,
            (Protocol::Smtp, "starttls" | "plain") => 587,
            (Protocol::Smtp, _) => 465,
        });
        let security = match (chosen, port) {
            ("plain", _) => Security::Plain,
            (_, 993 | 465) => Security::Tls,
            (_, 143 | 587 | 25) | ("starttls", _) => Security::Starttls,
            _ => Security::Tls,
        };
        Some(Self { host, port, security })
    }

    pub(super) fn host(&self) -> Result<Host, ChannelError> {
        Host::parse(&self.host).map_err(|_| ChannelError::ForbiddenAddress { address: self.host.clone() })
    }

    /// Whether it may be called at all, and in the clear if so it is.
    pub(super) fn check(&self, net: &Net, protocol: Protocol) -> Result<Host, ChannelError> {
        let host = self.host()?;
        net.check_host(&host, self.port, protocol.ports())?;
        if self.security == Security::Plain && !net.may_be_plain(&host, self.port) {
            let address = format!("{host}:{} (mail only travels encrypted)", self.port);
            return Err(ChannelError::ForbiddenAddress { address });
        }
        Ok(host)
    }
}

/// What the probe found, and what was typed: goes into [`Account::settings`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Our address, in lower case.
    pub(super) address: String,
    /// The name that goes with it.
    pub(super) name: String,
    pub(super) imap: Server,
    pub(super) smtp: Server,
    /// The folder of sent copies, as the server names it.
    pub(super) sent: Option<String>,
    /// Largest mail that the SMTP server takes, in bytes.
    pub(super) size: Option<u64>,
}

/// Signs in at both servers.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Login {
    /// Both in the form that PLAIN wants (RFC 4616).
    pub(super) fn plain(&self) -> String {
        STANDARD.encode(format!("\0{}\0{}", self.user, self.password))
    }

    /// Some servers repeat what they didn't understand: a failure must not tell the password.
    pub(super) fn hush(&self, error: ChannelError) -> ChannelError {
        let secrets = [self.plain(), STANDARD.encode(&self.password), self.password.clone()];
        let hush = |text: String| {
            secrets.iter().filter(|it| !it.is_empty()).fold(text, |text, it| text.replace(it.as_str(), "…"))
        };
        match error {
            ChannelError::Unauthorized { message } => ChannelError::Unauthorized { message: hush(message) },
            ChannelError::Refused { status, message } => {
                ChannelError::Refused { status, message: hush(message) }
            }
            ChannelError::Unreachable { message } => ChannelError::Unreachable { message: hush(message) },
            ChannelError::Malformed { message } => ChannelError::Malformed { message: hush(message) },
            other => other,
        }
    }
}

/// An account's settings and its login.
pub(super) fn open(account: &Account) -> Result<(Settings, Login), ChannelError> {
    let unreadable = |what: &str| ChannelError::Malformed { message: format!("the {what} can't be read") };
    let settings = Settings::deserialize(&account.settings).map_err(|_| unreadable("settings"))?;
    let login = serde_json::from_str(account.secret.expose()).map_err(|_| unreadable("access"))?;
    Ok((settings, login))
}

/// What was typed, as address, settings and secret.
pub(super) fn connect(typed: &Typed) -> Result<(Url, Value, Secret), ConnectError> {
    let wrong = |name, code| ConnectError::Field { name, code };
    let address = typed.line("address").to_lowercase();
    if !is_address(&address) {
        return Err(wrong("address", "address"));
    }
    let user = match typed.line("user") {
        "" => address.clone(),
        user => user.to_owned(),
    };
    for (name, text) in [("user", user.as_str()), ("password", typed.line("password"))] {
        if text.chars().any(char::is_control) {
            return Err(wrong(name, "unknown"));
        }
    }
    let chosen = typed.line("security");
    let server = |name, protocol| {
        let typed = if typed.line(name).is_empty() { "imap" } else { name };
        (typed, protocol)
    };
    let read = |(name, protocol): (&'static str, Protocol)| {
        // A port typed for IMAP isn't one for SMTP.
        let text = typed.line(name);
        let text = if name == "imap" && protocol == Protocol::Smtp { without_port(text) } else { text };
        Server::typed(text, protocol, chosen).ok_or(wrong(name, "address"))
    };
    let imap = read(("imap", Protocol::Imap))?;
    let smtp = read(server("smtp", Protocol::Smtp))?;
    let scheme = if imap.security == Security::Tls { "imaps" } else { "imap" };
    let base = format!("{scheme}://{}:{}/", imap.host, imap.port);
    let base = base.parse().map_err(|_| wrong("imap", "address"))?;
    let name = crate::html::one_line(typed.line("sender"), 100);
    let settings = Settings { address, name, imap, smtp, sent: None, size: None };
    let login = Login { user, password: typed.line("password").to_owned() };
    let text = |value: serde_json::Result<String>| value.map_err(|_| wrong("password", "unknown"));
    Ok((base, serde_json::json!(settings), Secret::new(text(serde_json::to_string(&login))?)))
}

fn without_port(text: &str) -> &str {
    text.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(text, |(host, _)| host)
}

/// A plain mail address that can stand in an envelope: no quoted names, no groups, nothing that would end
/// a line. Other letters than ASCII are for [`super::smtp`] to judge.
pub(super) fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let fine = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[]\\,;:\"@".contains(c);
    !name.is_empty()
        && text.len() <= 254
        && !text.starts_with('-')
        && name.chars().all(fine)
        && host.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
        && !host.starts_with(['.', '-'])
        && !host.ends_with(['.', '-'])
        && !host.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_choose_the_way_they_were_made_for() {
        let server = |text, protocol, chosen| {
            let it = Server::typed(text, protocol, chosen).unwrap();
            (it.host, it.port, it.security)
        };
        let host = || "mail.example".to_owned();
        assert_eq!(server("Mail.Example", Protocol::Imap, ""), (host(), 993, Security::Tls));
        assert_eq!(server("mail.example", Protocol::Smtp, "tls"), (host(), 465, Security::Tls));
        assert_eq!(server("mail.example:587", Protocol::Smtp, "tls"), (host(), 587, Security::Starttls));
        assert_eq!(server("mail.example", Protocol::Imap, "starttls"), (host(), 143, Security::Starttls));
        assert_eq!(server("mail.example:1143", Protocol::Imap, "plain"), (host(), 1143, Security::Plain));
        assert_eq!(server("[::1]:993", Protocol::Imap, "").0, "[::1]");
        for wrong in ["", "a b", "mail.example:99999", "mail.example:imap", "https://mail.example"] {
            assert_eq!(Server::typed(wrong, Protocol::Imap, ""), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_that_could_say_more_than_an_address_is_none() {
        for fine in ["anna@a.example", "a.b+c@x.example", "o'neil@a.example", "é@a.example"] {
            assert!(is_address(fine), "{fine}");
        }
        for wrong in [
            "anna",
            "@a.example",
            "anna@",
            "a b@a.example",
            "anna@a.example\r\nRCPT TO:<b@b.example>",
            "<anna@a.example>",
            "a@b@c.example",
            "anna@a.example>",
            "\"a b\"@a.example",
            "anna@-a.example",
            "-oProxy@a.example",
            "anna@[127.0.0.1]",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
