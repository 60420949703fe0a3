### Les alertes : la liste, une alerte, et ce que disent les avis.
place-alerts = Alertes
badge-alerts = ouvertes
quoted = « { $text } »
alerts-say = { $count ->
    [0] Rien ne sort de l’ordinaire.
    [one] Une alerte est ouverte.
   *[other] { $count } alertes sont ouvertes.
  }
alerts-open = Ouvertes
alerts-none = Parvis regarde chaque minute ce que trouvent les veilles, les bureaux et les canaux, les plaintes qui attendent, et si tout s’entend.
alerts-closed = Terminées
alerts-never = Il n’y a encore eu aucune alerte.
alerts-older = Plus anciennes
alerts-back = Toutes les alertes
alerts-today = { $count ->
    [one] une alerte est ouverte
   *[other] { $count } alertes sont ouvertes
  }
alert-open = Ouvrir
alert-title = Alerte
alert-new = pas encore vue
alert-unseen = Personne ne l’a encore vue.
alert-seen-by = vue par { $names }
alert-seen-at = vue à { $clock }
alert-since = depuis { $clock }
alert-gone = (retiré)
alert-in-watch = Veille « { $name } »
alert-in-desk = Bureau « { $name } »
alert-in-channel = Canal « { $name } »
alert-said = { $place } : { $what }.
alert-burst = { $count ->
    [one] { $count } message en { $span }, { $times } fois l’habitude
   *[other] { $count } messages en { $span }, { $times } fois l’habitude
  }
alert-anger = { $count ->
    [one] { $count } message négatif en { $span }, { $times } fois l’habitude
   *[other] { $count } messages négatifs en { $span }, { $times } fois l’habitude
  }
alert-unanswered = { $count ->
    [one] { $count } plainte attend depuis plus de { $span }
   *[other] { $count } plaintes attendent depuis plus de { $span }
  }
alert-deaf = ne s’entend plus depuis { $clock }
alert-silent = rien n’arrive depuis { $clock }, alors que { $count } messages seraient habituels
alert-expiring = l’accès prend fin le { $day }, dans { $span }
alert-expired = l’accès a pris fin
alert-first = Premier message à { $clock } par { $who }.
alert-oldest = La plus longue attente est celle de { $who }, depuis { $clock }.
alert-terms = { $count ->
    [one] { $terms } revient plus que d’habitude.
   *[other] { $terms } reviennent plus que d’habitude.
  }
alert-total = { $count ->
    [one] { $count } message
   *[other] { $count } messages
  } depuis { $clock }{ $people ->
    [0] { "" }
    [one] , d’une seule personne
   *[other] , de { $people } personnes
  }.
alert-worse = C’est devenu bien plus fort depuis l’ouverture de l’alerte.
alert-advice-deaf = Ce qui se dit entre-temps sera rattrapé dès que le canal s’entendra de nouveau. Ouvrez le canal pour voir quoi faire.
alert-advice-silent = Le réseau répond, mais rien n’arrive. Vérifiez là-bas si les messages ont vraiment cessé, ou s’il ne les envoie plus à Parvis.
alert-advice-expiring = Reconnectez le canal avant ce jour : rien ne se perd et rien ne s’arrête.
alert-closed-usual = retour à l’habitude, { $clock }
alert-closed-handled = traitée par { $name }, { $clock }
alert-closed-false = fausse alerte selon { $name }, { $clock }
alert-closed-gone = veille ou canal arrêté, { $clock }
alert-over = terminé, { $clock }
alert-kind-burst = afflux de messages
alert-kind-anger = afflux de messages négatifs
alert-kind-unanswered = plaintes qui attendent
alert-kind-deaf = canal qui ne s’entend plus
alert-kind-silent = canal silencieux
alert-kind-expiring = accès qui prend fin
alert-finding = { $count } messages, { $times } fois l’habitude
alert-legend-count = Messages par 10 min
alert-legend-band = Attendu
alert-step = À partir de
alert-examples = Exemples
alert-shows = Où cela se voit
alert-who = Qui s’en occupe
alert-see = Je l’ai vue, je m’en occupe
alert-handled = Traitée
alert-false = Fausse alerte
refusal-why-unknown = Cette raison n’est pas connue. Rien n’a été changé.
verb-alert-raised = alerte ouverte
verb-alert-worsened = alerte bien plus forte
verb-alert-seen = alerte vue
verb-alert-closed = alerte close
place-destinations = Destinations
destinations-title = Qui est prévenu
destinations-none = Personne n’est encore prévenu : les alertes ne s’affichent que sur cet écran. Ajoutez l’endroit où sont vos équipes.
destinations-add = Ajouter une destination
destination-matrix = Salon Matrix
destination-chat = Slack ou Mattermost
destination-mail = Courriel
destination-webhook = Webhook signé
destination-matrix-means = Par le jeton d’accès d’un compte créé pour cela.
destination-chat-means = Par un webhook entrant ; Rocket.Chat et d’autres acceptent le même.
destination-mail-means = Par le serveur d’une de vos boîtes connectées ; les synthèses y sont le plus lisibles.
destination-webhook-means = Pour un programme à vous : un bipeur, une passerelle téléphonique, un automate.
destination-help-matrix = Créez un compte pour Parvis sur votre serveur, connectez-vous-y une fois et copiez son jeton d’accès (dans Element : Tous les paramètres, Aide et À propos). Invitez ce compte dans le salon. Les salons chiffrés ne conviennent pas.
destination-help-chat = Dans Slack : une application avec « Incoming Webhooks ». Dans Mattermost : Intégrations, Webhooks entrants. Copiez l’adresse entière : qui la connaît peut écrire là-bas, elle est donc scellée et n’est plus jamais montrée.
destination-help-mail = Chaque alerte est un courriel. N’indiquez jamais l’adresse de la boîte elle-même : ce qui y serait envoyé reviendrait comme un message.
destination-help-webhook = Ce qui part est signé comme le décrit Standard Webhooks. La clé est montrée une seule fois, à la création.
destination-name = Nom
destination-address-matrix = Serveur
destination-address-chat = Adresse du webhook entrant
destination-address-mail = Adresse électronique
destination-address-webhook = Adresse
destination-room = Salon (!abc:serveur ou #salon:serveur)
destination-token = Jeton d’accès
destination-kept = Laissé vide, ce qui est gardé reste.
destination-mailbox = Envoyé par la boîte
destination-no-mailbox = Aucune boîte n’est encore connectée : connectez-en une dans Canaux.
destination-kinds = Prévenir de
destination-desks = De ces bureaux
destination-desks-help = Aucun coché : tous. Les alertes des veilles sont toujours envoyées.
destination-hours = À ces heures
destination-from = De
destination-to = À
destination-hours-help = Aucun jour coché : tous les jours. Ce qui survient en dehors est dit quand elles commencent, sauf si c’est alors terminé.
destination-language = Langue
destination-digest = Synthèse des veilles
destination-digest-help = Part à sept heures du matin ; chaque lundi si elle est hebdomadaire.
destination-folders = Veilles de ces dossiers
destination-nothing-kept = Rien n’a été gardé.
destination-state = État
destination-paused = en pause
destination-failing = rien n’arrive depuis { $clock } : { $why }
destination-test = Envoyer un essai
destination-pause = Mettre en pause
destination-resume = Reprendre
destination-remove = Retirer
destination-remove-means = Son secret est oublié, et plus personne n’y est prévenu.
destination-notices = Derniers avis
destination-no-notices = Rien n’a encore été envoyé.
destination-key-made = La destination est créée. Voici sa clé de signature.
destination-key-means = Elle est montrée cette seule fois. Donnez-la au programme qui reçoit : elle prouve qu’un avis vient de Parvis.
destination-error-unauthorized = L’accès n’est pas accepté là-bas.
destination-error-refused = L’autre côté refuse.
destination-error-unreachable = L’autre côté est injoignable.
destination-error-forbidden_address = Parvis n’appelle pas cette adresse.
destination-error-limited = L’autre côté nous demande d’attendre.
destination-error-malformed = L’autre côté répond quelque chose d’illisible.
how-often-none = aucune
digest-daily = Synthèse du { $day }, { $name }
digest-weekly = Synthèse de la semaine jusqu’au { $day }, { $name }
how-often-daily = quotidienne
how-often-weekly = hebdomadaire
digest-count = { $count ->
    [one] { $count } message
   *[other] { $count } messages
  }, { $before } sur la période d’avant
digest-terms = Dit plus que d’habitude : { $terms }
notice-test = Essai de Parvis, { $name }
notice-test-text = Si vous lisez ceci, les alertes arrivent ici.
notice-closed = Terminé
notice-kind-opened = alerte
notice-kind-worsened = alerte bien plus forte
notice-kind-closed = fin d’une alerte
notice-kind-test = essai
notice-kind-digest = synthèse
notice-state-waiting = en attente
notice-state-sending = en route
notice-state-sent = arrivé
notice-state-failed = échec
notice-state-unknown = peut-être arrivé, n’est pas renvoyé
notice-state-dropped = pas envoyé : terminé ou en pause avant l’heure
refusal-hours-unknown = Ces heures ne se lisent pas, ou commencent quand elles finissent.
refusal-language-unknown = Cette langue n’est pas connue.
refusal-digest-unknown = Une synthèse est absente, quotidienne ou hebdomadaire.
refusal-desks-unknown = Un de ces bureaux n’existe plus.
refusal-channel-mailbox = Choisissez une boîte connectée qui envoie.
refusal-address-long = Cette adresse est trop longue.
refusal-name-too-many = Il y a déjà cinquante destinations : retirez-en une d’abord.
verb-destination-made = destination d’alertes créée
verb-destination-changed = destination d’alertes modifiée
verb-destination-tested = essai envoyé à une destination
verb-destination-removed = destination d’alertes retirée
