//! Posts that were promised to leave, against what stands on the network and what is told of them.

use std::collections::HashMap;

use super::{Ends, Sent};
use crate::network::World;
use crate::people::Spoken;

/// What every part of a post begins with: “post p7.2”.
pub fn name(text: &str) -> Option<&str> {
    let (end, _) = text.strip_prefix("post p")?.char_indices().find(|(_, it)| *it == ' ')?;
    text.get(..end + "post p".len())
}

/// What is here and there of a post.
pub(super) struct Found<'a> {
    /// Its parts here, by name.
    pub here: &'a HashMap<&'a str, &'a Sent>,
    /// Ids of what stands there, by name.
    pub there: &'a HashMap<&'a str, Vec<String>>,
    /// What the network holds.
    pub world: &'a World,
    /// Titles of the posts that wait for a person.
    pub held: &'a [String],
}

impl Found<'_> {
    /// Every part stands there once, below the one before it, or is shown as what it is.
    pub(super) fn look(&self, it: &Spoken, ends: &mut Ends, wrong: &mut Vec<String>) {
        let title = it.parts.first().map(String::as_str).unwrap_or_default();
        let mut before: Option<&str> = None;
        for (number, part) in it.parts.iter().enumerate() {
            let there = self.there.get(part.as_str()).map(Vec::as_slice).unwrap_or_default();
            let Some(here) = self.here.get(part.as_str()) else {
                if !there.is_empty() || !self.held.iter().any(|it| it == title) {
                    wrong.push(format!("{part} never left, {there:?} there"));
                }
                ends.held += 1;
                continue;
            };
            match (here.state.as_str(), here.error.as_deref(), there) {
                ("published", _, [one]) if Some(one) == here.remote_id.as_ref() => ends.published += 1,
                ("rejected" | "unknown", Some("unknown"), [] | [_]) => ends.in_doubt += 1,
                ("rejected", _, []) => ends.rejected += 1,
                // It waits for the one before, which waits for a person.
                ("held", _, []) if number > 0 && before.is_none() => ends.held += 1,
                _ => wrong.push(format!("{part} is {here:?} here, {there:?} there")),
            }
            let above = there.first().and_then(|id| self.world.status(id.parse().ok()?)?.parent);
            if !there.is_empty() && above.map(|id| id.to_string()).as_deref() != before {
                wrong.push(format!("{part} stands below {above:?}, not below {before:?}"));
            }
            before = there.first().map(String::as_str).filter(|_| here.state == "published");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use crate::random::Random;

    #[test]
    fn a_part_is_known_by_what_it_begins_with() {
        assert_eq!(name("post p7.2 opens at noon."), Some("post p7.2"));
        assert_eq!((name("answer a7 from us"), name("post p7")), (None, None));
    }

    /// What is said of a thread of two parts that stand here in these states, while `there` stands on the network (parents by place).
    async fn said(states: [&str; 2], there: &[(&str, Option<usize>)], held: &[String]) -> usize {
        let network = Network::start(Random::new(1)).await.unwrap();
        let mut ids: Vec<u64> = Vec::new();
        let mut standing: HashMap<&str, Vec<String>> = HashMap::new();
        for (part, parent) in there {
            let id = network.say_below(&format!("{part} opens."), parent.map(|place| ids[place]));
            ids.push(id);
            standing.entry(part).or_default().push(id.to_string());
        }
        let sent = |number: usize, state: &str| Sent {
            remote_id: ids.get(number).map(u64::to_string).filter(|_| state == "published"),
            text: String::new(),
            state: state.to_owned(),
            error: (state == "rejected").then(|| "unknown".to_owned()),
        };
        let parts = ["post p1.1", "post p1.2"];
        let all: Vec<Sent> = states.iter().enumerate().map(|(number, it)| sent(number, it)).collect();
        let here = parts.into_iter().zip(&all).filter(|(_, it)| it.state != "none").collect();
        let it = Spoken::promised(parts.map(str::to_owned).to_vec());
        let (mut ends, mut wrong) = (Ends::default(), Vec::new());
        let world = network.world();
        Found { here: &here, there: &standing, world: &world, held }.look(&it, &mut ends, &mut wrong);
        wrong.len()
    }

    #[tokio::test]
    async fn a_post_that_stands_twice_elsewhere_or_not_at_all_is_seen() {
        let (one, two) = ("post p1.1", "post p1.2");
        let both = ["published", "published"];
        assert_eq!(said(both, &[(one, None), (two, Some(0))], &[]).await, 0);
        assert_eq!(said(both, &[(one, None), (two, None)], &[]).await, 1, "not below the first");
        assert_eq!(said(both, &[(one, None), (two, Some(0)), (two, Some(0))], &[]).await, 1, "twice");
        assert_eq!(said(both, &[(one, None)], &[]).await, 1, "told as published, and isn't there");
        assert_eq!(said(["rejected", "held"], &[(one, None)], &[]).await, 0, "a person is asked");
        assert_eq!(said(["published", "held"], &[(one, None)], &[]).await, 1, "forgotten");
        assert_eq!(said(["none", "none"], &[], &[]).await, 2, "never left");
        assert_eq!(said(["none", "none"], &[], &[one.to_owned()]).await, 0, "waits for a person");
        assert_eq!(
            said(["none", "none"], &[(one, None)], &[one.to_owned()]).await,
            1,
            "held, and stands there"
        );
    }
}
