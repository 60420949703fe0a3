//! Near-duplicates and copy-paste campaigns: posts that say the same in nearly the same words, grouped as they come.
//!
//! MinHash over shingles of three words (Broder, "On the resemblance and containment of documents", 1997), found by
//! bands of its values (Leskovec, Rajaraman and Ullman, "Mining of massive datasets", chapter 3). One pass; only the
//! newest posts are remembered, so that memory is bounded. Addresses and handles aren't compared: in campaigns they
//! are what differs. Knows no clock and no network.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher as _},
};

use crate::word;

/// Of two posts that share half of their shingles, seven pairs in eight meet in one of the bands.
const BANDS: usize = 16;
const VALUES: usize = BANDS * 3;
/// Share of equal values from which two posts say the same.
const ALIKE: f64 = 0.5;
/// Shorter posts ("thank you!") are alike without anybody copying.
const LEAST_WORDS: usize = 6;
/// Words after these aren't looked at.
const MOST_WORDS: usize = 400;
/// Authors that are told apart in a group.
const MOST_AUTHORS: usize = 1_000;
/// Posts of one band that are compared, the newest ones.
const MOST_COMPARED: usize = 8;

/// What is known of the posts that say the same as the one that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which group: the number of the post that began it, counted from 0 over all that were pushed.
    pub id: u64,
    /// How many posts it has had.
    pub posts: u64,
    /// How many authors; from a thousand on they aren't told apart any more.
    pub authors: usize,
    /// When it began, in microseconds UTC.
    pub first_at: i64,
}

impl Group {
    /// Whether it looks like a campaign: five posts at least, from three authors at least.
    #[must_use]
    pub fn is_campaign(&self) -> bool {
        self.posts >= 5 && self.authors >= 3
    }
}

type Signature = [u32; VALUES];

struct Kept {
    number: u64,
    group: u64,
    signature: Signature,
}

struct Told {
    posts: u64,
    first_at: i64,
    authors: HashSet<u64>,
    /// Its posts that are still remembered; the group is forgotten with the last.
    remembered: usize,
}

/// Groups a stream of posts.
pub struct Near {
    capacity: usize,
    next: u64,
    posts: VecDeque<Kept>,
    bands: HashMap<u64, Vec<u64>>,
    groups: HashMap<u64, Told>,
}

impl Near {
    /// Remembers the newest `capacity` posts (one at least): about a kilobyte each.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            next: 0,
            posts: VecDeque::new(),
            bands: HashMap::new(),
            groups: HashMap::new(),
        }
    }

    /// Takes a post in (`at` in microseconds UTC) and says with which others it belongs, itself included; `None` for
    /// one that is too short to tell.
    pub fn push(&mut self, at: i64, author: &str, text: &str) -> Option<Group> {
        let number = self.next;
        self.next += 1;
        let signature = sign(text)?;
        let id = self.alike(&signature).unwrap_or(number);
        let told = self.groups.entry(id).or_insert_with(|| Told {
            posts: 0,
            first_at: at,
            authors: HashSet::new(),
            remembered: 0,
        });
        told.posts += 1;
        told.remembered += 1;
        if told.authors.len() < MOST_AUTHORS {
            told.authors.insert(hash(author));
        }
        let group = Group { id, posts: told.posts, authors: told.authors.len(), first_at: told.first_at };
        for band in bands(&signature) {
            let numbers = self.bands.entry(band).or_default();
            if numbers.len() >= MOST_COMPARED {
                numbers.remove(0);
            }
            numbers.push(number);
        }
        self.posts.push_back(Kept { number, group: id, signature });
        if self.posts.len() > self.capacity {
            self.forget();
        }
        Some(group)
    }

    /// The group of the remembered post that is the most alike.
    fn alike(&self, signature: &Signature) -> Option<u64> {
        let mut numbers: Vec<u64> =
            bands(signature).filter_map(|band| self.bands.get(&band)).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let likeness = |it: &Kept| it.signature.iter().zip(signature).filter(|(a, b)| a == b).count();
        let found = numbers.iter().filter_map(|number| {
            let place = self.posts.binary_search_by_key(number, |it| it.number).ok()?;
            self.posts.get(place)
        });
        let best = found.max_by_key(|it| likeness(it))?;
        (likeness(best) as f64 >= ALIKE * VALUES as f64).then_some(best.group)
    }

    fn forget(&mut self) {
        let Some(oldest) = self.posts.pop_front() else { return };
        for band in bands(&oldest.signature) {
            if let Some(numbers) = self.bands.get_mut(&band) {
                numbers.retain(|number| *number != oldest.number);
                if numbers.is_empty() {
                    self.bands.remove(&band);
                }
            }
        }
        if let Some(told) = self.groups.get_mut(&oldest.group) {
            told.remembered -= 1;
            if told.remembered == 0 {
                self.groups.remove(&oldest.group);
            }
        }
    }
}

fn sign(text: &str) -> Option<Signature> {
    let words = words(text);
    if words.len() < LEAST_WORDS {
        return None;
    }
    let mut signature = [u32::MAX; VALUES];
    for shingle in words.windows(3) {
        let mut state = hash(shingle);
        for value in &mut signature {
            // The next number of SplitMix64: as good as another hash of the shingle.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *value = (*value).min((mixed >> 32) as u32);
        }
    }
    Some(signature)
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let is_said = |piece: &&str| !["http://", "https://", "www.", "@"].iter().any(|it| piece.starts_with(it));
    for piece in text.split_whitespace().filter(is_said) {
        for token in word::tokens(piece).into_iter().filter(|it| !it.is_emoji) {
            let word = word::fold(piece.get(token.range).unwrap_or_default());
            if word.chars().any(word::is_unspaced) {
                words.extend(word.chars().map(String::from));
            } else {
                words.push(word);
            }
        }
        if words.len() >= MOST_WORDS {
            break;
        }
    }
    words.truncate(MOST_WORDS);
    words
}

fn bands(signature: &Signature) -> impl Iterator<Item = u64> + '_ {
    signature.chunks(VALUES / BANDS).enumerate().map(|(band, values)| hash(&(band, values)))
}

fn hash(it: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    it.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Words;

    const CALL: &str =
        "Boycott this brand now: they poison our rivers and nobody in government says a word about it";

    #[test]
    fn a_campaign_is_found_in_a_crowd() {
        let mut near = Near::new(5_000);
        let mut crowd = Words::new(7, 3_000);
        let mut last = None;
        for post in 0..5_000_i64 {
            if post % 250 == 0 {
                let copy = format!(
                    "@user{post} {} https://example.org/{post}",
                    CALL.replace("government", "parliament")
                );
                let text = if post % 500 == 0 { CALL } else { &copy };
                last = near.push(post, &format!("a{post}"), text);
            } else if let Some(group) = near.push(post, &format!("b{post}"), &crowd.text(14)) {
                assert!(!group.is_campaign(), "{group:?}");
            }
        }
        let group = last.unwrap();
        assert_eq!((group.id, group.posts, group.authors, group.first_at), (0, 20, 20, 0));
        assert!(group.is_campaign());
    }

    #[test]
    fn one_who_repeats_herself_is_no_campaign() {
        let mut near = Near::new(100);
        let group = (0..50).map(|at| near.push(at, "same", CALL)).last().flatten().unwrap();
        assert_eq!((group.posts, group.authors), (50, 1));
        assert!(!group.is_campaign());
    }

    #[test]
    fn case_accents_and_layout_are_no_difference() {
        let mut near = Near::new(10);
        near.push(0, "a", "À bas les abonnements cachés : rendez-nous notre argent tout de suite !");
        let group = near
            .push(1, "b", "a bas les ABONNEMENTS caches… rendez nous   notre argent tout de suite")
            .unwrap();
        assert_eq!(group.posts, 2);
    }

    #[test]
    fn a_short_thank_you_belongs_to_nothing() {
        let mut near = Near::new(10);
        assert_eq!(near.push(0, "a", "Merci beaucoup !"), None);
        assert_eq!(near.push(1, "b", "Merci beaucoup !"), None);
    }

    #[test]
    fn what_was_forgotten_takes_no_room() {
        let mut near = Near::new(50);
        let mut crowd = Words::new(3, 500);
        near.push(0, "a", CALL);
        for post in 1..2_000 {
            near.push(post, "b", &crowd.text(12));
        }
        assert_eq!(near.posts.len(), 50);
        assert!(near.bands.len() <= 50 * BANDS && near.groups.len() <= 50);
        assert_eq!(near.push(2_000, "c", CALL).unwrap().posts, 1, "the first copy was forgotten");
    }
}
