//! Which words are common: it decides under which of its words a query is filed.

use crate::{
    query::{Key, Word},
    scan::{self, Scan},
};

/// How often words are seen, counted in a table of fixed size (a count-min sketch of one row). Starts with what is
/// common in French and English; counting the posts that come in makes it fit them.
#[derive(Clone, Debug)]
pub struct Counts {
    cells: Vec<u32>,
    /// How many posts were counted, those it started with included.
    posts: u32,
}

const CELLS: usize = 1 << 16;
/// The words below weigh like this many posts.
const PRIOR: u32 = 1_000;

/// The most frequent words of French and English posts, the most frequent first.
const COMMON: &str = "de la le et les des en un du une que est pour qui a dans sur pas au plus par je ne se ce il \
    avec on vous son c d l qu s j n m nous mais ou si leur y sont cette ont ses aux tout bien fait comme etre mon \
    elle sa ma mes tu te me moi ca the to and of i is in you for it that on my be with this are at your have not \
    so just we was but they do all what can t re like if an get no out up has how about good when our now know \
    from as one day will new time go love people want see here rt https http co www com via tres merci bonjour \
    jour faire peut encore aussi meme quand deja depuis toujours jamais rien sans entre apres avant vos votre notre \
    nos ici alors car donc sous chez deux trois ans vie monde there their would been more some who don really";

impl Default for Counts {
    fn default() -> Self {
        let mut counts = Self { cells: vec![0; CELLS], posts: PRIOR };
        // Zipf: the r-th word is in about 1/(r + 2) of the posts.
        for (rank, word) in (3u32..).zip(COMMON.split_ascii_whitespace()) {
            counts.cells[cell(scan::hash(word))] += PRIOR / rank;
        }
        counts
    }
}

fn cell(hash: u64) -> usize {
    (hash >> 48) as usize
}

impl Counts {
    /// Counts the words of one post more.
    pub fn add(&mut self, text: &str) {
        let mut scan = Scan::default();
        scan.read(text);
        for (at, token) in scan.tokens.iter().enumerate() {
            if scan.is_first(at) {
                let cell = &mut self.cells[cell(token.hash)];
                *cell = cell.saturating_add(1);
            }
        }
        self.posts = self.posts.saturating_add(1);
    }

    /// In what share of posts the word is, roughly.
    pub(super) fn share(&self, word: &Word) -> f32 {
        let (Key::Folded(text) | Key::Exact(text) | Key::Emoji(text)) = word.key() else { return 0.5 };
        let seen = self.cells[cell(scan::hash(&crate::word::fold(&text)))] as f32;
        // Of words never seen, short ones are likelier.
        let unseen = 2.0 / text.len().clamp(1, 20) as f32;
        (seen + unseen) / self.posts as f32
    }
}
