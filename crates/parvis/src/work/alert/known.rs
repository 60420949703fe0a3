//! What is known beside the counts: what we published ourselves, public holidays, and by which channels each stream comes,
//! so that only those are unknown that a deaf channel feeds. Knows no database.

use std::collections::HashMap;

use crate::id::ChannelId;
use crate::rules::holiday::DayOff;
use crate::store::alert::Subject;
use crate::store::alert::measure::{Count, Found};

/// A stream is unknown while channels are deaf by which at least this share of it comes: one in so many.
const SHARE: i64 = 2;

/// Our own publications and the days off, as far back as we look.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendar {
    /// Where and when (µs) something was published, the oldest first.
    pub(super) published: Vec<(ChannelId, i64)>,
    /// Public holidays.
    pub(super) days_off: Vec<DayOff>,
}

impl Calendar {
    /// What was published from `from` to `to` (µs), where a subject may hear of it: on the channel itself; a desk and a
    /// watch hear of all.
    pub(super) fn published(
        &self,
        subject: Subject,
        (from, to): (i64, i64),
    ) -> impl Iterator<Item = i64> + '_ {
        let first = self.published.partition_point(|(_, at)| *at < from);
        let within = self.published.iter().skip(first).take_while(move |(_, at)| *at < to);
        let is_near = move |channel: ChannelId| !matches!(subject, Subject::Channel(id) if id != channel);
        within.filter(move |(channel, _)| is_near(*channel)).map(|(_, at)| *at)
    }

    /// The hour of the last Sunday that a moment (µs) of a public holiday is like; itself on other days.
    pub(super) fn like(&self, at: i64) -> i64 {
        let off = self.days_off.iter().find(|it| (it.from..it.to).contains(&at));
        off.map_or(at, |it| at - it.since_sunday)
    }
}

/// How many messages came by which channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Feeds(HashMap<Subject, HashMap<ChannelId, i64>>);

impl Feeds {
    /// Takes in what came.
    pub(super) fn add(&mut self, counts: &[Count], found: &[Found]) {
        for it in counts {
            self.count(Subject::Desk(it.desk), it.channel, it.value);
        }
        for it in found {
            self.count(Subject::Watch(it.watch), it.channel, it.all);
        }
    }

    fn count(&mut self, subject: Subject, channel: ChannelId, value: i64) {
        *self.0.entry(subject).or_default().entry(channel).or_default() += value;
    }

    /// Forgets by which channels something came.
    pub(super) fn forget(&mut self, subject: Subject) {
        self.0.remove(&subject);
    }

    /// The count of a step as far as it is known: where nothing came and the deaf channels bring most of it, that is no
    /// silence.
    pub(super) fn heard(&self, count: i64, subject: Subject, deaf: &[ChannelId]) -> Option<i64> {
        if count > 0 || deaf.is_empty() {
            return Some(count);
        }
        if let Subject::Channel(id) = subject {
            return (!deaf.contains(&id)).then_some(count);
        }
        let Some(by) = self.0.get(&subject) else { return Some(count) };
        let missed: i64 = deaf.iter().filter_map(|it| by.get(it)).sum();
        (missed * SHARE < by.values().sum::<i64>()).then_some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR};
    use crate::id::DeskId;
    use crate::testing::START;

    fn came(at: i64, desk: DeskId, channel: ChannelId, value: i64) -> Count {
        Count { at, channel, desk, negative: false, value }
    }

    #[test]
    fn a_deaf_channel_makes_only_those_streams_unknown_that_it_feeds() {
        let (one, other) = (ChannelId::new(START), ChannelId::new(START));
        let (care, press) = (DeskId::new(START), DeskId::new(START));
        let mut feeds = Feeds::default();
        feeds.add(&[came(0, care, one, 90), came(0, care, other, 10), came(0, press, other, 5)], &[]);
        let heard = |subject, deaf| feeds.heard(0, subject, &[deaf]);
        assert_eq!(heard(Subject::Desk(care), one), None, "nearly all of it comes there");
        assert_eq!(heard(Subject::Desk(care), other), Some(0), "it brings little");
        assert_eq!(heard(Subject::Desk(press), one), Some(0), "it brings nothing");
        assert_eq!((heard(Subject::Channel(one), one), heard(Subject::Channel(other), one)), (None, Some(0)));
        assert_eq!(feeds.heard(3, Subject::Desk(care), &[one]), Some(3), "what came was heard");
    }

    #[test]
    fn a_holiday_is_like_the_last_sunday_and_a_channel_hears_of_its_own_posts() {
        let off = DayOff { from: 2 * DAY, to: 3 * DAY, since_sunday: 2 * DAY };
        let (one, other) = (ChannelId::new(START), ChannelId::new(START));
        let calendar = Calendar { published: vec![(one, HOUR), (other, 2 * HOUR)], days_off: vec![off] };
        assert_eq!(calendar.like(2 * DAY + HOUR), HOUR);
        assert_eq!(calendar.like(3 * DAY), 3 * DAY);
        let of = |subject| calendar.published(subject, (0, DAY)).collect::<Vec<_>>();
        assert_eq!(of(Subject::Channel(other)), [2 * HOUR]);
        assert_eq!(of(Subject::Desk(DeskId::new(START))), [HOUR, 2 * HOUR]);
    }
}
