### La boîte : vues, liste, conversation, contexte.
views-label = Bureaux et vues
views-own = Pour moi
views-desks = Bureaux
views-saved = Vues enregistrées
views-late = hors délai :
views-save = Enregistrer cette vue
views-name = Nom de la vue
views-shared = Partager avec tout le monde
views-keep = Enregistrer
views-remove = Supprimer
views-change = Modifier la vue { $name }
view-open = À répondre
view-mine = Mes conversations
view-to-take = À prendre
view-waiting = En attente du membre
view-snoozed = Reportées
view-closed = Closes
view-all = Toutes
inbox-context = { $waiting ->
    [0] personne n’attend
    [one] { $waiting } attend une réponse · { $late } hors délai
   *[other] { $waiting } attendent une réponse · { $late } hors délai
  }

list-label = Conversations
list-filtered = Conversations filtrées
list-search = « { $words } »
list-fresh = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
  }
list-none = Rien ne correspond.
list-none-filter = Aucune conversation ne répond à tous ces filtres à la fois.
list-calm = La place est calme.
list-calm-next = Personne n’attend de réponse ici.
list-help = Aider { $desk }, { $count } à répondre
search-label = Chercher dans tout l’historique
search-leave = Quitter la recherche
search-none = Rien n’a été trouvé.
search-none-next = Aucun message ne contient tous les mots de « { $words } ». Essayez avec moins de mots, ou seulement leur début.
pages-label = Pages de la liste
pages-more = Suite
pages-start = Revenir au début

row-on = sur { $channel }
row-urgent = Urgent
row-to-take = à prendre
row-holder = suivie par { $name }
held-me = suivie par vous
held-by = suivie par { $name }
open-count = { $count ->
    [0] rien en cours
    [one] { $count } à répondre
   *[other] { $count } à répondre
  }
author-unknown = Auteur inconnu
colleague-unknown = Collègue sans compte
channel-removed = Canal retiré

clock-late = délai dépassé de { $span }
clock-until = jusqu’à { $moment }
clock-answered = répondu
clock-none = sans délai
state-open = à répondre
state-waiting = en attente
state-snoozed = reportée
state-closed = close
state-merged = fusionnée

filter-state = État
filter-order = Ordre
filter-desk = Bureau
filter-holder = Suivie par
filter-channel = Canal
filter-tag = Étiquette
filter-intent = Intention
filter-sentiment = Ressenti
filter-language = Langue
filter-late = Hors délai seulement
filter-any = Peu importe
filter-me = Moi
filter-nobody = Personne
filter-show = Afficher
filter-clear = Retirer les filtres
filter-set = { $count ->
    [one] { $count } filtre
   *[other] { $count } filtres
  }
order-due = Plus urgent d’abord
order-newest = Plus récent d’abord
order-oldest = Plus ancien d’abord
language-fr = Français
language-en = Anglais
language-de = Allemand
language-es = Espagnol
language-it = Italien
language-nl = Néerlandais
language-pt = Portugais
language--fr = Hors français
language--en = Hors anglais
intent-question = Question
intent-complaint = Réclamation
intent-request = Demande
intent-lead = Piste commerciale
intent-praise = Compliment
intent-idea = Idée
intent-application = Candidature
intent-press = Presse
intent-signal = Signal
intent-abuse = Abus
intent-spam = Indésirable
intent-other = Autre
sentiment-positive = Positif
sentiment-neutral = Neutre
sentiment-negative = Négatif

conversation-label = Conversation
conversation-with = Conversation avec { $who }
conversation-back = Revenir à la liste
conversation-none = Choisissez une conversation.
conversation-none-next = La liste est triée par délai : la première est celle qui presse le plus.
calm-all = La place est calme.
calm-all-next = Personne n’attend de réponse.
thread-label = Messages
thread-older = Messages plus anciens
thread-newest = Revenir aux derniers messages
day-today = Aujourd’hui
day-yesterday = Hier
said-by = par { $name }
said-outside = écrit hors de Parvis
said-see = Voir
said-edited = modifié { $moment }
said-deleted = supprimé par son auteur, vu { $moment } ; le texte reste ici
new-tab = (nouvel onglet)
note-hidden = note interne, invisible pour { $who }
visibility-public = public
visibility-unlisted = non listé
visibility-followers = abonnés seulement
visibility-direct = privé
visibility-internal = interne
attachment-image = Image
attachment-video = Vidéo
attachment-audio = Son
attachment-other = Fichier
attachment-no-alt = Sans texte de remplacement
attachment-coming = Image en cours de récupération
stage-look-first = Elle est peut-être déjà publiée : regardez sur le réseau avant de la renvoyer.
stage-held = Part dans dix secondes au plus.
stage-held-left = Part dans { $seconds } s.
stage-committing = En cours d’envoi.
stage-published = publié
stage-unknown = Sort inconnu : Parvis relit le réseau avant tout nouvel essai.
stage-rejected = Le réseau a refusé.
stage-withdrawn = Reprise avant l’envoi.
stage-received = reçu
stage-noted = gardé

act-take = Prendre
act-give-back = Rendre
act-assign = Attribuer
act-hand-over = Passer la main
act-snooze = Reporter
act-tag = Étiqueter
act-untag = Retirer { $name }
act-more = Plus
act-urgent = Marquer urgente
act-calm = Retirer l’urgence
act-merge = Fusionner
act-close = Clore
act-reopen = Rouvrir
act-retry = Réessayer
act-undo = Annuler la dernière action
hand-desk = Au bureau
hand-same-desk = Garder le bureau
hand-colleague = À
hand-nobody = Personne en particulier
hand-note = Ce qu’il faut savoir
hand-to = Passer à { $name }
snooze-until = Jusqu’au
snooze-hour = Dans une heure
snooze-evening = Ce soir
snooze-tomorrow = Demain matin
snooze-monday = Lundi matin
tag-name = Étiquette
merge-into = Dans la conversation
merge-choose = Choisir
merge-same-channel = Les deux doivent être sur le même canal.

compose-public = Répondre en public
compose-direct = En privé
compose-note = Note interne
compose-label = Votre réponse publique à { $who }
compose-label-direct = Votre réponse privée à { $who }
compose-label-note = Note interne, invisible pour { $who }
compose-hint = Répondre à { $who }
compose-over = Le texte dépasse ce que le réseau accepte.
compose-pictures = Joindre des images
compose-picture = Image { $number }
compose-alt = Texte de remplacement
compose-alt-why = Ce que montre l’image, pour qui ne la voit pas.
compose-keep = Garder la note
compose-send = Envoyer
compose-send-close = Envoyer et clore
compose-anyway = Envoyer quand même
compose-see = Voir la publication
compose-role = Votre rôle ne répond pas au public ; vous pouvez laisser une note.
compose-removed = Le canal a été retiré : on ne peut plus y répondre.
compose-blocked = On ne peut pas répondre sur { $channel } : { $why }.
compose-deaf = Le canal ne s’entend plus en ce moment : votre réponse attendra qu’il revienne.
draft-kept = brouillon gardé, { $moment }
key-send = Ctrl Entrée

context-label = Contexte
context-channel = Canal
channel-paused = en pause
channel-deaf-since = n’est plus entendu depuis { $moment } (il y a { $span })
channel-heard = entendu { $moment }
channel-never-heard = pas encore entendu
person-name = Nom
person-since = Vu depuis
person-messages = Messages
person-kind = Compte
person-bot = Automate
person-page = Voir sa page
person-earlier = Autres échanges

presence-writing = { $count ->
    [one] { $names } écrit…
   *[other] { $names } écrivent…
  }
presence-reading = { $count ->
    [one] { $names } lit aussi
   *[other] { $names } lisent aussi
  }

done-conversation-assigned = Conversation attribuée
done-conversation-handed_over = La main est passée
done-conversation-snoozed = Conversation reportée
done-conversation-closed = Conversation close
done-conversation-reopened = Conversation rouverte
done-conversation-urgency_changed = Urgence changée
done-conversation-tagged = Étiquette posée
done-conversation-untagged = Étiquette retirée
done-conversation-merged = Conversations fusionnées
done-conversation-undone = C’est annulé
done-message-held = Réponse retenue dix secondes, puis envoyée
done-message-noted = Note gardée
done-message-withdrawn = Réponse reprise, son texte est redevenu brouillon
undo-nothing = Rien de récent ne peut être annulé.

refusal-changed = Trop tard : entre-temps, quelqu’un l’a changé ou le message est parti.
refusal-answered = Une réponse a été donnée depuis que vous avez ouvert cette conversation.
answered-next = Lisez-la d’abord. Votre texte est gardé en brouillon ; les images sont à joindre de nouveau.
refusal-channel = Le canal ne peut pas : { $why }.
refusal-text-empty = Il n’y a pas de texte.
refusal-text-length = Le texte est trop long pour ce réseau.
refusal-Idempotency-Key-reused = Cette réponse est déjà partie.
refusal-media-alt = Il manque le texte de remplacement d’une image. Votre texte est gardé ; l’image est à joindre de nouveau.
refusal-media-kind = Cette sorte de fichier ne peut pas être jointe : PNG, JPEG, WebP ou GIF.
refusal-media-size = L’image est vide ou dépasse 8 Mo.
refusal-no-room = Il n’y a plus de place pour les images sur le disque de Parvis : rien n’a été envoyé. Votre texte est gardé. Envoyez-le sans images, ou prévenez la personne qui s’occupe du serveur.
refusal-no-files = Le disque de Parvis ne peut pas garder les images en ce moment : rien n’a été envoyé. Votre texte est gardé. Envoyez-le sans images, ou prévenez la personne qui s’occupe du serveur.
refusal-name-length = Le nom doit avoir de 1 à 60 caractères.
refusal-tag-length = L’étiquette doit avoir de 1 à 60 caractères.
refusal-colleague-unknown = Ce collègue n’existe pas.
refusal-colleague-no-access = Ce collègue n’a plus accès.
refusal-colleague-other-desk = Ce collègue ne voit pas ce bureau.
refusal-desk-nobody = Choisissez un bureau ou quelqu’un.
refusal-desk-unknown = Ce bureau n’existe pas.
refusal-until-not-ahead = Choisissez un moment à venir, dans l’année.
refusal-intent-unknown = Cette intention n’existe pas.
refusal-sentiment-unknown = Ce ressenti n’existe pas.
refusal-into-itself = Une conversation ne peut pas être fusionnée avec elle-même.
refusal-into-other-channel = Les deux conversations ne sont pas sur le même canal.
refusal-into-holds-others = Cette conversation en contient déjà d’autres : fusionnez dans l’autre sens.
refusal-into-unknown = Cette conversation n’existe pas.
refusal-mode-unknown = On ne peut pas écrire ainsi ici.

why-read_only = un flux se lit, on n’y répond pas
why-not_in_network = le réseau n’a rien de tel
why-not_on_server = ce serveur ne le propose pas
why-server_silent = le serveur l’annonce, mais n’a pas répondu
why-missing_scope = la connexion n’en a pas le droit, il faut reconnecter le canal
why-not_built = Parvis ne le propose pas pour ce réseau
why-polled = Parvis demande à intervalles
why-held_by_parvis = Parvis garde et envoie à l’heure dite
why-rechecked = Parvis relit les messages récents et compare
why-read_back = Parvis relit ce qui est publié avant tout nouvel envoi
why-mention_decides = qui est nommé dans le texte le lit
why-partial_threads = seulement la part du fil que ce serveur connaît
why-window_only = un article qui quitte le flux n’est pas un article supprimé
why-not_to_programs = on ne répond jamais à ce qu’un programme a envoyé
why-same_identity = Parvis cherche d’abord parmi les copies envoyées ; un second envoi aurait la même identité, et la plupart des destinataires n’en verraient qu’un
why-as_told = pour autant que l’autre côté le dise
why-no_address = aucune adresse pour les réponses n’a été donnée à la connexion
why-receiver_recognises = chaque essai porte le même identifiant, auquel le destinataire le reconnaît
why-no_stream = aucun flux public n’a été indiqué à la connexion
why-answers_only = on répond ici, on n’y commence rien
why-made_by_server = le serveur la fait d’après la première adresse du texte
why-articles_only = ce qu’on publie ici est un article, avec un titre
why-removed = il a été retiré
why-nothing-to-answer = il n’y a plus de message auquel répondre
channel-error-unauthorized = Le réseau ne reconnaît plus notre connexion.
channel-error-lapsed = Notre accès est arrivé à son terme et se renouvelle.
channel-error-refused = Le serveur a refusé la demande.
channel-error-limited = Le serveur demande d’attendre.
channel-error-unreachable = Le serveur ne répond pas.
channel-error-undelivered = Le message n’est pas arrivé à destination.
channel-error-unknown = La réponse du serveur s’est perdue en route.
channel-error-malformed = La réponse du serveur n’a pas pu être lue.
channel-error-forbidden_address = Cette adresse n’est pas publique.
channel-error-unsupported = Le réseau ne le permet pas.

palette-actions = Actions
palette-places = Aller à
palette-colleagues = Collègues
palette-colleague = Conversations suivies par { $name }
palette-found = Trouvé dans les messages
palette-none = Rien de tel.

keys-label = Raccourcis clavier
keys-page = Clavier
keys-title = Tout se fait au clavier
keys-everywhere = Partout
keys-inbox = Boîte
keys-palette = chercher ou agir
keys-go = puis a ou b : aller à Aujourd’hui, à la Boîte
keys-undo = annuler
keys-help = cette aide
keys-escape = fermer
keys-move = suivante, précédente
keys-open = ouvrir
keys-reply = répondre
keys-note = note interne
keys-take = prendre
keys-hand-over = passer la main
keys-snooze = reporter
keys-tag = étiqueter
keys-search = chercher
keys-close = clore
keys-fresh = montrer les nouveaux
keys-panes = volet suivant
keys-send = envoyer et clore
keys-all = tous les raccourcis
keys-off = Les lettres seules peuvent être désactivées dans les réglages.
key-enter = Entrée
key-escape = Échap

offline-kept = Le serveur ne répond pas : rien n’est perdu, réessayez dans un instant.
person-online = en ligne
mark-automatic = Message automatique ({ $detail })
mark-sender_proved = Expéditeur confirmé : { $detail }
mark-sender_doubtful = Expéditeur douteux : rien ne prouve qu’il vient de { $detail }
mark-held = En attente de modération : personne ne le voit encore sur le site
mark-overheard = Entendu en public : une veille le demande, personne ne nous l’a adressé
mark-cut = Raccourci ; le message entier est sur le réseau
