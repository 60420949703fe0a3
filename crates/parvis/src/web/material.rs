//! The library: what the organisation may show, with its rights. Plain forms; what may be done is asked of the commands.

mod library;
mod one;

use std::sync::Arc;

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::routing::{get, post};
use parvis_channels::Upload;
use serde::Deserialize;

use super::Route;
use super::error::Failure;
use super::form::end_of;
use super::language::Words;
use crate::app::App;
use crate::command::Refusal;
use crate::command::answer::UPLOAD_BYTES;
use crate::command::asset::Wanted;
use crate::rules::asset::{FORMATS, Right};
use crate::rules::permission::Action;
use crate::store::asset::{Asset, File};

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/material", Action::ReadMaterial),
    Route::post("/material", Action::BringMaterial),
    Route::get("/material/{id}", Action::ReadMaterial),
    Route::post("/material/{id}", Action::BringMaterial),
    Route::post("/material/{id}/file", Action::BringMaterial),
    Route::get("/material/{id}/file/{number}", Action::ReadMaterial),
    Route::post("/material/{id}/away", Action::BringMaterial),
];

/// Files that are brought at once at most.
const FILES: usize = 8;

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    let several = DefaultBodyLimit::max(FILES * UPLOAD_BYTES + 64 * 1024);
    let one = DefaultBodyLimit::max(UPLOAD_BYTES + 64 * 1024);
    Router::new()
        .route("/material", get(library::show).merge(post(library::bring).layer(several)))
        .route("/material/{id}", get(one::show).post(one::change))
        .route("/material/{id}/file", post(one::replace).layer(one))
        .route("/material/{id}/file/{number}", get(one::serve))
        .route("/material/{id}/away", post(one::put_away))
}

/// What a form says of an asset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    version: i64,
    title: String,
    theme: String,
    tags: String,
    alt_fr: String,
    alt_en: String,
    credit: String,
    holder: String,
    purpose: String,
    territory: String,
    /// The last day on which it may leave: `2026-12-02`.
    until: String,
}

impl Fields {
    fn of(words: &Words, it: &Asset) -> Self {
        Self {
            version: it.version,
            title: it.title.clone(),
            theme: it.theme.clone(),
            tags: it.tags.clone(),
            alt_fr: it.alt_fr.clone(),
            alt_en: it.alt_en.clone(),
            credit: it.credit.clone(),
            holder: it.holder.clone(),
            purpose: it.purpose.clone(),
            territory: it.territory.clone(),
            until: it.expires_at.map(|at| words.house().zoned(at - 1).date().to_string()).unwrap_or_default(),
        }
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "title" => self.title = value,
            "theme" => self.theme = value,
            "tags" => self.tags = value,
            "credit" => self.credit = value,
            "holder" => self.holder = value,
            "purpose" => self.purpose = value,
            "territory" => self.territory = value,
            "until" => self.until = value,
            _ => {}
        }
    }

    fn wanted(&self, words: &Words) -> Result<Wanted, Refusal> {
        Ok(Wanted {
            version: self.version,
            title: self.title.clone(),
            theme: self.theme.clone(),
            tags: self.tags.clone(),
            alt_fr: self.alt_fr.clone(),
            alt_en: self.alt_en.clone(),
            credit: self.credit.clone(),
            holder: self.holder.clone(),
            purpose: self.purpose.clone(),
            territory: self.territory.clone(),
            expires_at: end_of(words, &self.until).ok_or(Refusal::Invalid { field: "asset", code: "day" })?,
        })
    }
}

/// How the rights stand: class, icon and words; nothing where there is nothing to say.
pub(super) fn right(words: &Words, it: &Asset, now: i64) -> Option<(&'static str, &'static str, String)> {
    let end = it.expires_at?;
    let day = words.house().day(end - 1, now);
    Some(match Right::at(it.expires_at, now) {
        Right::Given => ("", "clock", words.t1("asset-until", "day", day)),
        Right::Ending(1) => ("wait", "clock", words.t1("asset-until", "day", day)),
        Right::Ending(_) => ("wait", "alert", words.t1("asset-ends", "day", day)),
        Right::Ended => ("alert", "alert", words.t1("asset-ended", "day", day)),
    })
}

/// What it shows, in the reader's language or else the other.
fn alt(words: &Words, it: &Asset) -> String {
    let french = words.language == super::language::Language::Fr;
    let both = if french { [&it.alt_fr, &it.alt_en] } else { [&it.alt_en, &it.alt_fr] };
    both.into_iter().find(|it| !it.is_empty()).cloned().unwrap_or_default()
}

/// The formats that a file fits, in words.
fn formats(words: &Words, it: &File) -> Vec<String> {
    let fits = FORMATS.iter().filter(|format| format.fits(it.width, it.height));
    fits.map(|format| words.named("format", format.name)).collect()
}

/// The files of a form with their names, and what its other fields say.
async fn read(form: &mut Multipart) -> Result<(Vec<(String, Upload)>, Fields), Failure> {
    let broken = |error: MultipartError| Failure::new(error.status()).because(error.body_text());
    let (mut files, mut fields) = (Vec::new(), Fields::default());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let called = field.file_name().unwrap_or_default().to_owned();
            let mime = field.content_type().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(broken)?.to_vec();
            // A browser sends an empty part where nothing was chosen.
            if files.len() < FILES && !(called.is_empty() && bytes.is_empty()) {
                files.push((called, Upload { bytes, mime, alt: String::new() }));
            }
        } else {
            fields.set(&name, field.text().await.map_err(broken)?);
        }
    }
    Ok((files, fields))
}
