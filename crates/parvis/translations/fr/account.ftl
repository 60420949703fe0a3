### Se connecter, ses propres réglages.
login-title = Connexion
login-motto = La place où la maison et sa communauté se retrouvent.
login-email = Adresse de courriel
login-password = Mot de passe
login-remember = Rester connecté sur cet appareil
login-enter = Entrer
login-wrong = L’adresse ou le mot de passe ne correspond pas. Vérifiez les deux, puis recommencez.
login-forgotten = Mot de passe oublié ?
login-forgotten-next = Demandez un lien d’entrée à une personne qui administre Parvis. Il sert une fois, puis vous choisissez un nouveau mot de passe dans les réglages.
login-hosted = Parvis, hébergé par vos soins
scene = Plan d’un parvis pavé devant une maison ; le public, en carrés, et l’équipe, en ronds, s’y retrouvent
link-good = Ce lien vous connecte comme { $name }. Il sert une seule fois.
link-spent = Ce lien ne sert plus.
link-spent-next = Il a déjà servi, ou son délai est passé. Demandez-en un autre à la personne qui vous l’a remis.
link-to-login = Entrer avec un mot de passe
logout = Se déconnecter
save = Enregistrer
cancel = Annuler
edit = Modifier
field-empty = Ce champ ne peut pas rester vide.
field-long = C’est trop long.
field-unreadable = Ce texte contient des caractères illisibles. Saisissez-le de nouveau.
field-email = Ce n’est pas une adresse de courriel.
password-help = Au moins 12 caractères. Quelques mots qui n’ont rien à voir entre eux font un bon mot de passe.
password-short = Ce mot de passe est trop court : il faut au moins 12 caractères.
password-long = Ce mot de passe est trop long : 200 caractères au plus.
password-guessable = Ce mot de passe se devine trop facilement. Choisissez-en un autre : quatre mots sans rapport entre eux en font un bon.
password-wrong = Ce n’est pas votre mot de passe actuel.
password-old = Mot de passe actuel
password-new = Nouveau mot de passe
password-none = Vous n’avez pas encore de mot de passe. Choisissez-en un pour revenir sans lien.
password-others = Vos autres appareils seront déconnectés.
password-change = Changer le mot de passe
settings-title = Réglages
settings-me = Moi
settings-name = Nom affiché
settings-name-help = Nom ou fonction, comme vos collègues vous reconnaissent.
settings-language = Langue
settings-as-browser = Celle du navigateur
settings-theme = Apparence
settings-as-system = Comme l’appareil
settings-light = Claire
settings-dark = Sombre
settings-shortcuts = Raccourcis d’une seule lettre
settings-zone = Fuseau horaire
settings-zone-house = Comme l’organisation ({ $zone })
settings-zone-help = Les heures vous sont données et se saisissent dans ce fuseau, par exemple America/Montreal. Vide : comme l’organisation ({ $zone }). Jours fériés, horaires et statistiques restent à son heure.
settings-zone-here = Prendre le fuseau de ce navigateur, { $zone }
settings-password = Mot de passe
settings-devices = Appareils connectés
device-name = { $browser } sur { $system }
device-unknown = Appareil inconnu
device-this = cet appareil
device-seen = vu { $moment }
device-end = Déconnecter
device-end-named = Déconnecter { $name }
device-end-others = Déconnecter les autres
settings-tokens = Jetons de l’API
tokens-help = Un jeton laisse un programme agir en votre nom, dans les limites de votre rôle.
token-new = Créer un jeton
token-name = Nom
token-name-help = À quoi il sert, pour le reconnaître plus tard.
token-scopes = Ce qu’il permet
token-until = Durée
token-days = { $days ->
    [one] { $days } jour
   *[other] { $days } jours
 }
token-endless = Sans fin
token-make = Créer le jeton
token-made = Voici le jeton. Il ne sera plus montré.
token-made-next = Copiez-le maintenant dans le programme qui s’en servira.
token-unused = jamais
token-used = utilisé : { $moment }
token-ends = fin : { $day }
token-over = expiré
token-revoke = Révoquer
token-revoke-named = Révoquer { $name }
token-no-scope = Choisissez au moins une permission.
token-too-many = Vous avez déjà 50 jetons. Révoquez ceux qui ne servent plus.
scope-read = Lire
scope-write = Répondre et trier
scope-admin = Administrer
scope-help-read = conversations, canaux
scope-help-write = réponses, notes, attributions, vues
scope-help-admin = canaux, collègues, journal, export
done-welcome = Bienvenue. Choisissez un mot de passe pour revenir sans lien.
done-profile = Réglages enregistrés.
done-password = Mot de passe changé. Vos autres appareils sont déconnectés.
done-device = Appareil déconnecté.
done-devices = Autres appareils déconnectés.
done-token-revoked = Jeton révoqué.
done-changed = Changements enregistrés.
done-ended = Accès terminé. Tous ses appareils sont déconnectés.
done-opened = Accès rendu.
done-desk = Bureau enregistré.

# Le second facteur.
factor-title = Second facteur
factor-what = En plus du mot de passe, un code que votre téléphone renouvelle toutes les trente secondes. Qui apprend votre mot de passe n’entre pas pour autant.
factor-asked = Votre organisation vous demande un second facteur.
factor-asked-on = Votre organisation le demande : il ne peut pas être désactivé.
factor-give = Saisissez le code que montre l’application de votre téléphone.
factor-recovery = Code de secours
factor-recovery-enter = Entrer avec un code de secours
factor-code = Code
factor-wrong = Ce code ne convient pas : il est faux, a déjà servi ou vient de changer. Attendez le suivant, puis recommencez.
factor-wrong-first = Ce code ne convient pas. Vérifiez que l’horloge du téléphone est à l’heure, attendez le code suivant, puis recommencez.
factor-lost = Téléphone perdu ?
factor-lost-next = Saisissez un de vos codes de secours. Si vous n’en avez plus, demandez à une personne qui administre Parvis de retirer votre second facteur.
factor-as-another = Entrer avec un autre compte
factor-begin = Installer un second facteur
factor-scan = Photographiez cette image avec l’application de codes de votre téléphone, puis saisissez le code qu’elle montre.
factor-picture = Code QR qui contient la clé ci-dessous
factor-by-hand = Sans appareil photo, saisissez cette clé dans l’application :
factor-confirm = Confirmer
factor-again = Recommencer avec une autre clé
factor-codes-what = Le second facteur est actif. Vos autres appareils ont été déconnectés.
factor-codes-once = Voici vos codes de secours. Ils ne seront plus montrés.
factor-codes-keep = Chacun remplace une fois le code du téléphone. Gardez-les ailleurs que sur ce téléphone.
factor-codes-kept = Je les ai gardés
factor-codes-new = Refaire les codes de secours
factor-is-on = Actif
factor-since = Installé : { $day }.
factor-left = { $count ->
    [0] Il ne reste aucun code de secours.
    [one] Il reste un code de secours.
   *[other] Il reste { $count } codes de secours.
  }
factor-few = Refaites vos codes de secours avant d’en manquer.
factor-off = Désactiver
factor-holders = { $count ->
    [0] Personne n’en a un
    [one] Une personne en a un
   *[other] { $count } personnes en ont un
  }
factor-asked-of = Un second facteur est demandé
factor-asked-nobody = à personne ; chacun peut en installer un
factor-asked-administrators = à qui administre Parvis
factor-asked-everybody = à tout le monde
factor-asked-help = Qui doit en avoir un et n’en a pas est conduit à l’installer, et ne voit rien d’autre avant.
factor-away = Retirer le second facteur
factor-away-help = Pour une personne qui a perdu son téléphone et ses codes de secours. Assurez-vous que c’est bien elle : ses appareils seront déconnectés, et son mot de passe suffira.
done-factor-on = Second facteur actif.
done-factor-off = Second facteur désactivé.
done-factor-away = Second facteur retiré. Tous ses appareils sont déconnectés.
verb-organisation-factor_asked = second facteur : à qui il est demandé
verb-colleague-factor_confirmed = second facteur installé
verb-colleague-factor_removed = second facteur retiré
verb-colleague-codes_made = codes de secours refaits
verb-colleague-code_used = code de secours utilisé

# Prouver que c’est bien soi.
prove-title = Confirmez que c’est bien vous
prove-what = Ce que vous demandez est sensible, et vous êtes entré il y a un moment. Ce que vous avez saisi est gardé : la suite se fait dès que c’est confirmé.
prove-code = Code de votre téléphone, ou code de secours
prove-confirm = Confirmer et continuer
prove-wrong = Ce n’est pas cela. Vérifiez, puis recommencez.
prove-none = Vous n’avez pas encore de mot de passe : choisissez-en un dans vos réglages ou reconnectez-vous, puis recommencez.
prove-choose = Choisir un mot de passe
