//! The catalogues: read once, shared by every request.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use super::Language;
use super::format::group;

#[derive(RustEmbed)]
#[folder = "translations"]
pub(super) struct Catalogues;

type Bundle = FluentBundle<FluentResource>;

static FRENCH: LazyLock<Bundle> = LazyLock::new(|| load(Language::Fr));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| load(Language::En));

fn load(language: Language) -> Bundle {
    let (id, folder) = match language {
        Language::Fr => ("fr-FR", "fr/"),
        Language::En => ("en-GB", "en/"),
    };
    let id: LanguageIdentifier = id.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::Fr => |value, _| number(Language::Fr, value),
        Language::En => |value, _| number(Language::En, value),
    }));
    for path in Catalogues::iter().filter(|path| path.starts_with(folder)) {
        let Some(file) = Catalogues::get(&path) else { continue };
        let text = String::from_utf8_lossy(&file.data).into_owned();
        // A test refuses catalogues with errors; here whatever could be read is better than nothing.
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
        if bundle.add_resource(resource).is_err() {
            tracing::error!(%path, "a message of the catalogue is defined twice");
        }
    }
    bundle
}

/// Whole numbers as people write them: `1 204`, `1,204`.
fn number(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "messages take whole numbers only")]
        FluentValue::Number(number) => Some(group(language, number.value as i64)),
        _ => None,
    }
}

fn of(language: Language) -> &'static Bundle {
    match language {
        Language::Fr => &FRENCH,
        Language::En => &ENGLISH,
    }
}

/// The message `key`, or the key itself: a page with a hole is better than no page, and a test refuses
/// keys that aren't in the catalogue.
pub(super) fn say(language: Language, key: &str, args: Option<&FluentArgs<'_>>) -> String {
    let bundle = of(language);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        tracing::error!(key, language = language.as_str(), "missing from the catalogue");
        return key.to_owned();
    };
    let mut errors = Vec::new();
    let said = bundle.format_pattern(pattern, args, &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(key, language = language.as_str(), ?errors, "a message lacks a value");
    }
    said
}

/// The message `key`, if there is one.
pub(super) fn find(language: Language, key: &str) -> Option<String> {
    of(language).has_message(key).then(|| say(language, key, None))
}
