//! The second factor: asked for after the password or the link, set up and turned off in one's own settings, asked of
//! people by the organisation and taken away by an administrator. Setting it up has a page of its own outside the house:
//! of whom it is asked sees nothing else until it is done.

use std::sync::Arc;

use askama::Template;
use askama::filters::Safe;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::attempt::{ACCOUNT, Attempts};
use super::device::Device;
use super::error::{Failure, page, page_with};
use super::inbox::refusal;
use super::layout::{Layout, Place};
use super::session::{Signed, Stage, Visitor};
use super::{Route, form, login};
use crate::app::App;
use crate::command::{Refusal, factor as command};
use crate::id::ColleagueId;
use crate::rules::factor::{Asked, address, base32, grouped};
use crate::rules::permission::Action;
use crate::store::{self, Conn};

pub(super) const ROUTES: &[Route] = &[
    Route::open(Method::GET, "/login/code"),
    Route::open(Method::POST, "/login/code"),
    Route::get("/settings/factor", Action::ManageSelf),
    Route::sensitive("/settings/factor", Action::ManageSelf),
    Route::sensitive("/settings/factor/confirm", Action::ManageSelf),
    Route::sensitive("/settings/factor/codes", Action::ManageSelf),
    Route::sensitive("/settings/factor/off", Action::ManageSelf),
    Route::sensitive("/organisation/factor", Action::ManageChannels),
    Route::sensitive("/organisation/colleagues/{id}/factor", Action::ManageColleagues),
];

/// Where somebody may go of whom a second factor is asked and who has none yet.
pub(super) const SETTING_UP: [&str; 3] = ["/settings/factor", "/settings/factor/confirm", "/logout"];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/login/code", get(show_code).post(give_code))
        .route("/settings/factor", get(show).post(begin))
        .route("/settings/factor/confirm", post(confirm))
        .route("/settings/factor/codes", post(renew_codes))
        .route("/settings/factor/off", post(turn_off))
        .route("/organisation/factor", post(ask))
        .route("/organisation/colleagues/{id}/factor", post(take_away))
}

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorPage {
    layout: Layout,
    stage: Step,
    error: Option<String>,
}

/// What the page is at.
enum Step {
    /// Signing in: the code is asked for.
    Give { next: String, remember: String },
    /// Nothing is set up; whether the organisation asks for it.
    Begin { asked: bool },
    /// The secret is shown, and confirmed by a code.
    Confirm { side: i32, picture: Safe<String>, secret: String },
    /// The recovery codes, shown this once.
    Codes(Vec<String>),
}

/// Where one goes on to, and whether the device is remembered.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Onward {
    next: String,
    remember: String,
}

fn code_page(visitor: &Visitor, onward: Onward, error: Option<String>) -> FactorPage {
    let layout = Layout::bare(visitor, Place::None, visitor.words.t("factor-title"));
    FactorPage { layout, stage: Step::Give { next: onward.next, remember: onward.remember }, error }
}

async fn show_code(visitor: Visitor, Query(onward): Query<Onward>) -> Result<Response, Failure> {
    if visitor.halfway.is_none() {
        let next = if visitor.signed.is_some() { form::next(&onward.next) } else { "/login" };
        return Ok(Redirect::to(next).into_response());
    }
    page(&code_page(&visitor, onward, None))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    code: String,
    next: String,
    remember: String,
}

/// Takes the code, and puts a whole session in the place of the half one.
async fn give_code(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(who) = &visitor.halfway else { return Ok(Redirect::to("/login").into_response()) };
    let now = app.now();
    let account = format!("code {}", who.colleague.id);
    attempts.take_address(&device, now)?;
    attempts.take(&account, ACCOUNT, now).map_err(Failure::too_many)?;
    let mut conn = app.db.write().await?;
    let given = command::give(&app, &mut conn, &who.colleague, &typed.code).await;
    if given.map_err(|refused| refusal::failure(refused, &visitor.words))?.is_none() {
        drop(conn);
        tracing::warn!(address = %device.address, colleague = %who.colleague.id, "a second factor was refused");
        let error = Some(visitor.words.t("factor-wrong"));
        let shown = code_page(&visitor, Onward { next: typed.next, remember: typed.remember }, error);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    attempts.forgive(&account);
    let half = who.session.as_deref().unwrap_or_default();
    store::session::remove(&mut conn, who.organisation.id, who.colleague.id, half).await?;
    let remember = !typed.remember.is_empty();
    let cookie = login::welcome(&app, &mut conn, &who.colleague, &device, Stage::Factor, remember).await?;
    conn.commit().await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(form::next(&typed.next))).into_response())
}

fn own_page(signed: &Signed, stage: Step, error: Option<String>) -> FactorPage {
    let visitor = Visitor {
        words: signed.words.clone(),
        organisation: Some(signed.organisation.clone()),
        signed: Some(signed.clone()),
        halfway: None,
    };
    let layout = Layout::bare(&visitor, Place::None, signed.words.t("factor-title"));
    FactorPage { layout, stage, error }
}

async fn show(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    match set_up(&app, &signed).await? {
        Some(step) => page(&own_page(&signed, step, None)),
        None => Ok(Redirect::to("/settings").into_response()),
    }
}

/// How far setting it up has come; `None` when it is done.
async fn set_up(app: &App, signed: &Signed) -> Result<Option<Step>, Failure> {
    let mut conn = app.db.read().await?;
    let found = store::factor::get(&mut conn, signed.organisation.id, signed.colleague.id).await?;
    let Some(found) = found else { return Ok(Some(Step::Begin { asked: signed.lacks_factor })) };
    if found.confirmed_at.is_some() {
        return Ok(None);
    }
    let secret = command::open(app, signed.colleague.id, &found);
    let secret = secret.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let said = address(&signed.organisation.name, &signed.colleague.email, &secret);
    let (side, picture) = picture(&said)?;
    Ok(Some(Step::Confirm { side, picture: Safe(picture), secret: grouped(&base32(&secret)) }))
}

/// A QR code (ISO/IEC 18004): its side, and its squares, each one unit wide, within a margin of four.
fn picture(text: &str) -> Result<(i32, String), Failure> {
    use std::fmt::Write as _;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium);
    let code = code.map_err(|error| Failure::internal(error.to_string()))?;
    let (size, mut path) = (code.size(), String::new());
    for (x, y) in
        (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y))
    {
        let _ = write!(path, "M{} {}h1v1h-1z", x + 4, y + 4);
    }
    let side = size + 8;
    let squares =
        format!("<path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/>");
    Ok((side, squares))
}

async fn begin(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    match command::begin(&app, &signed.actor).await {
        Ok(()) => Ok(Redirect::to("/settings/factor").into_response()),
        Err(Refusal::Changed) => Ok(Redirect::to("/settings").into_response()),
        Err(refused) => Err(refusal::failure(refused, &signed.words)),
    }
}

async fn confirm(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    signed: Signed,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let account = format!("code {}", signed.colleague.id);
    attempts.take(&account, ACCOUNT, app.now()).map_err(Failure::too_many)?;
    let session = signed.session.as_deref().unwrap_or_default();
    let codes = match command::confirm(&app, &signed.actor, session, &typed.code).await {
        Ok(codes) => codes,
        Err(Refusal::Changed | Refusal::NotFound) => {
            return Ok(Redirect::to("/settings/factor").into_response());
        }
        Err(refused) => return Err(refusal::failure(refused, &signed.words)),
    };
    if let Some(codes) = codes {
        attempts.forgive(&account);
        return page_with(StatusCode::CREATED, &own_page(&signed, Step::Codes(codes), None));
    }
    let Some(step) = set_up(&app, &signed).await? else {
        return Ok(Redirect::to("/settings").into_response());
    };
    let error = Some(signed.words.t("factor-wrong-first"));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &own_page(&signed, step, error))
}

async fn renew_codes(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    match command::renew_codes(&app, &signed.actor).await {
        Ok(codes) => page_with(StatusCode::CREATED, &own_page(&signed, Step::Codes(codes), None)),
        Err(Refusal::NotFound) => Ok(Redirect::to("/settings/factor").into_response()),
        Err(refused) => Err(refusal::failure(refused, &signed.words)),
    }
}

async fn turn_off(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    match command::turn_off(&app, &signed.actor).await {
        Ok(()) => Ok(Redirect::to("/settings?done=factor-off").into_response()),
        // It was off already, or the organisation has begun to ask for it meanwhile: the page says so.
        Err(Refusal::NotFound | Refusal::Invalid { .. }) => Ok(Redirect::to("/settings").into_response()),
        Err(refused) => Err(refusal::failure(refused, &signed.words)),
    }
}

/// The second factor as one's own settings show it.
pub(super) struct Own {
    /// Since when, in words; nothing without one.
    pub(super) since: Option<String>,
    /// Recovery codes that are left.
    pub(super) left: i64,
    /// The organisation asks for it: it can't be turned off.
    pub(super) asked: bool,
}

pub(super) async fn own(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<Own> {
    let (house, who) = (signed.organisation.id, signed.colleague.id);
    let found = store::factor::get(conn, house, who).await?;
    Ok(Own {
        since: found.and_then(|it| it.confirmed_at).map(|at| signed.words.day(at, now)),
        left: store::factor::codes_left(conn, house, who).await?,
        asked: command::asked(conn, house).await?.of(signed.colleague.role),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice {
    of: String,
}

async fn ask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(choice): Form<Choice>,
) -> Result<Response, Failure> {
    let of = Asked::parse(&choice.of).ok_or_else(|| Failure::unprocessable("of"))?;
    let done = command::ask(&app, &signed.actor, of).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation?done=changed").into_response())
}

async fn take_away(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    let done = command::take_away(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation?done=factor-away").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_quiet_margin_on_every_side() {
        let (side, drawn) =
            picture("otpauth://totp/Solstice:anne?secret=MZXW6YTBOI&issuer=Solstice").unwrap();
        let squares = drawn.split("d=\"").nth(2).unwrap();
        let places = squares.split('M').skip(1).flat_map(|it| {
            let (x, rest) = it.split_once(' ').unwrap();
            [x.parse::<i32>().unwrap(), rest.split('h').next().unwrap().parse().unwrap()]
        });
        let all: Vec<i32> = places.collect();
        assert_eq!((*all.iter().min().unwrap(), *all.iter().max().unwrap()), (4, side - 5));
        assert_eq!((side - 8 - 17) % 4, 0, "a QR code's sides are 17 + 4 × version");
    }
}
