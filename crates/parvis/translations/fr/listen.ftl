### Écoute : les veilles, l’éditeur de leurs requêtes, ce qu’elles trouvent.
place-listen = Écoute
listen-context = { $count ->
    [0] aucune veille
    [one] une veille
   *[other] { $count } veilles
  }
listen-tabs = Veilles
listen-make = Nouvelle veille
listen-first = Une veille est une question enregistrée, posée à tout ce qui arrive : une marque, un produit, un concurrent, un sujet. Écrivez-en une et voyez ce qu’elle aurait trouvé.
listen-nobody = Personne n’a encore créé de veille. Un community manager peut le faire.
listen-name = Nom
listen-query = Requête
listen-save = Enregistrer
listen-remove = Supprimer cette veille
listen-remove-means = Ce qu’elle a trouvé est oublié ; les messages restent.
listen-operators = Opérateurs :
query-valid = Requête valide
query-place = ligne { $line }, colonne { $column }
query-found = { $count ->
    [0] rien en { $days ->
        [one] un jour
       *[other] { $days } jours
      }
   *[other] { $count } en { $days ->
        [one] un jour
       *[other] { $days } jours
      }
  }
query-usual = { $found }, environ { $count } par jour
query-empty = Écrivez au moins un mot
query-unclosed = « { $subject } » n’est pas fermé
query-unopened = « { $subject } » ne ferme rien
query-missing = Il manque quelque chose à chercher : ajoutez un mot, ou retirez l’opérateur
query-wordless = « { $subject } » ne contient aucun mot : retirez-le, ou écrivez un mot
query-foreign = « { $subject } » n’est pas un opérateur ici : écrivez ET, OU ou SAUF
query-unknown-field = Il n’y a pas de champ « { $subject }: » ; pour chercher ces mots, mettez-les entre guillemets
query-no-value = La valeur de « { $subject }: » manque
query-no-range = « { $subject }: » prend deux nombres : [1000 TO 50000]
query-reversed = Mettez le plus petit nombre d’abord
query-tilde = « ~ » se place juste derrière une expression, avec son nombre : "deux mots"~5
query-near-number = Il manque son nombre à PROCHE : PROCHE/5
query-near-side = De chaque côté de PROCHE, écrivez un mot, une expression, ou (l’un OU l’autre)
query-too-deep = Trop de parenthèses les unes dans les autres
query-too-long = Trop long : partagez en plusieurs veilles
refusal-query-too-many-watches = Il y a déjà 2 000 veilles : supprimez-en une d’abord.
listen-volume = Volume
listen-volume-beside = 72 h, par heure
listen-burst = Pic depuis { $clock } : { $count }, { $times } fois l’attendu
listen-finding = Messages par heure sur 72 heures : { $count } en tout, { $most } dans l’heure la plus forte.
listen-band = { $low } à { $high }
listen-noon = midi
listen-current = Heure en cours ({ $clock }) : { $count }, non tracée
listen-unheard = pas d’écoute
listen-legend-count = Messages par heure
listen-legend-band = Attendu à cette heure de la semaine
listen-legend-hot = Au-dessus
listen-legend-deaf = Un canal n’était pas entendu
listen-numbers = Les chiffres
listen-hour = Heure
listen-expected = Attendu
listen-terms = Termes
listen-hashtags = Mots-dièse
listen-authors = Auteurs
listen-moods = Ressenti
listen-moods-of = { $count ->
    [0] Classement automatique.
    [one] Classement automatique, un dit par un collègue.
   *[other] Classement automatique, { $count } dits par des collègues.
  }
listen-new = nouveau
listen-times = × { $times }
listen-nothing = Rien ne se détache.
listen-mentions = Messages
listen-none = Rien trouvé pour l’instant. Ce qui arrive est examiné à mesure.
listen-filling = Les trente derniers jours sont en cours d’examen…
listen-folder = Dossier
listen-sensitivity = Alertes
sensitivity-fewer = moins : une en deux mois
sensitivity-balanced = équilibré : une en trois semaines
sensitivity-more = plus : une en cinq jours
sensitivity-none = aucune
listen-owner = Tenue par { $name }
listen-export = Exporter :
listen-alike = { $count ->
    [one] un autre dit presque la même chose
   *[other] { $count } autres disent presque la même chose
  }
listen-campaign = campagne : { $people } personnes
refusal-folder-long = Le nom du dossier est trop long.
refusal-folder-control = Le nom du dossier contient des caractères invisibles.
refusal-sensitivity-unknown = Cette sensibilité n’est pas connue.
listen-tag = Étiquette
listen-tag-means = Sujets : les conversations de ce qui est trouvé reçoivent l’étiquette. Ce qu’une personne retire n’y est plus remis.
listen-topic = Sujet
listen-topic-judged = { $standing ->
    [one] L’étiquette est posée sur une conversation
   *[other] L’étiquette est posée sur { $standing } conversations
  } ; { $refused ->
    [0] personne ne l’a retirée.
    [one] on l’a retirée d’une.
   *[other] on l’a retirée de { $refused }.
  }
listen-topic-missed = { $count ->
    [one] Un message a été étiqueté à la main alors que cette requête ne le trouve pas.
   *[other] { $count } messages ont été étiquetés à la main alors que cette requête ne les trouve pas.
  } Des mots qui s’y trouvent et presque nulle part ailleurs, à ajouter avec OU :
listen-topics-usual = Ajouter les sujets habituels
listen-topics-means = Dix sujets (livraison, remboursement, paiement, prix, pannes, comptes, horaires, accessibilité, accueil, emploi) sous forme de veilles qui posent leur étiquette, dans un dossier à part. Chacun se modifie ou se retire.
listen-topics = Sujets abordés
listen-topics-beside = trois derniers jours, au regard des semaines d’avant
