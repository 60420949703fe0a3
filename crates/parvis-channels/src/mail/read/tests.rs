//! Mails as they come: in every charset, broken, hostile.

use super::*;
use bounce::Report;
use proptest::prelude::*;

fn reader() -> Reader {
    Reader { ours: "contact@brand.example".into(), imap: "imap.brand.example".into() }
}

fn read(text: &str) -> Mail {
    mail(text.replace('\n', "\r\n").as_bytes(), &reader(), true).unwrap()
}

const HEAD: &str = "From: Anna <anna@a.example>\nMessage-ID: <1@a.example>\n";

#[test]
fn charsets_are_read_whatever_their_name() {
    let latin = b"From: a@a.example\r\nSubject: =?iso-8859-1?Q?R=E9clamation?=\r\n\
        Content-Type: text/plain; charset=windows-1252\r\n\r\nd\xe9j\xe0 \x80";
    let it = mail(latin, &reader(), true).unwrap();
    assert_eq!((it.subject.as_str(), it.text.as_str()), ("Réclamation", "déjà €"));
    let base64 = read(&format!(
        "{HEAD}Subject: =?UTF-8?B?8J+OrCBGaWxt?=\nContent-Type: text/plain; charset=\"utf-8\"\n\
         Content-Transfer-Encoding: base64\n\nQm9uam91ciDDqQ=="
    ));
    assert_eq!((base64.subject.as_str(), base64.text.as_str()), ("🎬 Film", "Bonjour é"));
    let unknown = read(&format!("{HEAD}Content-Type: text/plain; charset=martian\n\nhello"));
    assert_eq!(unknown.text, "hello");
    let shift = b"From: a@a.example\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B";
    assert_eq!(mail(shift, &reader(), true).unwrap().text, "こん");
}

#[test]
fn a_mail_without_an_id_has_one_that_stays() {
    let text = "From: a@a.example\nSubject: x\n\nbody";
    let it = read(text);
    assert!(it.id.starts_with("sha256:"));
    assert_eq!(it.id, read(text).id);
    assert_ne!(it.id, read(&format!("{text}!")).id);
    for wrong in ["<a b@c>", "<>", "<sha256:00@x>", "<é@a.example>"] {
        let it = read(&format!("From: a@a.example\nMessage-ID: {wrong}\n\nx"));
        assert!(it.id.starts_with("sha256:") && it.id.len() == 39, "{wrong} gave {}", it.id);
    }
    let long = format!("From: a@a.example\nMessage-ID: <{}@x>\n\nx", "a".repeat(5_000));
    assert!(read(&long).id.len() < 50);
}

#[test]
fn the_way_back_is_kept_at_its_ends() {
    let thousand: String = (0..1000).map(|no| format!(" <{no}@a.example>\n")).collect();
    let it = read(&format!("{HEAD}References:{thousand}In-Reply-To: <999@a.example> <5@b.example>\n\nx"));
    assert_eq!(it.parents.len(), NEAREST + 1);
    assert_eq!(it.parents.first().map(String::as_str), Some("0@a.example"));
    assert_eq!(it.parents.last().map(String::as_str), Some("999@a.example"));
    let only = read(&format!("{HEAD}In-Reply-To: Anna's mail of Monday <7@a.example>\n\nx"));
    assert_eq!(only.parents.last().map(String::as_str), Some("7@a.example"));
    assert!(read(&format!("{HEAD}\nx")).parents.is_empty());
}

#[test]
fn what_would_start_a_new_line_of_a_head_stays_on_its_own() {
    let it = read(
        "From: =?utf-8?Q?Anna=0D=0ABcc:_all@b.example?= <anna@a.example>\nMessage-ID: <1@a.example>\n\
         Subject: =?utf-8?Q?Hello=0D=0ABcc:_all@b.example=E2=80=AEx?=\n\
         Reply-To: \"x\\r\\ny\" <a@a.example\r\n>\n\nx",
    );
    assert_eq!(it.subject, "Hello Bcc: all@b.examplex");
    assert_eq!(it.from.name, "Anna Bcc: all@b.example");
    assert!(it.reply_to.is_none_or(|to| is_address(&to.address)));
}

#[test]
fn html_is_made_safe_and_keeps_its_lines() {
    let it = read(&format!(
        "{HEAD}Content-Type: text/html; charset=utf-8\n\n<html><head><style>x</style><title>t</title></head>\
         <body onload=alert(1)><div>One &amp; <b>two</b></div><div>three<img src=\"http://evil.example/p.gif\"></div>\
         <table><tr><td>a</td><td>b</td></tr></table><script>alert(1)</script>\
         <a href=\"javascript:alert(1)\">x</a></body></html>"
    ));
    for word in ["alert", "evil", "<img", "style", "onload"] {
        assert!(!it.html.contains(word), "{}", it.html);
    }
    assert!(it.text.contains("One & two\nthree"), "{}", it.text);
    assert!(it.text.contains("a b"), "{}", it.text);
    assert!(it.raw.contains("evil.example"), "what was left out stays in the raw form");
}

#[test]
fn a_plain_text_shows_its_marks_as_they_are() {
    let it = read(&format!("{HEAD}\n1 < 2 & <script>x</script>\n> quoted\n>> twice\nend"));
    assert!(it.html.contains("1 &lt; 2 &amp; &lt;script&gt;"), "{}", it.html);
    assert!(
        it.html.contains("<blockquote>quoted<blockquote>twice</blockquote></blockquote>end"),
        "{}",
        it.html
    );
    assert!(it.text.ends_with("end"));
}

#[test]
fn a_quotation_left_out_of_the_text_stays_elsewhere() {
    let it = read(&format!("{HEAD}Subject: Re: x\n\nYes.\n\nOn Monday, B wrote:\n> Is it?\n"));
    assert_eq!(it.text, "Yes.");
    assert!(it.html.contains("Is it?") && it.raw.contains("> Is it?"));
    let rich =
        format!("{HEAD}Content-Type: text/html\n\n<div>Yes.</div><blockquote type=cite>Is it?</blockquote>");
    let it = read(&rich);
    assert_eq!(it.text, "Yes.");
    assert!(it.html.contains("Is it?"));
    let forwarded = rich.replace("Content-Type", "Subject: Fwd: x\nContent-Type");
    assert!(read(&forwarded).text.contains("Is it?"));
}

const MIXED: &str = "Content-Type: multipart/mixed; boundary=o\n\n--o\n\
    Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain; charset=utf-8\n\nplain é\n\
    --i\nContent-Type: text/html\n\n<p>rich</p>\n--i--\n\
    --o\nContent-Type: image/png; name=IMG_1.png\nContent-Description: =?utf-8?Q?Un_caf=C3=A9?=\n\
    Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n\niVBORw0KGgo=\n\
    --o\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''devis%20%C3%A9t%C3%A9.pdf\n\
    Content-Transfer-Encoding: base64\n\nJVBERi0=\n\
    --o\nContent-Type: message/rfc822\n\nFrom: b@b.example\nSubject: inner\n\ninner words\n--o--\n";

#[test]
fn the_files_of_nested_parts_are_found_and_fetched() {
    let text = format!("{HEAD}{MIXED}").replace('\n', "\r\n");
    let it = mail(text.as_bytes(), &reader(), true).unwrap();
    assert_eq!(it.text, "plain é");
    assert!(it.html.contains("rich"));
    let names: Vec<_> = it.files.iter().map(|it| (it.kind, it.alt.as_deref(), it.mime.as_deref())).collect();
    assert_eq!(names[0], (AttachmentKind::Image, Some("Un café"), Some("image/png")));
    assert_eq!(names[1], (AttachmentKind::Other, Some("devis été.pdf"), Some("application/pdf")));
    assert_eq!(names[2].2, Some("message/rfc822"));
    let place = it.files[1].url.rsplit_once('/').unwrap().1.parse().unwrap();
    assert_eq!(file(text.as_bytes(), place).unwrap(), b"%PDF-");
}

#[test]
fn broken_mails_are_read_as_far_as_they_go() {
    let cut = MIXED.split("--o\nContent-Type: application").next().unwrap();
    assert_eq!(read(&format!("{HEAD}{cut}")).text, "plain é");
    let no_end = read(&format!("{HEAD}Content-Type: multipart/mixed; boundary=o\n\n--o\n\nhello"));
    assert_eq!(no_end.text, "hello");
    let rich = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/html\n\n<p>a</p>\n\
        --o\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="
    ));
    assert_eq!((rich.text.as_str(), rich.files.len(), &rich.files[0].alt), ("a", 1, &None));
    let no_boundary = read(&format!("{HEAD}Content-Type: multipart/mixed\n\nhello"));
    assert!(no_boundary.raw.contains("<1@a.example>"));
    let nobody = read("Subject: x\n\nx");
    assert_eq!(nobody.from, Person::default());
    assert!(mail(b"", &reader(), true).is_none());
    let deep: String =
        (0..300).map(|no| format!("Content-Type: multipart/mixed; boundary=b{no}\n\n--b{no}\n")).collect();
    read(&format!("{HEAD}{deep}\nhello"));
}

#[test]
fn lines_broken_for_the_way_are_whole_again() {
    let it = read(&format!(
        "{HEAD}Content-Type: text/plain; charset=utf-8; format=flowed\n\nWe are \nmany.\n\nBye"
    ));
    assert_eq!(it.text, "We are many.\n\nBye");
    assert!(it.html.contains("We are many."), "{}", it.html);
}

#[test]
fn a_form_on_a_web_site_speaks_for_its_visitor() {
    let form = "From: Site <no-reply@site.example>\nReply-To: Anna <anna@a.example>\n\nx";
    let it = read(form);
    assert_eq!((it.by.address.as_str(), it.marks.as_slice()), ("anna@a.example", &[][..]));
    let it = read(&form.replace("anna@a.example", "noreply@a.example"));
    assert_eq!((it.by.address.as_str(), it.marks.len()), ("no-reply@site.example", 1));
    let it = read("From: Bert <bert@b.example>\nReply-To: Anna <anna@a.example>\n\nx");
    assert_eq!(it.by.address, "bert@b.example");
}

#[test]
fn a_very_long_mail_is_cut_and_says_so() {
    let it = read(&format!("{HEAD}\n{}", "word ".repeat(2_000_000)));
    assert_eq!(it.text.chars().count(), MAX_TEXT);
    assert!(it.marks.contains(&Mark::Cut) && it.raw.len() < 2 * MAX_RAW);
    assert!(!read(&format!("{HEAD}\nshort")).marks.contains(&Mark::Cut));
}

fn dsn(action: &str, third: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <r@mx.example>\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=r\n\n--r\n\nIt couldn't be delivered.\n\
         --r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         Final-Recipient: rfc822; anna@a.example\nAction: {action}\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such\n  user\n\n--r\n{third}\n--r--\n"
    )
}

#[test]
fn a_report_says_what_became_of_which_mail() {
    let whole = "Content-Type: message/rfc822\n\nMessage-ID: <ours@brand.example>\nSubject: x\n\nx";
    let head = "Content-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: <ours@brand.example>\n";
    for third in [whole, head] {
        let Some(Report::Failed { id, why }) = read(&dsn("failed", third)).report else { panic!("{third}") };
        assert_eq!(id, "ours@brand.example");
        assert!(why.starts_with("anna@a.example: 550 5.1.1 no such"), "{why}");
    }
    assert_eq!(read(&dsn("delayed", whole)).report, Some(Report::Other));
    assert_eq!(read(&dsn("failed", "Content-Type: text/plain\n\nnothing")).report, Some(Report::Other));
    assert_eq!(read(&format!("{HEAD}\nI got a bounce")).report, None);
}

#[test]
fn a_report_in_free_words_is_known_by_the_id_of_our_mail() {
    let id = minted("key", "contact@brand.example");
    assert!(is_minted(&id) && !is_minted("x.parvis@brand.example"));
    let free =
        |id: &str| format!("From: MAILER-DAEMON@mx.example\n\nSorry.\nMessage-ID: <{id}>\nNo such user.");
    let Some(Report::Failed { id: found, .. }) = read(&free(&id)).report else { panic!("not found") };
    assert_eq!(found, id);
    assert_eq!(read(&free("other@a.example")).report, Some(Report::Other));
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        mail(&bytes, &reader(), true);
    }

    #[test]
    fn any_order_of_pieces_can_be_read(pieces in prop::collection::vec(prop::sample::select(vec![
        "From: a@a.example\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "\r\n", "--b\r\n", "--b--\r\n",
        "Content-Type: text/html\r\n", "Content-Type: message/rfc822\r\n", "<p>x", "Message-ID: <", "=?utf-8?Q?=",
        "Content-Transfer-Encoding: base64\r\n", "Content-Type: multipart/report\r\n", "\u{0}", "é"]), 0..25)) {
        if let Some(it) = mail(pieces.concat().as_bytes(), &reader(), true) {
            prop_assert!(is_id(&it.id) || it.id.starts_with("sha256:"));
        }
    }
}
