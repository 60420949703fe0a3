//! Every step from every state, and who is named in a remark.

use super::policy::Policy;
use super::*;
use crate::id::{ChannelId, ColleagueId, OrganisationId};
use crate::rules::permission::Scope;

const READY: Facts = Facts {
    reason: true,
    words: true,
    ticked: true,
    looked: true,
    charter: true,
    rights: true,
    material: true,
    validated: true,
    ahead: true,
    released: false,
    stopped: false,
    lane: true,
    asked: true,
    party: true,
    whose: LastWord::CommunityManager,
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
measure: - - - - - measured - - -
rush: to_write to_write to_validate to_validate - - - - -
approve: - - - scheduled - - - - -
decline: - - - to_write - - - - -
recall: - - - - to_validate - - - -";
    assert_eq!(rows.join("\n"), agreed);
}

#[test]
fn nothing_leaves_without_the_last_word_whatever_else_is_there() {
    // Every step from every state with every combination of facts: 21 × 9 × 16384.
    for bits in 0..16384_u32 {
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
            lane: on(9),
            asked: on(10),
            party: on(11),
            rights: on(12),
            material: on(13),
            whose: LastWord::CommunityManager,
        };
        for step in Step::ALL {
            for from in State::ALL {
                let Ok(to) = step.take(from, facts) else { continue };
                if to == State::Scheduled {
                    // The last word was had, or a reader whom the fast lane asked gives it with the list ticked.
                    let read = step == Step::Approve && facts.asked && facts.ticked;
                    assert!(
                        (facts.validated || read)
                            && facts.charter
                            && facts.rights
                            && facts.material
                            && facts.words
                            && !facts.stopped,
                        "{step:?} {facts:?}"
                    );
                }
                if step == Step::Rush {
                    assert!(facts.lane && facts.reason, "{facts:?}");
                    assert!(
                        to == State::ToWrite || (facts.words && facts.charter && !facts.validated),
                        "{facts:?}"
                    );
                }
                assert!(step != Step::Decline || (facts.asked && facts.reason), "{facts:?}");
                assert!(step != Step::Recall || (facts.party && !facts.released), "{facts:?}");
                if to == State::Published {
                    assert!(facts.released && from == State::Scheduled, "{step:?}");
                }
                if step == Step::Validate {
                    assert!(facts.ticked && facts.looked && facts.charter && facts.words, "{facts:?}");
                    assert!(facts.rights && facts.material, "{facts:?}");
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
    assert_eq!(lacks(Step::Rush, State::Idea, |it| it.lane = false), Some(O::Lane));
    assert_eq!(lacks(Step::Rush, State::Idea, |it| it.reason = false), Some(O::Reason));
    assert_eq!(lacks(Step::Rush, State::ToValidate, |_| {}), Some(O::State), "it has the last word already");
    assert_eq!(lacks(Step::Approve, State::ToValidate, |it| it.asked = false), Some(O::Asked));
    assert_eq!(lacks(Step::Approve, State::ToValidate, |it| it.ticked = false), Some(O::Ticks));
    assert_eq!(lacks(Step::Approve, State::ToValidate, |it| it.stopped = true), Some(O::Stopped));
    assert_eq!(lacks(Step::Recall, State::Scheduled, |it| it.party = false), Some(O::Party));
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
        assert_eq!(lacks(step, from, |it| it.rights = false), Some(O::Rights), "{step:?}");
        assert_eq!(lacks(step, from, |it| it.material = false), Some(O::Material), "{step:?}");
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
    // To use the fast lane the organisation has to say so besides; to read for it, too.
    assert_eq!(who(Step::Rush), writers);
    assert!(!may(Role::External, Step::Approve) && !may(Role::Creative, Step::Approve));
    assert_eq!(who(Step::Publish), []);
    assert!(Role::ALL.into_iter().all(|it| it.may(Action::Propose)));
}

#[test]
fn the_last_word_on_a_named_case_is_the_referents_or_the_directions_and_nobody_elses() {
    let actor = |role| Actor {
        organisation: OrganisationId::new(1),
        colleague: ColleagueId::new(1),
        role,
        scope: Scope::Every,
        token: None,
        pass: None,
    };
    // Every role at every step, whoever has the last word.
    for role in Role::ALL {
        for whose in LastWord::ALL {
            for step in Step::ALL {
                let by_right = step.needs().is_some_and(|action| role.may(action));
                let theirs = whose.role() == Some(role) || role == Role::Administrator;
                let expected = match (step, whose) {
                    (_, LastWord::CommunityManager) => by_right,
                    (Step::Validate, _) => theirs,
                    (Step::SendBack, _) => theirs || by_right,
                    _ => by_right,
                };
                assert_eq!(step.is_for(&actor(role), whose), expected, "{role:?} {step:?} {whose:?}");
            }
            let had = Step::Validate.is_for(&actor(role), whose);
            assert!(!had || whose.is_had_by(role), "{role:?} {whose:?}");
        }
    }
    // A token that may only read gives no last word.
    let reads = Actor { token: Some(Vec::new()), ..actor(Role::Direction) };
    assert!(!Step::Validate.is_for(&reads, LastWord::Direction));
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
