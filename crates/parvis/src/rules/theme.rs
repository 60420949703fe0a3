//! Groups what many people say: those who say the same in nearly the same words first, then those who share a telling
//! word. Simple enough to be explained beside the result: each group names the words that all or half of it share. A
//! pure rule: texts in, groups out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parvis_listen::near::Near;
use parvis_listen::word::{self, Sigil};

use super::text;

/// Groups at most; what is left stands apart.
const MOST_GROUPS: usize = 40;
/// Words that name a group, at most.
const NAMES: usize = 3;
/// Letters of the shortest word that can tell.
const SHORTEST: usize = 4;

/// One thing that was said.
pub struct Voice<'a> {
    /// When (µs).
    pub at: i64,
    /// By whom.
    pub author: &'a str,
    /// What.
    pub text: &'a str,
}

/// Things said that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The word that all of them share, then those that half of them share, as they are mostly written; none for what
    /// belongs to no other.
    pub words: Vec<String>,
    /// Places in what was given, in its order.
    pub members: Vec<usize>,
    /// How many of them only repeat another in nearly the same words.
    pub copies: usize,
}

/// Groups what was said, the largest group first, what stands alone last. Two voices make a group. The words of what was
/// `asked` for, a query, tell nothing: all voices say them.
pub fn group(voices: &[Voice<'_>], asked: &str) -> Vec<Theme> {
    let units = units(voices);
    let asked = terms(asked);
    let telling = |unit: &Vec<usize>| {
        let mut all = terms(unit.first().map_or("", |it| voices[*it].text));
        all.retain(|stem, _| !asked.contains_key(stem));
        all
    };
    let terms: Vec<BTreeMap<String, String>> = units.iter().map(telling).collect();
    let written = written(&terms);
    let mut left: BTreeSet<usize> = (0..units.len()).collect();
    let everywhere = counts(&terms, &units, left.iter().copied());
    let mut themes = Vec::new();
    while themes.len() < MOST_GROUPS {
        let here = counts(&terms, &units, left.iter().copied());
        let telling = |(term, count): &(&str, usize)| {
            #[expect(clippy::cast_precision_loss, reason = "counts of messages")]
            let rare =
                1.0 + ((voices.len() + 1) as f64 / everywhere.get(term).copied().unwrap_or(1) as f64).ln();
            #[expect(clippy::cast_precision_loss, reason = "counts of messages")]
            let score = *count as f64 * rare;
            score
        };
        let best = here
            .into_iter()
            .filter(|(_, count)| *count > 1)
            .max_by(|a, b| telling(a).total_cmp(&telling(b)).then_with(|| b.0.cmp(a.0)));
        let Some((term, _)) = best else { break };
        let members: BTreeSet<usize> =
            left.iter().copied().filter(|it| terms[*it].contains_key(term)).collect();
        left.retain(|it| !members.contains(it));
        let words = names(term, &counts(&terms, &units, members.iter().copied()), &written);
        themes.push(theme(&units, &members, words));
    }
    themes.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then_with(|| a.words.cmp(&b.words)));
    if !left.is_empty() {
        themes.push(theme(&units, &left, Vec::new()));
    }
    themes
}

/// What says the same in nearly the same words counts as one.
fn units(voices: &[Voice<'_>]) -> Vec<Vec<usize>> {
    let mut near = Near::new(voices.len());
    let mut known: HashMap<u64, usize> = HashMap::new();
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (place, it) in voices.iter().enumerate() {
        let Some(group) = near.push(it.at, it.author, it.text) else {
            units.push(vec![place]);
            continue;
        };
        let unit = *known.entry(group.id).or_insert_with(|| {
            units.push(Vec::new());
            units.len() - 1
        });
        units[unit].push(place);
    }
    units
}

/// The words of a text that can tell what it is about: their stem, and how they are written.
fn terms(said: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for token in word::tokens(said).into_iter().filter(|it| !it.is_emoji && it.sigil != Sigil::At) {
        let written = said.get(token.range).unwrap_or_default().trim_start_matches('#').to_lowercase();
        let folded = text::fold(&written);
        let is_number = folded.chars().all(char::is_numeric);
        if folded.chars().count() < SHORTEST || is_number || COMMON.split(' ').any(|it| it == folded) {
            continue;
        }
        if let Some(stem) = text::stems(&folded).into_iter().next() {
            all.entry(stem).or_insert(written);
        }
    }
    all
}

/// How each stem is written most.
fn written(terms: &[BTreeMap<String, String>]) -> HashMap<String, String> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (stem, form) in terms.iter().flatten() {
        *counts.entry((stem, form)).or_default() += 1;
    }
    let mut best: HashMap<String, (usize, &str)> = HashMap::new();
    for ((stem, form), count) in counts {
        let it = best.entry(stem.to_owned()).or_insert((0, form));
        if count > it.0 {
            *it = (count, form);
        }
    }
    best.into_iter().map(|(stem, (_, form))| (stem, form.to_owned())).collect()
}

/// In how many of the voices of these units each term is said.
fn counts<'a>(
    terms: &'a [BTreeMap<String, String>],
    units: &[Vec<usize>],
    of: impl Iterator<Item = usize>,
) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for unit in of {
        for term in terms[unit].keys() {
            *counts.entry(term.as_str()).or_insert(0) += units[unit].len();
        }
    }
    counts
}

fn names(first: &str, counts: &BTreeMap<&str, usize>, written: &HashMap<String, String>) -> Vec<String> {
    let all = counts.get(first).copied().unwrap_or(0);
    let mut others: Vec<(&str, usize)> = counts
        .iter()
        .map(|(term, count)| (*term, *count))
        .filter(|it| it.0 != first && it.1 * 2 >= all && it.1 > 1)
        .collect();
    others.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let form = |term: &str| written.get(term).cloned().unwrap_or_else(|| term.to_owned());
    std::iter::once(first).chain(others.into_iter().map(|it| it.0)).take(NAMES).map(form).collect()
}

fn theme(units: &[Vec<usize>], of: &BTreeSet<usize>, words: Vec<String>) -> Theme {
    let mut members: Vec<usize> = of.iter().flat_map(|it| units[*it].iter().copied()).collect();
    members.sort_unstable();
    Theme { words, copies: members.len() - of.len(), members }
}

/// Words of four letters or more that say nothing of what a text is about, in French and English, folded.
const COMMON: &str = "about after again ainsi alors also apparemment apres assez aucun aucune aujourd aurait aussi autre autres \
    avais avait avant avec avez avoir avons beaucoup been before being bien bonjour bonsoir cause cela cette \
    ceux chaque chez chose choses comme comment could dans demain depuis deux dire does doing donc dont elle \
    elles encore entre etais etait etes etre even every faire fait faut fois from going have having hello here \
    heure heures hier into jamais jour jours just juste know leur leurs like lors lorsque made mais make many \
    meme merci mettre mieux moins more most much need notre nous only other ours over parce pardon parfois \
    pendant peut peux plait please plus plutot pour pourquoi pouvez prendre puis quand quel quelle quelles \
    quelque quels quoi really rien sans sera serait serez seul should since some sont sous still such suis sure \
    than thank thanks that their them then there these they thing this those three time today toujours tous tout \
    toute toutes tres trois trop until vais vers very veux vient voila voir votre vous vraiment want week well \
    were what when where which while will with would year years your yours";

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(texts: &[&str]) -> Vec<Theme> {
        let voices: Vec<Voice<'_>> =
            texts.iter().zip(0..).map(|(text, at)| Voice { at, author: "a", text }).collect();
        group(&voices, "")
    }

    #[test]
    fn what_shares_a_telling_word_stands_together_under_it() {
        let found = grouped(&[
            "La climatisation de la salle 4 est glaciale",
            "Un tarif étudiant le mercredi, ce serait bien",
            "Encore gelée hier : la climatisation est trop forte",
            "Pourquoi pas un tarif pour les étudiants ?",
            "Climatisation insupportable, j’ai gardé mon manteau",
            "Le parking est sombre",
        ]);
        assert_eq!(found[0].words[0], "climatisation");
        assert_eq!(found[0].members, [0, 2, 4]);
        assert_eq!(found[1].members, [1, 3]);
        assert!(found[1].words.contains(&"tarif".to_owned()), "{found:?}");
        assert_eq!(found[2], Theme { words: vec![], members: vec![5], copies: 0 });
    }

    #[test]
    fn copies_count_as_voices_and_are_told_apart() {
        let call = "Rendez-nous la carte illimitée au prix de l’an dernier, ou nous partons tous ensemble";
        let found = grouped(&[call, "Ma carte ne passe plus", call, call]);
        assert_eq!((found[0].members.len(), found[0].copies), (4, 2));
        assert_eq!(found[0].words[0], "carte");
    }

    #[test]
    fn words_that_were_asked_for_group_nothing() {
        let texts =
            ["La Nébuleuse ouvre quand ?", "Le son de la nébuleuse est faible", "nébuleuse : son inaudible"];
        let voices = texts.map(|text| Voice { at: 0, author: "a", text });
        let found = group(&voices, "nébuleuse OU #Nebuleuse");
        assert_eq!(found[0].members, [0, 1, 2], "words of three letters tell nothing");
        let found = group(&texts.map(|text| Voice { at: 0, author: "a", text }), "");
        assert_eq!(found[0].words, ["nébuleuse"]);
    }

    #[test]
    fn words_that_everybody_says_group_nothing() {
        let found = grouped(&["Bonjour, pourquoi encore vous ?", "Bonjour, avec vous toujours encore", ""]);
        assert_eq!(found.len(), 1);
        assert!(found[0].words.is_empty());
        assert!(group(&[], "").is_empty());
    }
}
