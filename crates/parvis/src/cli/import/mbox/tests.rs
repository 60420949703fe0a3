//! Mailboxes, good and hostile.

use super::*;

const NOW: i64 = 1_760_000_000_000_000;

fn read_all(file: &[u8]) -> Vec<Said> {
    let (threads, _) = thread(file).unwrap();
    let ours = ["help@solstice.example".to_owned()];
    MessageIterator::new(file).filter_map(|raw| read(&raw.unwrap(), &threads, &ours, NOW)).collect()
}

#[test]
fn answers_join_the_thread_that_their_headers_name_in_any_order() {
    let file = b"From a Mon Jan  1 00:00:00 2024\n\
        Message-ID: <3@x>\nReferences: <1@x> <2@x>\nFrom: lea@x\nDate: Mon, 1 Jan 2024 12:00:00 +0100\n\nthird\n\n\
        From b Mon Jan  1 00:00:00 2024\n\
        Message-ID: <2@x>\nIn-Reply-To: <1@x>\nFrom: Help <HELP@solstice.example>\nDate: Mon, 1 Jan 2024 11:00:00 +0100\n\nsecond\n\n\
        From c Mon Jan  1 00:00:00 2024\n\
        Message-ID: <1@x>\nSubject: =?iso-8859-1?Q?R=E9servation?=\nFrom: =?utf-8?B?TMOpYQ==?= <lea@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n\nfirst\n>From here on\n\n\
        From d Mon Jan  1 00:00:00 2024\n\
        Message-ID: <9@x>\nFrom: marco@x\n\nother\n";
    let said = read_all(file);
    let threads: Vec<&str> = said.iter().map(|it| it.thread.as_str()).collect();
    assert_eq!(threads, ["1@x", "1@x", "1@x", "9@x"]);
    assert_eq!(said[0].parents, ["1@x", "2@x"]);
    assert_eq!(said[1].direction, Direction::Out);
    assert_eq!(said[2].title.as_deref(), Some("Réservation"));
    assert_eq!(said[2].author.as_ref().unwrap().name, "Léa");
    assert_eq!(said[2].sent_at, 1_704_099_600_000_000);
    assert!(said[2].text.contains("From here on"));
    assert_eq!(said[3].sent_at, 1_704_067_200_000_000, "dated by the envelope");
}

#[test]
fn every_character_set_becomes_text() {
    let file = b"From a Mon Jan  1 00:00:00 2024\n\
        Message-ID: <1@x>\nContent-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: quoted-printable\n\n12 =A4 pour l'=E9t=E9\n\n\
        From a Mon Jan  1 00:00:00 2024\n\
        Message-ID: <2@x>\nContent-Type: text/plain; charset=shift_jis\n\n\x93\xfa\x96{\n\n\
        From a Mon Jan  1 00:00:00 2024\n\
        Message-ID: <3@x>\nContent-Type: text/html; charset=utf-8\n\n<p>Bonjour <b>L\xc3\xa9a</b></p><script>alert(1)</script>\n";
    let said = read_all(file);
    assert_eq!(said[0].text, "12 € pour l'été");
    assert_eq!(said[1].text, "日本");
    assert!(said[2].text.contains("Bonjour Léa") && !said[2].text.contains('<'), "{}", said[2].text);
}

#[test]
fn hostile_mail_is_read_without_harm() {
    let mut file = b"From \xff\xfe not a date\n\xff\xfe\x00: \x00\n\nbody \x00 \xff\n\n".to_vec();
    file.extend(
        b"From a\n\n\nFrom a\nFrom: <>\nDate: Mon, 99 Foo 99999 99:99:99\nMessage-ID: <>\nIn-Reply-To: ",
    );
    file.extend("<a@b> ".repeat(100_000).bytes());
    file.extend(b"\nContent-Type: multipart/mixed; boundary=a\n\n");
    file.extend("--a\nContent-Type: multipart/mixed; boundary=a\n\n".repeat(5_000).bytes());
    let said = read_all(&file);
    assert!(!said.is_empty());
    for it in &said {
        assert!((0..=NOW).contains(&it.sent_at) && !it.remote_id.is_empty() && it.parents.len() <= NEAREST);
        assert!(!it.text.contains('\0'));
    }
    assert_eq!(thread("no mail at all".as_bytes()).unwrap().1, 0);
}

#[test]
fn a_long_chain_and_a_ring_of_references_end() {
    let mut threads = Threads::default();
    for n in 0..50_000 {
        threads.join(&[format!("{}", n + 1), format!("{n}"), "0".to_owned()]);
    }
    threads.join(&["0".to_owned(), "50000".to_owned(), "0".to_owned()]);
    assert_eq!(threads.root("0"), threads.root("49999"));
}
