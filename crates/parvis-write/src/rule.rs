//! How a network counts a text, and where it has to be cut. The same rule counts on the screen and before sending.
//!
//! Mastodon's rule is that of its `StatusLengthValidator`: extended grapheme clusters, any http(s) address counts
//! `characters_reserved_per_url`, of `@name@host` only `@name` counts, and the content warning counts in full. X's is
//! twitter-text's ([`TextUnit::Weighted`]); Bluesky's the lexicon `app.bsky.feed.post` (300 graphemes and 3000 bytes).

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::TextUnit;
use crate::mark::{mention_length, url_length, weighted};

/// How long a text may be, and what counts for how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRule {
    /// What one unit is.
    pub unit: TextUnit,
    /// Units allowed; 0 where nothing can be written.
    pub max: u32,
    /// A second limit that the whole text has to keep to as well.
    #[serde(default)]
    pub also: Option<TextLimit>,
    /// Units any web address counts for, however long; `None`: as many as it has.
    pub url_len: Option<u32>,
    /// How `@name@host` counts.
    pub mention: MentionRule,
    /// Whoever is answered has to be named in the text, and that counts.
    #[serde(default = "as_on_mastodon")]
    pub names_author: bool,
    /// The content warning counts too.
    pub warning_counts: bool,
}

/// Rules that were kept before there were networks that need no name.
fn as_on_mastodon() -> bool {
    true
}

/// A limit on the text as it stands, addresses and mentions counted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// What one unit is.
    pub unit: TextUnit,
    /// Units allowed.
    pub max: u32,
}

/// How a mention of somebody on another server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MentionRule {
    /// As written.
    Whole,
    /// Only `@name`; the host is free.
    LocalPart,
}

/// A part of a text that can't be cut: an address or mention that counts by its own rule, or one character.
struct Piece {
    end: usize,
    units: usize,
}

impl TextRule {
    /// A Mastodon server's rule; `max` and `url_len` are what the server announces (500 and 23 unless changed there).
    #[must_use]
    pub fn mastodon(max: u32, url_len: u32) -> Self {
        Self {
            unit: TextUnit::Grapheme,
            max,
            also: None,
            url_len: Some(url_len),
            mention: MentionRule::LocalPart,
            names_author: true,
            warning_counts: true,
        }
    }

    /// Bluesky's rule: 300 characters as seen, and 3000 bytes.
    #[must_use]
    pub fn bluesky() -> Self {
        Self {
            unit: TextUnit::Grapheme,
            max: 300,
            also: Some(TextLimit { unit: TextUnit::Utf8Byte, max: 3000 }),
            url_len: None,
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: false,
        }
    }

    /// The rule of X: 280 weighted characters, an address 23.
    #[must_use]
    pub fn x() -> Self {
        Self {
            unit: TextUnit::Weighted,
            max: 280,
            also: None,
            url_len: Some(23),
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: false,
        }
    }

    /// A rule that counts everything as it is.
    #[must_use]
    pub fn plain(unit: TextUnit, max: u32) -> Self {
        Self {
            unit,
            max,
            also: None,
            url_len: None,
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: false,
        }
    }

    /// What a text counts for, with its content warning.
    #[must_use]
    pub fn count(&self, text: &str, warning: Option<&str>) -> usize {
        let mut total = self.warned(warning);
        let mut place = 0;
        for (span, units) in self.entities(text) {
            total += self.unit.count(text.get(place..span.start).unwrap_or_default()) + units;
            place = span.end;
        }
        total + self.unit.count(text.get(place..).unwrap_or_default())
    }

    /// Units left; below zero when the text is too long by either limit.
    #[must_use]
    pub fn left(&self, text: &str, warning: Option<&str>) -> i64 {
        let left =
            |max: u32, count: usize| i64::from(max).saturating_sub(i64::try_from(count).unwrap_or(i64::MAX));
        let first = left(self.max, self.count(text, warning));
        self.also.map_or(first, |also| first.min(left(also.max, also.unit.count(text))))
    }

    /// Whether the network takes a text of this length, and all of its characters.
    #[must_use]
    pub fn fits(&self, text: &str, warning: Option<&str>) -> bool {
        self.left(text, warning) >= 0 && self.refused(text).is_none()
    }

    /// The byte of the first character that the network takes in no text, if there is one.
    #[must_use]
    pub fn refused(&self, text: &str) -> Option<usize> {
        (self.unit == TextUnit::Weighted).then(|| text.find(weighted::is_refused)).flatten()
    }

    /// The byte up to which the text fits: its length where it fits whole, else the end of the last character, address
    /// or mention that does. What is drawn as one character is never cut.
    #[must_use]
    pub fn end(&self, text: &str, warning: Option<&str>) -> usize {
        let (mut units, mut also) = (self.warned(warning), 0_usize);
        let mut end = 0;
        let text = self.refused(text).and_then(|until| text.get(..until)).unwrap_or(text);
        for piece in self.pieces(text) {
            units += piece.units;
            if let Some(limit) = self.also {
                also += limit.unit.count(text.get(end..piece.end).unwrap_or_default());
                if also > limit.max as usize {
                    break;
                }
            }
            if units > self.max as usize {
                break;
            }
            end = piece.end;
        }
        end
    }

    fn warned(&self, warning: Option<&str>) -> usize {
        warning.filter(|_| self.warning_counts).map_or(0, |w| self.unit.count(w))
    }

    /// The text in parts that can't be cut.
    fn pieces<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Piece> + 'a {
        let mut entities = self.entities(text).into_iter().peekable();
        let mut place = 0;
        std::iter::from_fn(move || {
            if let Some((span, units)) = entities.next_if(|(span, _)| span.start == place) {
                place = span.end;
                return Some(Piece { end: place, units });
            }
            let until = entities.peek().map_or(text.len(), |(span, _)| span.start);
            let cluster = text.get(place..until)?.graphemes(true).next()?;
            place += cluster.len();
            Some(Piece { end: place, units: self.unit.count(cluster) })
        })
    }

    /// What doesn't count as it is written, by byte, with what it counts for, in order and apart.
    fn entities(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        if self.unit == TextUnit::Weighted {
            let Some(units) = self.url_len else { return Vec::new() };
            return weighted::links(text).into_iter().map(|span| (span, units as usize)).collect();
        }
        let mut found = Vec::new();
        if self.url_len.is_none() && self.mention == MentionRule::Whole {
            return found;
        }
        let mut place = 0;
        let mut before: Option<char> = None;
        while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
            if let Some((length, units)) = self.entity(before, rest) {
                found.push((place..place + length, units));
                place += length;
                before = text.get(..place).and_then(|t| t.chars().next_back());
            } else {
                before = rest.chars().next();
                place += before.map_or(1, char::len_utf8);
            }
        }
        found
    }

    /// The address or mention that starts here: its bytes, and what it counts for.
    fn entity(&self, before: Option<char>, rest: &str) -> Option<(usize, usize)> {
        let starts_word = before.is_none_or(|c| !c.is_alphanumeric() && !"@/_-.#&$".contains(c));
        if !starts_word {
            return None;
        }
        if let Some(counts) = self.url_len {
            let url = url_length(rest).map(|length| (length, counts as usize));
            if url.is_some() {
                return url;
            }
        }
        (self.mention == MentionRule::LocalPart)
            .then(|| mention_length(rest))
            .flatten()
            .map(|(local, whole)| (whole, self.unit.count(rest.get(..local).unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests;
