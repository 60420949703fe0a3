//! The language of a text: a vote of its small words, which short posts are full of, and where that leaves doubt the letter
//! model of the crate `whichlang`. It knows nothing of what the text says.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use whichlang::Lang;

/// A language that can be told apart; `Unknown` for a text without letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each says its name")]
pub enum Language {
    French,
    English,
    Spanish,
    German,
    Italian,
    Portuguese,
    Dutch,
    Arabic,
    Swedish,
    Turkish,
    Vietnamese,
    Russian,
    Hindi,
    Chinese,
    Japanese,
    Korean,
    Unknown,
}

impl Language {
    /// Its ISO 639-1 code; `und` for one that isn't known.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
            Self::Spanish => "es",
            Self::German => "de",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
            Self::Arabic => "ar",
            Self::Swedish => "sv",
            Self::Turkish => "tr",
            Self::Vietnamese => "vi",
            Self::Russian => "ru",
            Self::Hindi => "hi",
            Self::Chinese => "zh",
            Self::Japanese => "ja",
            Self::Korean => "ko",
            Self::Unknown => "und",
        }
    }
}

impl From<Lang> for Language {
    fn from(it: Lang) -> Self {
        match it {
            Lang::Fra => Self::French,
            Lang::Eng => Self::English,
            Lang::Spa => Self::Spanish,
            Lang::Deu => Self::German,
            Lang::Ita => Self::Italian,
            Lang::Por => Self::Portuguese,
            Lang::Nld => Self::Dutch,
            Lang::Ara => Self::Arabic,
            Lang::Swe => Self::Swedish,
            Lang::Tur => Self::Turkish,
            Lang::Vie => Self::Vietnamese,
            Lang::Rus => Self::Russian,
            Lang::Hin => Self::Hindi,
            Lang::Cmn => Self::Chinese,
            Lang::Jpn => Self::Japanese,
            Lang::Kor => Self::Korean,
        }
    }
}

/// The languages that have a list of small words.
const VOTERS: [(Language, &str); 7] = [
    (
        Language::French,
        "le la les l un une des du de d au aux et ou où mais que qui qu quoi dont je j tu il elle on nous vous ils elles me \
         te se s ce c cet cette ces ça ca mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs est sont était été \
         être suis es ai as a avons avez ont avait pas ne n plus jamais rien très trop bien tout tous toute toutes avec sans \
         pour par sur sous dans en entre chez vers depuis pendant quand comment pourquoi si oui non merci bonjour bonsoir \
         svp bjr slt mdr ptdr fait faire peut veut va vais même aussi encore déjà après avant donc car alors comme faut là \
         voilà c'est y fois jour aujourd hui moi toi lui eux quel quelle puis mec mais moins deux trois",
    ),
    (
        Language::English,
        "the a an and or but of to in on at by for with from up out off about into over after is are was were be been am i \
         you he she it we they me him her us them my your his its our their this that these those not no yes do does did \
         don doesn didn t s re ve ll m can could will would should have has had just so if then than when where why how what \
         who which all any some more most very too also only now here there get got go going like thanks thank please \
         because as never ever one two still back been lol new today my",
    ),
    (
        Language::Spanish,
        "el la los las un una unos unas de del al y o pero que qué quien quién como cómo cuando cuándo donde dónde por para \
         con sin sobre entre hasta desde es son era fue ser estar está están estoy soy eres somos hay ha he has han yo tú él \
         ella nosotros ellos me te se nos le les lo mi mis tu tus su sus no sí ya muy más menos también todo todos toda nada \
         algo este esta esto ese esa eso aquí hoy ayer mañana gracias hola porque si ni o a en bien mejor siempre nunca así \
         hacer puede tiene vamos día años gente cada",
    ),
    (
        Language::German,
        "der die das den dem des ein eine einen einem einer und oder aber dass daß ist sind war waren sein bin bist hat habe \
         haben wird werden wurde ich du er sie es wir ihr mich dich sich uns euch mir dir mein meine dein seine nicht kein \
         keine auch noch schon nur so wie was wer wo wann warum wenn als von vom zu zum zur mit bei nach aus für auf in im \
         an am um über unter vor durch ohne gegen bis sehr mehr immer nie heute morgen jetzt hier da ja nein doch mal man \
         alle alles viel danke bitte hallo kann muss will gut gibt ganz",
    ),
    (
        Language::Italian,
        "il lo la i gli le un uno una di del della dei delle dello degli al alla ai alle da dal dalla in nel nella nei con su \
         sul sulla per tra fra e ed o ma che chi cui come quando dove perché non è sono sei siamo era ha ho hai hanno abbiamo \
         essere avere io tu lui lei noi voi loro mi ti si ci vi mio mia tuo tua suo sua nostro questo questa quello quella \
         più meno molto anche ancora già sempre mai tutto tutti tutta niente grazie ciao oggi ieri domani fare può deve solo \
         bene così poi se anno c'è cosa quindi però",
    ),
    (
        Language::Portuguese,
        "o a os as um uma uns umas de do da dos das ao à aos às em no na nos nas por pelo pela para pra com sem sobre entre \
         até e ou mas que quem como quando onde porque não é são foi era ser estar está estão estou sou tem têm tenho há eu \
         tu você vocês ele ela eles nós me te se lhe meu minha teu seu sua nosso este esta isto esse essa isso aquele já \
         muito mais menos também tudo todos nada hoje ontem amanhã obrigado obrigada olá sim bem só aqui lá vai fazer pode \
         depois agora sempre nunca dia gente ainda vou cara",
    ),
    (
        Language::Dutch,
        "de het een en of maar dat die dit deze is zijn was waren ben bent heb hebt heeft hebben had wordt worden werd ik je \
         jij hij zij ze wij we jullie u mij me hem haar ons hun mijn jouw niet geen ook nog al wel maar zo hoe wat wie waar \
         wanneer waarom als dan van voor met bij naar uit op in aan om over onder door zonder tegen tot te er hier daar nu \
         vandaag morgen ja nee heel veel meer altijd nooit alle alles iets niets goed kan moet wil gaat gaan doen dank bedankt \
         hallo toch weer want omdat even mensen eens",
    ),
];

/// For each small word, by how much it speaks for each of [`VOTERS`]: a word of one language weighs more than one of three.
static VOTES: LazyLock<HashMap<&'static str, [u8; 7], BuildHasherDefault<Fnv>>> = LazyLock::new(|| {
    let mut votes: HashMap<&str, [u8; 7], _> = HashMap::default();
    for (at, (_, words)) in VOTERS.iter().enumerate() {
        for word in words.split_whitespace() {
            votes.entry(word).or_default()[at] = 1;
        }
    }
    for vote in votes.values_mut() {
        let languages: u8 = vote.iter().sum();
        *vote = vote.map(|it| it * 12 / languages);
    }
    votes
});

/// FNV-1a: quick on short words, and the table's words are ours, so that nobody can crowd it.
#[derive(Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How far the small words must agree to outweigh the letters: one word of that language alone.
const CLEAR: u32 = 12;

/// The language of `text`.
#[must_use]
pub fn of(text: &str) -> Language {
    let text = without_names(text);
    if !text.chars().any(char::is_alphabetic) {
        return Language::Unknown;
    }
    let sums = vote(&text);
    let (best, most) =
        sums.iter().enumerate().fold((0, 0), |best, (at, it)| if *it > best.1 { (at, *it) } else { best });
    let leads = |it: &(usize, &u32)| it.0 == best || most >= it.1 + CLEAR;
    // Whatever the letters say: asking them is what takes the time.
    if most >= CLEAR && sums.iter().enumerate().all(|it| leads(&it)) && is_latin(&text) {
        return VOTERS[best].0;
    }
    let guess = Language::from(whichlang::detect_language(&text));
    // Scripts of their own leave no doubt.
    if !VOTERS.iter().any(|(it, _)| *it == guess)
        && !matches!(guess, Language::Swedish | Language::Turkish | Language::Vietnamese)
    {
        return guess;
    }
    let of_guess = VOTERS.iter().position(|(it, _)| *it == guess).map_or(0, |at| sums[at]);
    if most >= of_guess + CLEAR { VOTERS[best].0 } else { guess }
}

/// How much the small words of `text` speak for each of [`VOTERS`].
fn vote(text: &str) -> [u32; 7] {
    let mut sums = [0_u32; 7];
    let mut small = String::new();
    for word in text.split(|it: char| !it.is_alphabetic()).filter(|it| !it.is_empty() && it.len() < 12) {
        small.clear();
        if word.is_ascii() {
            small.push_str(word);
            small.make_ascii_lowercase();
        } else {
            small.extend(word.chars().flat_map(char::to_lowercase));
        }
        if let Some(vote) = VOTES.get(small.as_str()) {
            for (sum, it) in sums.iter_mut().zip(vote) {
                *sum += u32::from(*it);
            }
        }
    }
    sums
}

/// Whether nothing but Latin letters, marks and emoji can be in it: by the first byte of each character in UTF-8.
fn is_latin(text: &str) -> bool {
    text.bytes().all(|it| matches!(it, 0..0xcc | 0xe2 | 0xf0..))
}

/// Names, addresses and tags are of no language.
fn without_names(text: &str) -> Cow<'_, str> {
    if !text.contains(['@', '#']) && !text.contains("http") {
        return Cow::Borrowed(text);
    }
    let kept = text.split_whitespace().filter(|it| !it.starts_with(['@', '#']) && !it.starts_with("http"));
    let mut rest = String::with_capacity(text.len());
    for word in kept {
        rest.push_str(word);
        rest.push(' ');
    }
    if rest.chars().any(char::is_alphabetic) { Cow::Owned(rest) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eight_languages_are_told_apart() {
        for (text, code) in [
            ("Je n’ai toujours pas reçu mon colis, merci de me répondre", "fr"),
            ("I still haven't got my parcel, please get back to me", "en"),
            ("Todavía no he recibido mi paquete, gracias por responder", "es"),
            ("Ich habe mein Paket immer noch nicht bekommen, bitte antworten", "de"),
            ("Non ho ancora ricevuto il mio pacco, grazie per la risposta", "it"),
            ("Ainda não recebi a minha encomenda, obrigado pela resposta", "pt"),
            ("Ik heb mijn pakket nog steeds niet ontvangen, graag antwoord", "nl"),
            ("لم أستلم الطرد بعد، أرجو الرد", "ar"),
        ] {
            assert_eq!(of(text).code(), code, "{text}");
        }
    }

    #[test]
    fn names_and_addresses_have_no_say() {
        assert_eq!(
            of("@TheEnglishShop #thebestofthebest où est mon colis svp https://the.shop/of/the/day").code(),
            "fr"
        );
    }

    #[test]
    fn a_text_without_letters_has_no_language() {
        assert_eq!(of("👍👍 123 !").code(), "und");
        assert_eq!(of("").code(), "und");
    }
}
