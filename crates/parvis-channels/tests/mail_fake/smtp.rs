//! Submission servers of all kinds. What matters is whether the mail may have left.

use parvis_channels::{ChannelError, Published};

use crate::fake::{Fake, Rule, account, but, mail, reply, usual_imap, usual_smtp};

const HELLO: &str = "220 fake\r\n";

async fn sent(
    greeting: &'static str,
    rules: Vec<Rule>,
    security: &str,
) -> (Fake, Result<Published, ChannelError>) {
    let (imap, smtp) = (Fake::start("* OK hello\r\n", usual_imap()), Fake::start(greeting, rules));
    let (net, mut account) = account(imap.port, smtp.port, "plain");
    account.settings["smtp"]["security"] = security.into();
    let published = mail().publish(&net, &account, &reply()).await;
    (smtp, published)
}

#[tokio::test]
async fn an_answer_is_unknown_only_once_its_last_line_was_said() {
    for (words, answer, expected) in [
        ("EHLO", "421 too busy\r\n", "unreachable"),
        ("EHLO", "HANG UP", "unreachable"),
        ("AUTH", "535 5.7.8 wrong\r\n", "unauthorized"),
        ("AUTH", "454 4.7.0 not now\r\n", "unreachable"),
        ("MAIL FROM", "452 4.3.1 full\r\n", "unreachable"),
        ("MAIL FROM", "552 5.3.4 too large\r\n", "refused"),
        ("RCPT TO", "550 5.1.1 nobody\r\n", "refused"),
        ("RCPT TO", "450 4.2.0 greylisted\r\n", "unreachable"),
        ("DATA", "451 4.3.0 later\r\n", "unreachable"),
        ("DATA", "HANG UP", "unreachable"),
        (".", "HANG UP", "unknown"),
        (".", "451 4.3.0 later\r\n", "unreachable"),
        (".", "554 5.7.1 spam\r\n", "refused"),
        (".", "what?\r\n", "unknown"),
    ] {
        let (_, published) = sent(HELLO, but(usual_smtp(), &[(words, answer)]), "plain").await;
        let error = published.unwrap_err();
        assert_eq!(error.code(), expected, "{words} {answer} {error}");
    }
    for greeting in ["554 no\r\n", "* OK imap\r\n"] {
        let (_, published) = sent(greeting, usual_smtp(), "plain").await;
        assert!(["refused", "malformed"].contains(&published.unwrap_err().code()));
    }
}

#[tokio::test]
async fn a_mail_that_was_taken_is_told_with_its_id() {
    let (fake, published) = sent(HELLO, but(usual_smtp(), &[(".", "250 queued as 42\r\n")]), "plain").await;
    let published = published.unwrap();
    assert!(published.raw.contains("queued as 42") && published.remote_id.ends_with(".parvis@brand.example"));
    assert!(fake.was_told(&format!("Message-ID: <{}>", published.remote_id)));
    assert!(fake.was_told("In-Reply-To: <1@a.example>") && fake.was_told("RCPT TO:<anna@a.example>"));
}

#[tokio::test]
async fn nothing_of_ours_is_said_before_encryption() {
    for rules in [
        usual_smtp(),
        but(usual_smtp(), &[("EHLO", "250-fake\r\n250 STARTTLS\r\n"), ("STARTTLS", "454 not now\r\n")]),
        but(
            usual_smtp(),
            &[("EHLO", "250-fake\r\n250 STARTTLS\r\n"), ("STARTTLS", "220 go\r\n250 slipped in\r\n")],
        ),
    ] {
        let (fake, published) = sent(HELLO, rules, "starttls").await;
        assert!(["refused", "unreachable", "malformed"].contains(&published.unwrap_err().code()));
        assert!(!fake.was_told("AUTH") && !fake.was_told("MAIL FROM"), "{:?}", fake.heard());
    }
}

#[tokio::test]
async fn other_ways_to_sign_in() {
    let login: [Rule; 4] = [
        ("EHLO", "250-fake\r\n250 AUTH=LOGIN\r\n"),
        ("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"),
        ("dXMiZXI=", "334 UGFzc3dvcmQ6\r\n"),
        ("czNjclxldA==", "235 welcome\r\n"),
    ];
    let taken: Rule = (".", "250 taken\r\n");
    sent(HELLO, but(but(usual_smtp(), &login), &[taken]), "plain").await.1.unwrap();
    let none: Rule = ("EHLO", "250 fake\r\n");
    sent(HELLO, but(usual_smtp(), &[none, taken]), "plain").await.1.unwrap();
    let odd: Rule = ("EHLO", "250-fake\r\n250 AUTH GSSAPI\r\n");
    assert_eq!(sent(HELLO, but(usual_smtp(), &[odd]), "plain").await.1.unwrap_err().code(), "refused");
}

#[tokio::test]
async fn without_a_folder_of_sent_mail_nobody_says_that_an_answer_is_not_there() {
    // Nobody listens there: it isn't even asked.
    let (net, account) = account(9, 9, "plain");
    let found = mail().find_published(&net, &account, &reply(), 0).await;
    assert!(matches!(found, Err(ChannelError::Unsupported(_))), "{found:?}");
}
