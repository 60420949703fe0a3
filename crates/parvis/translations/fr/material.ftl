# La médiathèque : images, droits, usages.
place-material = Médiathèque
material-context = des images et leurs droits
material-own = ce que vous avez apporté
material-filter = Chercher dans la médiathèque
material-search = Mots, étiquette, auteur
material-format = Format
material-all-formats = Tous les formats
material-show-all = Tous les droits
material-show-ending = Droits échus sous 30 jours
material-show-ended = Droits échus
material-show-away = Rangées
material-bring = Apporter des images
material-files = Fichiers
material-files-help = PNG, JPEG, WebP ou GIF ; huit à la fois, 8 Mo chacun. Une image déjà présente est montrée, jamais gardée deux fois.
material-no-file = Choisissez au moins un fichier.
material-of-file = { $name } : { $said }
material-unnamed = Image
material-brought = { $count ->
    [0] Aucune nouvelle image
    [one] Une nouvelle image
   *[other] { $count } nouvelles images
  }, { $known ->
    [0] aucune déjà présente
    [one] une était déjà là
   *[other] { $known } étaient déjà là
  }
material-for-post = Choisissez une image pour « { $title } »
material-back-to-post = Retour à la publication
material-pick = Mettre dans la publication
material-none = Aucune image ici. Apportez la première, ou cherchez d’autres mots.
material-none-own = Vous n’avez apporté aucune image, ou aucune avec ces mots.
material-more = Montrer les plus anciennes
format-square = carré
format-portrait = portrait
format-story = story
format-landscape = paysage
format-link = carte de lien
format-banner = bannière
asset-picture = Image
asset-said = Description et droits
asset-title = Titre
asset-title-help = Vide, ou plusieurs fichiers : le nom de chaque fichier.
asset-tags = Étiquettes, entre virgules
asset-credit = Réalisée par
asset-rights = Droits
asset-holder = Titulaire des droits
asset-purpose = Usages permis
asset-territory = Territoire
asset-until-day = Jusqu’au, ce jour compris
asset-until-help = Passé ce jour, elle ne peut plus partir : elle est refusée dans les publications, et celles qui la montrent sont retenues à leur heure. Vide : sans limite.
asset-alt-fr = Ce qu’elle montre, en français
asset-alt-en = Ce qu’elle montre, en anglais
asset-until = jusqu’au { $day }
asset-ends = jusqu’au { $day } seulement
asset-ended = droits échus le { $day }
asset-brought-by = Apportée par { $who } · { $when }
asset-uses = Utilisée dans
asset-unused = Dans aucune publication pour l’instant.
asset-some-post = Une publication
asset-files = Versions
asset-file = Version { $number }
asset-new-file = Un fichier plus récent
asset-new-file-help = Les publications gardent la version qu’elles ont ; les anciennes restent lisibles.
asset-replace = Remplacer
asset-put-away = Ranger
asset-bring-back = Ressortir
asset-away-help = Rien n’est effacé : les publications qui l’utilisent la gardent.
asset-is-away = Rangée : on ne la trouve qu’en la cherchant, et elle n’est plus proposée aux publications.
asset-done-brought = Dans la médiathèque
asset-done-known = Cette image était déjà là
asset-done-saved = Enregistré
asset-done-replaced = Le nouveau fichier sert désormais
asset-done-away = Rangée
asset-done-back = De retour dans la médiathèque
refusal-asset-empty = Une image de la médiathèque a besoin d’un titre.
refusal-asset-long = L’un de ces textes est trop long.
refusal-asset-unreadable = L’un de ces textes contient des caractères qui ne s’affichent pas.
refusal-asset-day = Ce jour ne se lit pas.
refusal-asset-ended = Les droits de cette image s’arrêtent avant le départ de la publication. Choisissez-en une autre, ou faites prolonger les droits dans la médiathèque.
refusal-asset-away = Cette image est rangée. Ressortez-la d’abord dans la médiathèque.
refusal-media-lies = Ce fichier n’est pas l’image qu’il dit être, ou il est tronqué. Enregistrez-le de nouveau en PNG, JPEG, WebP ou GIF.
refusal-media-pixels = Cette image compte plus de 50 millions de pixels. Réduisez-la, puis apportez-la de nouveau.
refusal-media-known = La médiathèque a déjà ce fichier même, sous un autre titre ou apporté par quelqu’un d’autre.
refusal-media-many = Il y en a déjà autant que possible.
refusal-post-rights = Les droits d’une image de cette publication s’arrêtent avant son départ. Retirez l’image, ou faites prolonger les droits dans la médiathèque.
post-lacks-rights = les droits d’une image, qui s’arrêtent avant le départ
post-held-rights = droits
post-held-long-rights = Son heure est venue, et les droits de l’une de ses images sont échus. Rien n’est parti : retirez l’image ou faites prolonger les droits, puis donnez une autre heure.
post-in-library = Dans la médiathèque
post-keep-picture = Garder dans la médiathèque
post-from-library = Depuis la médiathèque
post-search-library = Chercher dans toute la médiathèque
today-rights = { $count ->
    [one] les droits d’une image s’arrêtent bientôt
   *[other] les droits de { $count } images s’arrêtent bientôt
  }
verb-asset-brought = image apportée à la médiathèque
verb-asset-changed = image de la médiathèque décrite
verb-asset-replaced = fichier plus récent d’une image
verb-asset-put_away = image rangée
verb-asset-brought_back = image ressortie
verb-asset-ending = fin proche des droits d’une image annoncée
destination-rights = L’échéance des droits d’une image de la médiathèque, à trente, sept et un jours, et celle d’une image demandée, à trois jours, à un jour et en retard
notice-kind-rights = échéance de droits
rights-notice-title = Les droits de « { $title } » s’arrêtent le { $day }
rights-notice-who = Apportée à la médiathèque par { $who }. Passé ce jour, l’image ne peut plus partir.
rights-notice-posts = Elle est montrée dans : { $posts }
