//! IMAP servers of all kinds.

use parvis_channels::{ChannelError, Page};

use crate::fake::{Fake, Rule, account, but, code, mail, usual_imap};

const HELLO: &str = "* OK hello\r\n";

async fn pulled(
    greeting: &'static str,
    rules: Vec<Rule>,
    security: &str,
) -> (Fake, Result<Page, ChannelError>) {
    let fake = Fake::start(greeting, rules);
    let (net, account) = account(fake.port, 1, security);
    let page = mail().pull(&net, &account, "inbox", None).await;
    (fake, page)
}

#[tokio::test]
async fn an_ordinary_server_of_few_words_is_read() {
    let (_, page) = pulled(HELLO, usual_imap(), "plain").await;
    let page = page.unwrap();
    assert_eq!(page.observations[0].remote_id, "1@a.example");
    assert_eq!(page.observations[0].item.as_ref().unwrap().text, "Hello!");
}

#[tokio::test]
async fn a_server_without_other_ways_gets_a_quoted_login() {
    let few: [Rule; 2] =
        [("CAPABILITY", "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"), ("LOGIN", "TAG OK welcome\r\n")];
    let (fake, page) = pulled(HELLO, but(usual_imap(), &few), "plain").await;
    page.unwrap();
    assert!(fake.was_told("LOGIN \"us\\\"er\" \"s3cr\\\\et\""), "{:?}", fake.heard());
    let slow: [Rule; 3] = [
        ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"),
        ("AUTHENTICATE PLAIN", "+ \r\n"),
        ("AHVzIm", "p2 OK welcome\r\n"),
    ];
    pulled(HELLO, but(usual_imap(), &slow), "plain").await.1.unwrap();
    let never: Rule = ("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK done\r\n");
    let (fake, page) = pulled(HELLO, but(usual_imap(), &[never]), "plain").await;
    assert_eq!(code(page), "refused");
    assert!(!fake.was_told("LOGIN \""));
}

#[tokio::test]
async fn an_unwell_server_is_no_reason_to_ask_a_person() {
    for (greeting, words, answer, expected) in [
        ("* BYE too many\r\n", "x", "", "unreachable"),
        (HELLO, "AUTHENTICATE", "TAG NO [UNAVAILABLE] later\r\n", "unreachable"),
        (HELLO, "AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] wrong\r\n", "unauthorized"),
        (HELLO, "AUTHENTICATE", "TAG NO no\r\n", "unauthorized"),
        (HELLO, "AUTHENTICATE", "* BYE é\r\nHANG UP", "unreachable"),
        (HELLO, "EXAMINE", "HANG UP", "unreachable"),
        (HELLO, "EXAMINE", "TAG NO [SERVERBUG] oops\r\n", "unreachable"),
        (HELLO, "EXAMINE", "TAG NO no such folder\r\n", "refused"),
    ] {
        let (_, page) = pulled(greeting, but(usual_imap(), &[(words, answer)]), "plain").await;
        assert_eq!(code(page), expected, "{words} {answer}");
    }
}

#[tokio::test]
async fn a_failure_never_tells_the_password() {
    let proof = "AHVzImVyAHMzY3JcZXQ=";
    for (words, answer) in [
        ("AUTHENTICATE", "TAG BAD what is AUTHENTICATE PLAIN AHVzImVyAHMzY3JcZXQ=\r\n"),
        ("AUTHENTICATE", "TAG NO [UNAVAILABLE] s3cr\\et is taken\r\n"),
    ] {
        let (fake, page) = pulled(HELLO, but(usual_imap(), &[(words, answer)]), "plain").await;
        let error = page.unwrap_err().to_string();
        assert!(fake.was_told(proof) && error.contains('…'), "{error}");
        assert!(!error.contains(proof) && !error.contains("s3cr"), "{error}");
    }
}

#[tokio::test]
async fn hostile_words_end_in_an_error_and_take_no_room() {
    for (greeting, words, answer) in [
        ("220 smtp.example\r\n", "x", ""),
        ("HTTP/1.1 400 Bad Request\r\n", "x", ""),
        (HELLO, "UID FETCH", "* 1 FETCH (UID 1 BODY[] {4294967295}\r\n"),
        (HELLO, "UID FETCH", "* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\nTAG OK done\r\n"),
        (HELLO, "UID FETCH", "* 1 FETCH (UID 1 RFC822.SIZE (((\r\nTAG OK done\r\n"),
    ] {
        let (_, page) = pulled(greeting, but(usual_imap(), &[(words, answer)]), "plain").await;
        assert_eq!(code(page), "malformed", "{answer}");
    }
    // Odd, but nothing to fall over.
    for answer in [
        "* OK [ALERT]é\r\n* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* ? what\r\n* 9 FETCH (FLAGS (\\Seen))\r\nTAG OK\r\n",
        "* OK [UIDVALIDITY 99999999999]\r\n* 1 EXISTS\r\nTAG OK [X]é\r\n",
    ] {
        let (_, page) = pulled(HELLO, but(usual_imap(), &[("EXAMINE", answer)]), "plain").await;
        page.unwrap();
    }
}

#[tokio::test]
async fn a_mail_that_the_server_gives_in_no_readable_form_does_not_stop_the_others() {
    let garbled: Rule = ("UID FETCH 1 (UID INTERNALDATE", "* 1 FETCH (UID 1 BODY[] (((\r\nTAG OK done\r\n");
    let (_, page) = pulled(HELLO, but(usual_imap(), &[garbled]), "plain").await;
    let page = page.unwrap();
    assert_eq!(page.observations[0].kind, parvis_channels::ObservationKind::Unsupported);
    assert!(page.observations[0].remote_id.starts_with("unread:") && page.cursor.contains("\"uid\":1"));
}

#[tokio::test]
async fn a_mail_that_went_away_meanwhile_is_passed_over() {
    let gone: Rule = ("UID FETCH", "TAG OK nothing\r\n");
    let (_, page) = pulled(HELLO, but(usual_imap(), &[gone]), "plain").await;
    let page = page.unwrap();
    assert!(page.observations.is_empty() && page.cursor.contains("\"uid\":1"), "{}", page.cursor);
}

#[tokio::test]
async fn nothing_of_ours_is_said_before_encryption() {
    for answer in [
        "s1 NO not here\r\n",
        "s1 BAD what\r\n",
        // Words slipped in to be taken for those of the encrypted server.
        "s1 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        "s1 OK begin\r\nHANG UP",
    ] {
        let (fake, page) = pulled(HELLO, but(usual_imap(), &[("STARTTLS", answer)]), "starttls").await;
        assert!(["refused", "malformed", "unreachable"].contains(&code(page)), "{answer}");
        assert!(!fake.was_told("AUTHENTICATE") && !fake.was_told("LOGIN"), "{:?}", fake.heard());
    }
}

#[tokio::test]
async fn a_server_that_cannot_push_is_asked() {
    let fake = Fake::start(HELLO, usual_imap());
    let (net, account) = account(fake.port, 1, "plain");
    let (sink, _seen) = tokio::sync::mpsc::channel(1);
    assert_eq!(code(mail().listen(&net, &account, sink).await), "unsupported");
}

#[tokio::test]
async fn a_cursor_of_something_else_is_told() {
    let (net, account) = account(1, 1, "plain");
    let page = mail().pull(&net, &account, "inbox", Some("{\"entries\":{}}")).await;
    assert_eq!(code(page), "malformed");
    let mut unknown = account.clone();
    unknown.settings = serde_json::Value::Null;
    assert_eq!(code(mail().pull(&net, &unknown, "inbox", None).await), "malformed");
}
