//! Parts of a cross-validation, drawn from a declared seed.

/// How many parts.
pub(crate) const FOLDS: usize = 5;
/// Where the drawing begins.
const SEED: u64 = 20_261_122;

/// The part of each case: every class is spread evenly, in an order drawn from [`SEED`].
pub(crate) fn draw(classes: &[usize]) -> Vec<usize> {
    let mut order: Vec<(usize, u64, usize)> =
        classes.iter().enumerate().map(|(at, class)| (*class, scatter(SEED ^ at as u64), at)).collect();
    order.sort_unstable();
    let mut parts = vec![0; classes.len()];
    for (turn, (_, _, at)) in order.into_iter().enumerate() {
        parts[at] = turn % FOLDS;
    }
    parts
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn scatter(it: u64) -> u64 {
    let it = it.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_share_of_every_class() {
        let classes: Vec<usize> = (0..60).map(|it| it % 3).collect();
        let parts = draw(&classes);
        for part in 0..FOLDS {
            for class in 0..3 {
                assert_eq!((0..60).filter(|it| parts[*it] == part && classes[*it] == class).count(), 4);
            }
        }
    }
}
