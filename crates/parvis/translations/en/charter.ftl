### The charter: what it says beside a text, and its settings. What each rule says stands in parvis-write.
charter-title = Charter
charter-clean = Charter: nothing to say
charter-count = { $count ->
    [one] Charter: one remark
   *[other] Charter: { $count } remarks
  }
charter-times = { $count } times
charter-link = The charter
charter-replace = Write “{ $text }”
charter-correct = Take the correction
charter-correct-all = { $count ->
    [one] Take the correction
   *[other] Take { $count } corrections
  }
charter-binds = needs a reason
charter-waive = Leave it, with a reason
charter-waive-do = Leave it
charter-reason = Why it may stay
charter-waived = Left by { $who }: { $reason }
charter-take-back = Take that back
charter-reason-answer = The charter asks for a reason. To send it as it is, say why:
charter-place-title = title
charter-place-warning = warning
charter-place-alt = alternative text
charter-place-first_comment = first comment
charter-place-first_comment-of = { $name }, first comment
charter-history = Left as it is against the charter
charter-help = What is looked at while posts and answers are written. A rule that asks for a reason stops a post from being validated, and an answer from leaving, until the words are mended or somebody says why they may stay; the journal keeps that.
charter-rules = Rules
charter-rule = Rule
charter-rule-does = What it does
charter-off = isn’t looked at
charter-on = makes a remark
charter-must = asks for a reason
charter-in-answers = Answers to people wait for a reason too, not posts alone
charter-measures = Measures
charter-longest-sentence = Most words of a sentence
charter-least-ease = Least ease of reading (Flesch, 0 to 100)
charter-most-hashtags = Most hashtags
charter-most-emoji = Most emoji in a row
charter-address = How French readers are addressed
charter-address-polite = vous
charter-address-familiar = tu
charter-address-either = one of the two, never both
charter-address-free = as one likes
charter-lists = Lists, one entry a line
charter-forbidden = Words that aren’t used
charter-forbidden-help = “words”, or “words = what to write instead”. A star at the end of a word means whatever begins with it.
charter-mandatory = What has to be mentioned
charter-mandatory-help = “#Ad = partnership, sponsored”: where one of these words is said. Without words, in every post.
charter-capitals = Names and acronyms in capitals
charter-known = Words of the trade that readers know
charter-save = Save the charter
charter-done = Charter saved
rule-long = Long sentences
rule-hard-to-read = Texts that are hard to read
rule-jargon = Jargon
rule-wooden = Wooden language
rule-superlative = Superlatives without proof
rule-address = Address (French: tu, vous)
rule-forbidden = Words that aren’t used
rule-mandatory = What has to be mentioned
rule-space = Spaces
rule-quote = Quotation marks
rule-apostrophe = Apostrophes
rule-ellipsis = Ellipses
rule-shouting = Shouting
rule-hashtags = Too many hashtags
rule-hashtag-case = Hashtags without capitals
rule-short-link = Shortened links
rule-broken-link = Broken links
rule-promise = Promises (dates, refunds) without a source
rule-emoji-row = Rows of emoji
rule-ascii-art = Pictures made of characters
rule-fancy = Dressed-up letters
rule-click-here = Links that don’t say where they lead
rule-inclusive = Words that leave people aside
refusal-text-charter = The charter asks for a reason here. Nothing was sent: mend the text, or say why it may stay.
refusal-post-charter = The charter asks for a reason for something in these texts. Mend it, or leave it with a reason.
refusal-waiver-unknown = This remark is no longer there. Read the texts again.
refusal-charter-number = A measure is beyond its bounds.
refusal-charter-many = A list is too long: 500 entries at most.
refusal-charter-long = An entry of a list is too long: 120 characters at most, on one line.
refusal-charter-empty = An entry of a list is empty.
refusal-charter-unknown = There is no such rule.
post-lacks-charter = a reason for what the charter doesn’t let pass
post-held-charter = charter
post-held-long-charter = Its hour came, and the charter asks for a reason for something in its texts. Nothing was sent: mend it or leave it with a reason, then give it another hour.
verb-charter-set = changed the charter
verb-post-waived = left a post as it is against the charter
verb-post-unwaived = took back a reason against the charter
verb-message-waived = left an answer as it is against the charter
