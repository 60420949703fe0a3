### Ce que disent les messages, ce que l’on en dit d’autre, et ce que les équipes produit en apprennent.
filter-needs = Attend une réponse
filter-search = Filtrer
language-sv = Suédois
language-tr = Turc
language-vi = Vietnamien
language-ar = Arabe
language-ru = Russe
language-hi = Hindi
language-zh = Chinois
language-ja = Japonais
language-ko = Coréen
language-und = une langue non reconnue
said-hidden = Masqué comme injurieux
said-hidden-show = afficher
read-needs = attend une réponse
read-abusive = Injurieux
read-corrected = corrigé par un collègue
read-why = pourquoi
act-read = Pourquoi, et corriger
keys-read = pourquoi cette lecture, et corriger
done-message-corrected = Corrigé : la suite sera lue ainsi
done-message-uncorrected = Correction retirée
refusal-correction-same = C’est déjà ce qui est lu.
refusal-correction-unknown = Cette réponse n’existe pas.
why-title = Comment ce message a été lu
why-needs = Attend une réponse
why-needs-yes = Oui
why-needs-no = Non
why-abuse = Injurieux
why-abuse-yes = Oui
why-abuse-no = Non
why-by = dit par { $name }
why-take-back = Retirer
why-words = Mots qui ont pesé
why-for = parle pour
why-against = parle contre
why-model = Lu par { $model }, langue : { $language }. Chaque mot a son poids ; les plus lourds sont montrés.
why-correct = Corriger
why-teaches = Cela vaut tout de suite pour ce message, et les suivants sont lus avec ce que cela apprend. On peut l’annuler.
why-do = Corriger
why-back = Revenir à la conversation
aspect-sentiment = Ressenti
aspect-intent = Intention
aspect-abuse = Injurieux
aspect-needs_answer = Attend une réponse
corrections-title = Corrections
corrections-help = Ce que des collègues ont dit des messages contre le modèle. En retirer une retire aussi ce qu’elle a appris.
corrections-standing = { $count ->
    [0] Aucune n’est en vigueur.
    [one] Une est en vigueur.
   *[other] { $count } sont en vigueur.
  }
corrections-empty = Personne n’a encore rien corrigé : « Pourquoi, et corriger » se trouve sous chaque message.
correction-message = Message
correction-what = Ce que c’est
correction-now = désormais
correction-ended = retirée
reading-history = Les messages antérieurs sont en cours de lecture ; les chiffres montent encore.
second-broken = L’encodeur n’est pas utilisé : son fichier est illisible, ou c’est autre chose. Les messages sont lus par le modèle fourni ; « parvis doctor » dit que faire.
second-left = { $count ->
    [0] L’encodeur a relu tous les messages des trente derniers jours.
    [one] L’encodeur relit les messages : il en reste un des trente derniers jours.
   *[other] L’encodeur relit les messages : il en reste { $count } des trente derniers jours.
}
second-many = L’encodeur relit les messages : il en reste { $count } ou plus des trente derniers jours.
verb-message-corrected = lecture corrigée
verb-message-uncorrected = correction retirée
insight-title = Mine d’idées
insight-context = { $count ->
    [0] aucun message
    [one] un message
   *[other] { $count } messages
  }
insight-kinds = Genres
insight-filter = Ce qui est montré
insight-help = Ce dont le public se plaint, ce qu’il propose, demande et se demande, pour celles et ceux qui font les produits. Les messages presque identiques forment un groupe, puis ceux qui partagent un mot parlant.
insight-all = Tout
insight-complaint = Réclamations
insight-idea = Idées
insight-request = Demandes
insight-question = Questions
insight-count-complaint = { $count ->
    [one] { $count } plainte
   *[other] { $count } plaintes
  }
insight-count-idea = { $count ->
    [one] { $count } idée
   *[other] { $count } idées
  }
insight-count-request = { $count ->
    [one] { $count } demande
   *[other] { $count } demandes
  }
insight-count-question = { $count ->
    [one] { $count } question
   *[other] { $count } questions
  }
insight-period = Période
insight-days = { $days } jours
insight-term = Produit ou sujet
insight-term-help = Un mot ou plusieurs, comme dans une veille : appli OU site.
insight-term-wrong = Cela ne peut pas être lu : écrivez des mots, ou ET, OU, SAUF entre eux.
insight-apart = À part
insight-apart-why = Ceux-ci ne partagent aucun mot parlant avec un autre.
insight-why = Tous disent « { $word } ».
insight-why-half = La moitié au moins disent aussi : { $words }.
insight-copies = { $count ->
    [one] Un message en répète un autre presque mot pour mot.
   *[other] { $count } messages en répètent un autre presque mot pour mot.
  }
insight-more = { $count ->
    [one] Un message de plus
   *[other] { $count } messages de plus
  }
insight-none = Rien n’a été trouvé.
insight-none-next = Choisissez une période plus longue, ou moins de filtres.
