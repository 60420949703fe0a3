//! Histories played again, with chance in them: one alert for one event, none on quiet days.

use super::*;
use crate::testing::START;

/// Chance from a seed (xorshift, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(most).unwrap()).unwrap()
    }
}

const TEXTS: [&str; 6] = [
    "Bonjour, à quelle heure ouvrez-vous demain ?",
    "Superbe séance hier soir, merci à toute l’équipe",
    "La billetterie accepte-t-elle les chèques vacances ?",
    "Le film de jeudi est-il sous-titré ?",
    "Il faisait froid en salle 4",
    "J’ai perdu une écharpe grise au balcon",
];

/// `days` days that end at the start, a message each half hour by day and each three hours by night, of many people.
fn ordinary(days: i64) -> Vec<Observation> {
    let mut chance = Chance(41);
    let mut all = Vec::new();
    let mut at = -days * 86_400;
    while at < 0 {
        let hour = (at.rem_euclid(86_400) / 3_600 + 8) % 24;
        let text = TEXTS[chance.below(6).unsigned_abs() as usize];
        all.push(said_by(100 + chance.below(400), &format!("q{}", all.len()), text, at));
        at += 300 + chance.below(if (7..23).contains(&hour) { 3_000 } else { 18_000 });
    }
    all
}

async fn watch(house: &House, name: &str, query: &str) -> WatchId {
    let wanted = Wanted { name, query, folder: "", sensitivity: "balanced", tag: "" };
    command::watch::save(&house.app, &house.manager, None, wanted).await.unwrap()
}

/// Sets the clock so many seconds after the start, hears what was said by then, and looks.
async fn play(house: &House, lookout: &mut Lookout, said: &[Observation], minutes: i64) {
    let from = house.app.now();
    for step in 0..minutes / 10 {
        let (from, to) = (from + step * 10 * MINUTE, from + (step + 1) * 10 * MINUTE);
        house.app.clock.advance(10 * MINUTE);
        let now: Vec<Observation> = said
            .iter()
            .filter(|it| it.occurred_at.is_some_and(|at| (from..to).contains(&at)))
            .cloned()
            .collect();
        if !now.is_empty() {
            house.hear(&now).await;
        }
        lookout.step(&house.app).await.unwrap();
    }
}

/// Alerts about what is said.
async fn rises(house: &House) -> Vec<Alert> {
    all(house).await.into_iter().filter(|it| it.kind.is_rise()).collect()
}

/// What is ordinary, moved so many days ahead.
fn later(days: i64, prefix: &str) -> Vec<Observation> {
    let move_on = |mut it: Observation| {
        it.remote_id = format!("{prefix}{}", it.remote_id);
        it.occurred_at = it.occurred_at.map(|at| at + days * DAY);
        it.version_at = it.occurred_at;
        it
    };
    ordinary(days).into_iter().map(move_on).collect()
}

#[tokio::test]
async fn quiet_days_raise_nothing() {
    for house in houses().await {
        watch(&house, "Billetterie", "billetterie").await;
        watch(&house, "Salles", "salle* OR froid").await;
        house.hear(&ordinary(10)).await;
        work::fill::step(&house.app).await.unwrap();
        let mut lookout = Lookout::default();
        play(&house, &mut lookout, &later(1, "l"), 14 * 60).await;
        assert_eq!(rises(&house).await, []);
    }
}

#[tokio::test]
async fn one_who_writes_forty_times_and_four_who_write_at_once_are_no_alert() {
    for house in houses().await {
        watch(&house, "Billetterie", "billetterie").await;
        house.hear(&ordinary(10)).await;
        work::fill::step(&house.app).await.unwrap();
        let text = |i| format!("Billetterie fermée, encore et toujours, numéro {i}");
        house
            .hear(
                &(0..40).map(|i| said_by(7, &format!("t{i}"), &text(i), -1_200 + i * 29)).collect::<Vec<_>>(),
            )
            .await;
        house
            .hear(&(0..4).map(|i| said_by(i, &format!("f{i}"), &text(i), -60 + i)).collect::<Vec<_>>())
            .await;
        look(&house).await;
        assert_eq!(rises(&house).await, []);
    }
}

#[tokio::test]
async fn a_slow_burn_is_one_alert_that_ends_after_it() {
    for house in houses().await {
        let id = watch(&house, "Salles", "salle*").await;
        house.hear(&ordinary(10)).await;
        work::fill::step(&house.app).await.unwrap();
        // One more each six minutes for six hours, on top of what is ordinary.
        let burn =
            |i: i64| said_by(1_000 + i, &format!("s{i}"), "Il fait encore froid dans cette salle", i * 360);
        let mut history: Vec<Observation> = (0..60).map(burn).collect();
        history.extend(later(1, "l"));
        let mut lookout = Lookout::default();
        play(&house, &mut lookout, &history, 10 * 60).await;
        let told = rises(&house).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].subject, Subject::Watch(id), "the most special, however it began");
        let over = told[0].closed.as_ref().map(|it| it.at).unwrap();
        assert!((START + 6 * HOUR..START + 9 * HOUR).contains(&over), "{}", (over - START) / MINUTE);
    }
}

#[tokio::test]
async fn two_events_at_once_are_two_and_one_event_in_two_watches_is_one() {
    for house in houses().await {
        let tickets = watch(&house, "Billetterie", "billetterie").await;
        let payment = watch(&house, "Paiement", "paiement").await;
        let cold = watch(&house, "Froid", "froid OR gelé*").await;
        house.hear(&ordinary(10)).await;
        work::fill::step(&house.app).await.unwrap();
        house.hear(&outage()).await;
        let chill = |i: i64| {
            said_by(500 + i, &format!("g{i}"), "On a gelé hier soir, couvertures obligatoires", -900 + i * 20)
        };
        house.hear(&(0..30).map(chill).collect::<Vec<_>>()).await;
        look(&house).await;
        let told = rises(&house).await;
        let subjects: Vec<Subject> = told.iter().map(|it| it.subject).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(subjects.contains(&Subject::Watch(cold)), "{subjects:?}");
        let outage = told.iter().find(|it| it.subject != Subject::Watch(cold)).unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        let shows = alert::signals_of(&mut conn, house.id, outage.id).await.unwrap();
        for it in [tickets, payment] {
            assert!(shows.iter().any(|at| at.subject == Subject::Watch(it)), "{shows:?}");
        }
    }
}

#[tokio::test]
async fn who_sees_the_desk_sees_the_alert_that_shows_there() {
    for house in houses().await {
        watching(&house).await;
        house.hear(&outage()).await;
        let told = look(&house).await;
        let mut conn = house.app.db.read().await.unwrap();
        let care = command::alert::load(&mut conn, &house.specialist, told[0].id).await;
        assert_eq!(care.unwrap().id, told[0].id);
        let press = command::alert::load(&mut conn, &house.press, told[0].id).await;
        assert!(matches!(press, Err(Refusal::NotFound)));
        let counted = alert::standing(&mut conn, house.id).await.unwrap();
        assert!(counted[0].contains(&(Kind::Burst, Subject::Desk(house.desks[0]))));
    }
}
