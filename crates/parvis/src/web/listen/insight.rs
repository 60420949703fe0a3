//! The mine of insight as a page: what the public complains of, wishes, requests and asks over a period, grouped and
//! counted, with quotes that lead to their messages; and its export for product teams.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use parvis_listen::understand::model::SHIPPED_NAME;
use serde::Deserialize;
use url::form_urlencoded;

use crate::app::App;
use crate::clock::DAY;
use crate::command::Refusal;
use crate::command::insight::dig;
use crate::store::house::House;
use crate::store::insight::{Asked, KINDS, Quote};
use crate::store::reading;
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::quote::{Group, groups};
use crate::web::session::Signed;

/// Periods in days.
const PERIODS: [i64; 4] = [7, 30, 90, 365];
/// What the address asks for; what means nothing is read as "all".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    days: String,
    kind: String,
    desk: String,
    channel: String,
    q: String,
    format: String,
}

impl Form {
    fn days(&self) -> i64 {
        self.days.parse().ok().filter(|days| PERIODS.contains(days)).unwrap_or(30)
    }

    fn asked(&self, now: i64) -> Asked {
        Asked {
            kind: KINDS.iter().find(|kind| **kind == self.kind).map(|kind| (*kind).to_owned()),
            from: now - self.days() * DAY,
            desk: self.desk.parse().ok(),
            channel: self.channel.parse().ok(),
        }
    }

    /// The same as an address, with one value in the place of its own.
    fn address(&self, path: &str, name: &str, value: &str) -> String {
        let days = self.days().to_string();
        let own = [
            ("days", days.as_str()),
            ("kind", &self.kind),
            ("desk", &self.desk),
            ("channel", &self.channel),
            ("q", &self.q),
            ("format", ""),
        ];
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (key, kept) in own {
            let value = if key == name { value } else { kept };
            if !value.is_empty() {
                pairs.append_pair(key, value);
            }
        }
        format!("{path}?{}", pairs.finish())
    }
}

struct Tab {
    href: String,
    name: String,
    count: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "insight.html")]
struct InsightPage {
    layout: Layout,
    house: Arc<House>,
    periods: Vec<Tab>,
    kinds: Vec<Tab>,
    form: Form,
    wrong: Option<String>,
    groups: Vec<Group>,
    csv: String,
    lines: String,
    reading: bool,
}

/// `GET /listen/insight`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(form): Query<Form>,
) -> Result<Response, Failure> {
    let (words, now) = (&signed.words, app.now());
    // All kinds, so that each can be counted; what is shown is one of them or all.
    let every = Asked { kind: None, ..form.asked(now) };
    let whole = dig(&app, &signed.actor, &every, &form.q).await;
    let (whole, wrong) = match whole {
        Ok(mine) => (Some(mine), None),
        Err(Refusal::Invalid { field: "query", .. }) => (None, Some(words.t("insight-term-wrong"))),
        Err(refused) => return Err(refusal::failure(refused, words)),
    };
    let counts = |kind: Option<&str>| {
        let is_counted = |it: &&Quote| kind.is_none_or(|kind| it.kind == kind);
        whole.as_ref().map_or(0, |mine| mine.quotes.iter().filter(is_counted).count())
    };
    let asked = form.asked(now);
    let mut kinds =
        vec![tab(&form, "kind", "", words.t("insight-all"), counts(None), asked.kind.is_none(), words)];
    for kind in KINDS {
        let current = asked.kind.as_deref() == Some(kind);
        kinds.push(tab(
            &form,
            "kind",
            kind,
            words.named("insight", kind),
            counts(Some(kind)),
            current,
            words,
        ));
    }
    let mine = match (&asked.kind, whole) {
        (Some(_), Some(_)) => dig(&app, &signed.actor, &asked, &form.q).await.ok(),
        (_, whole) => whole,
    };
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let title = words.t("insight-title");
    let layout = Layout::of(&mut conn, &signed, Place::Listen, title).await?;
    let found = mine.as_ref().map_or(0, |mine| mine.quotes.len());
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = InsightPage {
        layout: layout.with_context(words.t1("insight-context", "count", found)),
        periods: PERIODS.map(|days| period(&form, days, words)).into(),
        kinds,
        wrong,
        groups: mine.map(|mine| groups(words, &house, &mine, now)).unwrap_or_default(),
        csv: form.address("/listen/insight/export", "format", "csv"),
        lines: form.address("/listen/insight/export", "format", "jsonl"),
        reading: reading::left(&mut conn, signed.organisation.id, SHIPPED_NAME).await?.is_some(),
        house,
        form,
    };
    page_with(status, &shown)
}

fn tab(
    form: &Form,
    name: &str,
    value: &str,
    said: String,
    count: usize,
    current: bool,
    words: &Words,
) -> Tab {
    let count = words.number(i64::try_from(count).unwrap_or(i64::MAX));
    Tab { href: form.address("/listen/insight", name, value), name: said, count, current }
}

fn period(form: &Form, days: i64, words: &Words) -> Tab {
    Tab {
        href: form.address("/listen/insight", "days", &days.to_string()),
        name: words.t1("insight-days", "days", days),
        count: String::new(),
        current: form.days() == days,
    }
}

/// `GET /listen/insight/export?format=csv|jsonl`: what the page shows, as a file.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(form): Query<Form>,
) -> Result<Response, Failure> {
    let mine = dig(&app, &signed.actor, &form.asked(app.now()), &form.q)
        .await
        .map_err(|refused| refusal::failure(refused, &signed.words))?;
    let house = House::read(&mut app.db.read().await?, signed.organisation.id).await?;
    let base = app.config.public_url.trim_end_matches('/');
    let (kind, name, body) = if form.format == "jsonl" {
        ("application/jsonl", "insight.jsonl", mine.lines(&house, base))
    } else {
        ("text/csv; charset=utf-8", "insight.csv", mine.csv(&house, base))
    };
    let file = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, file)], body).into_response())
}
