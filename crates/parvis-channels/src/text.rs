//! How a network counts text. Pure: the same rule counts on the screen and before sending.

use serde::{Deserialize, Serialize};

/// How long a text may be, and what counts for how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRule {
    /// What one unit is.
    pub unit: TextUnit,
    /// Units allowed; 0 where nothing can be written.
    pub max: u32,
    /// Units any web address counts for, however long; `None`: as many as it has.
    pub url_len: Option<u32>,
    /// How `@name@host` counts.
    pub mention: MentionRule,
    /// The content warning counts too.
    pub warning_counts: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// What a reader sees as one character (extended grapheme cluster, UAX 29).
    Grapheme,
    /// Unicode scalar values.
    Scalar,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Utf8Byte,
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
