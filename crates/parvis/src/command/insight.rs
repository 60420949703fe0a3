//! The mine of insight: what the public complains of, wishes, requests and asks, grouped, for screen, API and export.

use std::fmt::Write as _;

use parvis_listen::Post;
use parvis_listen::plain;
use parvis_listen::query::Query;
use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::intake::mind;
use crate::rules::permission::{Action, Actor};
use crate::rules::theme::{self, Theme, Voice};
use crate::store::house::House;
use crate::store::insight::{self, Asked, Quote};

/// What was dug out.
pub struct Mine {
    /// Newest first.
    pub quotes: Vec<Quote>,
    /// Groups of places in `quotes`, the largest first, what stands alone last.
    pub themes: Vec<Theme>,
}

/// Digs: messages of the period that speak of `term` (a query of a watch; everything where it is empty), grouped.
///
/// # Errors
/// The right is missing, or the term can't be read as a query.
pub async fn dig(app: &App, actor: &Actor, asked: &Asked, term: &str) -> Result<Mine> {
    Ok(grouped(quotes(app, actor, asked, term).await?, term))
}

/// What is dug out, newest first, before it is grouped.
///
/// # Errors
/// As [`dig`].
pub async fn quotes(app: &App, actor: &Actor, asked: &Asked, term: &str) -> Result<Vec<Quote>> {
    allow(actor, Action::Listen)?;
    let invalid = |_| Refusal::Invalid { field: "query", code: "query" };
    let query = (!term.trim().is_empty()).then(|| Query::parse(term).map_err(invalid)).transpose()?;
    let mut conn = app.db.read().await?;
    let mut quotes = insight::quotes(&mut conn, actor.organisation, &actor.scope, asked).await?;
    drop(conn);
    if let Some(query) = query {
        quotes.retain(|it| {
            let text = mind::said(it.title.as_deref(), &it.text);
            let post = Post {
                text: &text,
                author: it.author.as_deref(),
                lang: Some(&it.language),
                sentiment: Some(&it.sentiment),
                intent: Some(&it.kind),
                ..Post::default()
            };
            plain::matches(&query, &post)
        });
    }
    Ok(quotes)
}

/// Groups what was found by `term`.
pub fn grouped(quotes: Vec<Quote>, term: &str) -> Mine {
    let voice = |it: &'_ Quote| (it.sent_at, it.author.clone().unwrap_or_default(), it.text.clone());
    let said: Vec<(i64, String, String)> = quotes.iter().map(voice).collect();
    let voices: Vec<Voice<'_>> =
        said.iter().map(|(at, author, text)| Voice { at: *at, author, text }).collect();
    Mine { themes: theme::group(&voices, term), quotes }
}

impl Mine {
    /// As a table that spreadsheets open: one line for each message, without who wrote it.
    pub fn csv(&self, house: &House, base: &str) -> String {
        let mut out =
            String::from("group,size,kind,sentiment,language,said_at,desk,channel,text,address\r\n");
        for (theme, quote) in self.rows() {
            let cells = [
                theme.words.join(" "),
                theme.members.len().to_string(),
                quote.kind.clone(),
                quote.sentiment.clone(),
                quote.language.clone(),
                said_at(quote),
                house.desk(quote.desk).map(|it| it.name.clone()).unwrap_or_default(),
                house.channel(quote.channel).map(|it| it.name.clone()).unwrap_or_default(),
                text(quote),
                address(quote, base),
            ];
            let cells: Vec<String> = cells.iter().map(|it| cell(it)).collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }

    /// The same as lines of JSON.
    pub fn lines(&self, house: &House, base: &str) -> String {
        let mut out = String::new();
        for (theme, quote) in self.rows() {
            let line = json!({
                "group": theme.words,
                "size": theme.members.len(),
                "kind": quote.kind,
                "sentiment": quote.sentiment,
                "language": quote.language,
                "said_at": said_at(quote),
                "desk": house.desk(quote.desk).map(|it| it.name.clone()),
                "channel": house.channel(quote.channel).map(|it| it.name.clone()),
                "text": text(quote),
                "message": quote.message,
                "address": address(quote, base),
            });
            // Writing to a string doesn't fail.
            let _ = writeln!(out, "{line}");
        }
        out
    }

    fn rows(&self) -> impl Iterator<Item = (&Theme, &Quote)> {
        self.themes.iter().flat_map(move |theme| {
            theme.members.iter().filter_map(move |place| Some((theme, self.quotes.get(*place)?)))
        })
    }
}

fn text(it: &Quote) -> String {
    match &it.title {
        Some(title) if !it.text.starts_with(title.as_str()) => format!("{title}. {}", it.text),
        _ => it.text.clone(),
    }
}

fn address(it: &Quote, base: &str) -> String {
    format!("{base}/inbox/{}", it.conversation)
}

/// RFC 3339, UTC, to the second.
fn said_at(it: &Quote) -> String {
    let at = jiff::Timestamp::from_microsecond(it.sent_at).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A cell in quotes (RFC 4180). What a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{START, houses, said};

    fn asked() -> Asked {
        Asked { kind: None, from: START, desk: None, channel: None }
    }

    #[tokio::test]
    async fn complaints_are_grouped_counted_and_exported_with_their_addresses() {
        for house in houses().await {
            house
                .hear(&[
                    said("1", "La climatisation est en panne, c’est inadmissible, on gèle", 0),
                    said("2", "Climatisation horrible hier soir, je suis furieuse, remboursez-moi", 1),
                    said("3", "Le son de la salle est nul, très déçu, encore une fois raté", 2),
                    said("4", "Merci, quelle belle soirée, bravo à toute l’équipe !", 3),
                ])
                .await;
            let mine = dig(&house.app, &house.manager, &asked(), "").await.unwrap();
            assert_eq!(mine.quotes.len(), 3, "praise is none of it");
            assert_eq!(mine.themes[0].words[0], "climatisation");
            assert_eq!(mine.themes[0].members.len(), 2);
            let names = House::read(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
            let csv = mine.csv(&names, "https://parvis.example");
            assert_eq!(csv.lines().count(), 4, "{csv}");
            let home = house.conversation("2").await.id;
            assert!(
                csv.contains(&format!("\"https://parvis.example/inbox/{home}\"")) && !csv.contains("lea")
            );
            let lines = mine.lines(&names, "");
            let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
            assert_eq!((first["size"].as_u64(), first["kind"].as_str()), (Some(2), Some("complaint")));
            let some = dig(&house.app, &house.manager, &asked(), "salle NOT climatisation").await.unwrap();
            assert_eq!(some.quotes.len(), 1);
            let wrong = dig(&house.app, &house.manager, &asked(), "(salle").await;
            assert!(matches!(wrong, Err(Refusal::Invalid { field: "query", .. })));
            let refused = dig(&house.app, &house.specialist, &asked(), "").await;
            assert!(matches!(refused, Err(Refusal::Forbidden(Action::Listen))));
            let later =
                dig(&house.app, &house.manager, &Asked { from: START + 10_000_000, ..asked() }, "").await;
            assert!(later.unwrap().themes.is_empty());
        }
    }

    #[test]
    fn a_cell_is_never_taken_for_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("deux, trois"), "\"deux, trois\"");
    }
}
