// SPDX-License-Identifier: Apache-2.0
//! Subjects measured in turn.

use std::time::{Duration, Instant};

/// What is measured: runs once and says how long it took.
pub type Subject<'a> = (&'static str, Box<dyn FnMut() -> Duration + 'a>);

/// Times `work`.
pub fn timed<'a, T: 'a>(name: &'static str, work: impl FnMut() -> T + 'a) -> Subject<'a> {
    timed_mean(name, 1, work)
}

/// Times the mean of `times` runs of `work`, where one alone is too short to be steady.
pub fn timed_mean<'a, T: 'a>(
    name: &'static str,
    times: u32,
    mut work: impl FnMut() -> T + 'a,
) -> Subject<'a> {
    let run = move || {
        let start = Instant::now();
        for _ in 0..times {
            std::hint::black_box(work());
        }
        start.elapsed() / times
    };
    (name, Box::new(run))
}

/// Durations of each subject, by round.
pub struct Rounds {
    names: Vec<&'static str>,
    durations: Vec<Vec<f64>>,
}

impl Rounds {
    /// Runs all subjects `rounds` times, each round from another one on, after one round that does
    /// not count.
    pub fn run(subjects: &mut [Subject<'_>], rounds: usize) -> Self {
        let names = subjects.iter().map(|(name, _)| *name).collect();
        let mut durations = vec![Vec::with_capacity(rounds); subjects.len()];
        for round in 0..=rounds {
            for turn in 0..subjects.len() {
                let index = (round + turn) % subjects.len();
                let took = subjects[index].1().as_secs_f64();
                if round > 0 {
                    durations[index].push(took);
                }
            }
        }
        Self { names, durations }
    }

    fn of(&self, name: &str) -> &[f64] {
        let index = self.names.iter().position(|known| *known == name).expect("a subject that was measured");
        &self.durations[index]
    }

    /// Median seconds of a subject.
    pub fn median(&self, name: &str) -> f64 {
        median(self.of(name).to_vec())
    }

    /// Least seconds of a subject: what a busy machine slows least.
    pub fn fastest(&self, name: &str) -> f64 {
        self.of(name).iter().copied().fold(f64::NAN, f64::min)
    }

    /// Median, over the rounds, of how much longer `name` took than `peer` in the same round.
    pub fn ratio(&self, name: &str, peer: &str) -> f64 {
        median(self.of(name).iter().zip(self.of(peer)).map(|(ours, theirs)| ours / theirs).collect())
    }

    /// The names of the subjects.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}

/// The middle value; NaN of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert!(median(vec![]).is_nan());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn every_subject_runs_in_every_round_and_the_first_does_not_count() {
        let mut times = [0, 0];
        let [first, second] = &mut times;
        let mut subjects: Vec<Subject<'_>> = vec![
            (
                "slow",
                Box::new(|| {
                    *first += 1;
                    Duration::from_secs(if *first == 1 { 900 } else { 4 })
                }),
            ),
            (
                "fast",
                Box::new(|| {
                    *second += 1;
                    Duration::from_secs(2)
                }),
            ),
        ];
        let rounds = Rounds::run(&mut subjects, 5);
        drop(subjects);
        assert_eq!(times, [6, 6]);
        assert_eq!((rounds.median("slow"), rounds.fastest("slow")), (4.0, 4.0));
        assert_eq!(rounds.ratio("slow", "fast"), 2.0);
    }
}
