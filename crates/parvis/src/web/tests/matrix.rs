//! Every role at every route of the table, and what strangers get.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::House;
use crate::rules::permission::Role;
use crate::web::{Route, routes};

/// The path with its parameters filled in by something that is nowhere.
fn filled(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| {
        if !part.starts_with('{') {
            part.to_owned()
        } else if part.starts_with("{*") {
            "nowhere.css".to_owned()
        } else {
            "019a0000-0000-7000-8000-000000000000".to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn each_role_may_use_the_routes_of_its_rights_and_no_other() {
    let house = House::new().await;
    let mut wrong = Vec::new();
    // Signing out ends the session that the following rows need.
    for route in routes().filter(|route| route.path != "/logout") {
        for role in Role::ALL {
            let cookie = format!("parvis={}", role.as_str());
            // A route's right is the least that any of its forms needs: a draft may be that of a note.
            let answer = house.ask(route.method.clone(), &filled(route), &cookie, "mode=note").await;
            let allowed = route.need.is_none_or(|action| role.may(action));
            let refused = answer.status == StatusCode::FORBIDDEN;
            if allowed == refused || answer.status.is_server_error() {
                wrong.push(format!("{role:?} {} {}: {}", route.method, route.path, answer.status));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_come_back_to_the_page_they_wanted() {
    let house = House::new().await;
    for route in routes().filter(|route| route.need.is_some()) {
        for cookie in ["", "parvis=stolen"] {
            let answer = house.ask(route.method.clone(), &filled(route), cookie, "").await;
            if route.path.starts_with("/api/") {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", route.method, route.path);
            } else {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{} {}", route.method, route.path);
                assert!(answer.location().starts_with("/login"), "{}", answer.location());
            }
        }
    }
    let answer = house.ask(Method::GET, "/settings?a=b&c=d", "", "").await;
    assert_eq!(answer.location(), "/login?next=%2Fsettings%3Fa%3Db%26c%3Dd");
}

#[tokio::test]
async fn every_page_speaks_both_languages_and_shows_names_as_text() {
    let house = House::new().await;
    for route in routes().filter(|route| route.method == Method::GET && !route.path.contains('{')) {
        for (language, mark) in [("fr", "lang=\"fr\""), ("en", "lang=\"en\"")] {
            let cookie = format!("parvis=administrator; language={language}");
            let answer = house.ask(Method::GET, route.path, &cookie, "").await;
            if answer.headers.get(header::CONTENT_TYPE).is_none_or(|it| it != "text/html; charset=utf-8") {
                continue;
            }
            let is_part = !answer.body.trim_start().starts_with("<!doctype html>");
            assert!(is_part || answer.body.contains(mark), "{} in {language}", route.path);
            assert!(!answer.body.contains("<b>administrator</b>"), "{} shows a name as markup", route.path);
            assert!(!answer.body.contains("style=\"") && !answer.body.contains("onclick"), "{}", route.path);
            assert!(!answer.body.contains("Solstice>"), "{} shows the house as markup", route.path);
        }
    }
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_the_page_above_it() {
    let house = House::new().await;
    let is_page = |path: &str| routes().any(|it| it.method == Method::GET && it.path == path);
    let mut without = Vec::new();
    for form in routes().filter(|it| it.method == Method::POST && !is_page(it.path)) {
        let answer = house.get(Role::Administrator, &filled(form)).await;
        if answer.status == StatusCode::METHOD_NOT_ALLOWED {
            without.push(form.path);
            continue;
        }
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", form.path);
        let (above, whole) = (answer.location(), filled(form));
        assert!(whole.starts_with(&format!("{above}/")), "{} leads to {above}", form.path);
        let there = house.get(Role::Administrator, above).await.status;
        assert_ne!(there, StatusCode::METHOD_NOT_ALLOWED, "{} leads to {above}", form.path);
    }
    // What is done from any page, and what no browser asks.
    assert_eq!(without, ["/logout", "/language", "/undo", "/undo/{journal}", "/hooks/{channel}"]);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let house = House::new().await;
    let send = |name: &'static str, value: &'static str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/settings")
            .header(header::HOST, "127.0.0.1:7700")
            .header(header::COOKIE, "parvis=administrator")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value)
            .body(Body::from("name=Autre"));
        house.send(request.unwrap())
    };
    assert_eq!(send("sec-fetch-site", "cross-site").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("sec-fetch-site", "same-site").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("origin", "https://evil.example").await.status, StatusCode::FORBIDDEN);
    assert!(!house.get(Role::Administrator, "/settings").await.body.contains("Autre"));
    assert_eq!(send("sec-fetch-site", "same-origin").await.status, StatusCode::SEE_OTHER);
    assert_eq!(send("origin", "http://127.0.0.1:7700").await.status, StatusCode::SEE_OTHER);
}

/// The log, as lines.
#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn who_is_refused_again_and_again_does_not_fill_the_log() {
    let house = House::new().await;
    let kept = Lines::default();
    let writer = kept.clone();
    let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _here = tracing::subscriber::set_default(log);
    for _ in 0..30 {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/settings")
            .header(header::COOKIE, "parvis=administrator")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        house.send(request.body(Body::from("name=Quelqu%27une")).unwrap()).await;
        house.get(Role::Expert, "/organisation/journal").await;
    }
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let told = |what: &str| text.lines().filter(|it| it.contains(what)).count();
    assert_eq!((told("a form of another site was refused"), told("a right was missing")), (10, 10), "{text}");
    assert!(text.contains("/settings") && text.contains("/organisation/journal"));
    assert!(!text.contains("Quelqu") && !text.contains("solstice"), "nothing personal: {text}");
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers_and_a_reference() {
    let house = House::new().await;
    for path in ["/login", "/nowhere", "/health", "/settings"] {
        let answer = house.get(Role::Administrator, path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self'; object-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "same-origin");
        assert_eq!(answer.headers["x-request-id"].len(), 9);
        assert!(!answer.headers.contains_key("strict-transport-security"), "plain http has no HSTS");
    }
}

#[tokio::test]
async fn what_is_refused_has_a_page_that_says_what_is_safe() {
    let house = House::new().await;
    let missing = house.get(Role::Expert, "/nowhere").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.body.contains("Rien n’est perdu") && missing.body.contains("class=\"rail\""));
    let reference = missing.headers["x-request-id"].to_str().unwrap();
    assert!(missing.body.contains(reference), "the page has the reference of the log");
    let refused = house.get(Role::Expert, "/organisation/journal").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Votre rôle ne permet pas cette action"));
    let method = house.ask(Method::DELETE, "/settings", "parvis=expert", "").await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.body.contains("n’accepte pas ce genre de demande"));
}

#[tokio::test]
async fn hostile_input_is_refused_and_never_a_mistake_of_ours() {
    let house = House::new().await;
    let big = "a".repeat(1_000_000);
    let fields = [
        "name",
        "email",
        "password",
        "old",
        "new",
        "organisation",
        "time_zone",
        "token",
        "scopes",
        "days",
        "role",
        "desks",
        "until",
        "within",
        "unit",
        "to",
        "next",
        "remember",
    ];
    let everything = |value: &str| fields.map(|name| format!("{name}={value}")).join("&");
    let bodies = [
        everything("%FF%FE%C3%28"),
        everything("a%00b"),
        everything("%F0%9F%92%A5%0D%0A"),
        format!("name={big}"),
        everything("99999999999999999999"),
        "%%%=&&&==;".to_owned(),
    ];
    for route in routes().filter(|route| route.method == Method::POST && route.path != "/logout") {
        for body in &bodies {
            let answer = house.post(Role::Administrator, &filled(route), body).await;
            let told = answer.status.is_client_error();
            // The language switch and ending other devices read nothing of it.
            let nothing_read = answer.status == StatusCode::SEE_OTHER;
            assert!(
                told || nothing_read,
                "{} {}: {}",
                route.path,
                &body[..20.min(body.len())],
                answer.status
            );
        }
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(vec![0xff, 0xfe, 0x00, b'=', 0xc3, 0x28]));
    assert!(house.send(request.unwrap()).await.status.is_client_error());
    let raw = Request::builder().uri("/login?next=%FF%00").header(header::COOKIE, "parvis=%FF\u{7f}");
    if let Ok(request) = raw.body(Body::empty()) {
        assert!(!house.send(request).await.status.is_server_error());
    }
    assert_eq!(
        house.get(Role::Administrator, "/organisation/colleagues/nonsense").await.status,
        StatusCode::BAD_REQUEST
    );
}
