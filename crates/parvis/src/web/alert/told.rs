//! An alert in words: the sentence that pages and notices begin with, what stands under it, how it ended.

use crate::store::alert::{Alert, Closed, Kind, Subject};
use crate::web::language::Words;

/// What happened, where: `Watch “Ticketing”: 31 messages in 20 min, 7 times the usual.`
pub(crate) fn sentence(words: &Words, it: &Alert, place: &str, now: i64) -> String {
    let evidence = &it.evidence;
    let (count, span) = (evidence.count, words.span(evidence.window));
    let key = format!("alert-{}", it.kind.as_str());
    let what = match it.kind {
        Kind::Burst | Kind::Anger => {
            words.t3(&key, "count", count, "span", span, "times", times(evidence.times))
        }
        Kind::Unanswered => words.t2(&key, "count", count, "span", span),
        Kind::Silent => words.t2(&key, "clock", words.moment(it.began_at, now), "count", count),
        Kind::Deaf => words.t1(&key, "clock", words.moment(it.began_at, now)),
        Kind::Expiring => match evidence.until {
            Some(until) if until > now => {
                words.t2(&key, "day", words.day(until, now), "span", words.span(until - now))
            }
            _ => words.t("alert-expired"),
        },
    };
    words.t2("alert-said", "place", place, "what", what)
}

/// What stands under the sentence: who began it and when, what is said, what to do. `first` is when and who.
pub(crate) fn detail(words: &Words, it: &Alert, first: Option<(String, String)>, now: i64) -> String {
    let mut parts = Vec::new();
    if let Some((clock, who)) = first {
        let key = if it.kind == Kind::Unanswered { "alert-oldest" } else { "alert-first" };
        parts.push(words.t2(key, "clock", clock, "who", who));
    }
    if !it.evidence.terms.is_empty() {
        let terms: Vec<String> =
            it.evidence.terms.iter().map(|term| words.t1("quoted", "text", term)).collect();
        parts.push(words.t2("alert-terms", "terms", list(words, &terms), "count", terms.len()));
    }
    if matches!(it.kind, Kind::Burst | Kind::Anger) {
        let since = words.moment(it.began_at, now);
        let (total, people) = (it.evidence.total, it.evidence.people);
        parts.push(words.t3("alert-total", "count", total, "clock", since, "people", people));
    }
    if let Some(code) = &it.evidence.code {
        parts.push(words.named("channel-error", code));
    }
    if it.kind.is_technical() {
        parts.push(words.t(&format!("alert-advice-{}", it.kind.as_str())));
    }
    if it.level > 1 && !it.kind.is_technical() {
        parts.push(words.t("alert-worse"));
    }
    parts.join(" ")
}

/// How it ended.
pub(crate) fn ending(words: &Words, it: &Closed, by: Option<String>, now: i64) -> String {
    let clock = words.moment(it.at, now);
    match by {
        Some(name) => words.t2(&format!("alert-closed-{}", it.why), "clock", clock, "name", name),
        None => words.t1(&format!("alert-closed-{}", it.why), "clock", clock),
    }
}

/// Where the messages of it, or the channel, are looked at.
pub(crate) fn address(kind: Kind, it: Subject) -> String {
    match it {
        Subject::Watch(id) => format!("/listen/{id}"),
        Subject::Desk(id) if kind == Kind::Burst => format!("/inbox?desk={id}"),
        Subject::Desk(id) => format!("/inbox?desk={id}&sentiment=negative"),
        Subject::Channel(id) if kind.is_technical() => format!("/channels/{id}"),
        Subject::Channel(id) => format!("/inbox?channel={id}"),
    }
}

/// Its icon.
pub(crate) fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Burst => "listen",
        Kind::Anger => "neg",
        Kind::Unanswered => "clock",
        Kind::Deaf | Kind::Silent => "alert",
        Kind::Expiring => "key",
    }
}

/// Rounded for people.
pub(crate) fn times(times: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "rounded for people")]
    let rounded = times.round() as i64;
    rounded.max(1)
}

/// `a, b and c`.
fn list(words: &Words, all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {} {last}", rest.join(", "), words.t("and")),
    }
}
