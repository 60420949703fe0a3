//! French and English: one catalogue per language (Fluent, `translations/{fr,en}/*.ftl`), and
//! [`Words`], which every template speaks with. Another language is another folder and another
//! [`Language`]. Knows no page.

mod bundle;
mod format;
#[cfg(test)]
mod tests;
mod zone;

use axum::http::{HeaderMap, header};
use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use parvis_write::charter::{Argument, Remark};

pub use self::zone::zone_names;

/// A language that Parvis speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    #[default]
    Fr,
    /// British English.
    En,
}

impl Language {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The code in `lang`, SQL and cookies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// Its name in itself, for the switch.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::En => "English",
        }
    }

    /// The language of a tag such as `fr`, `fr-CA` or `EN_gb`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.as_str() == primary)
    }

    /// The best of `Accept-Language` (RFC 9110, 12.5.4): highest weight first, then first named.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let asked = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut best: Option<(f32, Self)> = None;
        for part in asked.split(',').take(32) {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight = rest.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok()).unwrap_or(1.0);
            if let Some(language) = Self::parse(tag)
                && weight > best.map_or(0.0, |(found, _)| found)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// A value that a message can take: numbers choose the plural form.
pub trait Arg {
    /// As Fluent sees it.
    fn value(&self) -> FluentValue<'_>;
}

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}
impl Arg for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}
impl Arg for String {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}
impl Arg for Argument {
    fn value(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::from(text.as_str()),
            Self::Number(number) => FluentValue::from(*number),
        }
    }
}
macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Arg for $type {
            fn value(&self) -> FluentValue<'_> { FluentValue::from(*self) }
        }
    )*};
}
numbers!(i64, i32, u32, u64, usize);

/// A language and the clocks: what a page needs to speak to one person.
#[derive(Clone, Debug)]
pub struct Words {
    /// The language.
    pub language: Language,
    /// Whose clock the reader lives by: moments are told by it, and the hours that they type are meant by it.
    pub reader_zone: TimeZone,
    /// Where the organisation's day begins and ends: what the house keeps to (holidays, opening hours, days that are
    /// counted, days that end a right) is told by it, with [`Words::house`].
    pub house_zone: TimeZone,
    /// When the words are told (µs): how far the clocks are apart is said as of then.
    told_at: i64,
}

impl Words {
    /// Words in `language` for a reader on the organisation's clock, of the IANA zone `zone` (UTC where the name is
    /// unknown).
    pub fn new(language: Language, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { language, reader_zone: zone.clone(), house_zone: zone, told_at: 0 }
    }

    /// The message `key`.
    pub fn t(&self, key: &str) -> String {
        bundle::say(self.language, key, &[])
    }

    /// The message `key` with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl Arg) -> String {
        self.say(key, &[(name, value.value())])
    }

    /// The message `key` with two values.
    pub fn t2(&self, key: &str, name: &str, value: impl Arg, name2: &str, value2: impl Arg) -> String {
        self.say(key, &[(name, value.value()), (name2, value2.value())])
    }

    /// The message `key` with three values.
    #[expect(clippy::too_many_arguments, reason = "names and values side by side, as templates write them")]
    pub fn t3(
        &self,
        key: &str,
        name: &str,
        value: impl Arg,
        name2: &str,
        value2: impl Arg,
        name3: &str,
        value3: impl Arg,
    ) -> String {
        self.say(key, &[(name, value.value()), (name2, value2.value()), (name3, value3.value())])
    }

    /// The message `key` with several numbers.
    pub fn numbers(&self, key: &str, values: &[(&str, i64)]) -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.value())).collect();
        self.say(key, &values)
    }

    /// What a remark of the charter saw and why it matters, and what to do about it.
    pub fn remark(&self, it: &Remark) -> (String, String) {
        let values: Vec<_> = it.arguments.iter().map(|(name, value)| (*name, value.value())).collect();
        (self.say(it.rule.why(), &values), self.say(it.rule.remedy(), &values))
    }

    /// The message `{kind}-{name}` for a name out of the database (`role`, `community_manager`); the bare
    /// name when the catalogue doesn't know it.
    pub fn named(&self, kind: &str, name: &str) -> String {
        self.maybe(&format!("{kind}-{name}")).unwrap_or_else(|| name.to_owned())
    }

    /// The message `key`, where the catalogue has it.
    pub fn maybe(&self, key: &str) -> Option<String> {
        bundle::find(self.language, key, &[])
    }

    fn say(&self, key: &str, values: &[bundle::Named<'_>]) -> String {
        bundle::say(self.language, key, values)
    }
}
