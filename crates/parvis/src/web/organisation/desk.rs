//! A desk: its name and the time in which it first answers.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command::desk as command;
use crate::id::DeskId;
use crate::store;
use crate::store::desk::Desk;
use crate::web::error::{Failure, page, page_with};
use crate::web::form;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

#[derive(Template)]
#[template(path = "organisation/desk.html")]
pub(in crate::web) struct DeskPage {
    pub(in crate::web) layout: Layout,
    pub(in crate::web) id: DeskId,
    pub(in crate::web) fields: Fields,
    pub(in crate::web) wrong_name: Option<String>,
    pub(in crate::web) wrong_within: Option<String>,
}

/// The form of a desk.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Fields {
    pub(in crate::web) name: String,
    /// A whole number of `unit`.
    pub(in crate::web) within: String,
    /// `minute`, `hour` or `day`.
    pub(in crate::web) unit: String,
}

const UNITS: [(&str, i64); 3] = [("day", DAY), ("hour", HOUR), ("minute", MINUTE)];

impl Fields {
    fn of(desk: &Desk) -> Self {
        let fits = UNITS.into_iter().find(|(_, length)| desk.answer_within % length == 0);
        let (unit, length) = fits.unwrap_or(("minute", MINUTE));
        let within = (desk.answer_within / length).to_string();
        Self { name: desk.name.clone(), within, unit: unit.to_owned() }
    }

    /// The target in microseconds: from one minute to thirty days.
    fn target(&self) -> Option<i64> {
        let (_, length) = UNITS.into_iter().find(|(unit, _)| *unit == self.unit)?;
        let target = self.within.trim().parse::<i64>().ok()?.checked_mul(length)?;
        command::TARGETS.contains(&target).then_some(target)
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let desk = store::desk::get(&mut conn, signed.organisation.id, id).await?;
    let desk = desk.ok_or_else(Failure::not_found)?;
    let layout = Layout::of(&mut conn, &signed, Place::Organisation, desk.name.clone()).await?;
    page(&DeskPage { layout, id, fields: Fields::of(&desk), wrong_name: None, wrong_within: None })
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let (name, target) = (form::line(&fields.name, command::NAME_LENGTH), fields.target());
    let (Ok(name), Some(answer_within)) = (&name, target) else {
        let mut conn = app.db.read().await?;
        let desk = store::desk::get(&mut conn, signed.organisation.id, id).await?;
        let desk = desk.ok_or_else(Failure::not_found)?;
        let shown = DeskPage {
            layout: Layout::of(&mut conn, &signed, Place::Organisation, desk.name).await?,
            id,
            wrong_name: name.err().map(|key| words.t(key)),
            wrong_within: target.is_none().then(|| words.t("desk-target-unknown")),
            fields,
        };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    let done = command::change(&app, &signed.actor, id, Some(name), Some(answer_within)).await;
    done.map_err(|refused| refusal::failure(refused, words))?;
    Ok(Redirect::to("/organisation?done=desk").into_response())
}
