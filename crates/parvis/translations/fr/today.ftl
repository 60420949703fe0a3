### Aujourd’hui : la phrase, qui attend, les canaux, la semaine en chiffres.
and = et
full-stop = .
today-context = { $date } · semaine { $week }
today-late = { $count ->
    [one] { $count } message a dépassé son délai
   *[other] { $count } messages ont dépassé leur délai
  }
today-others = { $count ->
    [one] { $count } autre attend une réponse
   *[other] { $count } autres attendent une réponse
  }
today-waiting = { $count ->
    [one] { $count } message attend une réponse
   *[other] { $count } messages attendent une réponse
  }
today-calm = Personne n’attend de réponse
today-deaf = { $count ->
    [one] { $count } canal ne s’entend plus
   *[other] { $count } canaux ne s’entendent plus
  }
today-table = Ils attendent une réponse
today-clock = Délai
today-all = { $count ->
    [0] La boîte
    [one] Le message en attente
   *[other] Les { $count } messages en attente
  }
today-see = Tout voir
today-no-channel = Aucun canal à montrer.
day-short-1 = lu
day-short-2 = ma
day-short-3 = me
day-short-4 = je
day-short-5 = ve
day-short-6 = sa
day-short-7 = di
figure-see = Voir les chiffres
figure-day = Jour
figure-none = aucune
figure-received = Messages reçus
figure-last-week = semaine passée : { $count }
figure-received-finding = { $count } messages reçus cette semaine, { $last } la semaine passée
figure-unheard = { $count } (un canal n’était pas entendu)
figure-answered = Première réponse
figure-answered-of = { $count ->
    [0] aucune réponse cette semaine
    [one] médiane, { $count } réponse
   *[other] médiane, { $count } réponses
  }
figure-answered-finding = Délai médian de première réponse cette semaine, { $span }
figure-negative = Ressenti négatif
figure-negative-of = { $count ->
    [one] de { $count } conversation
   *[other] de { $count } conversations
  }
figure-negative-finding = Part des conversations de la semaine dont le ressenti est négatif, { $share }
figure-open = À répondre par bureau
figure-open-late = { $count }, dont { $late } hors délai
figure-hatched = hachuré : un canal n’était pas entendu
