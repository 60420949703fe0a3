### Listening: watches, the editor of their queries, what they found.
place-listen = Listening
listen-context = { $count ->
    [0] no watch yet
    [one] one watch
   *[other] { $count } watches
  }
listen-tabs = Watches
listen-make = New watch
listen-first = A watch is a saved question put to everything that comes in: a brand, a product, a rival, a subject. Write one, and see what it would have found.
listen-nobody = Nobody has made a watch yet. A community manager can.
listen-name = Name
listen-query = Query
listen-save = Save
listen-remove = Remove this watch
listen-remove-means = What it has found is forgotten; the messages stay.
listen-operators = Operators:
query-valid = Query valid
query-place = line { $line }, column { $column }
query-found = { $count ->
    [0] nothing in { $days ->
        [one] the last day
       *[other] the last { $days } days
      }
   *[other] { $count } in { $days ->
        [one] the last day
       *[other] the last { $days } days
      }
  }
query-usual = { $found }, about { $count } a day
query-empty = Write at least one word
query-unclosed = “{ $subject }” isn’t closed
query-unopened = “{ $subject }” closes nothing
query-missing = Something to look for is missing: add a word, or remove the operator
query-wordless = “{ $subject }” holds no word: remove it, or write a word
query-foreign = “{ $subject }” is no operator here: write AND, OR or NOT
query-unknown-field = There is no field “{ $subject }:”; to look for these words, put them in quotes
query-no-value = The value of “{ $subject }:” is missing
query-no-range = “{ $subject }:” takes two numbers: [1000 TO 50000]
query-reversed = Put the smaller number first
query-tilde = “~” stands right behind a phrase, with its number: "two words"~5
query-near-number = NEAR lacks its number: NEAR/5
query-near-side = On both sides of NEAR write a word, a phrase, or (one OR other)
query-too-deep = Too many parentheses within each other
query-too-long = Too long: split it into several watches
refusal-query-too-many-watches = There are 2,000 watches already: remove one first.
listen-volume = Volume
listen-volume-beside = 72 h, by hour
listen-burst = Burst since { $clock }: { $count }, { $times } times the usual
listen-finding = Messages by hour over the last 72 hours: { $count } in all, { $most } in the strongest hour.
listen-band = { $low } to { $high }
listen-noon = noon
listen-current = Current hour ({ $clock }): { $count }, not drawn
listen-unheard = not heard
listen-legend-count = Messages by hour
listen-legend-band = Expected for this hour of the week
listen-legend-hot = Above it
listen-legend-deaf = A channel couldn’t be heard
listen-numbers = The numbers
listen-hour = Hour
listen-expected = Expected
listen-terms = Terms
listen-hashtags = Hashtags
listen-authors = Authors
listen-moods = Sentiment
listen-moods-of = { $count ->
    [0] Read by machine.
    [one] Read by machine; one was said by a colleague.
   *[other] Read by machine; { $count } were said by colleagues.
  }
listen-new = new
listen-times = × { $times }
listen-nothing = Nothing stands out.
listen-mentions = Messages
listen-none = Nothing found yet. What comes in is looked through as it comes.
listen-filling = The last thirty days are being looked through…
listen-folder = Folder
listen-sensitivity = Alerts
sensitivity-fewer = fewer: once in two months
sensitivity-balanced = balanced: once in three weeks
sensitivity-more = more: once in five days
sensitivity-none = none
listen-owner = Kept by { $name }
listen-export = Export:
listen-alike = { $count ->
    [one] one other says nearly the same
   *[other] { $count } others say nearly the same
  }
listen-campaign = campaign: { $people } people
refusal-folder-long = The name of the folder is too long.
refusal-folder-control = The name of the folder holds characters that can’t be seen.
refusal-sensitivity-unknown = This isn’t known as a sensitivity.
listen-tag = Tag
listen-tag-means = Topics: the conversations of what is found get the tag. What a person takes off isn’t put on that conversation again.
listen-topic = Topic
listen-topic-judged = { $standing ->
    [one] The tag stands on one conversation
   *[other] The tag stands on { $standing } conversations
  }; { $refused ->
    [0] nobody has taken it off.
    [one] people took it off one.
   *[other] people took it off { $refused }.
  }
listen-topic-missed = { $count ->
    [one] One message was tagged by hand though this query doesn’t find it.
   *[other] { $count } messages were tagged by hand though this query doesn’t find them.
  } Words that stand there and hardly elsewhere, to be added with OR:
listen-topics-usual = Add the usual topics
listen-topics-means = Ten topics (delivery, refund, payment, prices, outages, accounts, opening hours, accessibility, staff, jobs) as watches that put their tag, in a folder of their own. Each can be changed or removed.
listen-topics = Topics in it
listen-topics-beside = last three days, against the weeks before
