# The library: pictures, their rights, where they are used.
place-material = Library
material-context = pictures with their rights
material-own = what you brought
material-filter = Find in the library
material-search = Words, tag, who made it
material-format = Format
material-all-formats = All formats
material-show-all = All rights
material-show-ending = Rights end within 30 days
material-show-ended = Rights have ended
material-show-away = Put away
material-bring = Bring pictures
material-files = Files
material-files-help = PNG, JPEG, WebP or GIF; up to eight at once, 8 MB each. A picture that is here already is shown, not kept twice.
material-no-file = Choose at least one file.
material-of-file = { $name }: { $said }
material-unnamed = Picture
material-brought = { $count ->
    [0] No new picture
    [one] One new picture
   *[other] { $count } new pictures
  }, { $known ->
    [0] none known before
    [one] one was here already
   *[other] { $known } were here already
  }
material-for-post = Choose a picture for “{ $title }”
material-back-to-post = Back to the post
material-pick = Put into the post
material-none = No picture here. Bring the first one, or look with other words.
material-none-own = You haven’t brought any picture, or none with these words.
material-more = Show older ones
format-square = square
format-portrait = portrait
format-story = story
format-landscape = landscape
format-link = link card
format-banner = banner
asset-picture = Picture
asset-said = Description and rights
asset-title = Title
asset-title-help = Empty, or several files: the name of each file.
asset-tags = Tags, by commas
asset-credit = Made by
asset-rights = Rights
asset-holder = Rights held by
asset-purpose = May be used for
asset-territory = Where
asset-until-day = Until, that day included
asset-until-help = After that day it can’t leave any more: it is refused in posts, and posts that show it are held at their hour. Empty: for good.
asset-alt-fr = What it shows, in French
asset-alt-en = What it shows, in English
asset-until = until { $day }
asset-ends = only until { $day }
asset-ended = rights ended on { $day }
asset-brought-by = Brought by { $who } · { $when }
asset-uses = Used in
asset-unused = In no post so far.
asset-some-post = A post
asset-files = Versions
asset-file = Version { $number }
asset-new-file = A newer file
asset-new-file-help = Posts keep the version that they have; the older ones stay readable.
asset-replace = Replace
asset-put-away = Put away
asset-bring-back = Bring back
asset-away-help = Nothing is deleted: posts that use it keep it.
asset-is-away = Put away: it isn’t found unless one looks for it, and isn’t offered to posts.
asset-done-brought = In the library
asset-done-known = This picture was here already
asset-done-saved = Saved
asset-done-replaced = The newer file is used from now on
asset-done-away = Put away
asset-done-back = Back in the library
refusal-asset-empty = A picture of the library needs a title.
refusal-asset-long = One of these texts is too long.
refusal-asset-unreadable = One of these texts holds characters that can’t be shown.
refusal-asset-day = This day can’t be read.
refusal-asset-ended = The rights to this picture end before the post leaves. Choose another, or have the rights extended in the library.
refusal-asset-away = This picture is put away. Bring it back in the library first.
refusal-media-lies = This file isn’t the picture that it says it is, or is cut off. Save it again as PNG, JPEG, WebP or GIF.
refusal-media-pixels = This picture has more than 50 million pixels. Make it smaller and bring it again.
refusal-media-known = The library has this very file already, under another title or brought by somebody else.
refusal-media-many = There are as many as can be already.
refusal-post-rights = The rights to a picture of this post end before it leaves. Take the picture out, or have the rights extended in the library.
post-lacks-rights = the rights to a picture, which end before it leaves
post-held-rights = rights
post-held-long-rights = Its hour came, and the rights to one of its pictures have ended. Nothing left: take the picture out or have the rights extended, then give another hour.
post-in-library = In the library
post-keep-picture = Keep in the library
post-from-library = From the library
post-search-library = Search the whole library
today-rights = { $count ->
    [one] the rights to a picture end soon
   *[other] the rights to { $count } pictures end soon
  }
verb-asset-brought = picture brought into the library
verb-asset-changed = picture of the library described
verb-asset-replaced = newer file of a picture
verb-asset-put_away = picture put away
verb-asset-brought_back = picture brought back
verb-asset-ending = told that the rights to a picture end soon
destination-rights = That the rights to a picture of the library end in thirty, seven or one day, and that a picture that was asked for is due in three days, in one, or late
notice-kind-rights = end of rights
rights-notice-title = The rights to “{ $title }” end on { $day }
rights-notice-who = Brought into the library by { $who }. After that day the picture can’t leave any more.
rights-notice-posts = It is shown in: { $posts }
