//! Passes on both engines: who gets one, what it opens, and every way in which it ends.

use super::*;
use crate::clock::{DAY, MINUTE};
use crate::command::post::{Idea, With};
use crate::command::post::{load as load_post, propose, take};
use crate::id::ColleagueId;
use crate::rules::permission::Scope;
use crate::rules::post::{State, Step};
use crate::store::colleague as colleagues;
use crate::store::post::look;
use crate::testing::{House, START, assert_whole, channel, colleague as somebody, houses};

/// A house that allows passes, with its administrator.
async fn open_house(house: &House) -> Actor {
    let mut conn = house.app.db.write().await.unwrap();
    let boss = somebody(&mut conn, house.id, Role::Administrator, &[]).await;
    let mut mailbox = channel(house.desks[0]);
    mailbox.kind = "mail".to_owned();
    store::channel::insert(&mut conn, house.id, &mailbox).await.unwrap();
    conn.commit().await.unwrap();
    let it = Allowed { on: true, mailbox: Some(mailbox.id) };
    set_allowed(&house.app, &boss, it).await.unwrap();
    boss
}

async fn kept(house: &House, title: &str) -> PostId {
    let idea = Idea {
        title: title.to_owned(),
        origin: "team".to_owned(),
        channels: vec![house.channel],
        ..Idea::default()
    };
    let id = propose(&house.app, &house.manager, idea).await.unwrap();
    take(&house.app, &house.manager, id, Step::Keep, With::default()).await.unwrap();
    id
}

fn wanted(purpose: Purpose, post: Option<PostId>) -> Wanted {
    Wanted {
        name: "Léa Morin".to_owned(),
        email: " Lea@Freelance.example ".to_owned(),
        language: Some("fr".to_owned()),
        purpose,
        post,
        note: "Un ton léger, deux phrases.".to_owned(),
        until: START + 14 * DAY,
    }
}

async fn of(house: &House, id: PassId) -> (Pass, Colleague) {
    let mut conn = house.app.db.read().await.unwrap();
    let it = room::get(&mut conn, house.id, id).await.unwrap().unwrap();
    let whom = colleagues::get(&mut conn, house.id, it.colleague).await.unwrap().unwrap();
    (it, whom)
}

/// What the letters would have brought, as if the work had written them.
async fn sent(house: &House, id: PassId, secret: &str, code: &str) {
    let mut conn = house.app.db.write().await.unwrap();
    let mut it = room::get(&mut conn, house.id, id).await.unwrap().unwrap();
    it.digest = Some(seal::digest(secret));
    it.code_digest = Some(digest(id, code));
    it.code_until = Some(code_until(house.app.now()));
    room::update(&mut conn, &it).await.unwrap();
    conn.commit().await.unwrap();
}

fn guest(house: &House, (it, whom): &(Pass, Colleague)) -> Actor {
    Actor {
        organisation: house.id,
        colleague: whom.id,
        role: whom.role,
        scope: Scope::Desks(Vec::new()),
        token: None,
        pass: Some(it.bound()),
    }
}

fn refused<T>(done: &Result<T>, field: &str, code: &str) -> bool {
    matches!(done, Err(Refusal::Invalid { field: f, code: c }) if *f == field && *c == code)
}

#[tokio::test]
async fn a_pass_for_words_opens_its_post_and_no_other() {
    for house in houses().await {
        open_house(&house).await;
        let (id, other) = (kept(&house, "Les coulisses").await, kept(&house, "Les tarifs").await);
        let made = make(&house.app, &house.manager, wanted(Purpose::Words, Some(id))).await.unwrap();
        let held = of(&house, made).await;
        assert_eq!((held.1.email.as_str(), held.1.role), ("lea@freelance.example", Role::External));
        assert_eq!(held.1.access_ends_at, Some(START + 14 * DAY));
        assert!(held.1.password_hash.is_none() && held.0.digest.is_none());
        let lea = guest(&house, &held);
        let mut conn = house.app.db.read().await.unwrap();
        let it = load_post(&mut conn, &lea, id, Action::Write).await.unwrap();
        assert_eq!((it.state, it.writer), (State::ToWrite, Some(lea.colleague)));
        assert!(matches!(load_post(&mut conn, &lea, other, Action::ReadPosts).await, Err(Refusal::NotFound)));
        let remarks = look::comments(&mut conn, house.id, id).await.unwrap();
        assert_eq!(remarks[0].text, "@Léa Morin Un ton léger, deux phrases.");
        drop(conn);
        // Who would rely on them for another one is told, and nothing opens it.
        let named = post::look::comment(&house.app, &house.manager, other, "@Léa Morin qu’en dis-tu ?").await;
        assert!(refused(&named, "comment", "pass"));
        let with = With { writer: Some(lea.colleague), ..With::default() };
        let briefed = take(&house.app, &house.manager, other, Step::Brief, with).await;
        assert!(refused(&briefed, "writer", "pass"));
        post::look::comment(&house.app, &house.manager, id, "@Léa Morin merci.").await.unwrap();
        // Even if they had a part in it since before.
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = load_post(&mut conn, &house.manager, other, Action::Keep).await.unwrap();
        it.writer = Some(lea.colleague);
        store::post::update(&mut conn, house.id, &it).await.unwrap();
        assert!(matches!(load_post(&mut conn, &lea, other, Action::ReadPosts).await, Err(Refusal::NotFound)));
        conn.commit().await.unwrap();
        // The last word isn't theirs, nor anything but words.
        for action in Action::ALL {
            assert_eq!(lea.may(action), Purpose::Words.may(action), "{action:?}");
        }
        take(&house.app, &lea, other, Step::Submit, With::default()).await.unwrap_err();
        // Somebody else looks for the words now.
        let second = Wanted {
            email: "ana@freelance.example".to_owned(),
            name: "Ana".to_owned(),
            ..wanted(Purpose::Words, Some(id))
        };
        let second = make(&house.app, &house.manager, second).await.unwrap();
        let ana = of(&house, second).await.1.id;
        let mut conn = house.app.db.read().await.unwrap();
        let it = load_post(&mut conn, &house.manager, id, Action::Keep).await.unwrap();
        assert_eq!((it.state, it.writer), (State::ToWrite, Some(ana)));
        drop(conn);
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn nobody_gets_a_pass_who_has_an_account_and_nobody_gives_one_where_it_isnt_allowed() {
    for house in houses().await {
        let app = &house.app;
        let idea = wanted(Purpose::Ideas, None);
        assert!(refused(&make(app, &house.manager, idea.clone()).await, "pass", "off"));
        let boss = open_house(&house).await;
        let on = |mailbox| Allowed { on: true, mailbox };
        assert!(refused(&set_allowed(app, &boss, on(None)).await, "pass", "mailbox"));
        assert!(refused(&set_allowed(app, &boss, on(Some(house.channel))).await, "channel", "mailbox"));
        assert!(matches!(set_allowed(app, &house.manager, on(None)).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(make(app, &house.specialist, idea.clone()).await, Err(Refusal::Forbidden(_))));
        let mut conn = app.db.read().await.unwrap();
        let inside = colleagues::get(&mut conn, house.id, house.press.colleague).await.unwrap().unwrap();
        drop(conn);
        let tries = [
            (Wanted { email: inside.email, ..idea.clone() }, "pass", "account"),
            (Wanted { email: "nobody".to_owned(), ..idea.clone() }, "email", "email"),
            (Wanted { name: " ".to_owned(), ..idea.clone() }, "name", "empty"),
            (Wanted { until: START, ..idea.clone() }, "pass", "until"),
            (Wanted { until: START + LONGEST + 1, ..idea.clone() }, "pass", "until"),
            (Wanted { language: Some("it".to_owned()), ..idea.clone() }, "language", "unknown"),
            (wanted(Purpose::Words, None), "pass", "post"),
            (wanted(Purpose::Ideas, Some(kept(&house, "Une idée").await)), "pass", "post"),
        ];
        for (it, field, code) in tries {
            let done = make(app, &house.manager, it).await;
            assert!(refused(&done, field, code), "{field}-{code}: {done:?}");
        }
        // An idea that nobody chose has no words yet: nothing is left behind, not even the guest.
        let bare = Idea { title: "À choisir".to_owned(), origin: "team".to_owned(), ..Idea::default() };
        let bare = propose(app, &house.manager, bare).await.unwrap();
        assert!(make(app, &house.manager, wanted(Purpose::Words, Some(bare))).await.is_err());
        let mut conn = app.db.read().await.unwrap();
        assert!(colleagues::by_email(&mut conn, "lea@freelance.example").await.unwrap().is_none());
        drop(conn);
        assert!(make(app, &house.manager, wanted(Purpose::Opinion, Some(bare))).await.is_ok());
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes_and_ten_wrong_ones_end_the_pass() {
    for house in houses().await {
        let boss = open_house(&house).await;
        let app = &house.app;
        let made = make(app, &house.manager, wanted(Purpose::Ideas, None)).await.unwrap();
        assert!(matches!(ask_code(app, "nothing").await, Err(Refusal::NotFound)));
        sent(&house, made, "s", "012345").await;
        let (it, whom) = enter(app, "s", " 012 345 ").await.unwrap();
        assert_eq!((it.id, whom.name.as_str()), (made, "Léa Morin"));
        assert!(refused(&enter(app, "s", "012345").await, "code", "late"), "it works once");
        sent(&house, made, "s", "012345").await;
        app.clock.advance(CODE);
        assert!(refused(&enter(app, "s", "012345").await, "code", "late"));
        // Another pass's code is none of this one.
        let other = make(app, &house.manager, wanted(Purpose::Ideas, None)).await.unwrap();
        sent(&house, other, "o", "999999").await;
        sent(&house, made, "s", "012345").await;
        for _ in 1..WRONG {
            assert!(refused(&enter(app, "s", "999999").await, "code", "wrong"));
        }
        let asked = room::get(&mut app.db.read().await.unwrap(), house.id, made).await.unwrap().unwrap();
        assert_eq!(asked.wrong, WRONG - 1);
        assert!(matches!(enter(app, "s", "").await, Err(Refusal::NotFound)));
        assert!(matches!(enter(app, "s", "012345").await, Err(Refusal::NotFound)), "it has ended");
        assert!(enter(app, "o", "999999").await.is_ok());
        // No pass opens anything where they aren't allowed any more.
        set_allowed(app, &boss, Allowed::default()).await.unwrap();
        assert!(held(&mut app.db.read().await.unwrap(), "o", app.now()).await.unwrap().is_none());
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn codes_are_bounded_and_links_arent_sent_twice_in_a_breath() {
    for house in houses().await {
        open_house(&house).await;
        let app = &house.app;
        let made = make(app, &house.manager, wanted(Purpose::Ideas, None)).await.unwrap();
        assert!(refused(&send_again(app, &house.manager, made).await, "pass", "soon"), "it hasn't left yet");
        sent(&house, made, "s", "012345").await;
        for _ in 0..CODES {
            ask_code(app, "s").await.unwrap();
            assert!(refused(&ask_code(app, "s").await, "code", "soon"));
            app.clock.advance(BETWEEN);
        }
        assert!(refused(&ask_code(app, "s").await, "code", "many"));
        app.clock.advance(WHILE);
        ask_code(app, "s").await.unwrap();
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_pass_ends_on_its_day_or_before_and_the_access_of_its_guest_with_the_last() {
    for house in houses().await {
        open_house(&house).await;
        let app = &house.app;
        let short = Wanted { until: START + 2 * DAY, ..wanted(Purpose::Ideas, None) };
        let first = make(app, &house.manager, short).await.unwrap();
        let second = make(app, &house.manager, wanted(Purpose::Ideas, None)).await.unwrap();
        let (a, b) = (of(&house, first).await, of(&house, second).await);
        assert_eq!(a.1.id, b.1.id, "one person");
        assert_eq!(b.1.access_ends_at, Some(START + 14 * DAY));
        sent(&house, first, "f", "000000").await;
        end(app, &house.manager, second).await.unwrap();
        assert_eq!(of(&house, second).await.1.access_ends_at, Some(START + 2 * DAY));
        assert!(held(&mut app.db.read().await.unwrap(), "f", app.now()).await.unwrap().is_some());
        app.clock.advance(2 * DAY);
        assert!(held(&mut app.db.read().await.unwrap(), "f", app.now()).await.unwrap().is_none());
        assert!(refused(&send_again(app, &house.manager, first).await, "pass", "over"));
        // Asked again later: the same person, whose access lasts as long as the new one.
        let later = Wanted { until: START + 30 * DAY, ..wanted(Purpose::Ideas, None) };
        let third = make(app, &house.manager, later).await.unwrap();
        assert_eq!(of(&house, third).await.1.access_ends_at, Some(START + 30 * DAY));
        end(app, &house.manager, third).await.unwrap();
        end(app, &house.manager, third).await.unwrap();
        assert!(!of(&house, third).await.1.has_access(app.now() + MINUTE));
        assert!(matches!(end(app, &house.manager, PassId::new(1)).await, Err(Refusal::NotFound)));
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn who_has_got_an_account_since_or_was_put_out_gets_no_further_pass() {
    for house in houses().await {
        let boss = open_house(&house).await;
        let app = &house.app;
        let made = make(app, &house.manager, wanted(Purpose::Ideas, None)).await.unwrap();
        let who: ColleagueId = of(&house, made).await.1.id;
        let to = |active| colleague::Change { active: Some(active), ..colleague::Change::default() };
        colleague::change(app, &boss, who, to(false)).await.unwrap();
        sent(&house, made, "s", "000000").await;
        assert!(held(&mut app.db.read().await.unwrap(), "s", app.now()).await.unwrap().is_none());
        let again = make(app, &house.manager, wanted(Purpose::Ideas, None)).await;
        assert!(refused(&again, "pass", "closed"));
        colleague::change(app, &boss, who, to(true)).await.unwrap();
        let mut conn = app.db.write().await.unwrap();
        let it = colleagues::get(&mut conn, house.id, who).await.unwrap().unwrap();
        let it = Colleague { password_hash: Some("$argon2id$".to_owned()), ..it };
        colleagues::update(&mut conn, &it).await.unwrap();
        conn.commit().await.unwrap();
        let again = make(app, &house.manager, wanted(Purpose::Ideas, None)).await;
        assert!(refused(&again, "pass", "account"));
        assert_whole(&house.app.db, house.id).await;
    }
}
