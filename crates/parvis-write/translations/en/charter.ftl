### The charter: what each rule saw and why it matters (-why), and what can be done (-do).
charter-long-why = This sentence has { $count } words; the charter allows { $most }. Beyond that, readers lose the beginning before the end.
charter-long-do = Cut it in two, one idea in each.
charter-hard-to-read-why = This text is hard to read: { $count } on Flesch’s scale, where the charter asks for { $most }.
charter-hard-to-read-do = Make sentences shorter and take shorter words.
charter-jargon-why = “{ $said }” is said in the trade; readers don’t say it.
charter-jargon-do = { $instead ->
    [none] Say it as you would to a neighbour.
   *[other] For example: “{ $instead }”.
  }
charter-wooden-why = “{ $said }” says nothing to somebody who waits for an answer.
charter-wooden-do = { $instead ->
    [none] Say what you do, or leave the phrase out.
   *[other] For example: “{ $instead }”.
  }
charter-superlative-why = “{ $said }” boasts without proof.
charter-superlative-do = { $instead ->
    [none] Give a fact, a figure or a source; else leave it out.
   *[other] For example: “{ $instead }”.
  }
charter-address-why = “{ $said }” isn’t how the house speaks to its readers.
charter-address-do = Choose between “tu” and “vous” as the charter says, and keep to it.
charter-forbidden-why = The house doesn’t use “{ $said }”.
charter-forbidden-do = { $instead ->
    [none] Say it in another way.
   *[other] Write “{ $instead }”.
  }
charter-mandatory-why = “{ $said }” has to be mentioned here, and isn’t.
charter-mandatory-do = Add “{ $said }”.
charter-space-why = The space around “{ $said }” isn’t right: the mark may end up alone on its line.
charter-space-do = Take the correction: a space that can’t break where French asks for one, none elsewhere.
charter-quote-why = { $said }: French has guillemets.
charter-quote-do = Take the correction: « … », with spaces that can’t break.
charter-apostrophe-why = The straight apostrophe ({ $said }) is that of keyboards, not of printed French.
charter-apostrophe-do = Take the correction: ’.
charter-ellipsis-why = “{ $said }”: an ellipsis is one character, and “etc.” takes none.
charter-ellipsis-do = Take the correction.
charter-shouting-why = “{ $said }” shouts. A screen reader may spell it letter by letter.
charter-shouting-do = Write it in small letters, with one mark at the end.
charter-hashtags-why = { $count } hashtags; the charter allows { $most }: the message gets lost.
charter-hashtags-do = Keep those by which people look for you.
charter-hashtag-case-why = { $said } seems to be several words: without capitals, a screen reader can’t say it.
charter-hashtag-case-do = Give each word a capital, as in #MuseumsByNight.
charter-short-link-why = { $said } hides where it leads, and dies with the shortener.
charter-short-link-do = Give the whole address: networks count it for few characters.
charter-broken-link-why = { $said } leads nowhere.
charter-broken-link-do = Copy the address from the browser, and try it.
charter-promise-why = “{ $said }” binds the house.
charter-promise-do = Have it confirmed by whoever can keep it, and note the source; else say what you know.
charter-emoji-row-why = { $count } emoji in a row; the charter allows { $most }: a screen reader says the name of each.
charter-emoji-row-do = Keep one, at the end.
charter-ascii-art-why = “{ $said }” is a picture made of characters: a screen reader reads every sign.
charter-ascii-art-do = Use a picture with an alternative text, or none.
charter-fancy-why = “{ $said }” is made of mathematical signs dressed up as letters: neither screen readers nor search can read them.
charter-fancy-do = Take the correction: plain letters.
charter-click-here-why = “{ $said }” doesn’t say where the link leads, and nothing to those who go from link to link.
charter-click-here-do = Name what is there: “Saturday’s programme”.
charter-inclusive-why = “{ $said }” leaves somebody aside, or can’t be read aloud.
charter-inclusive-do = { $instead ->
    [none] Name everybody, or the group.
   *[other] For example: { $instead }.
  }
