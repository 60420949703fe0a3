### La charte : ce qu’elle dit à côté d’un texte, et ses réglages. Ce que dit chaque règle est dans parvis-write.
charter-title = Charte
charter-clean = Charte : rien à redire
charter-count = { $count ->
    [one] Charte : une remarque
   *[other] Charte : { $count } remarques
  }
charter-times = { $count } fois
charter-link = La charte
charter-replace = Écrire « { $text } »
charter-correct = Prendre la correction
charter-correct-all = { $count ->
    [one] Prendre la correction
   *[other] Prendre { $count } corrections
  }
charter-binds = motif exigé
charter-waive = Laisser, avec un motif
charter-waive-do = Laisser
charter-reason = Pourquoi cela peut rester
charter-waived = Laissé par { $who } : { $reason }
charter-take-back = Reprendre
charter-reason-answer = La charte exige un motif. Pour envoyer tel quel, dites pourquoi :
charter-place-title = titre
charter-place-warning = avertissement
charter-place-alt = texte de remplacement
charter-place-first_comment = premier commentaire
charter-place-first_comment-of = { $name }, premier commentaire
charter-history = Laissé tel quel malgré la charte
charter-help = Ce qui est regardé pendant l’écriture des prises de parole et des réponses. Une règle qui exige un motif retient la validation d’une prise de parole, et le départ d’une réponse, tant que les mots ne sont pas repris ou que personne ne dit pourquoi ils peuvent rester ; le journal le garde.
charter-rules = Règles
charter-rule = Règle
charter-rule-does = Ce qu’elle fait
charter-off = n’est pas regardée
charter-on = fait une remarque
charter-must = exige un motif
charter-in-answers = Les réponses aussi attendent un motif, pas seulement les prises de parole
charter-measures = Mesures
charter-longest-sentence = Mots d’une phrase, au plus
charter-least-ease = Facilité de lecture, au moins (Flesch, 0 à 100)
charter-most-hashtags = Mots-dièse, au plus
charter-most-emoji = Émojis d’affilée, au plus
charter-address = Adresse aux lecteurs
charter-address-polite = vous
charter-address-familiar = tu
charter-address-either = l’un des deux, jamais les deux
charter-address-free = au choix
charter-lists = Listes, une entrée par ligne
charter-forbidden = Mots que l’on n’emploie pas
charter-forbidden-help = « mots », ou « mots = ce qu’on écrit à la place ». Une étoile en fin de mot vaut pour tout ce qui commence ainsi.
charter-mandatory = Mentions obligatoires
charter-mandatory-help = « #Publicité = partenariat, sponsorisé » : là où l’un de ces mots est dit. Sans mots, dans chaque prise de parole.
charter-capitals = Noms et sigles en capitales
charter-known = Mots du métier que les lecteurs connaissent
charter-save = Enregistrer la charte
charter-done = Charte enregistrée
rule-long = Phrases longues
rule-hard-to-read = Textes difficiles à lire
rule-jargon = Jargon
rule-wooden = Langue de bois
rule-superlative = Superlatifs sans preuve
rule-address = Adresse : tu, vous
rule-forbidden = Mots que l’on n’emploie pas
rule-mandatory = Mentions obligatoires
rule-space = Espaces
rule-quote = Guillemets
rule-apostrophe = Apostrophes
rule-ellipsis = Points de suspension
rule-shouting = Cris : capitales, rangées de points
rule-hashtags = Trop de mots-dièse
rule-hashtag-case = Mots-dièse sans capitales
rule-short-link = Liens raccourcis
rule-broken-link = Liens cassés
rule-promise = Promesses (dates, remboursements) sans source
rule-emoji-row = Rangées d’émojis
rule-ascii-art = Dessins faits de caractères
rule-fancy = Lettres déguisées
rule-click-here = Liens qui ne disent pas où ils mènent
rule-inclusive = Mots qui laissent quelqu’un de côté
refusal-text-charter = La charte exige ici un motif. Rien n’est parti : reprenez le texte, ou dites pourquoi il peut rester.
refusal-post-charter = La charte exige un motif pour un passage de ces textes. Reprenez-le, ou laissez-le avec un motif.
refusal-waiver-unknown = Cette remarque n’est plus là. Relisez les textes.
refusal-charter-number = Une mesure dépasse ses bornes.
refusal-charter-many = Une liste est trop longue : 500 entrées au plus.
refusal-charter-long = Une entrée d’une liste est trop longue : 120 caractères au plus, sur une ligne.
refusal-charter-empty = Une entrée d’une liste est vide.
refusal-charter-unknown = Cette règle n’existe pas.
post-lacks-charter = un motif pour ce que la charte ne laisse pas passer
post-held-charter = charte
post-held-long-charter = Son heure est venue, et la charte exige un motif pour un passage de ses textes. Rien n’est parti : reprenez-le ou laissez-le avec un motif, puis donnez une autre heure.
verb-charter-set = a changé la charte
verb-post-waived = a laissé une prise de parole telle quelle malgré la charte
verb-post-unwaived = a retiré un motif laissé malgré la charte
verb-message-waived = a laissé une réponse telle quelle malgré la charte
