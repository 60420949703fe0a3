//! What is read, what is refused and where, and how it is written again.

use super::*;

fn written(query: &str) -> String {
    Query::parse(query).unwrap().to_string()
}

/// Line, column and code of what is wrong.
fn wrong(query: &str) -> (usize, usize, &'static str) {
    let error = Query::parse(query).unwrap_err();
    assert!(!error.problem.remedy().is_empty());
    (error.line, error.column, error.problem.code())
}

#[test]
fn not_binds_closest_then_near_and_or() {
    for (query, expected) in [
        ("a b OR c", "a AND b OR c"),
        ("a OR b c", "a OR b AND c"),
        ("a (b OR c)", "a AND (b OR c)"),
        ("a NOT b", "a AND NOT b"),
        ("a AND NOT b OR c", "a AND NOT b OR c"),
        ("NOT (a b)", "NOT (a AND b)"),
        ("a NEAR/3 b c", "a NEAR/3 b AND c"),
        ("a NEAR/3f b NEAR/2 c", "a NEAR/3f b NEAR/2 c"),
        ("(a OR b) NEAR/3 (c OR \"d e\")", "(a OR b) NEAR/3 (c OR \"d e\")"),
        ("a ET b OU c SAUF d", "a AND b OR c AND NOT d"),
        ("a PROCHE/2 b", "a NEAR/2 b"),
        ("((a))", "a"),
    ] {
        assert_eq!(written(query), expected, "{query}");
    }
}

#[test]
fn operators_in_small_letters_are_words_and_so_is_whatever_is_in_quotes() {
    assert_eq!(written("a and b"), "a AND and AND b");
    assert_eq!(written("\"AND\""), "\"AND\"");
    assert_eq!(written("“bad buzz” «à vendre»"), "\"bad buzz\" AND \"à vendre\"");
}

#[test]
fn apostrophes_and_hyphens_make_phrases() {
    assert_eq!(written("l'été"), "\"l été\"");
    assert_eq!(written("porte-monn*"), "\"porte monn*\"");
    assert_eq!(written("#porte-monnaie @bob.example.com"), "\"#porte monnaie\" AND \"@bob example com\"");
    assert_eq!(written("{Apple Watch}"), "{Apple Watch}");
}

#[test]
fn what_other_tools_write_can_be_pasted_in_and_taken_out() {
    let pasted = "((pomme OR poire) AND \"jus de fruit\" NOT (sucre* OR site:exemple.fr)) OR <<<nos comptes>>>\n\
        (crowd NEAR/0f strike*) OR (pomme AND jus)~2 OR title:\"un titre\" OR authorFollowers:[1000 TO 50000] OR language:en";
    let query = Query::parse(pasted).unwrap();
    assert_eq!(
        query.write(Dialect::Brandwatch),
        "((pomme OR poire) AND \"jus de fruit\" NOT (sucre* OR site:exemple.fr)) OR (crowd NEAR/1f strike*) OR \
         (pomme NEAR/2 jus) OR title:\"un titre\" OR authorFollowers:[1000 TO 50000] OR language:en"
    );
    assert!(query.to_string().ends_with("followers:[1000 TO 50000] OR lang:en"));
}

#[test]
fn a_mistake_is_named_by_line_and_column() {
    for (query, expected) in [
        ("", (1, 1, "empty")),
        (" <<<rien>>> ", (1, 1, "empty")),
        ("été AND", (1, 8, "missing")),
        ("OR a", (1, 1, "missing")),
        ("a AND OR b", (1, 7, "missing")),
        ("a\n  (b OR c", (2, 3, "unclosed")),
        ("a OR b)", (1, 7, "unopened")),
        ("()", (1, 1, "missing")),
        ("été \"deux mots", (1, 5, "unclosed")),
        ("{Parvis", (1, 1, "unclosed")),
        ("a }", (1, 3, "unopened")),
        ("<<<a", (1, 1, "unclosed")),
        ("a & b", (1, 3, "foreign")),
        ("a — b", (1, 3, "wordless")),
        ("http://a.b/", (1, 1, "unknown-field")),
        ("lang:", (1, 1, "no-value")),
        ("lang:[1 TO 2]", (1, 7, "no-value")),
        ("followers:many", (1, 1, "no-range")),
        ("followers:[9 TO 1]", (1, 12, "reversed")),
        ("mot~2", (1, 4, "tilde")),
        ("\"a b\" ~2", (1, 7, "tilde")),
        ("a NEAR b", (1, 3, "near-number")),
        ("a NEAR/x b", (1, 3, "near-number")),
        ("a NEAR/2 (b AND c)", (1, 10, "near-side")),
        ("a NOT b NEAR/2 c", (1, 3, "near-side")),
        ("\"a b\"~2 NEAR/2 c", (1, 1, "near-side")),
    ] {
        assert_eq!(wrong(query), expected, "{query}");
    }
}

#[test]
fn a_query_has_bounds() {
    assert_eq!(wrong(&"(".repeat(5_000)).2, "too-deep");
    assert_eq!(wrong(&"NOT ".repeat(5_000)).2, "too-deep");
    assert_eq!(wrong(&"a ".repeat(20_000)).2, "too-long");
    assert_eq!(wrong(&"a".repeat(200_000)).2, "too-long");
}

#[test]
fn each_part_has_its_class_also_where_the_query_is_wrong() {
    let text = "(\"a b\"~2 OU lang:fr) SAUF foo:x <<<y>>> \"";
    let found: Vec<(&str, Class)> =
        paint(text).into_iter().map(|(range, class)| (&text[range], class)).collect();
    use Class::{Comment, Field, Group, Operator, Phrase, Value, Wrong};
    assert_eq!(
        found,
        [
            ("(", Group),
            ("\"a b\"", Phrase),
            ("~2", Operator),
            ("OU", Operator),
            ("lang:", Field),
            ("fr", Value),
            (")", Group),
            ("SAUF", Operator),
            ("foo:", Wrong),
            ("x", Value),
            ("<<<y>>>", Comment),
            ("\"", Wrong),
        ]
    );
}
