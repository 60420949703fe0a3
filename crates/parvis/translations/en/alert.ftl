### Alerts: the list, one alert, and what notices say.
place-alerts = Alerts
badge-alerts = open
quoted = “{ $text }”
alerts-say = { $count ->
    [0] Nothing is out of the ordinary.
    [one] One alert is open.
   *[other] { $count } alerts are open.
  }
alerts-open = Open
alerts-none = Parvis looks every minute: at what watches find, at desks and channels, at complaints that wait, and at whether everything is heard.
alerts-closed = Over
alerts-never = There has been no alert yet.
alerts-older = Older ones
alerts-back = All alerts
alerts-today = { $count ->
    [one] one alert is open
   *[other] { $count } alerts are open
  }
alert-open = Open
alert-title = Alert
alert-new = not seen
alert-unseen = Nobody has seen it yet.
alert-seen-by = seen by { $names }
alert-seen-at = seen { $clock }
alert-since = since { $clock }
alert-gone = (removed)
alert-in-watch = Watch “{ $name }”
alert-in-desk = Desk “{ $name }”
alert-in-channel = Channel “{ $name }”
alert-said = { $place }: { $what }.
alert-burst = { $count ->
    [one] { $count } message in { $span }, { $times } times the usual
   *[other] { $count } messages in { $span }, { $times } times the usual
  }
alert-anger = { $count ->
    [one] { $count } negative message in { $span }, { $times } times the usual
   *[other] { $count } negative messages in { $span }, { $times } times the usual
  }
alert-unanswered = { $count ->
    [one] { $count } complaint has waited for more than { $span }
   *[other] { $count } complaints have waited for more than { $span }
  }
alert-deaf = not heard since { $clock }
alert-silent = nothing has come since { $clock }, where { $count } messages would be usual
alert-expiring = the access ends on { $day }, in { $span }
alert-expired = the access has ended
alert-first = First message at { $clock } by { $who }.
alert-oldest = The longest wait is that of { $who }, since { $clock }.
alert-terms = { $count ->
    [one] { $terms } is said more than usual.
   *[other] { $terms } are said more than usual.
  }
alert-total = { $count ->
    [one] { $count } message
   *[other] { $count } messages
  } since { $clock }{ $people ->
    [0] { "" }
    [one] , from one person
   *[other] , from { $people } people
  }.
alert-worse = It has become many times worse since it was told.
alert-advice-deaf = What is said meanwhile is fetched once the channel can be heard again. Open the channel to see what to do.
alert-advice-silent = The network answers, but nothing comes. Look there whether messages have really stopped, or whether it no longer sends them to Parvis.
alert-advice-expiring = Connect the channel anew before that day: nothing is lost, and nothing stops.
alert-closed-usual = as usual again { $clock }
alert-closed-handled = handled by { $name }, { $clock }
alert-closed-false = false alarm, says { $name }, { $clock }
alert-closed-gone = its watch or channel was stopped, { $clock }
alert-over = over { $clock }
alert-kind-burst = many messages
alert-kind-anger = many negative messages
alert-kind-unanswered = complaints that wait
alert-kind-deaf = not heard
alert-kind-silent = silent
alert-kind-expiring = access that ends
alert-finding = { $count } messages, { $times } times the usual
alert-legend-count = Messages by 10 min
alert-legend-band = Expected
alert-step = From
alert-examples = Examples
alert-shows = Where it shows
alert-who = Who looks after it
alert-see = I have seen it, I look after it
alert-handled = Handled
alert-false = False alarm
refusal-why-unknown = This reason isn’t known. Nothing was changed.
verb-alert-raised = alert raised
verb-alert-worsened = alert: many times worse
verb-alert-seen = alert seen
verb-alert-closed = alert closed
place-destinations = Destinations
destinations-title = Who is told
destinations-none = Nobody is told yet: alerts stand on this screen only. Add where your people are.
destinations-add = Add a destination
destination-matrix = Matrix room
destination-chat = Slack or Mattermost
destination-mail = E-mail
destination-webhook = Signed webhook
destination-matrix-means = By the access token of an account made for this.
destination-chat-means = By an incoming webhook; Rocket.Chat and others take the same.
destination-mail-means = By the server of one of your connected mailboxes; digests look best there.
destination-webhook-means = For a program of your own: a pager, a telephone gateway, an automation.
destination-help-matrix = Make an account for Parvis on your server, sign in with it once, and copy its access token (in Element: All settings, Help & About). Invite the account into the room. Encrypted rooms can’t be used.
destination-help-chat = In Slack: an app with “Incoming Webhooks”. In Mattermost: Integrations, Incoming Webhooks. Copy the whole address: whoever knows it can write there, so it is kept sealed and never shown again.
destination-help-mail = Each alert is a letter of its own. Never enter the mailbox’s own address: what is sent there would come in as a message.
destination-help-webhook = What is sent is signed as Standard Webhooks describe. The key is shown once, when the destination is made.
destination-name = Name
destination-address-matrix = Server
destination-address-chat = Address of the incoming webhook
destination-address-mail = E-mail address
destination-address-webhook = Address
destination-room = Room, such as !abc:server or #room:server
destination-token = Access token
destination-kept = Left empty, the one that is kept stays.
destination-mailbox = Sent by the mailbox
destination-no-mailbox = No mailbox is connected yet: connect one under Channels first.
destination-kinds = Told of
destination-desks = Of these desks
destination-desks-help = None ticked is all of them. Alerts of watches are always sent.
destination-hours = Within these hours
destination-from = From
destination-to = To
destination-hours-help = No day ticked is every day. What happens outside of them is told when they begin, unless it is over by then.
destination-language = Language
destination-digest = Digest of the watches
destination-digest-help = Leaves at seven in the morning; weekly on Mondays.
destination-folders = Watches of these folders
destination-nothing-kept = Nothing was kept.
destination-state = State
destination-paused = paused
destination-failing = nothing arrives since { $clock }: { $why }
destination-test = Send a test
destination-pause = Pause
destination-resume = Resume
destination-remove = Remove
destination-remove-means = Its secret is forgotten, and nobody is told there any more.
destination-notices = Last notices
destination-no-notices = Nothing has been sent yet.
destination-key-made = The destination is made. This is its signing key.
destination-key-means = It is shown this once. Give it to the program that receives: it proves that a notice comes from Parvis.
destination-error-unauthorized = The access isn’t accepted there.
destination-error-refused = The other side refuses.
destination-error-unreachable = The other side can’t be reached.
destination-error-forbidden_address = Parvis doesn’t call this address.
destination-error-limited = The other side asks us to wait.
destination-error-malformed = The other side answers with something that can’t be read.
how-often-none = none
digest-daily = Digest of { $day }, { $name }
digest-weekly = Digest of the week to { $day }, { $name }
how-often-daily = daily
how-often-weekly = weekly
digest-count = { $count ->
    [one] { $count } message
   *[other] { $count } messages
  }, { $before } in the time before
digest-terms = Said more than usual: { $terms }
notice-test = Test from Parvis, { $name }
notice-test-text = If you read this, alerts arrive here.
notice-closed = Over
notice-kind-opened = alert
notice-kind-worsened = alert, much stronger
notice-kind-closed = end of an alert
notice-kind-test = test
notice-kind-digest = digest
notice-state-waiting = waits
notice-state-sending = on its way
notice-state-sent = arrived
notice-state-failed = failed
notice-state-unknown = may have arrived; not sent again
notice-state-dropped = not sent: over, or paused, before its time
refusal-hours-unknown = These hours can’t be read, or begin when they end.
refusal-language-unknown = This language isn’t known.
refusal-digest-unknown = A digest is none, daily or weekly.
refusal-desks-unknown = One of these desks is no more.
refusal-channel-mailbox = Choose a connected mailbox that sends.
refusal-address-long = This address is too long.
refusal-name-too-many = There are fifty destinations already: remove one first.
verb-destination-made = destination of alerts made
verb-destination-changed = destination of alerts changed
verb-destination-tested = test sent to a destination
verb-destination-removed = destination of alerts removed
