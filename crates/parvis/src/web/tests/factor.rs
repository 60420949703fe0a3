//! The second factor, from setting it up to losing the phone.

use axum::http::{Method, StatusCode, header};

use super::{Answer, House, NOW, PASSWORD};
use crate::clock::{MINUTE, SECOND};
use crate::rules::factor::code_at;
use crate::rules::permission::Role;
use crate::store;

/// The secret of a colleague, as their phone knows it.
async fn secret(house: &House, role: Role) -> Vec<u8> {
    let mut conn = house.app.db.read().await.unwrap();
    let found = store::factor::get(&mut conn, house.organisation, house.id_of(role)).await.unwrap().unwrap();
    crate::command::factor::open(&house.app, house.id_of(role), &found).unwrap()
}

/// Sets a second factor up; gives the phone's secret and the recovery codes.
async fn set_up(house: &House, role: Role) -> (Vec<u8>, Vec<String>) {
    assert_eq!(house.post(role, "/settings/factor", "").await.location(), "/settings/factor");
    let phone = secret(house, role).await;
    let shown = house.get(role, "/settings/factor").await;
    assert!(shown.body.contains(&crate::rules::factor::grouped(&crate::rules::factor::base32(&phone))));
    let done = house
        .post(role, "/settings/factor/confirm", &format!("code={}", code_at(&phone, house.app.now())))
        .await;
    assert_eq!(done.status, StatusCode::CREATED);
    let codes = done.body.split("<li><code>").skip(1).map(|it| it.split('<').next().unwrap().to_owned());
    (phone, codes.collect())
}

async fn sign_in(house: &House, role: Role) -> Answer {
    let form = format!(
        "email={}@solstice.exemple&password={}&next=/settings",
        role.as_str(),
        PASSWORD.replace(' ', "+")
    );
    house.ask(Method::POST, "/login", "", &form).await
}

async fn give(house: &House, half: &str, code: &str) -> Answer {
    house
        .ask(Method::POST, "/login/code", half, &format!("code={}&next=/settings", code.replace(' ', "+")))
        .await
}

#[tokio::test]
async fn after_the_password_the_code_is_asked_for_and_taken_once() {
    let house = House::new().await;
    let (phone, codes) = set_up(&house, Role::Expert).await;
    assert_eq!(codes.len(), 10);
    let settings = house.get(Role::Expert, "/settings").await;
    assert!(settings.body.contains("Il reste 10 codes de secours"), "the session that set it up goes on");
    let half = sign_in(&house, Role::Expert).await;
    assert_eq!(half.location(), "/login/code?next=%2Fsettings&remember=");
    let half = half.cookie();
    for path in ["/", "/inbox", "/settings", "/organisation"] {
        let answer = house.ask(Method::GET, path, &half, "").await;
        assert!(answer.location().starts_with("/login/code"), "{path}: {}", answer.location());
    }
    let asked = house.ask(Method::GET, "/login/code", &half, "").await;
    assert!(asked.body.contains("inputmode=\"numeric\" autocomplete=\"one-time-code\""));
    let used = code_at(&phone, house.app.now());
    assert_eq!(
        give(&house, &half, &used).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it confirmed the factor"
    );
    assert_eq!(give(&house, &half, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.app.clock.advance(30 * SECOND);
    let next = code_at(&phone, house.app.now());
    let whole = give(&house, &half, &next).await;
    assert_eq!((whole.status, whole.location()), (StatusCode::SEE_OTHER, "/settings"));
    assert_eq!(house.ask(Method::GET, "/settings", &whole.cookie(), "").await.status, StatusCode::OK);
    assert!(
        house.ask(Method::GET, "/settings", &half, "").await.location().starts_with("/login?"),
        "the half session is over"
    );
    let again = sign_in(&house, Role::Expert).await.cookie();
    assert_eq!(
        give(&house, &again, &next).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no code is taken twice"
    );
    house.app.clock.advance(11 * MINUTE);
    assert!(
        house.ask(Method::GET, "/login/code", &again, "").await.location().starts_with("/login"),
        "a half session ends"
    );
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_ones_end_the_former() {
    let house = House::new().await;
    let (_, codes) = set_up(&house, Role::Expert).await;
    let half = sign_in(&house, Role::Expert).await.cookie();
    let whole = give(&house, &half, &codes[3].to_lowercase()).await;
    assert_eq!(whole.status, StatusCode::SEE_OTHER);
    let half = sign_in(&house, Role::Expert).await.cookie();
    assert_eq!(give(&house, &half, &codes[3]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let renewed = house.ask(Method::POST, "/settings/factor/codes", &whole.cookie(), "").await;
    assert_eq!(renewed.status, StatusCode::CREATED);
    assert!(!renewed.body.contains(&codes[4]));
    assert_eq!(give(&house, &half, &codes[4]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fresh = renewed.body.split("<li><code>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(give(&house, &half, fresh).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn codes_are_guessed_no_faster_than_passwords() {
    let house = House::new().await;
    let (phone, _) = set_up(&house, Role::Expert).await;
    house.app.clock.advance(MINUTE);
    let half = sign_in(&house, Role::Expert).await.cookie();
    for _ in 0..8 {
        assert_eq!(give(&house, &half, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let right = code_at(&phone, house.app.now());
    let slowed = give(&house, &half, &right).await;
    assert_eq!(
        (slowed.status, &slowed.headers[header::RETRY_AFTER]),
        (StatusCode::TOO_MANY_REQUESTS, &"60".parse().unwrap())
    );
    // The password alone doesn't forgive it.
    let half = sign_in(&house, Role::Expert).await.cookie();
    assert_eq!(give(&house, &half, &right).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_link_asks_for_the_code_too_and_other_sessions_end_when_it_is_set_up() {
    let house = House::new().await;
    let other = sign_in(&house, Role::Expert).await.cookie();
    set_up(&house, Role::Expert).await;
    assert!(house.ask(Method::GET, "/settings", &other, "").await.location().starts_with("/login?"));
    let path = format!("/organisation/colleagues/{}/link", house.id_of(Role::Expert));
    let made = house.post(Role::Administrator, &path, "").await;
    let link = made
        .body
        .split("/link/")
        .find_map(|it| it.get(..43).filter(|it| !it.contains(['<', '"', ' '])))
        .unwrap();
    let entered = house.ask(Method::POST, &format!("/link/{link}"), "", "").await;
    assert!(entered.location().starts_with("/login/code?"), "{}", entered.location());
}

#[tokio::test]
async fn of_whom_it_is_asked_sees_nothing_else_before_it_is_set_up() {
    let house = House::new().await;
    for role in [Role::Expert, Role::Referent] {
        let refused = house.post(role, "/organisation/factor", "of=nobody").await;
        assert_eq!(
            refused.status,
            StatusCode::FORBIDDEN,
            "who may not appoint administrators asks them for nothing"
        );
    }
    assert!(!house.get(Role::Referent, "/organisation").await.body.contains("/organisation/factor"));
    assert_eq!(
        house.post(Role::Administrator, "/organisation/factor", "of=nonsense").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let said = house.post(Role::Administrator, "/organisation/factor", "of=administrators").await;
    assert_eq!(said.location(), "/organisation?done=changed");
    assert_eq!(
        house.get(Role::Expert, "/settings").await.status,
        StatusCode::OK,
        "nobody asks it of an expert"
    );
    for path in ["/", "/inbox", "/settings", "/organisation", "/organisation/journal"] {
        assert_eq!(house.get(Role::Administrator, path).await.location(), "/settings/factor", "{path}");
    }
    let led = house.post(Role::Administrator, "/settings", "name=Autre").await;
    assert_eq!(led.location(), "/settings/factor", "forms too");
    let page = house.get(Role::Administrator, "/settings/factor").await;
    assert!(page.body.contains("vous demande un second facteur") && !page.body.contains("class=\"rail\""));
    set_up(&house, Role::Administrator).await;
    let settings = house.get(Role::Administrator, "/settings").await;
    assert!(settings.body.contains("il ne peut pas être désactivé"));
    house.post(Role::Administrator, "/settings/factor/off", "").await;
    assert!(
        house.get(Role::Administrator, "/settings").await.body.contains("Il reste 10"),
        "it can't be turned off"
    );
    house.post(Role::Administrator, "/organisation/factor", "of=nobody").await;
    let off = house.post(Role::Administrator, "/settings/factor/off", "").await;
    assert_eq!(off.location(), "/settings?done=factor-off");
    assert_eq!(sign_in(&house, Role::Administrator).await.location(), "/settings");
}

#[tokio::test]
async fn an_administrator_takes_the_factor_of_a_lost_phone_away() {
    let house = House::new().await;
    set_up(&house, Role::Expert).await;
    let path = |role| format!("/organisation/colleagues/{}/factor", house.id_of(role));
    assert_eq!(house.post(Role::Specialist, &path(Role::Expert), "").await.status, StatusCode::FORBIDDEN);
    let shown = format!("/organisation/colleagues/{}", house.id_of(Role::Expert));
    assert!(house.get(Role::Administrator, &shown).await.body.contains("Retirer le second facteur"));
    let done = house.post(Role::Administrator, &path(Role::Expert), "").await;
    assert_eq!(done.location(), "/organisation?done=factor-away");
    assert!(
        house.get(Role::Expert, "/settings").await.location().starts_with("/login"),
        "their sessions end"
    );
    assert_eq!(sign_in(&house, Role::Expert).await.location(), "/settings");
    assert_eq!(house.post(Role::Administrator, &path(Role::Expert), "").await.status, StatusCode::NOT_FOUND);
    assert!(
        house.get(Role::Administrator, "/organisation/journal").await.body.contains("second facteur retiré")
    );
    set_up(&house, Role::Administrator).await;
    let oneself = house.post(Role::Administrator, &path(Role::Administrator), "").await;
    assert!(oneself.status.is_client_error(), "one’s own is turned off in the settings: {}", oneself.status);
    assert_eq!(house.app.now(), NOW);
}
