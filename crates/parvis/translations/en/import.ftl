### Posts from a file.
import-title = Posts from a file
import-short = Import
import-file = CSV file
import-file-help = At most { $most } rows and 1 MB. First a preview: nothing is made before you agree.
import-look = See what it would make
import-template = Template to fill in
import-columns = The columns
import-help = The first line names the columns, in English or French, in any order; none is obligatory, but a title or a text is needed. Commas, semicolons or tabs between values, in UTF-8. Nothing goes further than “To validate”.
import-where = Where
import-what = What is wrong
import-faults = Nothing was made. To mend in { $name }:
import-line = line { $line }
import-place = line { $line }, column { $column }
import-no-hour = without an hour
import-another = Another file
import-file-name = posts.csv
import-before = Posts were made of this very file before ({ $at }).
import-hint-holiday = { $about }, public holiday
import-hint-launch = { $about } on that day
import-hint-twin = a post of that day is called “{ $about }” already
import-hint-hour = “{ $about }” leaves at the same minute
import-hint-theme = “{ $about }” has the same theme on that day
import-hint-tired = the community tires of “{ $about }”
import-fault-unreadable = The file can’t be read to its end.
import-fault-encoding = The file isn’t UTF-8. In your spreadsheet: Save as, “CSV UTF-8”.
import-fault-nul = The value holds an unreadable character (U+0000). Delete it.
import-fault-long = The value is far too long: { $value } bytes.
import-fault-wide = The first line has { $value } columns, more than there are.
import-fault-unknown = There is no column “{ $value }”. Rename it or take it out.
import-fault-twice = The column “{ $value }” is there twice.
import-fault-missing = The column “{ $value }” is missing.
import-fault-width = The row has { $value } values, not as many as the first line. Put a text that holds the separator in quotes.
import-fault-nothing = There is nothing below the names of the columns.
import-fault-many = There are more than { $value } rows. Split the file.
import-fault-day = “{ $value }” is no day. Write 2026-12-01 or, the day first, 01/12/2026.
import-fault-hour = “{ $value }” is no time. Write 18:30.
import-fault-no-hour = A day without a time. Give both, or neither.
import-fault-no-day = A time without a day. Give both, or neither.
import-fault-past = { $value } has passed.
import-fault-channel = No account is called “{ $value }”. Take the name that stands in Channels.
import-fault-channel-several = Several accounts answer to “{ $value }”. Take the account’s full name.
import-fault-channel-mute = Nothing can be posted on “{ $value }”: one only answers there.
import-fault-state = “{ $value }” isn’t possible: a file brings ideas, or texts “to validate”.
import-fault-origin = There is no origin “{ $value }”.
import-fault-link = “{ $value }” is no address. Write https://…
import-fault-too-long = Too long for { $value }. Shorten it, or bring it as an “idea”.
import-fault-no-words = Your role brings ideas; others find the words. Take the text out.
import-fault-no-choice = Your role brings ideas; others choose them. Write “idea”.
import-fault-no-text = “To validate” takes a text and an account.
import-name-title = Title
import-name-text = Text
import-name-date = Date
import-name-time = Time
import-name-channels = Channels
import-name-theme = Theme
import-name-link = Link
import-name-brief = Note
import-name-state = State
import-name-origin = Origin
import-name-warning = Warning
import-name-campaign = Campaign
import-column-title = What the house calls it. Without one, how the text begins.
import-column-text = What will be published. Without a text, it is an idea.
import-column-date = 2026-12-01 or, the day first, 01/12/2026.
import-column-time = 18:30 or 6:30 pm, on the organisation’s clock.
import-column-channels = Names or handles of accounts, with commas; the name of a network will do where it has one account.
import-column-theme = A theme.
import-column-link = An address, put below the text.
import-column-brief = Why, and for whom.
import-column-state = “idea” or “to validate”. Empty: to validate once there is a text and an account, if your role allows it.
import-column-origin = team, agency, freelance, ambassador, trend or community.
import-column-warning = Content warning.
import-column-campaign = Links say this campaign.
import-example-title = Example, to be replaced
import-example-text = Your text, as it will be published.
import-example-theme = Life of the house
import-example-state = idea
refusal-import-size = The file is too large: 1 MB at most.
refusal-import-none = Choose a file.
refusal-import-stale = Something is wrong with this file since the preview. Nothing was made; look at it again.
verb-post-imported = made the posts of a file
import-made = { $count ->
    [one] One post was made.
   *[other] { $count } posts were made.
}
import-count = { $count ->
    [one] one post
   *[other] { $count } posts
}
import-make = { $count ->
    [one] Make this post
   *[other] Make these { $count } posts
}
