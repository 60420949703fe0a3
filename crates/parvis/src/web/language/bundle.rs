//! The catalogues: read once, shared by every request.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use super::Language;
use super::format::group;

#[derive(RustEmbed)]
#[folder = "translations"]
pub(super) struct Catalogues;

type Bundle = FluentBundle<FluentResource>;

/// A value with the name that messages give it.
pub(super) type Named<'a> = (&'a str, FluentValue<'a>);

/// The messages of one language.
struct Catalogue {
    /// All of them, for those that choose a form.
    bundle: Bundle,
    /// Those that are text and values alone, nearly all: a list says some four hundred of them, and putting
    /// them together here costs a tenth of Fluent's resolver.
    plain: HashMap<String, Vec<Piece>>,
}

/// A part of a plain message.
enum Piece {
    Text(String),
    /// The value of that name.
    Value(String),
}

static FRENCH: LazyLock<Catalogue> = LazyLock::new(|| load(Language::Fr));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| load(Language::En));

/// The pieces of a message; `None` when there is more to it than text and values.
fn pieces(pattern: &Pattern<&str>) -> Option<Vec<Piece>> {
    let piece = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Some(Piece::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => Some(Piece::Value(id.name.to_owned())),
            InlineExpression::StringLiteral { value } if !value.contains('\\') => {
                Some(Piece::Text((*value).to_owned()))
            }
            _ => None,
        },
        PatternElement::Placeable { .. } => None,
    };
    pattern.elements.iter().map(piece).collect()
}

/// The message put together; `None` when a value is missing or of an unusual kind.
fn put_together(language: Language, pieces: &[Piece], values: &[Named<'_>]) -> Option<String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Value(wanted) => match &values.iter().find(|(name, _)| name == wanted)?.1 {
                FluentValue::String(text) => out.push_str(text),
                value => out.push_str(&number(language, value)?),
            },
        }
    }
    Some(out)
}

fn load(language: Language) -> Catalogue {
    let (id, folder) = match language {
        Language::Fr => ("fr-FR", "fr/"),
        Language::En => ("en-GB", "en/"),
    };
    let id: LanguageIdentifier = id.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let mut plain = HashMap::new();
    bundle.set_formatter(Some(match language {
        Language::Fr => |value, _| number(Language::Fr, value),
        Language::En => |value, _| number(Language::En, value),
    }));
    let spoken = match language {
        Language::Fr => parvis_write::Language::French,
        Language::En => parvis_write::Language::English,
    };
    let charter = ("charter".to_owned(), parvis_write::charter::translations(spoken).to_owned());
    let files = Catalogues::iter().filter(|path| path.starts_with(folder)).filter_map(|path| {
        let text = String::from_utf8_lossy(&Catalogues::get(&path)?.data).into_owned();
        Some((path.into_owned(), text))
    });
    let weariness = ("weariness".to_owned(), parvis_write::wear::translations(spoken).to_owned());
    for (path, text) in files.chain([charter, weariness]) {
        // A test refuses catalogues with errors; here whatever could be read is better than nothing.
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
        for entry in resource.entries() {
            if let Entry::Message(Message { id, value: Some(pattern), .. }) = entry
                && let Some(pieces) = pieces(pattern)
            {
                plain.insert(id.name.to_owned(), pieces);
            }
        }
        if bundle.add_resource(resource).is_err() {
            tracing::error!(%path, "a message of the catalogue is defined twice");
        }
    }
    Catalogue { bundle, plain }
}

/// Whole numbers as people write them: `1 204`, `1,204`.
fn number(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "messages take whole numbers only")]
        FluentValue::Number(number) => Some(group(language, number.value as i64)),
        _ => None,
    }
}

fn of(language: Language) -> &'static Catalogue {
    match language {
        Language::Fr => &FRENCH,
        Language::En => &ENGLISH,
    }
}

/// The message `key`, or the key itself: a page with a hole is better than no page, and a test refuses
/// keys that aren't in the catalogue.
pub(super) fn say(language: Language, key: &str, values: &[Named<'_>]) -> String {
    find(language, key, values).unwrap_or_else(|| {
        tracing::error!(key, language = language.as_str(), "missing from the catalogue");
        key.to_owned()
    })
}

/// The message `key`, if there is one.
pub(super) fn find(language: Language, key: &str, values: &[Named<'_>]) -> Option<String> {
    let Catalogue { bundle, plain } = of(language);
    if let Some(said) = plain.get(key).and_then(|pieces| put_together(language, pieces, values)) {
        return Some(said);
    }
    let pattern = bundle.get_message(key)?.value()?;
    let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    let mut errors = Vec::new();
    let said = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(key, language = language.as_str(), ?errors, "a message lacks a value");
    }
    Some(said)
}
