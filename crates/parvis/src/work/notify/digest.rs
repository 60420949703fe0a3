//! The digest for those who decide: what the watches of some folders found in a day or a week, against the time before,
//! with what is said more than usual and quotes; plain text and HTML.

use std::sync::Arc;

use jiff::ToSpan as _;
use parvis_channels::notify;
use serde_json::json;

use crate::app::App;
use crate::clock::DAY;
use crate::id::OrganisationId;
use crate::rules::text;
use crate::store::destination::{self, Notice, Rule};
use crate::store::watch::{self, Mention, Watch};
use crate::store::{self, Conn, organisation};
use crate::web::chart::escape;
use crate::web::language::{Language, Words};
use crate::work::alert::terms;

/// When digests leave, on the organisation's clock: before the day's first meeting.
const HOUR: i8 = 7;
/// Messages of a watch that are read for what is said.
const READ: i64 = 1_000;
/// Quotes of a watch.
const QUOTES: usize = 3;
/// Characters of a quote.
const LENGTH: usize = 200;

/// When the next digest is due after `now` (µs): at seven, on Mondays when it is weekly; `None` for none.
pub(crate) fn next(rule: &Rule, words: &Words, now: i64) -> Option<i64> {
    let weekly = match rule.digest.as_str() {
        "daily" => false,
        "weekly" => true,
        _ => return None,
    };
    let today = words.house().zoned(now).date();
    (0..=8)
        .filter_map(|days| today.checked_add(i64::from(days).days()).ok())
        .filter(|date| !weekly || date.weekday().to_monday_one_offset() == 1)
        .filter_map(|date| date.at(HOUR, 0, 0, 0).to_zoned(words.house_zone.clone()).ok())
        .map(|it| it.timestamp().as_microsecond())
        .find(|at| *at > now)
}

/// Plans the digests that are due; each once, whichever node does it.
pub(crate) async fn step(app: &Arc<App>) -> store::Result<()> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let Some(house) = organisation::first(&mut conn).await? else { return Ok(()) };
    let all = destination::list(&mut conn, house.id).await?;
    drop(conn);
    let due = |it: &destination::Destination| it.digest_at.filter(|at| *at <= now && it.state == "active");
    for it in &all {
        let Some(at) = due(it) else { continue };
        let words = Words::new(Language::parse(&it.rule.language).unwrap_or_default(), &house.time_zone);
        let Some(following) = next(&it.rule, &words, now) else { continue };
        let mut conn = app.db.write().await?;
        if destination::digested(&mut conn, house.id, it.id, at, following).await? {
            let key = format!("digest:{at}");
            super::enqueue(&mut conn, house.id, it, ("digest", &key), None, (now, now)).await?;
            conn.commit().await?;
        }
    }
    Ok(())
}

/// What one watch found.
struct Found {
    watch: Watch,
    count: usize,
    before: usize,
    terms: Vec<String>,
    quotes: Vec<Mention>,
}

/// The digest as it is sent; `None` when there is no watch to tell of.
pub(super) async fn compose(
    conn: &mut Conn,
    words: &Words,
    (house, name): (OrganisationId, &str),
    it: &Notice,
    rule: &Rule,
    (plain, base): (notify::Notice, &str),
) -> store::Result<Option<notify::Notice>> {
    let (to, length) = (it.created_at, if rule.digest == "weekly" { 7 * DAY } else { DAY });
    let mut all = watch::list(conn, house).await?;
    all.retain(|it| rule.folders.is_empty() || rule.folders.contains(&it.folder));
    if all.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for watch in all {
        let during = watch::page(conn, house, watch.id, (to - length, to), READ).await?;
        let before = watch::page(conn, house, watch.id, (to - 2 * length, to - length), READ).await?;
        let terms = terms(&before, &during, 4);
        let (count, before) = (during.len(), before.len());
        // A letter has no click to hide an insult behind: it stays on the watch's page.
        let quotes = during.into_iter().filter(|it| !it.is_abusive).take(QUOTES).collect();
        found.push(Found { watch, count, before, terms, quotes });
    }
    found.sort_by(|a, b| (&a.watch.folder, b.count).cmp(&(&b.watch.folder, a.count)));
    let key = if rule.digest == "weekly" { "digest-weekly" } else { "digest-daily" };
    let title = words.t2(key, "name", name, "day", words.house().day(to - 1, to));
    let facts: Vec<_> = found
        .iter()
        .map(|it| {
            json!({ "watch": it.watch.id, "name": it.watch.name, "folder": it.watch.folder,
            "count": it.count, "before": it.before, "terms": it.terms })
        })
        .collect();
    Ok(Some(notify::Notice {
        event: "digest".to_owned(),
        text: in_lines(words, &found, base, to),
        html: Some(in_html(words, &title, &found, base, to)),
        link: format!("{base}/listen").parse().ok(),
        data: json!({ "organisation": name, "from": to - length, "to": to, "watches": facts }),
        title,
        ..plain
    }))
}

/// How many, and how many there were before.
fn figure(words: &Words, it: &Found) -> String {
    words.t2("digest-count", "count", it.count, "before", it.before)
}

fn said(words: &Words, it: &Found) -> Option<String> {
    (!it.terms.is_empty()).then(|| words.t1("digest-terms", "terms", it.terms.join(", ")))
}

fn quote(words: &Words, it: &Mention, now: i64) -> String {
    let who = it.author.as_ref().map_or_else(|| words.t("author-unknown"), |(handle, _)| super::who(handle));
    let cut = text::excerpt(&it.text, LENGTH);
    format!("{}, {who}, {}", words.t1("quoted", "text", cut), words.moment(it.sent_at, now))
}

fn in_lines(words: &Words, found: &[Found], base: &str, now: i64) -> String {
    let mut out = Vec::new();
    let mut folder = None;
    for it in found {
        if folder != Some(&it.watch.folder) && !it.watch.folder.is_empty() {
            out.push(format!("\n== {} ==", it.watch.folder));
        }
        folder = Some(&it.watch.folder);
        out.push(format!("\n{} : {}", it.watch.name, figure(words, it)));
        out.extend(said(words, it));
        out.extend(it.quotes.iter().map(|it| format!("  - {}", quote(words, it, now))));
        out.push(format!("  {base}/listen/{}", it.watch.id));
    }
    out.join("\n").trim().to_owned()
}

fn in_html(words: &Words, title: &str, found: &[Found], base: &str, now: i64) -> String {
    let mut out = format!("<h1>{}</h1>", escape(title));
    let mut folder = None;
    for it in found {
        if folder != Some(&it.watch.folder) && !it.watch.folder.is_empty() {
            out.push_str(&format!("<h2>{}</h2>", escape(&it.watch.folder)));
        }
        folder = Some(&it.watch.folder);
        let (name, address) = (escape(&it.watch.name), format!("{}/listen/{}", escape(base), it.watch.id));
        out.push_str(&format!(
            "<h3><a href=\"{address}\">{name}</a></h3><p><strong>{}</strong>",
            escape(&figure(words, it))
        ));
        if let Some(said) = said(words, it) {
            out.push_str(&format!("<br>{}", escape(&said)));
        }
        out.push_str("</p>");
        if !it.quotes.is_empty() {
            out.push_str("<ul>");
            for it in &it.quotes {
                out.push_str(&format!("<li>{}</li>", escape(&quote(words, it, now))));
            }
            out.push_str("</ul>");
        }
    }
    out
}
