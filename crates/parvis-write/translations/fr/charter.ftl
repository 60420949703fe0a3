### La charte : ce que chaque règle a vu et pourquoi c’est utile (-why), et ce qu’on peut faire (-do).
charter-long-why = Cette phrase a { $count } mots, la charte en permet { $most }. Au-delà, on perd le début avant d’arriver à la fin.
charter-long-do = Coupez-la en deux, une idée par phrase.
charter-hard-to-read-why = Ce texte est difficile à lire : { $count } sur l’échelle de Kandel et Moles, où la charte demande { $most }.
charter-hard-to-read-do = Raccourcissez les phrases et prenez des mots plus courts.
charter-jargon-why = « { $said } » se dit dans le métier ; le public ne le dit pas.
charter-jargon-do = { $instead ->
    [none] Dites-le comme vous le diriez à une voisine.
   *[other] Par exemple : « { $instead } ».
  }
charter-wooden-why = « { $said } » ne dit rien à qui attend une réponse.
charter-wooden-do = { $instead ->
    [none] Dites ce que vous faites, ou retirez la formule.
   *[other] Par exemple : « { $instead } ».
  }
charter-superlative-why = « { $said } » se vante sans preuve.
charter-superlative-do = { $instead ->
    [none] Donnez un fait, un chiffre ou une source ; sinon, retirez le mot.
   *[other] Par exemple : « { $instead } ».
  }
charter-address-why = « { $said } » n’est pas la manière dont la maison s’adresse au public.
charter-address-do = Choisissez entre « tu » et « vous » comme le dit la charte, et gardez le même partout.
charter-forbidden-why = La maison n’emploie pas « { $said } ».
charter-forbidden-do = { $instead ->
    [none] Dites-le autrement.
   *[other] Écrivez plutôt « { $instead } ».
  }
charter-mandatory-why = La mention « { $said } » est obligatoire ici, et elle manque.
charter-mandatory-do = Ajoutez « { $said } ».
charter-space-why = L’espace n’est pas la bonne près de « { $said } » : la ponctuation peut se retrouver seule à la ligne.
charter-space-do = Acceptez la correction : une espace insécable là où le français en veut une, aucune ailleurs.
charter-quote-why = { $said } : le français met des guillemets.
charter-quote-do = Acceptez la correction : « … », avec leurs espaces insécables.
charter-apostrophe-why = L’apostrophe droite ({ $said }) est celle des claviers, pas celle des textes imprimés.
charter-apostrophe-do = Acceptez la correction : ’.
charter-ellipsis-why = « { $said } » : les points de suspension sont un seul caractère, et « etc. » n’en prend pas.
charter-ellipsis-do = Acceptez la correction.
charter-shouting-why = « { $said } » crie. Une synthèse vocale peut l’épeler lettre par lettre.
charter-shouting-do = Écrivez en minuscules, avec un seul signe à la fin.
charter-hashtags-why = { $count } mots-dièse, la charte en permet { $most } : on ne lit plus le message.
charter-hashtags-do = Gardez ceux par lesquels on vous cherche.
charter-hashtag-case-why = { $said } semble fait de plusieurs mots : sans majuscules, une synthèse vocale ne sait pas le dire.
charter-hashtag-case-do = Mettez une majuscule à chaque mot, comme #NuitDesMusées.
charter-short-link-why = { $said } cache où il mène, et cesse de marcher quand le raccourcisseur ferme.
charter-short-link-do = Mettez l’adresse entière : les réseaux ne la comptent que pour peu de caractères.
charter-broken-link-why = { $said } ne mène nulle part.
charter-broken-link-do = Copiez l’adresse depuis le navigateur et essayez-la.
charter-promise-why = « { $said } » engage la maison.
charter-promise-do = Faites confirmer par qui peut le tenir, et indiquez la source ; sinon, dites ce que vous savez.
charter-emoji-row-why = { $count } émojis à la suite, la charte en permet { $most } : une synthèse vocale lit le nom de chacun.
charter-emoji-row-do = Gardez-en un, à la fin.
charter-ascii-art-why = « { $said } » est un dessin en caractères : une synthèse vocale lit chaque signe.
charter-ascii-art-do = Mettez une image avec un texte de remplacement, ou rien.
charter-fancy-why = « { $said } » est fait de signes mathématiques déguisés en lettres : ni synthèse vocale ni recherche ne les lit.
charter-fancy-do = Acceptez la correction : des lettres ordinaires.
charter-click-here-why = « { $said } » ne dit pas où mène le lien, et rien à qui va de lien en lien.
charter-click-here-do = Nommez ce qu’on y trouve : « le programme de samedi ».
charter-inclusive-why = « { $said } » laisse quelqu’un de côté, ou ne se lit pas à voix haute.
charter-inclusive-do = { $instead ->
    [none] Nommez les deux (« clientes et clients »), ou le groupe (« la clientèle »).
   *[other] Par exemple : { $instead }.
  }
