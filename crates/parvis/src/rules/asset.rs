//! Which formats a picture of the library fits, and when the end of its rights is near. Knows no row and no clock.

use crate::clock::DAY;

/// A format in which networks show pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Name in addresses, JSON and translations.
    pub name: &'static str,
    /// Pixels that networks recommend.
    pub width: i64,
    /// The same.
    pub height: i64,
}

/// The formats, as the help pages of Mastodon, Bluesky, Instagram, Facebook and WordPress' default theme have them.
pub const FORMATS: [Format; 6] = [
    Format { name: "square", width: 1080, height: 1080 },
    Format { name: "portrait", width: 1080, height: 1350 },
    Format { name: "story", width: 1080, height: 1920 },
    Format { name: "landscape", width: 1600, height: 900 },
    Format { name: "link", width: 1200, height: 630 },
    Format { name: "banner", width: 1500, height: 500 },
];

/// How far the proportions may be from those of a format, in percent.
pub const SLACK: i64 = 3;

/// How long before the end of its rights an asset is warned of, the earliest first (µs).
pub const WARNINGS: [i64; 3] = [30 * DAY, 7 * DAY, DAY];

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.into_iter().find(|it| it.name == name)
    }

    /// Whether a picture has these proportions and at least half of these pixels, so that nothing is cut and it isn't blurred.
    pub fn fits(&self, width: i64, height: i64) -> bool {
        let (across, down) =
            (i128::from(width) * i128::from(self.height), i128::from(height) * i128::from(self.width));
        let (low, high) = (i128::from(100 - SLACK), i128::from(100 + SLACK));
        across * 100 >= down * low && across * 100 <= down * high && width >= self.width / 2
    }
}

/// How the rights to an asset stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// For good, or for long enough.
    Given,
    /// They end soon: this many of [`WARNINGS`] are past, one to three.
    Ending(usize),
    /// They have ended.
    Ended,
}

impl Right {
    /// How they stand at `now` when they end at `expires_at` (µs).
    pub fn at(expires_at: Option<i64>, now: i64) -> Self {
        let Some(end) = expires_at else { return Self::Given };
        if end <= now {
            return Self::Ended;
        }
        match WARNINGS.iter().filter(|before| end - now <= **before).count() {
            0 => Self::Given,
            passed => Self::Ending(passed),
        }
    }

    /// The name in JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Ending(_) => "ending",
            Self::Ended => "ended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits_where_nothing_is_cut_and_it_isnt_blurred() {
        let fits = |width, height| {
            FORMATS.iter().filter(|it| it.fits(width, height)).map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(fits(1080, 1080), ["square"]);
        assert_eq!(fits(540, 530), ["square"]);
        assert_eq!(fits(500, 500), Vec::<&str>::new(), "too small");
        assert_eq!(fits(4000, 5000), ["portrait"]);
        assert_eq!(fits(1080, 1920), ["story"]);
        assert_eq!(fits(1920, 1080), ["landscape"]);
        assert_eq!(fits(1200, 628), ["link"]);
        assert_eq!(fits(1500, 600), Vec::<&str>::new());
        assert_eq!(fits(i64::MAX, i64::MAX), ["square"]);
    }

    #[test]
    fn the_end_of_rights_is_warned_of_three_times() {
        let at = |days: i64| Right::at(Some(days * DAY), 0);
        assert_eq!(Right::at(None, 0), Right::Given);
        assert_eq!(
            [at(31), at(30), at(8), at(7), at(2), at(1), at(0), at(-1)],
            [
                Right::Given,
                Right::Ending(1),
                Right::Ending(1),
                Right::Ending(2),
                Right::Ending(2),
                Right::Ending(3),
                Right::Ended,
                Right::Ended
            ]
        );
    }
}
