//! Tokens of the API: made with a name, scopes and an end; the secret is shown once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;
use serde_json::json;

use super::{Told, again, note, settings_page};
use crate::app::App;
use crate::clock::DAY;
use crate::id::TokenId;
use crate::rules::permission::TokenScope;
use crate::seal;
use crate::store::token::Token;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form;
use crate::web::session::Signed;

/// Tokens one may have at once.
const MOST: usize = 50;

/// A token in the list.
pub(in crate::web) struct Row {
    pub(in crate::web) id: TokenId,
    pub(in crate::web) name: String,
    pub(in crate::web) scopes: Vec<String>,
    pub(in crate::web) used: String,
    pub(in crate::web) ends: String,
    pub(in crate::web) over: bool,
}

pub(super) async fn rows(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<Vec<Row>> {
    let words = &signed.words;
    let tokens = store::token::of_colleague(conn, signed.organisation.id, signed.colleague.id).await?;
    let row = |it: Token| Row {
        id: it.id,
        name: it.name,
        scopes: it.scopes.iter().map(|scope| words.named("scope", name(*scope))).collect(),
        used: it.used_at.map_or_else(|| words.t("token-unused"), |at| words.moment(at, now)),
        ends: it.expires_at.map_or_else(|| words.t("token-endless"), |at| words.day(at, now)),
        over: it.expires_at.is_some_and(|at| at <= now),
    };
    Ok(tokens.into_iter().map(row).collect())
}

fn name(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => "read",
        TokenScope::Write => "write",
        TokenScope::Admin => "admin",
    }
}

/// The form of a new token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    name: String,
    scopes: Vec<String>,
    /// Days until it ends; empty for never.
    days: String,
}

pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let now = app.now();
    let kept = [TokenScope::Read, TokenScope::Write, TokenScope::Admin];
    let scopes: Vec<_> = kept.into_iter().filter(|it| fields.scopes.iter().any(|n| n == name(*it))).collect();
    let name = form::line(&fields.name, 60);
    let owned = {
        let mut conn = app.db.read().await?;
        store::token::of_colleague(&mut conn, signed.organisation.id, signed.colleague.id).await?.len()
    };
    let objection = match &name {
        Err(key) => Some(*key),
        Ok(_) if scopes.is_empty() => Some("token-no-scope"),
        Ok(_) if owned >= MOST => Some("token-too-many"),
        Ok(_) => None,
    };
    let (Ok(name), None) = (name, objection) else {
        let token = objection.map(|key| signed.words.t(key));
        return again(&app, &signed, None, Told { token, ..Told::default() }).await;
    };
    let secret = seal::secret().map_err(|error| Failure::internal(error.to_string()))?;
    let secret = format!("parvis_{secret}");
    let days = fields.days.parse::<i64>().ok().filter(|days| (1..=3_650).contains(days));
    let token = Token {
        organisation: signed.organisation.id,
        id: TokenId::new(now),
        colleague: signed.colleague.id,
        name,
        digest: seal::digest(&secret),
        scopes,
        created_at: now,
        expires_at: days.map(|days| now + days * DAY),
        used_at: None,
        revoked_at: None,
    };
    let mut conn = app.db.write().await?;
    store::token::insert(&mut conn, &token).await?;
    let after = json!({ "name": token.name, "scopes": token.scopes, "expires_at": token.expires_at });
    note(&mut conn, &signed, now, "token.made", None, Some(after)).await?;
    conn.commit().await?;
    let told = Told { secret: Some(secret), ..Told::default() };
    page_with(StatusCode::CREATED, &settings_page(&app, &signed, None, told).await?)
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<TokenId>,
) -> Result<Response, Failure> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    if !store::token::revoke(&mut conn, signed.organisation.id, signed.colleague.id, id, now).await? {
        return Err(Failure::not_found());
    }
    note(&mut conn, &signed, now, "token.revoked", None, Some(json!({ "id": id }))).await?;
    conn.commit().await?;
    Ok(Redirect::to("/settings?done=token-revoked").into_response())
}
