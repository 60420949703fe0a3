### Les lancements : la liste, le dossier, et ce qu’il propose dans la boîte.
place-launches = Lancements
launches-none = Aucun lancement encore. Un dossier réunit angles, ennuis prévus, FAQ, plan et décisions.
launch-new = Nouveau lancement
launch-edit = Modifier
launch-back = Le dossier
launch-no-day = sans date
launch-context = dossier de lancement
launch-context-day = dossier de lancement · { $when }
launch-name = Nom
launch-kind = Genre
launch-kind-product = Produit
launch-kind-event = Événement
launch-owner = Suivi par
launch-nobody = personne
launch-day = Jour
launch-hour = Heure (facultative)
launch-summary = De quoi il s’agit
launch-watch = Sa veille
launch-no-watch = Aucune
launch-watch-help = Ce qu’elle entend est rapproché de ce qui était prévu.
refusal-watch-unknown = Cette veille n’existe plus. Choisissez-en une autre ; rien n’a changé.
launch-outcome = Prévu et venu
launch-outcome-back = Le dossier
launch-outcome-since = Depuis l’ouverture ({ $from })
launch-outcome-between = De l’ouverture ({ $from }) à la fin ({ $until })
launch-outcome-how = Plaintes, idées, demandes et questions que sa veille entend, rapprochées par leurs mots.
launch-outcome-problems = { $came ->
    [0] Aucun des { $all } problèmes prévus n’est venu.
    [one] Un problème sur { $all } est venu.
   *[other] { $came } problèmes sur { $all } sont venus.
}
launch-outcome-foreseen = { $all ->
    [0] Aucun message pour l’instant.
   *[other] { $count } messages sur { $all } étaient prévus.
}
launch-outcome-messages = { $count ->
    [one] un message
   *[other] { $count } messages
}
launch-outcome-not = n’est pas venu
launch-outcome-unasked = { $count ->
    [one] Une question qui n’a pas été posée
   *[other] { $count } questions qui n’ont pas été posées
}
launch-outcome-read = Lire
launch-outcome-unforeseen = Imprévu
launch-outcome-all-foreseen = Tout ce qui a été dit était prévu.
launch-outcome-write = Au dossier
launch-outcome-lacks-opening = Ce lancement n’est pas encore ouvert.
launch-outcome-next-opening = Une fois ouvert, ce que dit le public sera rapproché ici de ce qui était prévu.
launch-outcome-lacks-watch = Aucune veille n’écoute ce lancement.
launch-outcome-next-watch = Donnez-lui une veille : ce qu’elle entend depuis l’ouverture sera rapproché de ce qui était prévu.
launch-note = Ce qu’on en retient
launch-note-help = Après la clôture : ce qui était prévu, ce qui est venu, ce qu’il faut garder.
launch-led = Mené par
launch-state-prepared = en préparation
launch-state-open = ouvert
launch-state-closed = clos
launch-state-todo = à faire
launch-state-doing = en cours
launch-state-done = fait
launch-step-open = Ouvrir
launch-step-closed = Clore
launch-toc = Sommaire du dossier
launch-ready = Prêt : { $ready } sur { $total }
launch-ready-label = Ce qui est prêt
launch-missing = Manque : { $what }
launch-none = Rien encore.
launch-add = Ajouter
launch-add-answer = Préparer une réponse
launch-many-angle = Angles
launch-many-problem = Ennuis prévus
launch-many-faq = FAQ
launch-many-step = Plan d’activation
launch-many-material = Matériel
launch-many-meeting = Réunions stratégiques
launch-many-decision = Décisions prises
launch-many-post = Prises de parole
launch-new-post = Nouvelle prise de parole pour ce lancement
launch-no-hour = pas encore d’heure
launch-posts = { $count ->
    [one] une prise de parole
   *[other] { $count } prises de parole
}
launch-post-lacks-words = un réseau et un texte qui y tient
launch-post-lacks-validation = la validation
launch-post-lacks-hour = l’heure
launch-post-lacks-material = l’image demandée
launch-post-lacks-rights = les droits d’une image
launch-post-lacks-charter = un motif pour ce que la charte ne laisse pas passer
launch-one-angle = Angle
launch-one-problem = Ennui prévu
launch-one-answer = Réponse prête
launch-one-faq = Question de la FAQ
launch-one-step = Étape du plan
launch-one-material = Pièce à fournir
launch-one-meeting = Réunion
launch-one-decision = Décision
launch-title-angle = L’angle
launch-title-problem = L’ennui, avec les mots que les gens emploient
launch-title-answer = Question à laquelle elle répond (vide : l’ennui lui-même)
launch-title-faq = Question
launch-title-step = Étape
launch-title-material = Pièce
launch-title-meeting = Réunion
launch-title-decision = Ce qui est décidé
launch-text-angle = En quelques mots
launch-text-problem = Ce que nous ferons
launch-text-answer = Réponse
launch-text-faq = Réponse
launch-text-step = Précisions
launch-text-material = Format
launch-text-meeting = Où la community manager est attendue, notes
launch-text-decision = Pourquoi
launch-text-help = Modifier la question ou la réponse retire la relecture.
launch-entry-title = Titre
launch-entry-text = Texte
launch-field-language = Langue
launch-field-audience = Pour qui
launch-field-likely = Probabilité
launch-field-grave = Gravité
launch-field-state = État
launch-language-fr = français
launch-language-en = anglais
launch-audience-internal = interne, à ne pas envoyer
launch-audience-external = externe
launch-likely-rare = rare
launch-likely-possible = possible
launch-likely-probable = probable
launch-grave-slight = bénin
launch-grave-serious = sérieux
launch-grave-severe = grave
launch-people = Qui
launch-faq-internal = FAQ interne
launch-faq-external = FAQ externe
launch-between-us = entre nous
launch-suggested = proposée dans la boîte
launch-read = relue
launch-to-read = à relire
launch-validate = Valider
launch-doubt = Retirer la validation
launch-validated = Relue par { $who }, { $when }
launch-remove = Supprimer
launch-remove-means = Les réponses préparées pour elle partent aussi. Le journal garde ce qui était écrit.
launch-late = en retard
launch-uses = { $count ->
    [one] une réponse
   *[other] { $count } réponses
  }
launch-both = Ce que vous avez écrit est dans le formulaire, rien n’est perdu. Voici ce que l’autre a enregistré ; enregistrer encore le remplace.
suggest-title = Proposé par un lancement
suggest-put = Mettre dans la réponse
suggest-why = pour : { $words }
suggest-internal = interne, à ne pas envoyer
suggest-taken = Commencée avec une réponse préparée. Relisez avant d’envoyer.
refusal-launch-empty = Donnez un nom.
refusal-launch-long = C’est trop long.
refusal-launch-unreadable = Il y a des caractères illisibles.
refusal-launch-unknown = Une valeur n’est pas connue. Rechargez la page.
refusal-launch-day = Le jour ou l’heure ne se lit pas.
refusal-launch-many = Ce dossier a mille entrées, c’est le maximum.
refusal-entry-empty = Donnez un titre.
refusal-entry-long = C’est trop long.
refusal-entry-unreadable = Il y a des caractères illisibles.
refusal-entry-no-answer = Il manque la réponse.
refusal-owner-unknown = Cette personne n’est pas connue.
calendar-launch = { $name } ce jour-là
calendar-done = fait
calendar-of-launch-launch = lancement
calendar-of-launch-step = plan d’activation
calendar-of-launch-material = matériel à remettre
calendar-of-launch-meeting = réunion stratégique
