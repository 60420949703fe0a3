//! What an answer looks like when it leaves.

use mail_parser::MessageParser;

use super::super::server::{Security, Server};
use super::*;
use crate::Visibility;

fn settings() -> Settings {
    let server = Server { host: "mail.brand.example".into(), port: 993, security: Security::Tls };
    Settings {
        address: "contact@brand.example".into(),
        name: "Le Grand Écran".into(),
        imap: server.clone(),
        smtp: server,
        sent: None,
        size: Some(1_000_000),
    }
}

fn parent(head: &str) -> Mail {
    let reader = Reader { ours: settings().address, imap: settings().imap.host };
    let text = format!("{head}\nMessage-ID: <1@a.example>\n\nx").replace('\n', "\r\n");
    read::mail(text.as_bytes(), &reader, true).unwrap()
}

fn answer(text: &str) -> Outgoing {
    Outgoing {
        parent_id: Some("1@a.example".into()),
        language: Some("fr".into()),
        mention: Some("anna@a.example".into()),
        ..Outgoing::new("key", text, Visibility::Direct, 0)
    }
}

fn composed(parent: &Mail, answer: &Outgoing) -> String {
    let to = recipient(parent, &settings()).unwrap();
    let bytes = compose(&settings(), answer, parent, &to, &minted(&answer.key, &settings().address)).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn an_answer_follows_its_mail() {
    let parent =
        parent("From: Anna B <Anna@A.example>\nSubject: RE: re: Réclamation\nReferences: <0@a.example>");
    let text = composed(&parent, &answer("Bonjour,\n.\nà demain"));
    let mail = MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(mail.subject(), Some("Re: Réclamation"));
    assert_eq!(mail.message_id(), Some(minted("key", "contact@brand.example").as_str()));
    assert_eq!(mail.in_reply_to().as_text(), Some("1@a.example"));
    assert_eq!(mail.references().as_text_list().unwrap(), ["0@a.example", "1@a.example"]);
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!((to.address.as_deref(), to.name.as_deref()), (Some("anna@a.example"), Some("Anna B")));
    assert_eq!(mail.from().unwrap().first().unwrap().name.as_deref(), Some("Le Grand Écran"));
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim(), "Bonjour,\n.\nà demain");
    assert!(!text.to_lowercase().contains("auto-submitted") && !text.contains("@anna"));
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998));
}

#[test]
fn nothing_in_the_mail_answered_adds_a_line_to_the_head() {
    let parent = parent(
        "From: =?utf-8?Q?A=0D=0ABcc:_all@b.example?= <anna@a.example>\n\
         Subject: =?utf-8?Q?x=0D=0ABcc:_all@b.example=0D=0A=0D=0Abody?=\nReferences: <0@a.example\n  X: y>",
    );
    let text = composed(&parent, &answer("x"));
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(
        head.lines().all(|line| !line.to_lowercase().starts_with("bcc") && !line.starts_with("X:")),
        "{head}"
    );
}

#[test]
fn the_same_key_is_the_same_mail() {
    let id = |key| minted(key, "contact@brand.example");
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
    assert!(read::is_id(&id("a\r\nb é")) && id("a").ends_with("@brand.example"));
}

#[test]
fn an_answer_goes_where_the_writer_wants_it_and_never_to_a_program() {
    let to = |head: &str| recipient(&parent(head), &settings()).map_err(|error| error.code());
    assert_eq!(to("From: a@a.example\nReply-To: B <b@b.example>, c@c.example").as_deref(), Ok("b@b.example"));
    assert_eq!(to("From: a@a.example\nReply-To: contact@brand.example").as_deref(), Ok("a@a.example"));
    assert_eq!(to("From: contact@brand.example\nTo: a@a.example").as_deref(), Ok("a@a.example"));
    assert_eq!(to("From: nobody"), Err("refused"));
    assert_eq!(to("From: a@a.example\nAuto-Submitted: auto-replied"), Err("unsupported"));
    assert_eq!(to("From: MAILER-DAEMON@a.example"), Err("unsupported"));
    assert_eq!(to("From: a@a.example\nContent-Type: multipart/report; boundary=x"), Err("unsupported"));
}

#[test]
fn pictures_go_with_their_description() {
    let mut answer = answer("see");
    answer.media = vec![Upload {
        bytes: vec![0x89, b'P'],
        mime: "image/png".into(),
        alt: "Un point\r\nBcc: all@b.example".into(),
    }];
    let text = composed(&parent("From: a@a.example"), &answer);
    let mail = MessageParser::default().parse(text.as_bytes()).unwrap();
    let file = mail.attachment(0).unwrap();
    assert_eq!(file.contents(), [0x89, b'P']);
    assert!(!text.contains("\nBcc"));
    answer.media[0].bytes = vec![0; 1_000_000];
    let error = compose(&settings(), &answer, &parent("From: a@a.example"), "a@a.example", "x").unwrap_err();
    assert_eq!(error.code(), "refused");
}
