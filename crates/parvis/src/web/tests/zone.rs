//! Two clocks on the pages: somebody in Montréal, the house in Paris.

use axum::http::StatusCode;

use super::House;
use crate::rules::permission::Role;
use crate::store;

async fn settings(house: &House, role: Role, zone: &str) -> super::Answer {
    let form = format!("name=Camille&language=fr&theme=&shortcuts=1&time_zone={}", zone.replace('/', "%2F"));
    house.post(role, "/settings", &form).await
}

#[tokio::test]
async fn a_zone_is_chosen_refused_and_given_back_and_what_was_typed_stays() {
    let house = House::new().await;
    let role = Role::Expert;
    let refused = settings(&house, role, "Europe/Lutece").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Ce fuseau n’existe pas") && refused.body.contains("value=\"Europe/Lutece\"")
    );
    assert_eq!(settings(&house, role, "Asia/Kolkata").await.location(), "/settings?done=profile");
    let page = house.get(role, "/settings").await.body;
    assert!(page.contains("value=\"Asia/Kolkata\"") && page.contains("<option value=\"America/Montreal\">"));
    assert!(house.get(role, "/calendar").await.body.contains("Kolkata"));
    assert_eq!(settings(&house, role, "").await.location(), "/settings?done=profile");
    assert!(!house.get(role, "/calendar").await.body.contains("Kolkata"));
    let mut conn = house.app.db.read().await.unwrap();
    let own = store::colleague::get(&mut conn, house.organisation, house.id_of(role)).await.unwrap().unwrap();
    assert_eq!(own.time_zone, None);
}

#[tokio::test]
async fn a_post_is_planned_on_the_writers_clock_and_read_on_each_readers() {
    let house = House::new().await;
    let (there, here) = (Role::CommunityManager, Role::Administrator);
    settings(&house, there, "America/Montreal").await;
    // The hour that Montréal leaves out in March is none, though Paris has it.
    let gone = house.post(there, "/speak", "title=Rien&at=2027-03-14T02%3A30").await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Tuesday evening in Montréal is Wednesday 2 December in Paris.
    let made = house.post(there, "/speak", "title=Aurore&at=2026-12-01T19%3A15").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let path = made.location().split('?').next().unwrap().to_owned();
    let kept = |page: &str| page.replace('\u{A0}', " ");
    let own = kept(&house.get(there, &path).await.body);
    assert!(own.contains("mardi 1ᵉʳ décembre") && own.contains("19 h 15"), "{own}");
    assert!(own.contains("mercredi 2 décembre, 1 h 15 à Paris") && own.contains("(+6 h)"), "{own}");
    assert!(own.contains("value=\"2026-12-01T19:15\""), "the field takes the reader's hour");
    let other = kept(&house.get(here, &path).await.body);
    assert!(other.contains("mercredi 2 décembre") && other.contains("1 h 15") && !other.contains("à Paris"));
    assert!(other.contains("value=\"2026-12-02T01:15\""));
    let day = |page: &str, date: &str| {
        let from = page.split_once(&format!("data-day=\"{date}\"")).unwrap().1;
        from.split("data-day=").next().unwrap().to_owned()
    };
    let calendar = "/calendar?view=week&at=2026-12-02";
    let own = kept(&house.get(there, calendar).await.body);
    let tuesday = day(&own, "2026-12-01");
    assert!(tuesday.contains("Aurore") && tuesday.contains("data-clock=\"19:15\""), "{tuesday}");
    assert!(tuesday.contains("1 h 15 à Paris"), "{tuesday}");
    let other = kept(&house.get(here, calendar).await.body);
    assert!(
        day(&other, "2026-12-02").contains("data-clock=\"01:15\"")
            && !day(&other, "2026-12-01").contains("Aurore")
    );
    let mut conn = house.app.db.read().await.unwrap();
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let post = store::post::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
    let due = jiff::Timestamp::from_microsecond(post.due_at.unwrap()).unwrap();
    assert_eq!(due.to_string(), "2026-12-02T00:15:00Z");
}

#[tokio::test]
async fn what_the_house_keeps_to_stays_on_its_clock_and_says_so() {
    let house = House::new().await;
    let (there, here) = (Role::CommunityManager, Role::Administrator);
    settings(&house, there, "America/Montreal").await;
    // Christmas stands on its own date, and an evening before it is on it in Paris.
    let page = house.get(there, "/calendar?view=month&at=2026-12-01").await.body;
    let eve = page.split_once("data-day=\"2026-12-24\"").unwrap().1.split('>').next().unwrap().to_owned();
    assert!(
        eve.contains("data-turn=\"18:00\" data-early=\"\" data-late=\"") && eve.contains("Noël"),
        "{eve}"
    );
    assert!(!house.get(here, "/calendar?view=month&at=2026-12-01").await.body.contains("data-turn"));
    for path in ["/speak/slots", "/launches/new", "/launches", "/calendar/import", "/"] {
        let said = |page: &str| page.contains("À l’heure de l’organisation");
        assert!(said(&house.get(there, path).await.body), "{path}");
        assert!(!said(&house.get(here, path).await.body), "{path}");
    }
    // A launch that is typed from Montréal keeps its day and its hour of Paris.
    let form =
        format!("name=Nebula&kind=event&day=2026-12-03&hour=01%3A00&owner={}&version=0", house.id_of(there));
    let made = house.post(there, "/launches", &form).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let list = house.get(there, "/launches").await.body.replace('\u{A0}', " ");
    assert!(list.contains("jeudi 3 décembre, 1 h 00"), "{list}");
    // In the calendar it stands at its moment, with both hours.
    let week = house.get(there, "/calendar?view=week&at=2026-12-02").await.body.replace('\u{A0}', " ");
    let wednesday =
        week.split_once("data-day=\"2026-12-02\"").unwrap().1.split("data-day=").next().unwrap().to_owned();
    assert!(
        wednesday.contains("Nebula") && wednesday.contains("19 h 00") && wednesday.contains("1 h 00 à Paris"),
        "{wednesday}"
    );
}
