//! Pages of lists: at most `limit` items and, when there are more, the cursor that goes on. A cursor is
//! opaque to callers and made of the key of the last item, never of an offset.

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, Result};

/// Items of a page unless the caller asks for another number.
pub const USUAL: i64 = 50;
/// Items of a page at most.
pub const MOST: i64 = 200;

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass it as `cursor` to go on; `null` at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is always whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of `limit` out of `limit + 1` found; `key` makes the cursor from the last that is shown.
    pub fn cut<R>(
        mut found: Vec<R>,
        limit: i64,
        key: impl Fn(&R) -> String,
        make: impl FnMut(R) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(key).filter(|_| more);
        Self { items: found.into_iter().map(make).collect(), next }
    }
}

/// How many items the caller asks for.
///
/// # Errors
/// Not between 1 and [`MOST`].
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked.unwrap_or(USUAL) {
        it @ 1..=MOST => Ok(it),
        _ => Err(Problem::parameter("limit", format!("A page takes 1 to {MOST} items."))),
    }
}

/// Reads a cursor back.
///
/// # Errors
/// It isn't one of ours.
pub fn cursor<T: std::str::FromStr>(asked: Option<&str>) -> Result<Option<T>> {
    let read = |text: &str| {
        text.parse().map_err(|_| Problem::parameter("cursor", "This cursor isn't one that a page gave."))
    };
    asked.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = |found: Vec<i64>| Page::cut(found, 2, ToString::to_string, |it| it);
        assert_eq!((page(vec![1, 2, 3]).items, page(vec![1, 2, 3]).next.as_deref()), (vec![1, 2], Some("2")));
        assert_eq!((page(vec![1, 2]).items, page(vec![1, 2]).next), (vec![1, 2], None));
        assert_eq!(page(Vec::new()).next, None);
    }

    #[test]
    fn a_page_of_none_or_of_thousands_is_refused() {
        assert_eq!(limit(None).unwrap(), USUAL);
        for asked in [0, -1, MOST + 1, i64::MAX, i64::MIN] {
            assert!(limit(Some(asked)).is_err());
        }
        assert!(cursor::<i64>(Some("x")).is_err());
    }
}
