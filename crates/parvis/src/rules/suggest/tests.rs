//! The measured set: messages as people write them, each with the question of a dossier it asks for, or none.

use super::*;

/// The dossier of an invented cinema, in the order of the numbers below.
const DOSSIER: [(&str, &str); 16] = [
    ("Comment réserver une place fauteuil ?", "En ligne ou au guichet, huit places par séance."),
    ("Mon Pass Solstice est-il valable ?", "Oui, avec un supplément de 3 €."),
    ("Y a-t-il une boucle magnétique ?", "Oui, dans toute la salle, sur la position T."),
    ("Où se garer près du cinéma ?", "Le parking de la halle est à deux minutes à pied, gratuit après 19 h."),
    ("Quel est le prix du billet ?", "12 € en plein tarif, 9 € pour les moins de 26 ans."),
    ("File d’attente le soir de l’ouverture", "L’entrée se fait par créneaux ; nous vous tenons au courant."),
    ("Panne du projecteur", "La séance est déplacée en salle 2, ou remboursée à votre choix."),
    ("Bruit pour les riverains", "Les livraisons ont lieu entre 9 h et 18 h ; voici un numéro direct."),
    ("How do I book a wheelchair space?", "Online or at the desk, eight spaces at each showing."),
    ("Is my Solstice Pass valid?", "Yes, with a supplement of €3."),
    ("Is there an induction loop?", "Yes, throughout the room."),
    ("Where can I park near the cinema?", "The car park of the market hall is two minutes away."),
    ("What is the ticket price?", "€12, or €9 under 26."),
    ("Queue on the opening night", "People come in by time slots; we keep you posted."),
    ("Projector failure", "The showing moves to screen 2, or is refunded as you wish."),
    ("Noise for neighbours", "Deliveries take place from 9 am to 6 pm."),
];

/// What people wrote, and what it asks for.
const SET: [(&str, Option<usize>); 48] = [
    ("Bonjour, comment fait-on pour réserver une place en fauteuil roulant ?", Some(0)),
    ("Je voudrais réserver pour mon père, il est en fauteuil. C’est possible en ligne ?", Some(0)),
    ("une place fauteuil pour samedi svp ?", Some(0)),
    ("mon pass solstice marche dans la nouvelle salle ???", Some(1)),
    ("Le Pass Solstice est il valable à la Nébuleuse ?", Some(1)),
    ("Ma fille est malentendante, avez-vous une boucle magnétique ?", Some(2)),
    ("boucle magnetique ou pas ?", Some(2)),
    ("On peut se garer où près de votre cinéma ?", Some(3)),
    ("Pour se garer c’est compliqué dans le quartier du cinéma…", Some(3)),
    ("C’est quoi le prix d’un billet plein tarif ?", Some(4)),
    ("Quel prix pour les billets ?", Some(4)),
    ("Le prix du billet a encore augmenté, c’est abusé", Some(4)),
    ("Deux heures de file d’attente pour l’ouverture, merci bien", Some(5)),
    ("La file d’attente hier soir, quelle honte", Some(5)),
    ("Encore une panne de projecteur en pleine séance !", Some(6)),
    ("projecteur en panne salle 1, on fait quoi ?", Some(6)),
    ("Le bruit la nuit est insupportable pour nous riverains", Some(7)),
    ("Pensez aux riverains, le bruit des camions réveille tout le monde", Some(7)),
    ("Hi, how can I book a wheelchair space for Friday?", Some(8)),
    ("Booking wheelchair spaces online doesn't seem possible?", Some(8)),
    ("Is the Solstice pass valid in the new room?", Some(9)),
    ("does my solstice pass work here", Some(9)),
    ("Do you have an induction loop for hearing aids?", Some(10)),
    ("Is there a loop (induction) in screen 1?", Some(10)),
    ("Where do you park around the cinema?", Some(11)),
    ("any place to park near the cinema tonight?", Some(11)),
    ("What's the price of a ticket?", Some(12)),
    ("Ticket prices are ridiculous", Some(12)),
    ("The queue on opening night was endless", Some(13)),
    ("We stood in the queue all night for the opening", Some(13)),
    ("Your projector had a failure and nobody told us", Some(14)),
    ("projector failure AGAIN", Some(14)),
    ("So much noise, do you ever think of your neighbours?", Some(15)),
    ("The neighbours are fed up with the noise of your lorries", Some(15)),
    ("Superbe soirée, merci à toute l’équipe !", None),
    ("Quand sort le prochain film d’animation ?", None),
    ("J’ai oublié mon écharpe salle 3, vous l’avez retrouvée ?", None),
    ("Le pop-corn était froid", None),
    ("Vous recrutez pour cet été ?", None),
    ("Quelle place pour la poésie dans vos programmes ?", None),
    ("J’adore cette ville le soir", None),
    ("Bravo pour l’affiche", None),
    ("What a lovely evening, thank you", None),
    ("Are you hiring this summer?", None),
    ("I left my scarf in room 3", None),
    ("The popcorn was cold", None),
    ("When is the next animated film out?", None),
    ("Great poster!", None),
];

fn dossier() -> Vec<Candidate<'static>> {
    DOSSIER.iter().map(|(question, answer)| Candidate { question, answer }).collect()
}

#[test]
fn the_list_of_empty_words_is_in_order() {
    assert!(EMPTY.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn what_is_suggested_first_is_what_was_asked() {
    let all = dossier();
    let (mut right, mut wrong, mut asked) = (0, Vec::new(), 0);
    for (message, meant) in SET {
        let found = suggest(message, &all, 3);
        asked += usize::from(meant.is_some());
        match found.first() {
            Some(it) if Some(it.index) == meant => right += 1,
            Some(it) => wrong.push(format!("{message}: {}", DOSSIER[it.index].0)),
            None => {}
        }
    }
    println!("first right {right}, wrong {}, of {asked} that ask: {wrong:#?}", wrong.len());
    assert!(wrong.len() <= 1, "{wrong:#?}");
    assert!(right >= 31, "{right} of {asked}");
}

#[test]
fn it_says_which_words_it_was_for() {
    let found = suggest("Bonjour, où sont les FAUTEUILS que je peux réserver ?", &dossier(), 1);
    assert_eq!((found[0].index, found[0].words.join(" ")), (0, "fauteuils reserver".to_owned()));
}

#[test]
fn one_word_of_a_long_question_is_too_little() {
    assert_eq!(suggest("réserver", &dossier(), 3), []);
    assert_eq!(suggest("", &dossier(), 3), []);
    assert_eq!(suggest("Bonjour", &[], 3), []);
}

#[test]
fn a_woman_is_answered_as_a_man_is() {
    let one = [Candidate { question: "Mon paiement est en attente, suis-je débité ?", answer: "Non." }];
    for message in ["Je suis en attente, débitée ou pas ?", "Nous sommes débitées, c’est en attente ?"]
    {
        assert_eq!(suggest(message, &one, 1).len(), 1, "{message}");
    }
}
