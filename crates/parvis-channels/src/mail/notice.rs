//! A notice to a colleague by the mailbox's own server: plain text with HTML beside it, marked as automatic (RFC 3834),
//! so that no program answers it.

use std::time::Duration;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::text::Text;

use super::read::minted;
use super::server::{self, Settings};
use super::smtp::Smtp;
use crate::html::one_line;
use crate::notify::{Notice, html, plain};
use crate::{Account, ChannelError, Net};

const SIGN_IN: Duration = Duration::from_secs(15);
/// Characters of a subject.
const SUBJECT: usize = 200;

/// Sends it once; what became of it when the last word is lost, nobody can say.
pub(super) async fn send(
    net: &Net,
    account: &Account,
    to: &str,
    notice: &Notice,
) -> Result<(), ChannelError> {
    let (settings, login) = server::open(account)?;
    if settings.address.eq_ignore_ascii_case(to) {
        let message = "this is the mailbox itself: what is sent there would come in as a message".to_owned();
        return Err(ChannelError::Refused { status: 553, message });
    }
    let mail = compose(&settings, to, notice)?;
    let smtp = tokio::time::timeout(SIGN_IN, Smtp::open(net, &settings.smtp, &login)).await;
    let late = |_| ChannelError::Unreachable { message: "no answer in time".to_owned() };
    smtp.map_err(late)??.deliver(&settings.address, to, &mail).await.map(drop)
}

fn compose(settings: &Settings, to: &str, notice: &Notice) -> Result<Vec<u8>, ChannelError> {
    let name = Some(settings.name.as_str()).filter(|it| !it.is_empty());
    let beside = notice.html.clone().unwrap_or_else(|| html(notice));
    let page =
        format!("<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{beside}</body></html>");
    MessageBuilder::new()
        .from(Address::new_address(name, settings.address.as_str()))
        .to(Address::new_address(None::<&str>, to))
        .subject(one_line(&notice.title, SUBJECT))
        .message_id(minted(&notice.key, &settings.address))
        .header("Auto-Submitted", Text::new("auto-generated"))
        .text_body(plain(notice))
        .html_body(page)
        .write_to_vec()
        .map_err(|error| ChannelError::Malformed { message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use mail_parser::{HeaderValue, MessageParser};

    use super::super::server::{Security, Server};
    use super::*;

    #[test]
    fn a_notice_is_an_automatic_letter_in_plain_text_and_html_with_an_id_of_its_own() {
        let server = Server { host: "mail.brand.example".into(), port: 465, security: Security::Tls };
        let settings = Settings {
            address: "contact@brand.example".into(),
            name: "Brand".into(),
            imap: server.clone(),
            smtp: server,
            sent: None,
            size: None,
        };
        let notice = Notice {
            key: "n-1".into(),
            at: 0,
            event: "alert.opened".into(),
            title: "Desk “Care”:\r\nBcc: all@evil.example".into(),
            text: "31 <b>messages</b>".into(),
            html: None,
            link: "https://parvis.example/alerts/1".parse().ok(),
            data: serde_json::Value::Null,
        };
        let bytes = compose(&settings, "on-call@brand.example", &notice).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.bcc().is_none() && mail.subject().unwrap().contains("Bcc: all@evil.example"));
        assert_eq!(mail.message_id(), Some(minted("n-1", "contact@brand.example").as_str()));
        assert!(
            matches!(mail.header("Auto-Submitted"), Some(HeaderValue::Text(it)) if it == "auto-generated")
        );
        assert!(mail.body_text(0).unwrap().contains("31 <b>messages</b>"));
        let html = mail.body_html(0).unwrap();
        assert!(html.contains("&lt;b&gt;") && html.contains("href=\"https://parvis.example/alerts/1\""));
    }
}
