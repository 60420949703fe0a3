//! Every step from every state, and who is named in a remark.

use super::*;
use crate::rules::permission::Role;

const READY: Facts = Facts {
    reason: true,
    words: true,
    ticked: true,
    looked: true,
    charter: true,
    validated: true,
    ahead: true,
    released: false,
    stopped: false,
};

#[test]
fn the_way_of_an_idea_is_the_one_that_was_agreed() {
    let rows: Vec<String> = Step::ALL
        .iter()
        .map(|step| {
            let to = State::ALL.iter().map(|from| step.leads(*from).map_or("-", State::as_str));
            format!("{}: {}", step.as_str(), to.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let agreed = "\
keep: kept - kept - - - - kept -
brief: - to_write - - - - - - -
submit: - - to_validate - - - - - -
validate: - - - to_validate - - - - -
schedule: - - - scheduled - - - - -
publish_now: - - - scheduled scheduled - - - -
move: - - - - scheduled - - - -
unschedule: - - - - to_validate - - - -
resume: - - - - scheduled - - - -
settle: - - - - published - - - -
rewrite: - - to_write to_validate to_validate - - - -
send_back: - - - to_write to_write - - - -
reopen: - idea - - - - - idea idea
park: parked parked parked parked - - - - -
refuse: refused refused refused refused - - - refused -
publish: - - - - published - - - -
measure: - - - - - measured - - -";
    assert_eq!(rows.join("\n"), agreed);
}

#[test]
fn nothing_leaves_without_the_last_word_whatever_else_is_there() {
    // Every step from every state with every combination of facts: 17 × 9 × 512.
    for bits in 0..512_u32 {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let facts = Facts {
            reason: on(0),
            words: on(1),
            ticked: on(2),
            looked: on(3),
            validated: on(4),
            ahead: on(5),
            released: on(6),
            stopped: on(7),
            charter: on(8),
        };
        for step in Step::ALL {
            for from in State::ALL {
                let Ok(to) = step.take(from, facts) else { continue };
                if to == State::Scheduled {
                    assert!(
                        facts.validated && facts.charter && facts.words && !facts.stopped,
                        "{step:?} {facts:?}"
                    );
                }
                if to == State::Published {
                    assert!(facts.released && from == State::Scheduled, "{step:?}");
                }
                if step == Step::Validate {
                    assert!(facts.ticked && facts.looked && facts.charter && facts.words, "{facts:?}");
                }
                if from == State::Scheduled && facts.released {
                    assert!(matches!(step, Step::Resume | Step::Settle | Step::Publish), "{step:?}");
                }
            }
        }
    }
}

#[test]
fn each_step_says_what_it_lacks() {
    use Objection as O;
    let lacks = |step: Step, from, change: fn(&mut Facts)| {
        let mut facts = READY;
        change(&mut facts);
        step.take(from, facts).err()
    };
    assert_eq!(lacks(Step::Refuse, State::Idea, |it| it.reason = false), Some(O::Reason));
    assert_eq!(lacks(Step::SendBack, State::ToValidate, |it| it.reason = false), Some(O::Reason));
    assert_eq!(lacks(Step::Submit, State::ToWrite, |it| it.words = false), Some(O::Words));
    assert_eq!(lacks(Step::Validate, State::ToValidate, |it| it.ticked = false), Some(O::Ticks));
    assert_eq!(lacks(Step::Validate, State::ToValidate, |it| it.looked = false), Some(O::Look));
    assert_eq!(lacks(Step::Validate, State::ToValidate, |it| it.charter = false), Some(O::Charter));
    for (step, from) in [
        (Step::Schedule, State::ToValidate),
        (Step::PublishNow, State::Scheduled),
        (Step::Move, State::Scheduled),
    ] {
        assert_eq!(lacks(step, from, |it| it.charter = false), Some(O::Charter), "{step:?}");
    }
    assert_eq!(lacks(Step::Schedule, State::ToValidate, |it| it.validated = false), Some(O::Unvalidated));
    assert_eq!(lacks(Step::Schedule, State::ToValidate, |it| it.ahead = false), Some(O::Past));
    assert_eq!(lacks(Step::PublishNow, State::ToValidate, |it| it.stopped = true), Some(O::Stopped));
    assert_eq!(lacks(Step::Rewrite, State::Scheduled, |it| it.released = true), Some(O::Leaving));
    assert_eq!(lacks(Step::Resume, State::Scheduled, |_| {}), Some(O::State));
    assert_eq!(lacks(Step::Publish, State::Scheduled, |_| {}), Some(O::State));
    assert_eq!(lacks(Step::PublishNow, State::ToValidate, |it| it.ahead = false), None);
}

#[test]
fn ideas_choice_words_and_last_word_are_four_rights() {
    let may = |role: Role, step: Step| step.needs().is_some_and(|action| role.may(action));
    let who = |step| Role::ALL.into_iter().filter(|it| may(*it, step)).collect::<Vec<_>>();
    let last = [Role::CommunityManager, Role::Administrator];
    for step in [Step::Keep, Step::Validate, Step::SendBack, Step::Schedule, Step::PublishNow] {
        assert_eq!(who(step), last, "{step:?}");
    }
    let writers =
        [Role::CommunityManager, Role::Specialist, Role::External, Role::Referent, Role::Administrator];
    assert_eq!(who(Step::Submit), writers);
    assert_eq!(who(Step::Publish), []);
    assert!(Role::ALL.into_iter().all(|it| it.may(Action::Propose)));
}

#[test]
fn what_comes_from_outside_is_looked_at_twice_unless_the_house_says_otherwise() {
    let asks = |policy: &Policy, origin: &str, theme: &str| policy.asks(origin, theme, &[]);
    let usual = Policy::default();
    assert_eq!(ORIGINS.map(|it| asks(&usual, it, "")), [false, true, true, true, false, true, false]);
    let own = Policy { origins: Vec::new(), themes: vec!["Prix".to_owned()], ..usual.clone() };
    assert!(asks(&own, "team", "Prix") && !asks(&own, "agency", "Jeux"));
    assert!(asks(&Policy { always: true, ..own }, "team", "Jeux"));
    let channel = ChannelId::new(1);
    assert!(Policy { channels: vec![channel], ..usual }.asks("team", "", &[channel]));
}

#[test]
fn a_remark_names_whoever_stands_behind_the_at() {
    let names = ["Anne", "Anne-Marie Petit", "Ben"];
    assert_eq!(mentioned("@anne-marie petit, @Ben: see @BEN", &names), [1, 2]);
    assert_eq!(mentioned("@Anne, hello", &names), [0]);
    assert_eq!(mentioned("@Annette anne@ben.example", &names), Vec::<usize>::new());
}
