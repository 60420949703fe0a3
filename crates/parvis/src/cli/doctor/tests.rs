//! What the doctor finds on installations that were broken on purpose.

use super::*;
use crate::app::App;
use crate::testing::{START, houses};

async fn examined(config: &Config, key: Option<&str>, now: i64) -> Vec<Finding> {
    let mut findings = Findings::default();
    examine(&mut findings, config, key, now, &Doctor::default()).await;
    findings.0
}

fn problems(findings: &[Finding]) -> Vec<String> {
    let problems = findings.iter().filter(|it| it.state == State::Problem);
    problems.map(|it| format!("{}: {} → {}", it.what, it.found, it.mend)).collect()
}

/// An installation that a first start has made, on a port that nobody has.
async fn installation() -> (Config, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let data = folder.path().to_owned();
    let (listen, public_url) = (free.to_string(), format!("http://{free}"));
    let config = Config { data, listen, public_url, ..Config::default() };
    let app = App::open(config.clone(), Clock::fixed(START)).await.unwrap();
    app.db.close().await;
    (config, folder)
}

#[tokio::test]
async fn a_healthy_installation_has_no_problem() {
    let (config, _folder) = installation().await;
    let findings = examined(&config, None, START).await;
    assert!(problems(&findings).is_empty(), "{:?}", problems(&findings));
    assert!(findings.iter().any(|it| it.what == "set-up" && it.state == State::Notice));
    let fresh = Config { data: config.data.join("not-yet"), ..config };
    assert!(problems(&examined(&fresh, None, START).await).is_empty());
    assert!(!fresh.data.exists(), "looking makes nothing");
}

#[tokio::test]
async fn each_thing_that_is_broken_is_named_with_what_mends_it() {
    let (good, folder) = installation().await;
    let file = folder.path().join("file");
    std::fs::write(&file, "no database").unwrap();
    let with = |change: fn(&mut Config)| {
        let mut config = good.clone();
        change(&mut config);
        config
    };
    let in_file = Config { data: file.clone(), ..good.clone() };
    let no_database = Config { database: format!("sqlite:{}", file.display()), ..good.clone() };
    for (config, now, said) in [
        (
            with(|it| it.encoder = it.data.join("file")),
            START,
            "isn't multilingual-e5-small in four bits (e5-small-q4.bin), or it is cut short; messages are read by",
        ),
        (
            with(|it| it.public_url = "http://parvis.example".to_owned()),
            START,
            "public_url: http://parvis.example sends",
        ),
        (
            with(|it| it.public_url = "http://localhost:1".to_owned()),
            START,
            "public_url: http://localhost:1, but",
        ),
        (with(|it| it.listen = "192.0.2.1:80".to_owned()), START, "listen: 192.0.2.1:80: "),
        (in_file, START, "can't be written"),
        (with(|_| {}), 0, "clock: the machine's clock is far behind"),
        (no_database, START, "database: sqlite:"),
        (with(|it| it.database = "mysql://x/y".to_owned()), START, "no database address"),
        (
            with(|it| it.database = "postgresql://u:secret@127.0.0.1:1/p".to_owned()),
            START,
            "port 1 doesn't answer",
        ),
        (with(|it| it.database = "postgresql://u@nowhere.invalid/p".to_owned()), START, "nowhere.invalid"),
    ] {
        let found = problems(&examined(&config, None, now).await).join("\n");
        assert!(found.contains(said), "{said}: {found}");
        assert!(!found.contains("secret@"), "{found}");
    }
}

#[tokio::test]
async fn a_house_with_a_wrong_key_and_a_deaf_channel_is_told_so() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        it.secret = Some(house.app.seal.seal(b"token", it.id.0.as_bytes()).unwrap());
        channel::update(&mut conn, house.id, &it).await.unwrap();
        let health = channel::Health {
            failing_since: Some(1),
            error_code: Some("unauthorized".to_owned()),
            error_text: Some("the token was revoked".to_owned()),
            ..channel::Health::default()
        };
        channel::set_health(&mut conn, house.id, it.id, &health).await.unwrap();
        let mut findings = Findings::default();
        let wrong = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
        look_at_house(&mut findings, &mut conn, &house.app.config, Some(wrong), START).await.unwrap();
        let found = problems(&findings.0).join("\n");
        for said in [
            "seal key: doesn't open the secrets of: Compte principal → put back the seal.key",
            "channel: Compte principal: the token was revoked (unauthorized)",
        ] {
            assert!(found.contains(said), "{said}: {found}");
        }
        let mut findings = Findings::default();
        let right = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        look_at_house(&mut findings, &mut conn, &house.app.config, Some(right), START).await.unwrap();
        assert_eq!(problems(&findings.0).len(), 1, "only the channel: {:?}", problems(&findings.0));
    }
}

#[tokio::test]
async fn counters_that_differ_are_told_without_a_deep_look() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let place = counter::Place { state: "open".to_owned(), desk: house.desks[0], assignee: None };
        counter::shift(&mut conn, house.id, None, Some(&place)).await.unwrap();
        conn.commit().await.unwrap();
        let mut findings = Findings::default();
        let (db, config, how) = (&house.app.db, &house.app.config, Doctor::default());
        examine_database(&mut findings, db, config, None, START, &how).await.unwrap();
        let found = problems(&findings.0).join("\n");
        assert!(
            found.contains("counters: 1 differ from the conversations → run `parvis doctor --mend`"),
            "{found}"
        );
    }
}

#[tokio::test]
async fn secrets_sealed_with_a_former_key_and_former_keys_that_are_kept_are_told() {
    for house in houses().await {
        let (old, new) =
            ("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        it.secret = Some(house.app.seal.seal(b"token", it.id.0.as_bytes()).unwrap());
        channel::update(&mut conn, house.id, &it).await.unwrap();
        for (keys, state, said) in [
            (old.to_owned(), State::Good, "opens every secret"),
            (format!("{new} {old}"), State::Notice, "1 of 1 secrets are still sealed with a former key"),
            (format!("{old} {new}"), State::Notice, "1 former keys are kept"),
            (new.to_owned(), State::Problem, "doesn't open the secrets of: Compte principal"),
        ] {
            let mut findings = Findings::default();
            look_at_house(&mut findings, &mut conn, &house.app.config, Some(&keys), START).await.unwrap();
            let found = findings.0.iter().find(|it| it.what == "seal key").unwrap();
            assert_eq!((found.state, found.found.as_str()), (state, said));
        }
    }
}
