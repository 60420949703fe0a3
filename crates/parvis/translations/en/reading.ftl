### What messages are taken to say, what people say against it, and what product teams learn from it.
filter-needs = Needs an answer
filter-search = Filter
language-sv = Swedish
language-tr = Turkish
language-vi = Vietnamese
language-ar = Arabic
language-ru = Russian
language-hi = Hindi
language-zh = Chinese
language-ja = Japanese
language-ko = Korean
language-und = a language that can’t be told
said-hidden = Hidden as abusive
said-hidden-show = show
read-needs = needs an answer
read-abusive = Abusive
read-corrected = corrected by a colleague
read-why = why
act-read = Why, and correct
keys-read = why it was read so, and correct
done-message-corrected = Corrected: what comes next is read with it
done-message-uncorrected = Correction taken back
refusal-correction-same = It is taken for that already.
refusal-correction-unknown = There is no such answer.
why-title = How this message was read
why-needs = Needs an answer
why-needs-yes = Yes
why-needs-no = No
why-abuse = Abusive
why-abuse-yes = Yes
why-abuse-no = No
why-by = said by { $name }
why-take-back = Take back
why-words = Words that weighed
why-for = speaks for it
why-against = speaks against it
why-model = Read by { $model } as { $language }. Every word has its weight; the heaviest are shown.
why-correct = Correct
why-teaches = It counts at once for this message, and the next ones are read with what it teaches. It can be undone.
why-do = Correct
why-back = Back to the conversation
aspect-sentiment = Sentiment
aspect-intent = Intent
aspect-abuse = Abusive
aspect-needs_answer = Needs an answer
corrections-title = Corrections
corrections-help = What colleagues said of messages against the model. Taking one back also takes out what it taught.
corrections-standing = { $count ->
    [0] None stands.
    [one] One stands.
   *[other] { $count } stand.
  }
corrections-empty = Nobody has corrected anything yet: “Why, and correct” stands under every message.
correction-message = Message
correction-what = What it is
correction-now = now
correction-ended = taken back
reading-history = Earlier messages are still being read; figures grow meanwhile.
second-broken = The encoder isn’t used: its file can’t be read, or is something else. Messages are read by the model that ships; “parvis doctor” says what to do.
second-left = { $count ->
    [0] The encoder has read every message of the last thirty days a second time.
    [one] The encoder reads messages a second time: one of the last thirty days is left.
   *[other] The encoder reads messages a second time: { $count } of the last thirty days are left.
}
second-many = The encoder reads messages a second time: { $count } or more of the last thirty days are left.
verb-message-corrected = reading corrected
verb-message-uncorrected = correction taken back
insight-title = Insight mine
insight-context = { $count ->
    [0] no message
    [one] one message
   *[other] { $count } messages
  }
insight-kinds = Kinds
insight-filter = What is shown
insight-help = What the public complains of, wishes, requests and asks, for those who make the products. Messages that say nearly the same count as one group, then those that share a telling word.
insight-all = All
insight-complaint = Complaints
insight-idea = Ideas
insight-request = Requests
insight-question = Questions
insight-count-complaint = { $count ->
    [one] { $count } complaint
   *[other] { $count } complaints
  }
insight-count-idea = { $count ->
    [one] { $count } idea
   *[other] { $count } ideas
  }
insight-count-request = { $count ->
    [one] { $count } request
   *[other] { $count } requests
  }
insight-count-question = { $count ->
    [one] { $count } question
   *[other] { $count } questions
  }
insight-period = Period
insight-days = { $days } days
insight-term = Product or subject
insight-term-help = One word or more, as in a watch: app OR website.
insight-term-wrong = This can’t be read: write words, or AND, OR, NOT between them.
insight-apart = On their own
insight-apart-why = These share no telling word with another.
insight-why = All of them say “{ $word }”.
insight-why-half = At least half also say: { $words }.
insight-copies = { $count ->
    [one] One repeats another nearly word for word.
   *[other] { $count } repeat another nearly word for word.
  }
insight-more = { $count ->
    [one] One more message
   *[other] { $count } more messages
  }
insight-none = Nothing was found.
insight-none-next = Choose a longer period, or fewer filters.
