//! Hostile tables.

use std::io::Cursor;

use super::*;

const NOW: i64 = 1_788_249_600_000_000;

#[test]
fn hostile_tables_are_read_or_refused() {
    let tried = parvis_fuzz::fuzz("csv", |file| {
        let open = || Table::open(Cursor::new(file), TimeZone::UTC, NOW);
        let wrong = match open() {
            Ok(mut table) => table.check(),
            Err(wrong) => wrong,
        };
        if !wrong.is_empty() {
            let first = wrong.to_string().lines().nth(1).unwrap_or_default().to_owned();
            return Err(first.chars().filter(|c| c.is_alphabetic()).take(40).collect::<String>());
        }
        let mut table = open().unwrap();
        let all: Vec<Said> = std::iter::from_fn(|| table.next()).collect();
        assert!(all.iter().all(|it| !it.remote_id.is_empty() && it.sent_at <= NOW + DAY), "{all:?}");
        Ok(all
            .iter()
            .map(|it| (it.parents.len(), it.author.is_some(), it.title.is_some()))
            .take(9)
            .collect::<Vec<_>>())
    });
    assert!(tried.unwrap().outcomes > 5);
}
