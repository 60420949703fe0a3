//! Addresses meant to lead inside (server-side request forgery), in every writing that we know of: given by a person, by
//! a redirect, by a name. None may get through. The names come from a book of the test; nothing is asked outside.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// Private addresses of every kind.
const INSIDE: [[u8; 4]; 14] = [
    [127, 0, 0, 1],
    [127, 0, 0, 53],
    [10, 0, 0, 1],
    [172, 16, 0, 1],
    [172, 31, 255, 254],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [100, 64, 0, 1],
    [0, 0, 0, 0],
    [168, 63, 129, 16],
    [198, 18, 0, 1],
    [224, 0, 0, 1],
    [255, 255, 255, 255],
];

/// The digits of a text, each moved to the one that begins at `zero`.
fn digits(text: &str, zero: char) -> String {
    let moved = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(u32::from(zero) + digit));
    text.chars().map(|c| moved(c).unwrap_or(c)).collect()
}

/// One address, as a host, in all its writings.
fn hosts(octets: [u8; 4]) -> Vec<String> {
    let [a, b, c, d] = octets;
    let bits = u32::from_be_bytes(octets);
    let dotted = Ipv4Addr::from(octets).to_string();
    let (high, low) = (bits >> 16, bits & 0xFFFF);
    let mut all = vec![
        dotted.clone(),
        format!("{bits}"),
        format!("0x{bits:x}"),
        format!("0X{bits:X}"),
        format!("0x{bits:020x}"),
        format!("0{bits:o}"),
        format!("000000{bits:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.{b}.0{c:o}.{d}"),
        format!("{a}.{}", bits & 0x00FF_FFFF),
        format!("{a}.{b}.{low}"),
        format!("0x{a:x}.{b}.0x{low:x}"),
        format!("{dotted}."),
        format!("{bits}."),
        dotted.replace('.', "。"),
        dotted.replace('.', "｡"),
        dotted.replace('.', "．"),
        dotted.replace('.', "%2E"),
        digits(&dotted, '０'),
        digits(&dotted, '𝟎'),
        digits(&dotted, '𝟢'),
        digits(&dotted, '𝟬').replace('.', "。"),
        dotted.chars().map(|c| format!("%{:02X}", u32::from(c))).collect(),
        format!("\u{AD}{dotted}"),
        dotted.replace('.', "\u{200B}.").replace('\u{200B}', "\u{2060}"),
        dotted.replacen('.', ".\t", 1),
        dotted.replacen('.', ".\n", 1),
        format!("[::ffff:{dotted}]"),
        format!("[::ffff:{high:x}:{low:x}]"),
        format!("[0:0:0:0:0:FFFF:{high:04X}:{low:04X}]"),
        format!("[::{dotted}]"),
        format!("[::{high:x}:{low:x}]"),
        format!("[::ffff:0:{dotted}]"),
        format!("[64:ff9b::{dotted}]"),
        format!("[64:ff9b:1::{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("[2001:0:{high:x}:{low:x}::1]"),
        format!("[2001:0:808:808:0:0:{:x}:{:x}]", high ^ 0xFFFF, low ^ 0xFFFF),
        format!("[fe80::5efe:{high:x}:{low:x}]"),
    ];
    all.dedup();
    all
}

/// Whole addresses that no writing of a host above covers.
const OTHERS: &[&str] = &[
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]/",
    "http://[::1]:80/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[::ffff:127.0.0.1%25lo]/",
    "http://[v1.127.0.0.1]/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:///127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http://public.example\\@127.0.0.1/",
    "http://public.example@127.0.0.1/",
    "http://public.example:80@127.0.0.1/",
    "http://public.example%00@127.0.0.1/",
    "http://127.0.0.1%00.public.example/",
    "http://127.0.0.1\\.public.example/",
    "http://127.0.0.1#@public.example/",
    "http://127.0.0.1?@public.example/",
    "http://127.0.0.1/@public.example/",
    "http://a:b@public.example/",
    "http://@127.0.0.1/",
    "http://:@127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.0.0.1:0080/",
    "https://127.0.0.1:443/",
    "HTTP://127.0.0.1/",
    " http://127.0.0.1/ ",
    "ht\ntp://127.0.0.1/",
    "http://127.0.0.1:22/",
    "http://public.example:0/",
    "http://public.example:21/",
    "http://public.example:22/",
    "http://public.example:25/",
    "http://public.example:53/",
    "http://public.example:389/",
    "http://public.example:3306/",
    "http://public.example:5432/",
    "http://public.example:6379/",
    "http://public.example:8080/",
    "https://public.example:8443/",
    "http://public.example:9200/",
    "http://public.example:11211/",
    "http://public.example:65535/",
    "http://public.example:99999/",
    "ftp://public.example/",
    "ftps://public.example/",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://public.example:70/_x",
    "dict://public.example:2628/d:x",
    "ldap://public.example/",
    "tftp://public.example/x",
    "ssh://public.example/",
    "unix:/run/x.sock",
    "data:text/plain,x",
    "javascript:alert(1)",
    "blob:http://public.example/x",
    "about:blank",
    "ws://public.example/",
    "jar:http://public.example!/",
    "//127.0.0.1/",
    "http://",
    "http:///",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://app.localhost/",
    "http://inside.example/",
    "http://inside.example./",
    "http://INSIDE.example/",
    "http://inside.example:80/",
    "https://inside.example/",
    "http://both.example/",
    "http://six.example/",
    "http://mapped.example/",
    "http://metadata.example/latest/meta-data/",
    "http://nowhere.example/",
];

/// Every address of the table.
fn table() -> Vec<String> {
    let mut all: Vec<String> = OTHERS.iter().map(|it| (*it).to_owned()).collect();
    for octets in INSIDE {
        all.extend(hosts(octets).iter().map(|host| format!("http://{host}/")));
    }
    all.sort();
    all.dedup();
    all
}

/// The book of names; each look-up is counted. `rebind.example` is one thing when it is first asked for, and another
/// ever after.
fn book(asked: Arc<AtomicUsize>, rebind: [&'static str; 2]) -> LookUp {
    let names = HashMap::from([
        ("localhost", vec!["127.0.0.1", "::1"]),
        ("app.localhost", vec!["127.0.0.1"]),
        ("inside.example", vec!["10.0.0.1"]),
        ("both.example", vec!["192.0.78.1", "10.0.0.1"]),
        ("six.example", vec!["2606:4700::1111", "fd00::1"]),
        ("mapped.example", vec!["::ffff:127.0.0.1"]),
        ("metadata.example", vec!["169.254.169.254"]),
        ("intranet.example", vec!["127.0.0.1"]),
    ]);
    let again = Mutex::new(false);
    Arc::new(move |name: String| {
        asked.fetch_add(1, Ordering::SeqCst);
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let found = if name == "rebind.example" {
            let again = std::mem::replace(&mut *again.lock().unwrap(), true);
            Some(vec![rebind[usize::from(again)]])
        } else {
            names.get(name.as_str()).cloned()
        };
        Box::pin(async move {
            let found = found.ok_or(std::io::Error::from(std::io::ErrorKind::NotFound))?;
            Ok(found.iter().map(|it| SocketAddr::new(it.parse().unwrap(), 0)).collect())
        })
    })
}

/// Names that aren't in the book: nobody is behind them, so nobody is called.
fn is_nobody(url: &Url) -> bool {
    matches!(url.host_str(), Some("public.example" | "nowhere.example"))
}

fn net(allow: &[String]) -> (Net, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let timeout = Duration::from_millis(500);
    let options = NetOptions { allow: allow.to_vec(), timeout, ..NetOptions::default() };
    let book = book(Arc::clone(&asked), ["127.0.0.1", "127.0.0.9"]);
    (Net::with_names(&options, &book).unwrap(), asked)
}

/// A server on loopback that counts its callers and sends each on to the address in the list that the path names.
async fn sender(targets: Vec<String>) -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4_096];
            let count = stream.read(&mut head).await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let head = String::from_utf8_lossy(&head[..count]).into_owned();
            let path = head.split(' ').nth(1).unwrap().trim_start_matches('/').split_once('-');
            let target = path.and_then(|(_, number)| targets.get(number.parse::<usize>().ok()?));
            let answer = match (path, target) {
                (Some((status, _)), Some(target)) => format!("HTTP/1.1 {status} Away\r\nLocation: {target}"),
                _ => "HTTP/1.1 404 Not Found".to_owned(),
            };
            let answer = format!("{answer}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, calls)
}

/// Whether an error means that nothing was asked of the target.
fn is_refused(error: &ChannelError) -> bool {
    matches!(error, ChannelError::ForbiddenAddress { .. })
}

#[tokio::test]
async fn no_address_of_the_table_gets_through_when_a_person_gives_it() {
    let (net, _) = net(&[]);
    let (mut refused, mut unreadable, mut nobody) = (0, 0, 0);
    for text in table() {
        let Ok(url) = text.parse::<Url>() else {
            unreadable += 1;
            continue;
        };
        let error = net.send(Request::get(url.clone())).await.unwrap_err();
        if is_refused(&error) {
            refused += 1;
        } else {
            assert!(is_nobody(&url), "{text}: {error}");
            nobody += 1;
        }
    }
    assert!(refused >= 500, "{refused} refused, {unreadable} unreadable, {nobody} led to nobody");
}

#[tokio::test]
async fn no_address_of_the_table_gets_through_by_a_redirect() {
    // In a header there is no line break.
    let targets: Vec<String> = table().into_iter().filter(|it| !it.contains('\n')).collect();
    let (address, calls) = sender(targets.clone()).await;
    let (net, _) = net(std::slice::from_ref(&address));
    let base: Url = format!("http://{address}/").parse().unwrap();
    let mut refused = 0;
    for (number, target) in targets.iter().enumerate() {
        let status = [301, 302, 303, 307, 308][number % 5];
        let next = base.join(target).ok();
        let is_ours = next.as_ref().is_some_and(|next| next.origin() == base.origin());
        let before = calls.load(Ordering::SeqCst);
        match net.send(Request::get(base.join(&format!("{status}-{number}")).unwrap())).await {
            Err(error) if is_refused(&error) => refused += 1,
            Err(error) => assert!(next.is_some_and(|next| is_nobody(&next)), "{target}: {error}"),
            // What can't be read as an address is no redirect: the answer is handed on as it is.
            Ok(answer) => {
                let status_says_so = is_ours || answer.status == status;
                assert!(status_says_so && (is_ours || next.is_none() || !target.is_ascii()), "{target}");
            }
        }
        let called = calls.load(Ordering::SeqCst) - before;
        assert_eq!(called, 1 + usize::from(is_ours), "{target}: somebody was called");
    }
    assert!(refused >= 300, "{refused} were refused");
}

#[tokio::test]
async fn a_name_that_changes_between_two_calls_gains_nothing() {
    use reqwest::dns::Resolve as _;
    let asked = Arc::new(AtomicUsize::new(0));
    let book = book(Arc::clone(&asked), ["192.0.78.1", "127.0.0.1"]);
    let guarded = Guarded::new(Arc::default(), book);
    let first: Vec<SocketAddr> = guarded.resolve("rebind.example".parse().unwrap()).await.unwrap().collect();
    assert_eq!(first, ["192.0.78.1:0".parse().unwrap()]);
    let Err(error) = guarded.resolve("rebind.example".parse().unwrap()).await else { panic!("let through") };
    assert!(error.is::<Forbidden>(), "{error}");
}

#[tokio::test]
async fn what_was_checked_is_what_is_called() {
    let (address, calls) = sender(vec!["http://inside.example/".to_owned()]).await;
    let port = address.rsplit(':').next().unwrap();
    let (net, asked) = net(&[format!("rebind.example:{port}")]);
    let url: Url = format!("http://rebind.example:{port}/200-0").parse().unwrap();
    assert_eq!(net.send(Request::get(url)).await.unwrap().status, 200);
    assert_eq!(
        (asked.load(Ordering::SeqCst), calls.load(Ordering::SeqCst)),
        (1, 1),
        "asked once, called there"
    );
}

#[tokio::test]
async fn an_exception_opens_its_port_and_no_other() {
    let (address, calls) = sender(vec!["http://intranet.example/".to_owned()]).await;
    let port = address.rsplit(':').next().unwrap();
    let (net, _) = net(&[format!("intranet.example:{port}"), address.clone()]);
    let there: Url = format!("http://intranet.example:{port}/200-0").parse().unwrap();
    assert_eq!(net.send(Request::get(there)).await.unwrap().status, 200);
    for inside in [
        "http://intranet.example/".to_owned(),
        "https://intranet.example/".to_owned(),
        "http://127.0.0.1/".to_owned(),
        "http://localhost/".to_owned(),
        format!("http://localhost:{port}/200-0"),
        format!("http://inside.example:{port}/200-0"),
        format!("http://intranet.example:{port}/302-0"),
    ] {
        let error = net.send(Request::get(inside.parse().unwrap())).await.unwrap_err();
        assert!(is_refused(&error), "{inside}: {error}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}
