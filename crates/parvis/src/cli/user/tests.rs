//! What the operator does to colleagues.

use super::*;
use crate::store;
use crate::testing::{House, houses};

async fn run(house: &House, command: User, input: &str) -> anyhow::Result<String> {
    carry_out(&house.app, &command, &mut input.as_bytes()).await
}

async fn who(house: &House, email: &str) -> Colleague {
    colleague::by_email(&mut house.app.db.read().await.unwrap(), email).await.unwrap().unwrap()
}

fn add(email: &str, role: &str, desk: &str) -> User {
    let desk = Some(desk.to_owned()).filter(|it| !it.is_empty()).into_iter().collect();
    User::Add(Add { email: email.to_owned(), name: "Régie du soir".to_owned(), role: role.to_owned(), desk })
}

fn email() -> String {
    "ada@musee.example".to_owned()
}

#[tokio::test]
async fn somebody_added_can_sign_in_once_with_the_link_that_is_printed() {
    for house in houses().await {
        let said = run(&house, add("Ada@Musee.example", "specialist", "Care"), "").await.unwrap();
        let it = who(&house, &email()).await;
        assert_eq!((it.role, it.initials.as_str()), (Role::Specialist, "RS"));
        let secret = said.rsplit_once("/link/").unwrap().1;
        let mut conn = house.app.db.read().await.unwrap();
        let link = link::by_digest(&mut conn, &seal::digest(secret)).await.unwrap().unwrap();
        assert_eq!((link.colleague, link.expires_at), (it.id, house.app.now() + DAY));
        assert_eq!(colleague::desks(&mut conn, house.id, it.id).await.unwrap(), [house.desks[0]]);
        drop(conn);
        run(&house, User::Link { email: email() }, "").await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        assert!(link::by_digest(&mut conn, &seal::digest(secret)).await.unwrap().is_none());
        drop(conn);
        assert!(
            run(&house, User::List, "").await.unwrap().contains("specialist         yes      Régie du soir")
        );
    }
}

#[tokio::test]
async fn what_cannot_be_added_is_refused_with_a_reason_and_nothing_is_kept() {
    let house = houses().await.remove(0);
    for (command, said) in [
        (add("ada", "specialist", ""), "no mail address"),
        (add("ada@musee.example", "king", ""), "there is no role “king”; there are: community_manager"),
        (
            add("ada@musee.example", "specialist", "Cellar"),
            "there is no desk “Cellar”; there are: care, press",
        ),
    ] {
        let error = run(&house, command, "").await.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    assert!(
        run(&house, User::Link { email: email() }, "").await.unwrap_err().to_string().contains("user list")
    );
    run(&house, add("ada@musee.example", "expert", ""), "").await.unwrap();
    let error = run(&house, add("ada@musee.example", "expert", ""), "").await.unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
}

#[tokio::test]
async fn a_password_is_set_from_standard_input_when_it_is_good() {
    let house = houses().await.remove(0);
    run(&house, add("ada@musee.example", "expert", ""), "").await.unwrap();
    let password = || User::Password { email: email() };
    for bad in ["", "short\n", "aaaaaaaaaaaaaaaa\n", "ADA@musee.example\n"] {
        assert!(run(&house, password(), bad).await.is_err(), "{bad}");
        assert!(who(&house, &email()).await.password_hash.is_none());
    }
    run(&house, password(), "une phrase assez longue\r\n").await.unwrap();
    let hash = who(&house, &email()).await.password_hash;
    assert!(password::verify("une phrase assez longue".to_owned(), hash).await.unwrap());
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = houses().await.remove(0);
    run(&house, add("ada@musee.example", "administrator", ""), "").await.unwrap();
    let end = |email: &str| User::Deactivate { email: email.to_owned() };
    let error = run(&house, end("ada@musee.example"), "").await.unwrap_err().to_string();
    assert!(error.contains("last administrator"), "{error}");
    run(&house, add("bea@musee.example", "administrator", ""), "").await.unwrap();
    run(&house, end("ada@musee.example"), "").await.unwrap();
    assert!(!who(&house, &email()).await.active);
    let error = run(&house, User::Link { email: email() }, "").await.unwrap_err().to_string();
    assert!(error.contains("has ended"), "{error}");
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_away_and_every_session_ends() {
    for house in houses().await {
        run(&house, add("ada@musee.example", "specialist", "Care"), "").await.unwrap();
        let it = who(&house, &email()).await;
        let error = run(&house, User::RemoveFactor { email: email() }, "").await.unwrap_err().to_string();
        assert!(error.contains("has no second factor"), "{error}");
        let mut conn = house.app.db.write().await.unwrap();
        store::factor::begin(&mut conn, house.id, it.id, b"sealed", 1).await.unwrap();
        store::factor::confirm(&mut conn, house.id, it.id, 2).await.unwrap();
        conn.commit().await.unwrap();
        let said = run(&house, User::RemoveFactor { email: email() }, "").await.unwrap();
        assert!(said.contains("every session was ended"), "{said}");
        let mut conn = house.app.db.read().await.unwrap();
        assert!(!factor::is_on(&mut conn, house.id, it.id).await.unwrap());
    }
}
