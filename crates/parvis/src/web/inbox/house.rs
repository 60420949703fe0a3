//! The icons of networks and desks.

/// The icon of a kind of network.
pub fn channel_icon(kind: &str) -> &'static str {
    match kind {
        "mastodon" => "mastodon",
        "feed" => "presse",
        "bluesky" => "bluesky",
        "mail" => "mail",
        "webhook" => "link",
        "wordpress" => "pen",
        _ => "globe",
    }
}

/// The icon of a kind of desk.
pub fn desk_icon(kind: &str) -> &'static str {
    match kind {
        "animation" => "talk",
        "care" => "users",
        "press" => "presse",
        "business" => "brief",
        "employer" => "org",
        _ => "book",
    }
}
