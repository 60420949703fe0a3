//! Whether the server that received a mail vouches for its sender (Authentication-Results, RFC 8601; DMARC
//! RFC 7489). Anybody can write such a header into a mail, so only the topmost one counts, and only when it
//! bears our own server's name.

use mail_parser::Message;

use crate::Mark;

/// Servers whose results bear another name than the server that we read from.
const ELSEWHERE: [(&str, &str); 2] = [("imap.gmail.com", "mx.google.com"), ("gmail.com", "mx.google.com")];

/// What our server found out about the domain of the address `from`.
pub(super) fn of(message: &Message<'_>, from: &str, ours: &str, imap: &str) -> Option<Mark> {
    let domain = from.rsplit_once('@')?.1.to_ascii_lowercase();
    let (_, value) =
        message.headers_raw().find(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"))?;
    let value = without_comments(value).to_ascii_lowercase();
    let mut pieces = value.split(';');
    let server = pieces.next()?.split_whitespace().next()?.to_owned();
    if !is_ours(&server, ours, imap) {
        return None;
    }
    let results: Vec<&str> = pieces.map(str::trim).collect();
    let said = |method: &str, result: &str| {
        let start = format!("{method}={result}");
        results.iter().filter(move |it| it.split_whitespace().next() == Some(start.as_str())).copied()
    };
    let signed = said("dkim", "pass").any(|it| {
        let of = property(it, "header.d").or_else(|| property(it, "header.i"));
        of.is_some_and(|of| is_within(&domain, of.trim_start_matches('@')))
    });
    if said("dmarc", "pass").next().is_some() || signed {
        return Some(Mark::SenderProved(domain));
    }
    let doubtful = said("dmarc", "fail").next().is_some()
        || (said("dkim", "fail").next().is_some() && said("spf", "fail").next().is_some());
    doubtful.then_some(Mark::SenderDoubtful(domain))
}

/// Our server's name is the domain of our address, the name of the IMAP server, or lies within one of them.
fn is_ours(server: &str, ours: &str, imap: &str) -> bool {
    let domain = ours.rsplit_once('@').map_or(ours, |(_, domain)| domain);
    let house = ["imap.", "imaps.", "mail."].iter().find_map(|start| imap.strip_prefix(start));
    [Some(domain), Some(imap), house].into_iter().flatten().any(|it| is_within(server, it))
        || ELSEWHERE.iter().any(|&(host, name)| (host == imap || host == domain) && server == name)
}

/// Whether `name` is `domain` or stands below it.
fn is_within(name: &str, domain: &str) -> bool {
    domain.contains('.')
        && (name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

fn property<'a>(result: &'a str, name: &str) -> Option<&'a str> {
    result.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// Comments may hold anything, a whole result too.
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(head: &str) -> Option<Mark> {
        let mail = format!("{head}\r\nSubject: x\r\n\r\nx");
        let message = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        of(&message, "anna@a.example", "contact@brand.example", "imap.brand.example")
    }

    #[test]
    fn our_own_servers_word_counts() {
        let proved = Some(Mark::SenderProved("a.example".into()));
        let start = "Authentication-Results: mx.brand.example";
        assert_eq!(mark(&format!("{start}; dkim=pass header.d=a.example; spf=fail")), proved);
        assert_eq!(mark(&format!("{start} 1;\r\n dmarc=pass (p=none) header.from=a.example")), proved);
        let doubtful = Some(Mark::SenderDoubtful("a.example".into()));
        assert_eq!(mark(&format!("{start}; dmarc=fail; dkim=pass header.d=b.example")), doubtful);
        assert_eq!(mark(&format!("{start}; dkim=fail; spf=fail")), doubtful);
        assert_eq!(mark(&format!("{start}; dkim=none; spf=pass")), None);
    }

    #[test]
    fn what_a_sender_wrote_himself_counts_for_nothing() {
        for head in [
            "Authentication-Results: mx.evil.example; dmarc=pass",
            "Authentication-Results: evilbrand.example; dmarc=pass",
            "Authentication-Results: mx.other.example; none\r\nAuthentication-Results: brand.example; dmarc=pass",
            "Authentication-Results: mx.brand.example; dkim=pass header.d=evil.example",
            "Authentication-Results: mx.brand.example; dkim=none (x; dmarc=pass header.d=a.example)",
            "Authentication-Results:",
            "X: y",
        ] {
            assert_eq!(mark(head), None, "{head}");
        }
    }
}
