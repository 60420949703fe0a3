//! Tokens of the API: made with a name, scopes and an end; the secret is shown once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::{Told, again, settings_page};
use crate::app::App;
use crate::clock::DAY;
use crate::command::{Refusal, token as command};
use crate::id::TokenId;
use crate::rules::permission::TokenScope;
use crate::store::token::Token;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::session::Signed;

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
    let days = fields.days.parse::<i64>().ok().filter(|days| (1..=3_650).contains(days));
    let ends = days.map(|days| now + days * DAY);
    let made = command::make(&app, &signed.actor, &fields.name, &scopes, ends, None).await;
    let objection = match made {
        Ok((_, secret)) => {
            let told = Told { secret: Some(secret), ..Told::default() };
            return page_with(StatusCode::CREATED, &settings_page(&app, &signed, None, told).await?);
        }
        Err(Refusal::Invalid { field: "scopes", .. }) => "token-no-scope".to_owned(),
        Err(Refusal::Invalid { field: "tokens", .. }) => "token-too-many".to_owned(),
        Err(Refusal::Invalid { field: "name", code }) => format!("field-{code}"),
        Err(refused) => return Err(refusal::failure(refused, &signed.words)),
    };
    let told = Told { token: Some(signed.words.t(&objection)), ..Told::default() };
    again(&app, &signed, None, told).await
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<TokenId>,
) -> Result<Response, Failure> {
    let done = command::revoke(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/settings?done=token-revoked").into_response())
}
