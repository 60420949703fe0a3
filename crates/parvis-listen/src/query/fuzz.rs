//! Hostile queries, in the language of watches and as other programs write them.

use super::{Dialect, Query};
use crate::post::Post;

const TEXT: &str = "Ma carte est perdue, l’été dernier @brand #soldes 😀 a b c";

#[test]
fn hostile_queries_are_read_or_refused_and_what_is_read_can_be_written_and_read_again() {
    let tried = parvis_fuzz::fuzz("query", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let painted = super::paint(&text).len().min(16);
        match Query::parse(&text) {
            Ok(query) => {
                let written = query.write(Dialect::Parvis);
                assert_eq!(
                    Query::parse(&written).as_ref(),
                    Ok(&query),
                    "{text:?} was written as {written:?}"
                );
                let foreign = query.write(Dialect::Brandwatch).len().min(64) / 8;
                let marks = super::marks(&query, TEXT).len();
                Ok((
                    written.len().min(64) / 4,
                    foreign,
                    marks,
                    painted,
                    crate::plain::matches(&query, &Post::of(TEXT)),
                ))
            }
            Err(error) => {
                assert!(text.get(error.range.clone()).is_some(), "{error} at {:?} of {text:?}", error.range);
                Err(error
                    .problem
                    .to_string()
                    .chars()
                    .filter(|c| c.is_alphabetic())
                    .take(24)
                    .collect::<String>())
            }
        }
    });
    assert!(tried.unwrap().outcomes > 10);
}
