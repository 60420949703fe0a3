//! What the charter says of a text while somebody writes it: one list for posts and answers, in the page and as a part of
//! it that scripts ask for. Each remark says why, offers its remedy, and names its bytes in the way browsers count.

use askama::Template;
use askama::filters::Safe;
use parvis_write::charter::{Remark, Rule};

use super::asset::Icon;
use super::language::Words;
use crate::command::post::charter::{COMMON, FIRST_COMMENT, Found, Held};
use crate::rules::charter::about;
use crate::store::house::House;

/// The place of an answer's text.
pub const ANSWER: &str = "answer";

/// A remark, with those that say the same of the same words.
struct Line {
    /// Which text, for the scripts.
    place: String,
    /// Which text, in words; nothing for the one in front.
    name: Option<String>,
    /// Places in UTF-16 units: `12-15 40-43`.
    spans: String,
    count: usize,
    why: String,
    remedy: String,
    replacement: Option<String>,
    /// What to press says, where there is a replacement.
    press: String,
    /// What pressing it sends.
    apply: String,
    rule: &'static str,
    about: String,
    must: bool,
    /// Who set it aside and when, and why.
    waiver: Option<(String, String)>,
}

/// The list.
#[derive(Template)]
#[template(path = "charter/remarks.html")]
pub struct Remarks {
    words: Words,
    lines: Vec<Line>,
    /// How many can be written otherwise at one press.
    sure: usize,
    /// Where a replacement is written by the server; nothing for who may not write.
    apply: Option<String>,
    /// This reader may set aside what binds on this post.
    waives: bool,
    /// Something binds and is open, and the answer can carry a reason.
    asks: bool,
    /// This reader may change the charter.
    settings: bool,
    /// There is no text to speak of.
    empty: bool,
}

/// What a reader may do about remarks.
#[derive(Clone, Debug, Default)]
pub struct May {
    /// Where a replacement is written by the server; `None` for who may not write.
    pub apply: Option<String>,
    /// Set aside what binds.
    pub waive: bool,
    /// Change the charter.
    pub settings: bool,
}

/// A place in bytes as browsers count it.
fn utf16(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.encode_utf16().count())
}

impl Remarks {
    /// Of a post.
    pub fn of_post(words: &Words, house: &House, held: &Held, may: May, now: i64) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        for it in &held.found {
            let Some(passage) = held.passages.get(it.passage) else { continue };
            let name = name(words, house, &passage.place);
            let waiver = it.waiver.as_ref().map(|it| {
                let who = house.colleague(it.colleague).map_or("", |it| it.name.as_str());
                (format!("{who} · {}", words.moment(it.at, now)), it.reason.clone())
            });
            add(&mut lines, words, &passage.text, (&passage.place, name), it, waiver);
        }
        let empty = held.passages.iter().all(|it| it.text.trim().is_empty());
        Self::new(words, lines, may, empty, false)
    }

    /// Of an answer, with the reason that was given already.
    pub fn of_answer(words: &Words, text: &str, all: Vec<Remark>, may: May) -> Self {
        let mut lines = Vec::new();
        let mut asks = false;
        for remark in all {
            asks |= remark.must;
            let found = Found { passage: 0, about: about(text, &remark), remark, waiver: None };
            add(&mut lines, words, text, (ANSWER, None), &found, None);
        }
        Self::new(words, lines, may, text.trim().is_empty(), asks)
    }

    fn new(words: &Words, lines: Vec<Line>, may: May, empty: bool, asks: bool) -> Self {
        let sure = lines.iter().filter(|it| it.replacement.is_some()).map(|it| it.count).sum();
        Self {
            words: words.clone(),
            lines,
            sure,
            apply: may.apply,
            waives: may.waive,
            asks,
            settings: may.settings,
            empty,
        }
    }

    /// How many remarks.
    fn count(&self) -> usize {
        self.lines.iter().map(|it| it.count).sum()
    }

    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }
}

fn name(words: &Words, house: &House, place: &str) -> Option<String> {
    match place {
        COMMON => None,
        "title" | "warning" | FIRST_COMMENT => Some(words.named("charter-place", place)),
        place if place.starts_with(FIRST_COMMENT) => {
            let id = place.trim_start_matches(FIRST_COMMENT).trim_start_matches('-');
            let channel = name(words, house, id).unwrap_or_default();
            Some(words.t1("charter-place-first_comment-of", "name", channel))
        }
        id => {
            let channel = id.parse().ok().and_then(|id| house.channel(id)).map(|it| it.name.clone());
            Some(channel.unwrap_or_else(|| words.named("charter-place", "alt")))
        }
    }
}

fn add(
    lines: &mut Vec<Line>,
    words: &Words,
    text: &str,
    (place, name): (&str, Option<String>),
    it: &Found,
    waiver: Option<(String, String)>,
) {
    let remark = &it.remark;
    let rule = remark.rule.name();
    let span = format!("{}-{}", utf16(text, remark.span.start), utf16(text, remark.span.end));
    let same = |line: &&mut Line| {
        line.place == place
            && line.rule == rule
            && line.about == it.about
            && line.replacement == remark.replacement
    };
    if let Some(line) = lines.iter_mut().find(same) {
        line.count += 1;
        line.spans = format!("{} {span}", line.spans);
        return;
    }
    let (why, remedy) = words.remark(remark);
    let readable = |it: &&str| it.chars().any(char::is_alphanumeric);
    let press = match remark.replacement.as_deref().map(str::trim).filter(readable) {
        Some(text) => words.t1("charter-replace", "text", text),
        None => words.t("charter-correct"),
    };
    lines.push(Line {
        place: place.to_owned(),
        name,
        // A remark on the whole marks nothing: everything would be underlined.
        spans: if is_on_whole(remark.rule) { String::new() } else { span },
        count: 1,
        why,
        remedy,
        replacement: remark.replacement.clone(),
        press,
        apply: format!("{place} {rule} {}", remark.span.start),
        rule,
        about: it.about.clone(),
        must: remark.must,
        waiver,
    });
}

fn is_on_whole(rule: Rule) -> bool {
    matches!(rule, Rule::HardToRead | Rule::Mandatory | Rule::Hashtags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::charter::{HouseCharter, Part, dialect};
    use crate::web::language::Language;

    #[test]
    fn remarks_that_say_the_same_of_the_same_words_are_one_line_with_places_as_browsers_count() {
        let words = Words::new(Language::Fr, "Europe/Paris");
        let text = "🎉 L'été et l'hiver : c'est le n°1 !";
        let all = HouseCharter::default().read(text, "fr", dialect(None), Part::Answer);
        let shown = Remarks::of_answer(&words, text, all, May::default());
        let apostrophes: Vec<_> = shown.lines.iter().filter(|it| it.rule == "apostrophe").collect();
        assert_eq!(apostrophes.len(), 1, "{}", shown.render().unwrap());
        let line = apostrophes[0];
        assert_eq!((line.count, line.spans.split(' ').next()), (3, Some("4-5")));
        assert!(!shown.asks);
        assert!(shown.render().unwrap().contains("data-with=\"’\""));
    }
}
