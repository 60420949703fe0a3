### Des publications d’un fichier.
import-title = Publications d’un fichier
import-short = Importer
import-file = Fichier CSV
import-file-help = { $most } lignes et 1 Mo au plus. D’abord un aperçu : rien n’est créé avant votre accord.
import-look = Voir ce que cela donnerait
import-template = Modèle à remplir
import-columns = Les colonnes
import-help = La première ligne nomme les colonnes, en français ou en anglais, dans l’ordre que vous voulez ; aucune n’est obligatoire, il faut un titre ou un texte. Virgules, points-virgules ou tabulations entre les valeurs, en UTF-8. Rien ne va plus loin qu’« À valider ».
import-where = Où
import-what = Ce qui ne va pas
import-faults = Rien n’a été créé. À corriger dans { $name } :
import-line = ligne { $line }
import-place = ligne { $line }, colonne { $column }
import-no-hour = sans heure
import-another = Un autre fichier
import-file-name = publications.csv
import-before = Des publications ont déjà été créées de ce même fichier ({ $at }).
import-hint-holiday = { $about }, férié
import-hint-launch = { $about } ce jour-là
import-hint-twin = une publication de ce jour s’appelle déjà « { $about } »
import-hint-hour = « { $about } » part à la même minute
import-hint-theme = « { $about } » a le même thème ce jour-là
import-hint-tired = la communauté se lasse de « { $about } »
import-fault-unreadable = Le fichier ne se lit pas jusqu’au bout.
import-fault-encoding = Le fichier n’est pas en UTF-8. Dans votre tableur : Enregistrer sous, « CSV UTF-8 ».
import-fault-nul = La valeur contient un caractère illisible (U+0000). Effacez-le.
import-fault-long = La valeur est bien trop longue : { $value } octets.
import-fault-wide = La première ligne a { $value } colonnes, plus qu’il n’en existe.
import-fault-unknown = La colonne « { $value } » n’existe pas. Renommez-la ou enlevez-la.
import-fault-twice = La colonne « { $value } » est là deux fois.
import-fault-missing = La colonne « { $value } » manque.
import-fault-width = La ligne a { $value } valeurs, pas autant que la première. Mettez entre guillemets un texte qui contient le séparateur.
import-fault-nothing = Il n’y a rien sous les noms des colonnes.
import-fault-many = Il y a plus de { $value } lignes. Partagez le fichier.
import-fault-day = « { $value } » n’est pas un jour. Écrivez 2026-12-01 ou 01/12/2026.
import-fault-hour = « { $value } » n’est pas une heure. Écrivez 18:30.
import-fault-no-hour = Un jour sans heure. Donnez les deux, ou aucun.
import-fault-no-day = Une heure sans jour. Donnez les deux, ou aucun.
import-fault-past = { $value } est passé.
import-fault-channel = Aucun compte ne s’appelle « { $value } ». Prenez le nom qui figure dans Canaux.
import-fault-channel-several = Plusieurs comptes répondent à « { $value } ». Prenez le nom entier du compte.
import-fault-channel-mute = Sur « { $value } », rien ne peut être publié : on y répond seulement.
import-fault-state = « { $value } » n’est pas possible : un fichier apporte des idées, ou des textes « à valider ».
import-fault-origin = L’origine « { $value } » n’existe pas.
import-fault-link = « { $value } » n’est pas une adresse. Écrivez https://…
import-fault-too-long = Trop long pour { $value }. Raccourcissez, ou apportez-le comme « idée ».
import-fault-no-words = Votre rôle apporte des idées ; d’autres trouvent les mots. Enlevez le texte.
import-fault-no-choice = Votre rôle apporte des idées ; d’autres les retiennent. Écrivez « idée ».
import-fault-no-text = « À valider » demande un texte et un compte.
import-name-title = Titre
import-name-text = Texte
import-name-date = Date
import-name-time = Heure
import-name-channels = Canaux
import-name-theme = Thème
import-name-link = Lien
import-name-brief = Note
import-name-state = État
import-name-origin = Origine
import-name-warning = Avertissement
import-name-campaign = Campagne
import-column-title = Comment la maison l’appelle. Sans titre, le début du texte.
import-column-text = Ce qui sera publié. Sans texte, c’est une idée.
import-column-date = 2026-12-01 ou 01/12/2026.
import-column-time = 18:30 ou 18h30, à l’heure de l’organisation.
import-column-channels = Noms ou identifiants des comptes, avec des virgules ; le nom d’un réseau suffit s’il n’y a qu’un compte.
import-column-theme = Un thème.
import-column-link = Une adresse, ajoutée sous le texte.
import-column-brief = Pourquoi, pour qui.
import-column-state = « idée » ou « à valider ». Vide : à valider dès qu’il y a un texte et un compte, si votre rôle le permet.
import-column-origin = interne, agence, freelance, ambassade, tendance ou communauté.
import-column-warning = Avertissement de contenu.
import-column-campaign = Les liens disent cette campagne.
import-example-title = Exemple, à remplacer
import-example-text = Votre texte, tel qu’il sera publié.
import-example-theme = Vie de la maison
import-example-state = idée
refusal-import-size = Le fichier est trop grand : 1 Mo au plus.
refusal-import-none = Choisissez un fichier.
refusal-import-stale = Quelque chose ne va plus avec ce fichier depuis l’aperçu. Rien n’a été créé ; regardez-le de nouveau.
verb-post-imported = a créé les publications d’un fichier
import-made = { $count ->
    [one] Une publication a été créée.
   *[other] { $count } publications ont été créées.
}
import-count = { $count ->
    [one] une publication
   *[other] { $count } publications
}
import-make = { $count ->
    [one] Créer cette publication
   *[other] Créer ces { $count } publications
}
