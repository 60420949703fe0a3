### Launches: the list, the dossier, and what it suggests in the inbox.
place-launches = Launches
launches-none = No launch yet. A dossier holds angles, foreseen problems, FAQ, plan and decisions.
launch-new = New launch
launch-edit = Edit
launch-back = The dossier
launch-no-day = no date
launch-context = launch dossier
launch-context-day = launch dossier · { $when }
launch-name = Name
launch-kind = Kind
launch-kind-product = Product
launch-kind-event = Event
launch-owner = Looked after by
launch-nobody = nobody
launch-day = Day
launch-hour = Hour (optional)
launch-summary = What it is
launch-watch = Its watch
launch-no-watch = None
launch-watch-help = What it hears is laid beside what was foreseen.
refusal-watch-unknown = This watch is no more. Choose another; nothing was changed.
launch-outcome = Foreseen and came
launch-outcome-back = The dossier
launch-outcome-since = Since the opening ({ $from })
launch-outcome-between = From the opening ({ $from }) to the end ({ $until })
launch-outcome-how = Complaints, ideas, requests and questions that its watch hears, matched by their words.
launch-outcome-problems = { $came ->
    [0] None of the { $all } problems foreseen came.
    [one] One of { $all } problems foreseen came.
   *[other] { $came } of { $all } problems foreseen came.
}
launch-outcome-foreseen = { $all ->
    [0] No message so far.
   *[other] { $count } of { $all } messages had been foreseen.
}
launch-outcome-messages = { $count ->
    [one] one message
   *[other] { $count } messages
}
launch-outcome-not = didn’t come
launch-outcome-unasked = { $count ->
    [one] One question that wasn’t asked
   *[other] { $count } questions that weren’t asked
}
launch-outcome-read = Read
launch-outcome-unforeseen = Not foreseen
launch-outcome-all-foreseen = All that was said had been foreseen.
launch-outcome-write = Into the dossier
launch-outcome-lacks-opening = This launch isn’t open yet.
launch-outcome-next-opening = Once it is, what the public says will be laid here beside what was foreseen.
launch-outcome-lacks-watch = No watch listens to this launch.
launch-outcome-next-watch = Give it a watch: what it hears since the opening will be laid beside what was foreseen.
launch-note = What we learnt
launch-note-help = After closing: what was foreseen, what came, what to keep.
launch-led = Led by
launch-state-prepared = being prepared
launch-state-open = open
launch-state-closed = closed
launch-state-todo = to do
launch-state-doing = under way
launch-state-done = done
launch-step-open = Open
launch-step-closed = Close
launch-toc = Contents of the dossier
launch-ready = Ready: { $ready } of { $total }
launch-ready-label = What is ready
launch-missing = Missing: { $what }
launch-none = Nothing yet.
launch-add = Add
launch-add-answer = Prepare an answer
launch-many-angle = Angles
launch-many-problem = Foreseen problems
launch-many-faq = FAQ
launch-many-step = Activation plan
launch-many-material = Material
launch-many-meeting = Strategic meetings
launch-many-decision = Decisions taken
launch-many-post = Posts
launch-new-post = New post for this launch
launch-no-hour = no hour yet
launch-posts = { $count ->
    [one] one post
   *[other] { $count } posts
}
launch-post-lacks-words = a network and a text that fits there
launch-post-lacks-validation = validation
launch-post-lacks-hour = hour
launch-post-lacks-material = picture asked for
launch-post-lacks-rights = rights to a picture
launch-post-lacks-charter = reason for what the charter doesn’t let pass
launch-one-angle = Angle
launch-one-problem = Foreseen problem
launch-one-answer = Prepared answer
launch-one-faq = Question of the FAQ
launch-one-step = Step of the plan
launch-one-material = Piece of material
launch-one-meeting = Meeting
launch-one-decision = Decision
launch-title-angle = The angle
launch-title-problem = The problem, in the words that people use
launch-title-answer = Question that it answers (empty: the problem itself)
launch-title-faq = Question
launch-title-step = Step
launch-title-material = Piece
launch-title-meeting = Meeting
launch-title-decision = What is decided
launch-text-angle = In a few words
launch-text-problem = What we shall do
launch-text-answer = Answer
launch-text-faq = Answer
launch-text-step = Details
launch-text-material = Format
launch-text-meeting = Where the community manager is needed, notes
launch-text-decision = Why
launch-text-help = Changing the question or the answer takes its validation away.
launch-entry-title = Title
launch-entry-text = Text
launch-field-language = Language
launch-field-audience = For whom
launch-field-likely = How likely
launch-field-grave = How grave
launch-field-state = State
launch-language-fr = French
launch-language-en = English
launch-audience-internal = internal, not to be sent
launch-audience-external = external
launch-likely-rare = rare
launch-likely-possible = possible
launch-likely-probable = probable
launch-grave-slight = slight
launch-grave-serious = serious
launch-grave-severe = severe
launch-people = Who
launch-faq-internal = Internal FAQ
launch-faq-external = External FAQ
launch-between-us = between us
launch-suggested = suggested in the inbox
launch-read = validated
launch-to-read = to validate
launch-validate = Validate
launch-doubt = Take the validation back
launch-validated = Validated by { $who }, { $when }
launch-remove = Remove
launch-remove-means = The answers prepared for it go too. The journal keeps what was written.
launch-late = late
launch-uses = { $count ->
    [one] one answer
   *[other] { $count } answers
  }
launch-both = What you wrote is in the form, nothing is lost. Here is what the other person saved; saving again replaces it.
suggest-title = Suggested by a launch
suggest-put = Put into the answer
suggest-why = for: { $words }
suggest-internal = internal, not to be sent
suggest-taken = Begun with a prepared answer. Read it before you send it.
refusal-launch-empty = Give it a name.
refusal-launch-long = It is too long.
refusal-launch-unreadable = There are unreadable characters.
refusal-launch-unknown = A value isn’t known. Load the page again.
refusal-launch-day = The day or the hour can’t be read.
refusal-launch-many = This dossier has a thousand entries, which is the most.
refusal-entry-empty = Give it a title.
refusal-entry-long = It is too long.
refusal-entry-unreadable = There are unreadable characters.
refusal-entry-no-answer = The answer is missing.
refusal-owner-unknown = This person isn’t known.
calendar-launch = { $name } that day
calendar-done = done
calendar-of-launch-launch = launch
calendar-of-launch-step = activation plan
calendar-of-launch-material = material due
calendar-of-launch-meeting = strategic meeting
