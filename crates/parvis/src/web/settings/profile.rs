//! Name, language, theme, time zone, shortcuts; and the password.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Told, again, note};
use crate::app::App;
use crate::command::{Refusal, colleague as command};
use crate::store;
use crate::store::colleague::Colleague;
use crate::web::attempt::{ACCOUNT, Attempts};
use crate::web::error::Failure;
use crate::web::inbox::refusal;
use crate::web::language::Language;
use crate::web::password;
use crate::web::session::{self, Signed};

/// The form of one's own profile.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Fields {
    pub(in crate::web) name: String,
    /// `fr`, `en`, or empty: as the browser asks.
    pub(in crate::web) language: String,
    /// `light`, `dark`, or empty: as the system asks.
    pub(in crate::web) theme: String,
    /// IANA name, or empty: as the organisation.
    pub(in crate::web) time_zone: String,
    /// Not empty: single letters act.
    pub(in crate::web) shortcuts: String,
}

impl Fields {
    pub(super) fn of(it: &Colleague) -> Self {
        Self {
            name: it.name.clone(),
            language: it.language.clone().unwrap_or_default(),
            theme: it.theme.clone().unwrap_or_default(),
            time_zone: it.time_zone.clone().unwrap_or_default(),
            shortcuts: if it.shortcuts { "1".to_owned() } else { String::new() },
        }
    }
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let to = command::Profile {
        name: Some(fields.name.clone()),
        language: Some(Language::parse(&fields.language).map(|it| it.as_str().to_owned())),
        theme: Some(Some(fields.theme.clone()).filter(|it| it == "light" || it == "dark")),
        time_zone: Some(Some(fields.time_zone.trim().to_owned()).filter(|it| !it.is_empty())),
        shortcuts: Some(!fields.shortcuts.is_empty()),
    };
    match command::set_profile(&app, &signed.actor, to).await {
        Ok(_) => Ok(Redirect::to("/settings?done=profile").into_response()),
        Err(Refusal::Invalid { field: "name", code }) => {
            let told = Told { name: Some(signed.words.t(&format!("field-{code}"))), ..Told::default() };
            again(&app, &signed, Some(fields), told).await
        }
        Err(Refusal::Invalid { field: "time_zone", .. }) => {
            let told = Told { time_zone: Some(signed.words.t("setup-zone-unknown")), ..Told::default() };
            again(&app, &signed, Some(fields), told).await
        }
        Err(refused) => Err(refusal::failure(refused, &signed.words)),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Passwords {
    old: String,
    new: String,
}

/// Changes the password and signs every other device out: whoever knew the old one is gone.
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    signed: Signed,
    Form(passwords): Form<Passwords>,
) -> Result<Response, Failure> {
    let it = &signed.colleague;
    let words = &signed.words;
    if let Some(hashed) = it.password_hash.clone() {
        let account = format!("password {}", it.id);
        attempts.take(&account, ACCOUNT, app.now()).map_err(Failure::too_many)?;
        let short = passwords.old.chars().count() <= password::LONGEST;
        if !(short && password::verify(passwords.old, Some(hashed)).await?) {
            let told = Told { old_password: Some(words.t("password-wrong")), ..Told::default() };
            return again(&app, &signed, None, told).await;
        }
        attempts.forgive(&account);
    }
    if let Some(key) = password::objection(&passwords.new, &[&it.email, &it.name, &signed.organisation.name])
    {
        let told = Told { new_password: Some(words.t(key)), ..Told::default() };
        return again(&app, &signed, None, told).await;
    }
    let hashed = password::hash(passwords.new).await?;
    let kept = signed.session.as_deref().unwrap_or_default();
    let mut conn = app.db.write().await?;
    let current = session::anew(&mut conn, &signed, app.now()).await?;
    if current.password_hash != it.password_hash {
        // Changed elsewhere while this form was on its way: the old one that was given is no longer it.
        return Err(Failure::conflict());
    }
    let after = Colleague { password_hash: Some(hashed), ..current };
    store::colleague::update(&mut conn, &after).await?;
    store::session::remove_others(&mut conn, it.organisation, it.id, kept).await?;
    note(&mut conn, &signed, app.now(), "password.changed", None, None).await?;
    conn.commit().await?;
    Ok(Redirect::to("/settings?done=password").into_response())
}
