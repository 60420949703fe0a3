//! What a watch has found, as a file: CSV for spreadsheets, or a JSON object on each line for programs. It is written as
//! it is read, so that a hundred thousand messages cost no memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use crate::app::App;
use crate::id::{OrganisationId, WatchId};
use crate::store::watch::{self, Mention};
use crate::web::error::Failure;
use crate::web::language::Words;
use crate::web::session::Signed;

/// Messages read at once.
const BATCH: i64 = 1_000;

const HEAD: &str = "sent_at,channel,author,name,language,sentiment,title,text,conversation,message\r\n";

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Lines,
}

/// Where the reading stands: before this time, and what of that very time was written.
struct Reading {
    app: Arc<App>,
    house: OrganisationId,
    id: WatchId,
    words: Words,
    format: Format,
    before: Option<i64>,
    begun: bool,
}

/// `GET /listen/{id}/export/{csv|jsonl}`
pub(super) async fn export(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, format)): Path<(WatchId, String)>,
) -> Result<Response, Failure> {
    let (format, mime) = match format.as_str() {
        "csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "jsonl" => (Format::Lines, "application/jsonl"),
        _ => return Err(Failure::not_found()),
    };
    let house = signed.organisation.id;
    let it = watch::get(&mut app.db.read().await?, house, id).await?.ok_or_else(Failure::not_found)?;
    let ending = if matches!(format, Format::Csv) { "csv" } else { "jsonl" };
    let file = format!("attachment; filename=\"parvis-{}.{ending}\"", plain(&it.name));
    let reading =
        Reading { app, house, id, words: signed.words, format, before: Some(i64::MAX), begun: false };
    let body = Body::from_stream(stream::try_unfold(reading, part));
    Ok(([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, file)], body).into_response())
}

/// The name as far as every system takes it in the name of a file.
fn plain(name: &str) -> String {
    let kept: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    kept.trim_matches('-').to_lowercase()
}

async fn part(mut it: Reading) -> crate::store::Result<Option<(Bytes, Reading)>> {
    let Some(before) = it.before else { return Ok(None) };
    let mut conn = it.app.db.read().await?;
    let mut found = watch::page(&mut conn, it.house, it.id, (0, before), BATCH).await?;
    drop(conn);
    let full = i64::try_from(found.len()).is_ok_and(|count| count == BATCH);
    it.before = None;
    if full && let Some(last) = found.last().map(|it| it.sent_at) {
        // What was said at the same instant stays together: it is read with the next part, unless it is all there is.
        if found.first().is_some_and(|first| first.sent_at > last) {
            found.retain(|it| it.sent_at > last);
            it.before = Some(last + 1);
        } else {
            it.before = Some(last);
        }
    }
    let mut out = String::new();
    if !it.begun && matches!(it.format, Format::Csv) {
        // Spreadsheets take a file for UTF-8 when it begins like this.
        out.push('\u{FEFF}');
        out.push_str(HEAD);
    }
    it.begun = true;
    for mention in &found {
        match it.format {
            Format::Csv => row(&mut out, &it.words, mention),
            Format::Lines => line(&mut out, &it.words, mention),
        }
    }
    Ok(Some((Bytes::from(out), it)))
}

fn row(out: &mut String, words: &Words, it: &Mention) {
    let (handle, name) = it.author.clone().unwrap_or_default();
    let cells = [
        words.machine_time(it.sent_at),
        it.channel.to_string(),
        handle,
        name,
        it.language.clone().unwrap_or_default(),
        it.sentiment.clone().unwrap_or_default(),
        it.title.clone().unwrap_or_default(),
        it.text.clone(),
        it.conversation.to_string(),
        it.message.to_string(),
    ];
    let cells: Vec<String> = cells.iter().map(|it| cell(it)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// Quoted (RFC 4180); what a spreadsheet would take for a formula stands behind an apostrophe.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn line(out: &mut String, words: &Words, it: &Mention) {
    let (handle, name) = it.author.clone().unzip();
    let object = json!({
        "message": it.message, "conversation": it.conversation, "channel": it.channel,
        "author": handle, "name": name, "title": it.title, "text": it.text, "language": it.language,
        "sentiment": it.sentiment, "sent_at": words.machine_time(it.sent_at),
    });
    out.push_str(&object.to_string());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(cell("say \"hi\", you"), "\"say \"\"hi\"\", you\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(plain("La « Nébuleuse » 2"), "la---n-buleuse---2");
    }
}
