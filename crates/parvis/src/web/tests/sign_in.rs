//! Passwords, sessions, links, tokens, the set-up and who appoints whom.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::{House, NOW, PASSWORD};
use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::config::Config;
use crate::rules::permission::Role;
use crate::seal;
use crate::store;
use crate::store::link::Link;
use crate::web::session::{IDLE, REMEMBERED};

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[tokio::test]
async fn the_right_password_opens_a_session_and_the_wrong_one_does_not() {
    let house = House::new().await;
    let wrong = form(&[("email", "expert@solstice.exemple"), ("password", "pas le bon mot")]);
    let answer = house.ask(Method::POST, "/login", "", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("ne correspond pas") && !answer.headers.contains_key(header::SET_COOKIE));
    let unknown = form(&[("email", "nobody@solstice.exemple"), ("password", PASSWORD)]);
    let answer = house.ask(Method::POST, "/login", "", &unknown).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("ne correspond pas"), "the same words whether or not the address is known");
    let right = form(&[
        ("email", " Expert@Solstice.exemple "),
        ("password", PASSWORD),
        ("next", "/settings"),
        ("remember", "1"),
    ]);
    let answer = house.ask(Method::POST, "/login", "", &right).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/settings"));
    let line = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        line.starts_with("parvis=") && line.contains("HttpOnly; SameSite=Lax; Max-Age=7776000"),
        "{line}"
    );
    let secret = answer.cookie();
    let settings = house.ask(Method::GET, "/settings", &secret, "").await;
    assert_eq!(settings.status, StatusCode::OK);
    let out = house.ask(Method::POST, "/logout", &secret, "").await;
    assert_eq!((out.location(), &out.headers["clear-site-data"]), ("/login", &"\"cache\"".parse().unwrap()));
    assert_eq!(house.ask(Method::GET, "/settings", &secret, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let house = House::new().await;
    let asked =
        form(&[("email", "expert@solstice.exemple"), ("password", PASSWORD), ("next", "//evil.example")]);
    assert_eq!(house.ask(Method::POST, "/login", "", &asked).await.location(), "/");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_page_says_how_long() {
    let house = House::new().await;
    let wrong = form(&[("email", "expert@solstice.exemple"), ("password", "pas le bon mot")]);
    for _ in 0..8 {
        let answer = house.ask(Method::POST, "/login", "", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = house.ask(Method::POST, "/login", "", &wrong).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers[header::RETRY_AFTER], "60");
    assert!(answer.body.contains("Réessayez dans 1\u{A0}min"), "{}", answer.body);
    let right = form(&[("email", "expert@solstice.exemple"), ("password", PASSWORD)]);
    assert_eq!(house.ask(Method::POST, "/login", "", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    house.app.clock.advance(MINUTE);
    assert_eq!(house.ask(Method::POST, "/login", "", &right).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_when_access_ends() {
    let house = House::new().await;
    house.app.clock.advance(IDLE - MINUTE);
    assert_eq!(house.get(Role::Expert, "/settings").await.status, StatusCode::OK);
    house.app.clock.advance(IDLE - MINUTE);
    assert_eq!(house.get(Role::Expert, "/settings").await.status, StatusCode::OK, "use keeps it");
    assert_eq!(house.get(Role::Creative, "/settings").await.status, StatusCode::SEE_OTHER, "idle");
    for _ in 0..((REMEMBERED - 2 * IDLE) / DAY) {
        house.app.clock.advance(DAY);
        house.get(Role::Referent, "/settings").await;
        house.get(Role::Expert, "/settings").await;
    }
    house.app.clock.advance(DAY);
    assert_eq!(house.get(Role::Expert, "/settings").await.status, StatusCode::SEE_OTHER, "old");

    let house = House::new().await;
    let mut conn = house.app.db.write().await.unwrap();
    let id = house.id_of(Role::External);
    let mut external = store::colleague::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
    external.access_ends_at = Some(NOW + DAY);
    store::colleague::update(&mut conn, &external).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(house.get(Role::External, "/settings").await.status, StatusCode::OK);
    house.app.clock.advance(DAY);
    assert_eq!(house.get(Role::External, "/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_survives_previews_signs_in_once_and_then_says_so() {
    let house = House::new().await;
    let secret = seal::secret().unwrap();
    let link = Link {
        organisation: house.organisation,
        digest: seal::digest(&secret),
        colleague: house.id_of(Role::Expert),
        created_at: NOW,
        expires_at: NOW + DAY,
        used_at: None,
    };
    let mut conn = house.app.db.write().await.unwrap();
    store::link::insert(&mut conn, &link).await.unwrap();
    conn.commit().await.unwrap();
    let path = format!("/link/{secret}");
    for _ in 0..3 {
        assert_eq!(house.ask(Method::GET, &path, "", "").await.status, StatusCode::OK);
    }
    let used = house.ask(Method::POST, &path, "", "").await;
    assert_eq!((used.status, used.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(house.ask(Method::GET, "/settings", &used.cookie(), "").await.status, StatusCode::OK);
    let again = house.ask(Method::POST, &path, "", "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.body.contains("Ce lien ne sert plus"));
    assert_eq!(house.ask(Method::GET, "/link/nonsense", "", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_password_signs_the_other_devices_out() {
    let house = House::new().await;
    let right = form(&[("email", "expert@solstice.exemple"), ("password", PASSWORD)]);
    let other = house.ask(Method::POST, "/login", "", &right).await.cookie();
    let refused = form(&[("old", "pas le bon mot"), ("new", "cinq mots encore mieux choisis")]);
    let answer = house.post(Role::Expert, "/settings/password", &refused).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let change = form(&[("old", PASSWORD), ("new", "cinq mots encore mieux choisis")]);
    let answer = house.post(Role::Expert, "/settings/password", &change).await;
    assert_eq!(answer.location(), "/settings?done=password");
    assert_eq!(house.get(Role::Expert, "/settings").await.status, StatusCode::OK);
    assert_eq!(house.ask(Method::GET, "/settings", &other, "").await.status, StatusCode::SEE_OTHER);
    let new = form(&[("email", "expert@solstice.exemple"), ("password", "cinq mots encore mieux choisis")]);
    assert_eq!(house.ask(Method::POST, "/login", "", &new).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_is_shown_once_and_opens_no_page() {
    let house = House::new().await;
    let asked = "name=Tableau&scopes=read&scopes=write&days=30";
    let made = house.post(Role::Expert, "/settings/tokens", asked).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let secret = made.body.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(secret.starts_with("parvis_") && secret.len() == 50, "{secret}");
    let settings = house.get(Role::Expert, "/settings").await.body;
    assert!(settings.contains("Tableau") && !settings.contains(secret));
    let request =
        Request::builder().uri("/settings").header(header::AUTHORIZATION, format!("Bearer {secret}"));
    let answer = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "pages take sessions only");
    let mut conn = house.app.db.read().await.unwrap();
    let kept = store::token::by_digest(&mut conn, &seal::digest(secret)).await.unwrap().unwrap();
    assert_eq!(kept.expires_at, Some(NOW + 30 * DAY));
}

#[tokio::test]
async fn the_house_is_set_up_once_and_only_with_the_printed_token() {
    let house = House::empty().await;
    assert_eq!(house.ask(Method::GET, "/settings", "", "").await.location(), "/setup");
    assert_eq!(house.ask(Method::GET, "/setup?token=guess", "", "").await.status, StatusCode::FORBIDDEN);
    let token = house.app.setup.issue().unwrap();
    let fields = |token: &str, zone: &str| {
        form(&[
            ("token", token),
            ("organisation", "Cinémas Solstice"),
            ("time_zone", zone),
            ("language", "fr"),
            ("name", "Responsable communauté"),
            ("email", "Resp@Solstice.exemple"),
            ("password", PASSWORD),
        ])
    };
    let guess = house.ask(Method::POST, "/setup", "", &fields("guess", "Europe/Paris")).await;
    assert_eq!(guess.status, StatusCode::FORBIDDEN);
    let nowhere = house.ask(Method::POST, "/setup", "", &fields(&token, "Europe/Nowhere")).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nowhere.body.contains("Ce fuseau n’existe pas") && !nowhere.body.contains(PASSWORD));
    let done = house.ask(Method::POST, "/setup", "", &fields(&token, "Europe/Paris")).await;
    assert_eq!(done.location(), "/channels");
    let organisation = house.ask(Method::GET, "/organisation", &done.cookie(), "").await.body;
    assert!(organisation.contains("Relation client") && organisation.contains("Marque employeur"));
    assert!(organisation.contains("30\u{A0}min"));
    let again = house.ask(Method::POST, "/setup", "", &fields(&token, "Europe/Paris")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let journal = house.ask(Method::GET, "/organisation/journal", &done.cookie(), "").await.body;
    assert!(journal.contains("organisation créée") && journal.contains("bureau créé"));
}

#[tokio::test]
async fn an_invited_colleague_enters_by_the_link_and_chooses_a_password() {
    let house = House::new().await;
    let desk = house.desk.to_string();
    let asked = form(&[
        ("name", "Agence Halte"),
        ("email", "halte@agence.exemple"),
        ("role", "external"),
        ("desks", &desk),
        ("until", "2026-12-31"),
    ]);
    let made = house.post(Role::Referent, "/organisation/invite", &asked).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let path = made.body.split("http://127.0.0.1:7700").nth(1).unwrap().split('<').next().unwrap();
    let entered = house.ask(Method::POST, path, "", "").await;
    assert_eq!(entered.location(), "/settings?done=welcome");
    let organisation = house.ask(Method::GET, "/organisation", &entered.cookie(), "").await.body;
    assert!(organisation.contains("fin le 31\u{A0}décembre, 42\u{A0}j"), "{organisation}");
    let twice = house.post(Role::Referent, "/organisation/invite", &asked).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_contract_that_begins_later_is_said_and_its_link_waits_for_it() {
    let house = House::new().await;
    let asked = |from: &str| {
        form(&[
            ("name", "Agence Halte"),
            ("email", "halte@agence.exemple"),
            ("role", "external"),
            ("from", from),
            ("until", "2026-12-31"),
        ])
    };
    for bad in ["2027-01-01", "demain"] {
        let refused = house.post(Role::Referent, "/organisation/invite", &asked(bad)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(refused.body.contains("id=\"e-from\""), "{bad}");
    }
    let made = house.post(Role::Referent, "/organisation/invite", &asked("2026-12-01")).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(
        made.body.contains("value=\"2026-12-01\"") && made.body.contains("à partir du 1ᵉʳ\u{A0}décembre")
    );
    let path = made.body.split("http://127.0.0.1:7700").nth(1).unwrap().split('<').next().unwrap();
    let early = house.ask(Method::GET, path, "", "").await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert!(early.body.contains("Ce lien s’ouvre le 1ᵉʳ\u{A0}décembre."));
    assert_eq!(house.ask(Method::POST, path, "", "").await.status, StatusCode::NOT_FOUND);
    house.app.clock.advance(12 * DAY);
    assert_eq!(house.ask(Method::GET, path, "", "").await.status, StatusCode::OK, "it wasn't used up");
    assert_eq!(house.ask(Method::POST, path, "", "").await.location(), "/settings?done=welcome");
}

#[tokio::test]
async fn ending_access_signs_out_at_once_and_nobody_ends_their_own() {
    let house = House::new().await;
    let expert = house.id_of(Role::Expert);
    let path = format!("/organisation/colleagues/{expert}/end");
    assert_eq!(house.post(Role::Referent, &path, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.get(Role::Expert, "/settings").await.status, StatusCode::SEE_OTHER);
    let path = format!("/organisation/colleagues/{expert}/open");
    assert_eq!(house.post(Role::Referent, &path, "").await.status, StatusCode::SEE_OTHER);
    let boss = house.id_of(Role::Administrator);
    let path = format!("/organisation/colleagues/{boss}/end");
    assert_eq!(house.post(Role::Administrator, &path, "").await.status, StatusCode::CONFLICT);
    assert_eq!(house.post(Role::Referent, &path, "").await.status, StatusCode::FORBIDDEN);
    let link = format!("/organisation/colleagues/{boss}/link");
    assert_eq!(house.post(Role::Referent, &link, "").await.status, StatusCode::FORBIDDEN);
    let raise = form(&[("name", "Expert"), ("email", "e@solstice.exemple"), ("role", "administrator")]);
    let path = format!("/organisation/colleagues/{expert}");
    assert_eq!(house.post(Role::Referent, &path, &raise).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_desk_s_target_is_changed_and_written_in_the_journal() {
    let house = House::new().await;
    let path = format!("/organisation/desks/{}", house.desk);
    let changed = house.post(Role::Administrator, &path, "name=Clients&within=45&unit=minute").await;
    assert_eq!(changed.location(), "/organisation?done=desk");
    let shown = house.get(Role::Expert, "/organisation").await.body;
    assert!(shown.contains("Clients") && shown.contains("45\u{A0}min"));
    let refused = house.post(Role::Administrator, &path, "name=Clients&within=0&unit=minute").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let journal = house.get(Role::Referent, "/organisation/journal").await.body;
    assert!(journal.contains("bureau modifié"));
    let office = [("day0", "9-18"), ("day1", "9:00-18:00"), ("day4", "9 h-12 h 30, 14-18"), ("urgent", "15")];
    let fields = |days: &[(&str, &str)]| {
        let plain = [
            ("name", "Clients"),
            ("within", "45"),
            ("unit", "minute"),
            ("urgent_unit", "minute"),
            ("when", "week"),
        ];
        form(&[&plain, days].concat())
    };
    assert_eq!(
        house.post(Role::Administrator, &path, &fields(&office)).await.location(),
        "/organisation?done=desk"
    );
    let shown = house.get(Role::Expert, "/organisation").await.body;
    assert!(shown.contains("lundi–mardi 9\u{A0}h\u{A0}00–18\u{A0}h\u{A0}00 · vendredi 9"), "{shown}");
    let kept = house.get(Role::Administrator, &path).await.body;
    assert!(
        kept.contains("value=\"9:00-12:30, 14:00-18:00\"") && kept.contains("name=\"urgent\" value=\"15\"")
    );
    let refused = house.post(Role::Administrator, &path, &fields(&[("day2", "18-9")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"e-day2\"") && refused.body.contains("value=\"18-9\""));
    let new = house.post(Role::Administrator, "/organisation/desks/new", &fields(&office)).await;
    assert_eq!(new.location(), "/organisation?done=desk");
    assert_eq!(
        house.get(Role::Expert, "/organisation").await.body.matches("<h3>").count(),
        1,
        "who sees one desk"
    );
}

#[tokio::test]
async fn a_form_that_was_on_its_way_gives_no_ended_access_back() {
    let house = House::new().await;
    let id = house.id_of(Role::External);
    for (path, fields) in [
        ("/settings", form(&[("name", "Toujours là")])),
        ("/language", form(&[("to", "en")])),
        ("/settings/password", form(&[("old", PASSWORD), ("new", "quatre mots pris au hasard")])),
    ] {
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = store::colleague::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
        it.active = true;
        store::colleague::update(&mut conn, &it).await.unwrap();
        conn.commit().await.unwrap();
        let app = house.app.clone();
        // Who asks has been read by the time the form arrives; between the two, access ends.
        let late = futures_util::stream::once(async move {
            let mut conn = app.db.write().await.unwrap();
            store::colleague::update(&mut conn, &store::colleague::Colleague { active: false, ..it })
                .await
                .unwrap();
            conn.commit().await.unwrap();
            Ok::<_, std::convert::Infallible>(fields)
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "127.0.0.1:7700")
            .header(header::COOKIE, format!("parvis={}", Role::External.as_str()))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        house.send(request.body(Body::from_stream(late)).unwrap()).await;
        let mut conn = house.app.db.read().await.unwrap();
        let after = store::colleague::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
        assert!(!after.active, "{path} gave access back");
    }
}

#[tokio::test]
async fn a_house_behind_https_says_so_for_a_year_with_its_subdomains() {
    let mut house = House::new().await;
    let config = Config { public_url: "https://parvis.example".to_owned(), ..house.app.config.clone() };
    let (db, clock, seal) = (house.app.db.clone(), house.app.clock.clone(), house.app.seal.clone());
    house.router = crate::web::router(Arc::new(App::new(config, db, clock, seal).unwrap()));
    let right = form(&[("email", "expert@solstice.exemple"), ("password", PASSWORD)]);
    let answer = house.ask(Method::POST, "/login", "", &right).await;
    let line = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        line.starts_with("__Host-parvis=") && line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{line}"
    );
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
}
