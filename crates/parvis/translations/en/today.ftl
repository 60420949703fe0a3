### Today: the sentence, who waits, the channels, the week in figures.
and = and
full-stop = .
today-context = { $date } · week { $week }
today-late = { $count ->
    [one] { $count } message is late
   *[other] { $count } messages are late
  }
today-others = { $count ->
    [one] { $count } other waits for an answer
   *[other] { $count } others wait for an answer
  }
today-waiting = { $count ->
    [one] { $count } message waits for an answer
   *[other] { $count } messages wait for an answer
  }
today-calm = Nobody waits for an answer
today-deaf = { $count ->
    [one] { $count } channel can’t be heard
   *[other] { $count } channels can’t be heard
  }
today-table = They wait for an answer
today-clock = Clock
today-all = { $count ->
    [0] The inbox
    [one] The message that waits
   *[other] All { $count } messages that wait
  }
today-see = See all
today-no-channel = No channel to show.
day-short-1 = Mo
day-short-2 = Tu
day-short-3 = We
day-short-4 = Th
day-short-5 = Fr
day-short-6 = Sa
day-short-7 = Su
figure-see = See the figures
figure-day = Day
figure-none = none
figure-received = Messages received
figure-last-week = last week: { $count }
figure-received-finding = { $count } messages received this week, { $last } last week
figure-unheard = { $count } (a channel couldn’t be heard)
figure-answered = First answer
figure-answered-of = { $count ->
    [0] no answer this week
    [one] median, { $count } answer
   *[other] median, { $count } answers
  }
figure-answered-finding = Median time to the first answer this week, { $span }
figure-negative = Negative sentiment
figure-negative-of = { $count ->
    [one] of { $count } conversation
   *[other] of { $count } conversations
  }
figure-negative-finding = Share of this week’s conversations with a negative sentiment, { $share }
figure-open = To answer by desk
figure-open-late = { $count }, { $late } of them late
figure-hatched = hatched: a channel couldn’t be heard
