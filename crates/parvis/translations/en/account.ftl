### Signing in, one’s own settings.
login-title = Sign in
login-motto = The square where the house and its community meet.
login-email = E-mail address
login-password = Password
login-remember = Stay signed in on this device
login-enter = Enter
login-wrong = The address or the password doesn’t match. Check both, then try again.
login-forgotten = Forgotten your password?
login-forgotten-next = Ask someone who administers Parvis for a sign-in link. It works once; then choose a new password in the settings.
login-hosted = Parvis, hosted by you
scene = Plan of a paved square in front of a house; the public, as squares, and the team, as circles, meet there
link-good = This link signs you in as { $name }. It works once.
link-spent = This link no longer works.
link-spent-next = It has been used, or its time is over. Ask whoever gave it to you for another.
link-to-login = Enter with a password
logout = Sign out
save = Save
cancel = Cancel
edit = Edit
field-empty = This can’t stay empty.
field-long = This is too long.
field-unreadable = This text has unreadable characters. Type it again.
field-email = This isn’t an e-mail address.
password-help = At least 12 characters. A few words that have nothing to do with each other make a good password.
password-short = This password is too short: it takes at least 12 characters.
password-long = This password is too long: 200 characters at most.
password-guessable = This password is too easy to guess. Choose another: four words that have nothing to do with one another make a good one.
password-wrong = This isn’t your current password.
password-old = Current password
password-new = New password
password-none = You have no password yet. Choose one to come back without a link.
password-others = Your other devices will be signed out.
password-change = Change password
settings-title = Settings
settings-me = Me
settings-name = Name shown
settings-name-help = A name or a role, as your colleagues know you.
settings-language = Language
settings-as-browser = As the browser asks
settings-theme = Appearance
settings-as-system = As the device
settings-light = Light
settings-dark = Dark
settings-shortcuts = Single-letter shortcuts
settings-zone = Time zone
settings-zone-house = As the organisation ({ $zone })
settings-zone-help = You are told hours, and type them, in this zone, such as America/Montreal. Empty: as the organisation ({ $zone }). Public holidays, opening hours and statistics stay on its clock.
settings-zone-here = Take this browser’s zone, { $zone }
settings-password = Password
settings-devices = Devices signed in
device-name = { $browser } on { $system }
device-unknown = Unknown device
device-this = this device
device-seen = seen { $moment }
device-end = Sign out
device-end-named = Sign out { $name }
device-end-others = Sign out the others
settings-tokens = API tokens
tokens-help = A token lets a program act in your name, within the limits of your role.
token-new = Create a token
token-name = Name
token-name-help = What it is for, to know it again later.
token-scopes = What it allows
token-until = Lasts
token-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
 }
token-endless = No end
token-make = Create token
token-made = Here is the token. It won’t be shown again.
token-made-next = Copy it now into the program that will use it.
token-unused = never
token-used = used: { $moment }
token-ends = ends: { $day }
token-over = expired
token-revoke = Revoke
token-revoke-named = Revoke { $name }
token-no-scope = Choose at least one permission.
token-too-many = You have 50 tokens already. Revoke those that are no longer used.
scope-read = Read
scope-write = Answer and triage
scope-admin = Administer
scope-help-read = conversations, channels
scope-help-write = answers, notes, assignments, views
scope-help-admin = channels, colleagues, journal, export
done-welcome = Welcome. Choose a password to come back without a link.
done-profile = Settings saved.
done-password = Password changed. Your other devices are signed out.
done-device = Device signed out.
done-devices = Other devices signed out.
done-token-revoked = Token revoked.
done-changed = Changes saved.
done-ended = Access ended. All their devices are signed out.
done-opened = Access given back.
done-desk = Desk saved.

# The second factor.
factor-title = Second factor
factor-what = Besides the password, a code that your phone renews every thirty seconds. Whoever learns your password still doesn’t get in.
factor-asked = Your organisation asks you for a second factor.
factor-asked-on = Your organisation asks for it: it can’t be turned off.
factor-give = Type the code that your phone’s application shows.
factor-recovery = Recovery code
factor-recovery-enter = Enter with a recovery code
factor-code = Code
factor-wrong = This code doesn’t fit: it is wrong, was used already, or has just changed. Wait for the next one and try again.
factor-wrong-first = This code doesn’t fit. Check that the phone’s clock is right, wait for the next code and try again.
factor-lost = Lost your phone?
factor-lost-next = Type one of your recovery codes. If you have none left, ask somebody who administers Parvis to take your second factor away.
factor-as-another = Sign in with another account
factor-begin = Set up a second factor
factor-scan = Scan this picture with your phone’s code application, then type the code that it shows.
factor-picture = QR code that holds the key below
factor-by-hand = Without a camera, type this key into the application:
factor-confirm = Confirm
factor-again = Start again with another key
factor-codes-what = The second factor is on. Your other devices were signed out.
factor-codes-once = These are your recovery codes. They won’t be shown again.
factor-codes-keep = Each stands in for the phone’s code once. Keep them somewhere else than on that phone.
factor-codes-kept = I have kept them
factor-codes-new = Make new recovery codes
factor-is-on = On
factor-since = Set up: { $day }.
factor-left = { $count ->
    [0] No recovery code is left.
    [one] One recovery code is left.
   *[other] { $count } recovery codes are left.
  }
factor-few = Make new recovery codes before you run out of them.
factor-off = Turn off
factor-holders = { $count ->
    [0] Nobody has one
    [one] One person has one
   *[other] { $count } people have one
  }
factor-asked-of = A second factor is asked
factor-asked-nobody = of nobody; everyone may set one up
factor-asked-administrators = of those who administer Parvis
factor-asked-everybody = of everybody
factor-asked-help = Who has to have one and has none is led to setting it up, and sees nothing else before.
factor-away = Take the second factor away
factor-away-help = For somebody who has lost their phone and their recovery codes. Make sure that it is them: their devices will be signed out, and their password will be enough.
done-factor-on = Second factor on.
done-factor-off = Second factor turned off.
done-factor-away = Second factor taken away. All their devices are signed out.
verb-organisation-factor_asked = second factor: of whom it is asked
verb-colleague-factor_confirmed = second factor set up
verb-colleague-factor_removed = second factor taken away
verb-colleague-codes_made = recovery codes made anew
verb-colleague-code_used = recovery code used

# Proving that it is oneself.
prove-title = Confirm that it’s you
prove-what = What you ask for is sensitive, and you signed in a while ago. What you typed is kept: it goes on as soon as you have confirmed.
prove-code = Code of your phone, or a recovery code
prove-confirm = Confirm and go on
prove-wrong = That isn’t it. Check and try again.
prove-none = You have no password yet: choose one in your settings or sign in once more, then try again.
prove-choose = Choose a password
