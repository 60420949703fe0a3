//! Topics: what messages are about. The usual ones, as queries that an organisation can take over and change, and the words
//! that set some messages apart from the rest. Knows no database and no screen.

use std::collections::{BTreeMap, BTreeSet};

/// A topic that most organisations have.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// Its name in French.
    pub fr: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What finds it, in both languages.
    pub query: &'static str,
}

/// The folder of their watches, in French and in English.
pub const FOLDER: (&str, &str) = ("Sujets", "Topics");

/// The usual topics: queries written from what customers write, in both languages at once, seldom wrong rather than complete
/// (docs/quality/topics.md).
pub const USUAL: [Usual; 10] = [
    Usual {
        fr: "Livraison",
        en: "Delivery",
        query: "livraison* OU livré* OU livrer OU livreur* OU colis OU paquet* OU expédi* OU transporteur* OU\n\
                \"point relais\" OU \"suivi de commande\" OU\n\
                \"numéro de suivi\" OU ((commande* OU colis) PROCHE/6 (arrivé* OU reçu* OU perdu* OU retard)) OU\n\
                deliver* OU parcel* OU package* OU shipping OU shipped OU shipment* OU dispatched OU courier* OU\n\
                \"tracking number\" OU\n\
                (order* PROCHE/6 (arrived OR arrive OR arrives OR received OR lost OR late OR delayed))",
    },
    Usual {
        fr: "Remboursement",
        en: "Refund",
        query: "rembours* OU \"mon argent\" OU \"geste commercial\" OU \"note de crédit\" OU \"un avoir\" OU dédommag* OU\n\
                \"rendez moi\" OU rétractation OU\n\
                refund* OU reimburs* OU \"money back\" OU \"my money\" OU chargeback* OU compensat*",
    },
    Usual {
        fr: "Paiement et facture",
        en: "Payment and invoice",
        query: "paiement* OU payé* OU payer OU débité* OU débit OU prélev* OU facture* OU facturé* OU\n\
                \"carte bancaire\" OU \"carte bleue\" OU \"ma carte\" OU PayPal OU\n\
                payment* OU charged OU billed OU billing OU invoice* OU \"credit card\" OU \"debit card\" OU\n\
                \"direct debit\" OU \"my card\" OU\n\
                \"apple pay\" OU \"pay with\" OU \"pay by\" OU receipt*",
    },
    Usual {
        fr: "Prix et offres",
        en: "Prices and offers",
        query: "prix OU tarif* OU cher OU chère OU chers OU promo* OU réduction* OU réduit* OU \"code promo\" OU\n\
                soldes OU coûte* OU \"ça fait combien\" OU gratuit* OU\n\
                price* OU pricing OU expensive OU overpriced OU discount* OU \"promo code\" OU voucher* OU cheaper OU\n\
                \"how much\" OU cost OU costs OU \"special offer\" OU \"free entry\"",
    },
    Usual {
        fr: "Panne et bug",
        en: "Outage and bug",
        query: "panne* OU bug OU bugs OU bugue OU buggé OU bugué OU plante OU planté OU \"ne marche pas\" OU\n\
                \"marche pas\" OU \"marche plus\" OU \"ne fonctionne pas\" OU\n\
                \"fonctionne pas\" OU \"fonctionne plus\" OU \"hors service\" OU inaccessible* OU \"message d'erreur\" OU\n\
                \"page blanche\" OU \"ne charge pas\" OU \"charge pas\" OU\n\
                outage* OU crash OU crashes OU crashed OU crashing OU glitch* OU \"not working\" OU \"doesn't work\" OU\n\
                \"won't work\" OU \"stopped working\" OU\n\
                \"error message\" OU \"won't load\" OU \"doesn't load\" OU \"not loading\" OU freezes OU frozen OU\n\
                \"out of order\" OU\n\
                ((site OR app OR website OR server* OR page) PROCHE/3 (down OR broken))",
    },
    Usual {
        fr: "Compte et connexion",
        en: "Account and sign-in",
        query: "\"mot de passe\" OU \"mon compte\" OU \"un compte\" OU connecter OU connecte OU identifiant* OU\n\
                \"mes identifiants\" OU connexion OU piraté* OU \"code de vérification\" OU\n\
                password* OU \"my account\" OU \"an account\" OU \"log in\" OU login OU \"sign in\" OU \"sign up\" OU\n\
                \"logged out\" OU \"locked out\" OU hacked OU \"verification code\"",
    },
    Usual {
        fr: "Horaires et accès",
        en: "Hours and access",
        query: "horaire* OU \"heures d'ouverture\" OU \"quelle heure\" OU \"jours fériés\" OU \"jour férié\" OU parking OU\n\
                \"se garer\" OU \"comment venir\" OU \"fermez vous\" OU \"ouvrez vous\" OU\n\
                ((ouvert* OU fermé* OU ouvre* OU ferme) PROCHE/4 (lundi OU mardi OU mercredi OU jeudi OU vendredi OU samedi OU dimanche OU demain OU soir OU midi OU matin)) OU\n\
                \"opening hours\" OU \"opening times\" OU \"what time\" OU \"bank holiday\" OU \"bank holidays\" OU\n\
                \"park my car\" OU \"car park\" OU \"get there\" OU\n\
                ((open OR opens OR close OR closes OR closed) PROCHE/4 (monday OU tuesday OU wednesday OU thursday OU friday OU saturday OU sunday OU today OU tomorrow OU tonight OU until OU till OU late))",
    },
    Usual {
        fr: "Accessibilité",
        en: "Accessibility",
        query: "accessibilité OU handicap* OU PMR OU \"fauteuil roulant\" OU \"en fauteuil\" OU malvoyant* OU\n\
                malentendant* OU sourd* OU aveugle* OU audiodescription OU ascenseur* OU \"langue des signes\" OU\n\
                LSF OU \"mobilité réduite\" OU\n\
                accessibility OU wheelchair* OU disabled OU disability OU \"hard of hearing\" OU deaf OU blind OU\n\
                \"visually impaired\" OU \"audio description\" OU\n\
                \"sign language\" OU \"step free\" OU \"hearing loop\" OU \"mobility scooter\" OU \"guide dog\" OU\n\
                \"assistance dog\" OU ramp OU ramps OU autis*",
    },
    Usual {
        fr: "Accueil et personnel",
        en: "Staff and welcome",
        query: "personnel OU \"votre équipe\" OU \"vos équipes\" OU employé* OU vendeur* OU vendeuse* OU serveur* OU\n\
                serveuse* OU caissier* OU caissière* OU conseiller* OU conseillère* OU accueil OU hôtesse* OU\n\
                impoli* OU désagréable* OU \"mal reçu\" OU \"mal reçus\" OU \"mal accueilli\" OU aimable* OU souriant* OU\n\
                staff OU employee* OU cashier* OU waiter* OU waitress* OU \"shop assistant\" OU \"sales assistant\" OU\n\
                \"your manager\" OU \"the manager\" OU \"your team\" OU rude OU impolite OU unfriendly OU unhelpful OU\n\
                \"so friendly\" OU \"very friendly\"",
    },
    Usual {
        fr: "Emploi",
        en: "Jobs",
        query: "recrut* OU embauch* OU emploi OU emplois OU candidat* OU postuler OU alternance OU \"un stage\" OU\n\
                \"de stage\" OU stagiaire* OU CDI OU CDD OU \"mon CV\" OU saisonnier* OU \"travailler chez\" OU\n\
                \"travailler pour vous\" OU\n\
                hiring OU \"a job\" OU jobs OU \"job offer\" OU \"job opening\" OU vacancy OU vacancies OU internship* OU\n\
                apprentice* OU \"my CV\" OU \"my resume\" OU\n\
                career* OU \"work for you\" OU \"work with you\" OU \"apply for\" OU \"job interview\" OU \"my application\"",
    },
];

/// Words that stand in at least two of `own` and a sixth of them, and there at least three times as often as in `rest`: those of
/// most messages first, `most` at most, each with in how many of `own` it stands.
#[must_use]
pub fn distinctive(own: &[&str], rest: &[&str], most: usize) -> Vec<(String, usize)> {
    let (here, there) = (standing(own), standing(rest));
    let mut found: Vec<(String, usize)> = here
        .into_iter()
        .filter(|(word, count)| {
            let elsewhere = there.get(word).copied().unwrap_or(0);
            // One message more in the rest, so that a small rest says nothing for sure.
            *count >= own.len().div_ceil(6).max(2)
                && count * (rest.len() + 1) >= 3 * (elsewhere + 1) * own.len()
        })
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(most);
    found
}

/// In how many of the texts each word of four letters or more stands.
fn standing(texts: &[&str]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        let small = text.to_lowercase();
        let words: BTreeSet<&str> = small
            .split(|it: char| !it.is_alphanumeric())
            .filter(|it| it.chars().count() >= 4 && it.chars().any(char::is_alphabetic))
            .collect();
        for word in words {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

#[cfg(test)]
mod measure;

#[cfg(test)]
mod tests {
    use parvis_listen::Post;
    use parvis_listen::index::{Counts, Index, Scratch};
    use parvis_listen::query::Query;

    use super::*;

    pub(super) fn topics_of(text: &str) -> Vec<&'static str> {
        let queries: Vec<Query> = USUAL.iter().map(|it| Query::parse(it.query).unwrap()).collect();
        let index = Index::build((0..).zip(&queries), Counts::default());
        let matcher = index.matcher();
        let found = matcher.matches(&Post { text, ..Post::default() }, &mut Scratch::default()).to_vec();
        found.into_iter().map(|it| USUAL[it as usize].en).collect()
    }

    #[test]
    fn the_usual_topics_find_what_is_written_in_both_languages() {
        for (text, topic) in [
            ("Toujours pas reçu mon colis, que fait le transporteur ?", "Delivery"),
            ("The courier left my parcel in the rain", "Delivery"),
            ("Je veux être remboursée, point.", "Refund"),
            ("When do I get my money back?", "Refund"),
            ("Débité deux fois sur ma carte bancaire", "Payment and invoice"),
            ("I was charged twice", "Payment and invoice"),
            ("15 € le billet, c’est trop cher", "Prices and offers"),
            ("Is the student discount still on?", "Prices and offers"),
            ("L’appli ne marche pas depuis ce matin", "Outage and bug"),
            ("Your website is down again", "Outage and bug"),
            ("Impossible de me connecter", "Account and sign-in"),
            ("I’m locked out, reset my password please", "Account and sign-in"),
            ("Vous êtes ouverts le dimanche ?", "Hours and access"),
            ("What time does the box office close?", "Hours and access"),
            ("La salle est-elle accessible en fauteuil roulant ?", "Accessibility"),
            ("Any screenings with audio description?", "Accessibility"),
            ("Le vendeur a été impoli", "Staff and welcome"),
            ("Rude staff at the counter", "Staff and welcome"),
            ("Vous recrutez pour l’été ?", "Jobs"),
            ("Are you hiring ushers?", "Jobs"),
        ] {
            assert!(topics_of(text).contains(&topic), "{text}: {:?}", topics_of(text));
        }
        for text in
            ["Quel beau film hier soir !", "Thank you all, what a night", "Vive le cinéma de quartier"]
        {
            assert_eq!(topics_of(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn distinctive_words_stand_here_and_hardly_elsewhere() {
        let own = ["La consigne ne s’ouvre pas", "consigne fermée, merci", "merci pour la consigne"];
        let rest =
            ["merci pour tout", "Merci !", "quand ouvre la salle ?", "Bravo", "Bonne soirée", "merci bien"];
        assert_eq!(distinctive(&own, &rest, 5), [("consigne".to_owned(), 3)]);
        assert_eq!(distinctive(&[], &rest, 5), []);
    }
}
