### The inbox: views, list, conversation, context.
views-label = Desks and views
views-own = For me
views-desks = Desks
views-saved = Saved views
views-late = late:
views-save = Save this view
views-name = Name of the view
views-shared = Share with everybody
views-keep = Save
views-remove = Remove
views-change = Change the view { $name }
view-open = To answer
view-mine = My conversations
view-to-take = To take
view-waiting = Waiting for the member
view-snoozed = Snoozed
view-closed = Closed
view-all = All
inbox-context = { $waiting ->
    [0] nobody is waiting
    [one] { $waiting } waits for an answer · { $late } late
   *[other] { $waiting } wait for an answer · { $late } late
  }

list-label = Conversations
list-filtered = Filtered conversations
list-search = “{ $words }”
list-fresh = { $count ->
    [one] { $count } new
   *[other] { $count } new
  }
list-none = Nothing matches.
list-none-filter = No conversation fits all of these filters at once.
list-calm = The square is calm.
list-calm-next = Nobody waits for an answer here.
list-help = Help { $desk }, { $count } to answer
search-label = Search the whole history
search-leave = Leave the search
search-none = Nothing was found.
search-none-next = No message holds all the words of “{ $words }”. Try fewer words, or only how they begin.
pages-label = Pages of the list
pages-more = More
pages-start = Back to the beginning

row-on = on { $channel }
row-urgent = Urgent
row-to-take = to take
row-holder = held by { $name }
held-me = held by you
held-by = held by { $name }
open-count = { $count ->
    [0] nothing open
    [one] { $count } to answer
   *[other] { $count } to answer
  }
author-unknown = Unknown author
colleague-unknown = Colleague without an account
channel-removed = Removed channel

clock-late = late by { $span }
clock-until = until { $moment }
clock-answered = answered
clock-none = no deadline
state-open = to answer
state-waiting = waiting
state-snoozed = snoozed
state-closed = closed
state-merged = merged

filter-state = State
filter-order = Order
filter-desk = Desk
filter-holder = Held by
filter-channel = Channel
filter-tag = Tag
filter-intent = Intent
filter-sentiment = Sentiment
filter-language = Language
filter-late = Late only
filter-any = Any
filter-me = Me
filter-nobody = Nobody
filter-show = Show
filter-clear = Clear the filters
filter-set = { $count ->
    [one] { $count } filter
   *[other] { $count } filters
  }
order-due = Most urgent first
order-newest = Newest first
order-oldest = Oldest first
language-fr = French
language-en = English
language-de = German
language-es = Spanish
language-it = Italian
language-nl = Dutch
language-pt = Portuguese
language--fr = Not French
language--en = Not English
intent-question = Question
intent-complaint = Complaint
intent-request = Request
intent-lead = Sales lead
intent-praise = Praise
intent-idea = Idea
intent-application = Application
intent-press = Press
intent-signal = Signal
intent-abuse = Abuse
intent-spam = Spam
intent-other = Other
sentiment-positive = Positive
sentiment-neutral = Neutral
sentiment-negative = Negative

conversation-label = Conversation
conversation-with = Conversation with { $who }
conversation-back = Back to the list
conversation-none = Choose a conversation.
conversation-none-next = The list is sorted by clock: the first one presses most.
calm-all = The square is calm.
calm-all-next = Nobody waits for an answer.
thread-label = Messages
thread-older = Older messages
thread-newest = Back to the newest messages
day-today = Today
day-yesterday = Yesterday
said-by = by { $name }
said-outside = written outside Parvis
said-see = See it
said-edited = edited { $moment }
said-deleted = deleted by its author, seen { $moment }; the text stays here
new-tab = (new tab)
note-hidden = internal note, { $who } can’t see it
visibility-public = public
visibility-unlisted = unlisted
visibility-followers = followers only
visibility-direct = private
visibility-internal = internal
attachment-image = Picture
attachment-video = Video
attachment-audio = Sound
attachment-other = File
attachment-no-alt = No alternative text
attachment-coming = Picture being fetched
stage-look-first = It may have been published all the same: look on the network before you send it again.
stage-held = Leaves in ten seconds at most.
stage-held-left = Leaves in { $seconds } s.
stage-committing = Being sent.
stage-published = published
stage-unknown = Fate unknown: Parvis reads the network back before any new try.
stage-rejected = The network refused.
stage-withdrawn = Taken back before it left.
stage-received = received
stage-noted = kept

act-take = Take
act-give-back = Give back
act-assign = Assign
act-hand-over = Hand over
act-snooze = Snooze
act-tag = Tag
act-untag = Remove { $name }
act-more = More
act-urgent = Mark as urgent
act-calm = No longer urgent
act-merge = Merge
act-close = Close
act-reopen = Reopen
act-retry = Try again
act-undo = Undo the last action
hand-desk = To the desk
hand-same-desk = Keep the desk
hand-colleague = To
hand-nobody = Nobody in particular
hand-note = What they should know
hand-to = Hand over to { $name }
snooze-until = Until
snooze-hour = In an hour
snooze-evening = This evening
snooze-tomorrow = Tomorrow morning
snooze-monday = Monday morning
tag-name = Tag
merge-into = Into the conversation
merge-choose = Choose
merge-same-channel = Both have to be on the same channel.

compose-public = Answer in public
compose-direct = In private
compose-note = Internal note
compose-label = Your public answer to { $who }
compose-label-direct = Your private answer to { $who }
compose-label-note = Internal note, { $who } can’t see it
compose-hint = Answer { $who }
compose-over = The text is longer than the network takes.
compose-pictures = Attach pictures
compose-picture = Picture { $number }
compose-alt = Alternative text
compose-alt-why = What the picture shows, for those who don’t see it.
compose-keep = Keep the note
compose-send = Send
compose-send-close = Send and close
compose-anyway = Send anyway
compose-see = See the post
compose-role = Your role doesn’t answer the public; you can leave a note.
compose-removed = The channel was removed: nothing can be answered there any more.
compose-blocked = { $channel } can’t be answered: { $why }.
compose-deaf = The channel can’t be heard at the moment: your answer will wait until it is back.
draft-kept = draft kept, { $moment }
key-send = Ctrl Enter

context-label = Context
context-channel = Channel
channel-paused = paused
channel-deaf-since = hasn’t been heard since { $moment } ({ $span } ago)
channel-heard = heard { $moment }
channel-never-heard = not heard yet
person-name = Name
person-since = Seen since
person-messages = Messages
person-kind = Account
person-bot = Machine
person-page = See their page
person-earlier = Other conversations

presence-writing = { $count ->
    [one] { $names } is writing…
   *[other] { $names } are writing…
  }
presence-reading = { $count ->
    [one] { $names } is reading too
   *[other] { $names } are reading too
  }

done-conversation-assigned = Conversation assigned
done-conversation-handed_over = Handed over
done-conversation-snoozed = Conversation snoozed
done-conversation-closed = Conversation closed
done-conversation-reopened = Conversation reopened
done-conversation-urgency_changed = Urgency changed
done-conversation-tagged = Tag added
done-conversation-untagged = Tag removed
done-conversation-merged = Conversations merged
done-conversation-undone = Undone
done-message-held = Answer held for ten seconds, then sent
done-message-noted = Note kept
done-message-withdrawn = Answer taken back, its text is a draft again
undo-nothing = Nothing recent can be undone.

refusal-changed = Too late: somebody has changed it since, or the message has left.
refusal-answered = Somebody has answered since you opened this conversation.
answered-next = Read it first. Your text is kept as a draft; pictures have to be attached again.
refusal-channel = The channel can’t: { $why }.
refusal-text-empty = There is no text.
refusal-text-length = The text is too long for this network.
refusal-Idempotency-Key-reused = This answer has been sent already.
refusal-media-alt = A picture lacks its alternative text. Your text is kept; the picture has to be attached again.
refusal-media-kind = This kind of file can’t be attached: PNG, JPEG, WebP or GIF.
refusal-media-size = The picture is empty or over 8 MB.
refusal-no-room = There is no room left for pictures on Parvis’s disk: nothing was sent. Your text is kept. Send it without pictures, or tell whoever looks after the server.
refusal-no-files = Parvis’s disk can’t keep the pictures now: nothing was sent. Your text is kept. Send it without pictures, or tell whoever looks after the server.
refusal-name-length = The name takes 1 to 60 characters.
refusal-tag-length = The tag takes 1 to 60 characters.
refusal-colleague-unknown = There is no such colleague.
refusal-colleague-no-access = This colleague no longer has access.
refusal-colleague-other-desk = This colleague doesn’t see this desk.
refusal-desk-nobody = Choose a desk or somebody.
refusal-desk-unknown = There is no such desk.
refusal-until-not-ahead = Choose a time to come, within the year.
refusal-intent-unknown = There is no such intent.
refusal-sentiment-unknown = There is no such sentiment.
refusal-into-itself = A conversation can’t be merged with itself.
refusal-into-other-channel = The two conversations aren’t on the same channel.
refusal-into-holds-others = This conversation holds others already: merge the other way round.
refusal-into-unknown = There is no such conversation.
refusal-mode-unknown = Nothing can be written this way here.

why-read_only = a feed is read, one can’t answer in it
why-not_in_network = the network has nothing of the kind
why-not_on_server = this server doesn’t offer it
why-server_silent = the server announces it, but didn’t answer
why-missing_scope = the connection lacks the permission, connect the channel again
why-not_built = Parvis doesn’t offer it for this network
why-polled = Parvis asks at intervals
why-held_by_parvis = Parvis keeps it and sends it at its time
why-rechecked = Parvis looks again at recent messages and compares
why-read_back = Parvis reads back what stands there before it sends again
why-mention_decides = whoever is named in the text reads it
why-partial_threads = only the part of a thread that this server knows
why-window_only = an entry that leaves the feed isn’t an entry deleted
why-not_to_programs = what a program sent is never answered
why-same_identity = Parvis looks among the sent copies first; a second copy would have the same identity, by which most recipients see only one
why-as_told = as far as the other side tells it
why-no_address = no address for answers was named when connecting
why-receiver_recognises = every attempt has the same id, by which the receiver recognises it
why-no_stream = no stream of what everybody says was named when connecting
why-answers_only = here one answers; nothing is begun
why-made_by_server = the server makes it of the first address in the text
why-articles_only = what is published here is an article, with a title
why-removed = it was removed
why-nothing-to-answer = there is no message left to answer
channel-error-unauthorized = The network no longer accepts our connection.
channel-error-lapsed = Our access ran out and is being renewed.
channel-error-refused = The server refused the request.
channel-error-limited = The server asks us to wait.
channel-error-unreachable = The server doesn’t answer.
channel-error-undelivered = The message didn’t reach its addressee.
channel-error-unknown = The server’s answer was lost on the way.
channel-error-malformed = The server’s answer couldn’t be read.
channel-error-forbidden_address = This address isn’t public.
channel-error-unsupported = The network doesn’t allow it.

palette-actions = Actions
palette-places = Go to
palette-colleagues = Colleagues
palette-colleague = Conversations held by { $name }
palette-found = Found in messages
palette-none = Nothing of the kind.

keys-label = Keyboard shortcuts
keys-page = Keyboard
keys-title = Everything works from the keyboard
keys-everywhere = Everywhere
keys-inbox = Inbox
keys-palette = search or act
keys-go = then a or b: go to Today, to the Inbox
keys-undo = undo
keys-help = this help
keys-escape = close
keys-move = next, previous
keys-open = open
keys-reply = answer
keys-note = internal note
keys-take = take
keys-hand-over = hand over
keys-snooze = snooze
keys-tag = tag
keys-search = search
keys-close = close
keys-fresh = show the new ones
keys-panes = next pane
keys-send = send and close
keys-all = all shortcuts
keys-off = Single letters can be turned off in the settings.
key-enter = Enter
key-escape = Esc

offline-kept = The server doesn’t answer: nothing is lost, try again in a moment.
person-online = online
mark-automatic = Automatic message ({ $detail })
mark-sender_proved = Sender confirmed: { $detail }
mark-sender_doubtful = Sender in doubt: not proved to come from { $detail }
mark-held = Awaits moderation: nobody sees it on the site yet
mark-overheard = Overheard in public: a watch asks for it, nobody said it to us
mark-cut = Shortened; the whole message stands at the network
