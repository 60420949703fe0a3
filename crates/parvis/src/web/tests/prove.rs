//! What is sensitive asks who has signed in a while ago to confirm that it is them.

use axum::http::{Method, StatusCode};

use super::{House, PASSWORD};
use crate::clock::{MINUTE, SECOND};
use crate::rules::permission::Role;
use crate::store;

const TOKEN: &str = "name=Tableau+%C3%A9t%C3%A9&scopes=read&scopes=write&days=30";

async fn tokens(house: &House, role: Role) -> usize {
    let mut conn = house.app.db.read().await.unwrap();
    store::token::of_colleague(&mut conn, house.organisation, house.id_of(role)).await.unwrap().len()
}

#[tokio::test]
async fn a_token_is_made_at_once_only_by_who_proved_it_a_short_while_ago() {
    let house = House::new().await;
    house.app.clock.advance(10 * MINUTE - SECOND);
    assert_eq!(house.post(Role::Expert, "/settings/tokens", TOKEN).await.status, StatusCode::CREATED);
    house.app.clock.advance(SECOND);
    let asked = house.post(Role::Expert, "/settings/tokens", TOKEN).await;
    assert_eq!((asked.status, tokens(&house, Role::Expert).await), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    assert!(asked.body.contains("Confirmez que c’est bien vous"));
    assert!(asked.body.contains("name=\"name\" value=\"Tableau été\""), "the form is kept: {}", asked.body);
    assert!(
        asked.body.contains("name=\"scopes\" value=\"write\"") && asked.body.contains("href=\"/settings\"")
    );
    let wrong = house.post(Role::Expert, "/settings/tokens", &format!("{TOKEN}&proof=pas+le+bon")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && !wrong.body.contains("pas le bon"));
    assert_eq!(tokens(&house, Role::Expert).await, 1);
    let right = format!("{TOKEN}&proof={}", PASSWORD.replace(' ', "+"));
    let made = house.post(Role::Expert, "/settings/tokens", &right).await;
    assert_eq!((made.status, tokens(&house, Role::Expert).await), (StatusCode::CREATED, 2));
    assert_eq!(
        house.post(Role::Expert, "/settings/tokens", TOKEN).await.status,
        StatusCode::CREATED,
        "it is remembered"
    );
}

#[tokio::test]
async fn proofs_are_guessed_no_faster_than_passwords() {
    let house = House::new().await;
    house.app.clock.advance(11 * MINUTE);
    let send = |proof: String| {
        let form = format!("{TOKEN}&proof={proof}");
        let house = &house;
        async move { house.post(Role::Expert, "/settings/tokens", &form).await.status }
    };
    for _ in 0..8 {
        assert_eq!(send("faux".to_owned()).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(send(PASSWORD.replace(' ', "+")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(tokens(&house, Role::Expert).await, 0);
}

#[tokio::test]
async fn what_is_sensitive_asks_and_what_isnt_does_not() {
    let house = House::new().await;
    house.app.clock.advance(11 * MINUTE);
    let sensitive: Vec<&str> = crate::web::routes().filter(|it| it.proof).map(|it| it.path).collect();
    for needed in [
        "/settings/tokens",
        "/settings/factor",
        "/settings/factor/confirm",
        "/settings/factor/off",
        "/organisation/colleagues/{id}",
        "/channels/{id}/secret",
    ] {
        assert!(sensitive.contains(&needed), "{needed}");
    }
    for path in sensitive {
        let path = path.replace("{id}", "019a0000-0000-7000-8000-000000000000").replace("{kind}", "mastodon");
        let asked = house.post(Role::Administrator, &path, "").await;
        assert!(asked.body.contains("Confirmez que c’est bien vous"), "{path}: {}", asked.status);
        // Who lacks the right hears of that first.
        let expert = house.post(Role::Expert, &path, "").await;
        assert_eq!(expert.status == StatusCode::FORBIDDEN, !path.starts_with("/settings"), "{path}");
    }
    assert_eq!(house.post(Role::Expert, "/settings", "name=Autre").await.status, StatusCode::SEE_OTHER);
    let stranger = house.ask(Method::POST, "/settings/tokens", "", TOKEN).await;
    assert_eq!(stranger.location(), "/login");
}
