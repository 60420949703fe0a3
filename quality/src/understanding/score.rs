//! Figures of merit, from pairs of what is true and what was said. It knows nothing of texts or models.

/// Counts of (true, said) for so many classes.
pub(crate) struct Confusion {
    counts: Vec<Vec<u32>>,
}

impl Confusion {
    pub(crate) fn new(classes: usize) -> Self {
        Self { counts: vec![vec![0; classes]; classes] }
    }

    pub(crate) fn add(&mut self, truth: usize, said: usize) {
        self.counts[truth][said] += 1;
    }

    /// F1 of one class; nought for one that never was and never was said.
    pub(crate) fn f1(&self, class: usize) -> f64 {
        let right = f64::from(self.counts[class][class]);
        let truths: u32 = self.counts[class].iter().sum();
        let saids: u32 = self.counts.iter().map(|row| row[class]).sum();
        if truths + saids == 0 { 0.0 } else { 2.0 * right / f64::from(truths + saids) }
    }

    /// The mean of the classes' F1.
    pub(crate) fn macro_f1(&self) -> f64 {
        (0..self.counts.len()).map(|it| self.f1(it)).sum::<f64>() / self.counts.len() as f64
    }

    pub(crate) fn accuracy(&self) -> f64 {
        let right: u32 = (0..self.counts.len()).map(|it| self.counts[it][it]).sum();
        f64::from(right) / f64::from(self.total().max(1))
    }

    pub(crate) fn total(&self) -> u32 {
        self.counts.iter().flatten().sum()
    }
}

/// The chance that a true one is scored above a false one (area under the ROC curve); ties count half.
pub(crate) fn roc_auc(scored: &[(f32, bool)]) -> f64 {
    let mut all = scored.to_vec();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0.0, 0.0);
    for ties in all.chunk_by(|a, b| a.0 == b.0) {
        let trues = ties.iter().filter(|it| it.1).count() as f64;
        let falses = ties.len() as f64 - trues;
        wins += trues * (below + falses / 2.0);
        below += falses;
    }
    let trues = all.iter().filter(|it| it.1).count() as f64;
    wins / (trues * below).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_one_when_all_true_ones_are_above() {
        assert!((roc_auc(&[(0.1, false), (0.2, false), (0.3, true)]) - 1.0).abs() < 1e-9);
        assert!((roc_auc(&[(0.5, false), (0.5, true)]) - 0.5).abs() < 1e-9);
        assert!(roc_auc(&[(0.9, false), (0.1, true)]).abs() < 1e-9);
    }

    #[test]
    fn a_class_that_is_never_found_pulls_the_mean_down() {
        let mut confusion = Confusion::new(2);
        for _ in 0..9 {
            confusion.add(0, 0);
        }
        confusion.add(1, 0);
        assert!((confusion.accuracy() - 0.9).abs() < 1e-9);
        assert!(confusion.macro_f1() < 0.5);
    }
}
