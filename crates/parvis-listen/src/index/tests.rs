//! Each rule of matching, on posts made by hand; tests/oracle.rs has them by the million.

use super::*;

fn found(queries: &[&str], post: &Post<'_>) -> Vec<u32> {
    let queries: Vec<Query> = queries.iter().map(|it| Query::parse(it).unwrap()).collect();
    let index = Index::build((0..).zip(&queries), Counts::default());
    index.matcher().matches(post, &mut Scratch::default()).to_vec()
}

#[test]
fn a_bare_word_finds_hashtag_and_handle_and_they_only_themselves() {
    let queries = ["parvis", "#parvis", "@parvis", "{Parvis}"];
    assert_eq!(found(&queries, &Post::of("Parvis !")), [0, 3]);
    assert_eq!(found(&queries, &Post::of("#parvis")), [0, 1]);
    assert_eq!(found(&queries, &Post::of("@PARVIS")), [0, 2]);
    assert_eq!(found(&queries, &Post::of("bob@parvis.example")), [0]);
}

#[test]
fn steps_are_counted_between_two_different_words() {
    let queries = ["\"a c\"~2", "a NEAR/2f c", "c NEAR/2f a", "a NEAR/1 c", "a NEAR/5 a", "\"a c\""];
    assert_eq!(found(&queries, &Post::of("a, b — c")), [0, 1]);
    assert_eq!(found(&queries, &Post::of("c a")), [0, 2, 3]);
    assert_eq!(found(&queries, &Post::of("a... c")), [0, 1, 3, 5]);
    assert_eq!(found(&queries, &Post::of("a b a")), [4]);
}

#[test]
fn an_emoji_is_found_and_takes_no_step() {
    let queries = ["😡", "\"très bien\"", "\"très 😡\"", "👍", "très NEAR/1 bien"];
    assert_eq!(found(&queries, &Post::of("très 😡 bien 👍🏽")), [0, 1, 2, 3, 4]);
}

#[test]
fn fields_are_compared_whole_and_what_is_absent_matches_nothing() {
    let queries = [
        "author:@Bob",
        "site:example.com",
        "lang:fr",
        "NOT lang:fr",
        "followers:[10 TO 20]",
        "url:https://a.example.com/X",
    ];
    assert_eq!(found(&queries, &Post::of("x")), [3]);
    let post = Post {
        author: Some("bob"),
        url: Some("https://A.example.com/x"),
        lang: Some("FR"),
        followers: Some(20),
        ..Post::of("x")
    };
    assert_eq!(found(&queries, &post), [0, 1, 2, 4, 5]);
    assert_eq!(found(&["site:ample.com", "author:bo"], &post), [0u32; 0]);
}

#[test]
fn a_word_of_a_script_without_spaces_is_found_within_a_run() {
    assert_eq!(found(&["東京", "#東京", "{東京}"], &Post::of("東京タワーに行った")), [0]);
}

#[test]
fn changes_are_seen_by_the_next_matcher_and_not_by_those_given_out() {
    let query = |it: &str| Query::parse(it).unwrap();
    let mut index = Index::build([(7, &query("un")), (8, &query("deux"))], Counts::default());
    let before = index.matcher();
    index.insert(7, &query("trois"));
    index.insert(9, &query("un"));
    index.remove(8);
    let ask =
        |matcher: &Matcher| matcher.matches(&Post::of("un deux trois"), &mut Scratch::default()).to_vec();
    assert_eq!((ask(&before), ask(&index.matcher()), index.len()), (vec![7, 8], vec![7, 9], 2));
    // So many that all is laid out anew on the way.
    for id in 100..1_500 {
        index.insert(id, &query("un"));
    }
    assert_eq!(ask(&index.matcher()).len(), 1_402);
}

#[test]
fn a_hostile_text_takes_no_longer() {
    // Every word that is asked for is there, too far away.
    let text = format!("b {}{}", "x ".repeat(2_000), "a ".repeat(20_000));
    let queries =
        ["a NEAR/5 b", "(a NEAR/1000 a) NEAR/1000 b", "\"a a a a b\"~9", "\"a* a* a* b\"~9", "a*b*c*"];
    assert_eq!(found(&queries, &Post::of(&text)), [0u32; 0]);
}
