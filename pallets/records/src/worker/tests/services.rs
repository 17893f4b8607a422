// SPDX-License-Identifier: Apache-2.0
//! A grid service and a cloud that do not answer as agreed: a report and a retry, nothing else.

use super::{world::Wrong, *};

const FAULTS: [Fault; 10] = [
    Fault::Refused,
    Fault::Silent,
    Fault::Lost,
    Fault::Code(401),
    Fault::Code(409),
    Fault::Code(500),
    Fault::Garbage,
    Fault::Trailing,
    Fault::Broken,
    Fault::Endless,
];

/// Where each wrong answer is given.
const WRONG: [(At, &[Wrong]); 5] = [
    (
        At::Batches,
        &[Wrong::TooManyBatches, Wrong::EmptyBatch, Wrong::LargeBatch, Wrong::TooManyUnsealed, Wrong::NoDay],
    ),
    (
        At::Unsealed,
        &[
            Wrong::NoRows,
            Wrong::TooManyRows,
            Wrong::OutOfOrder,
            Wrong::Doubled,
            Wrong::ShortDay,
            Wrong::LongDay,
        ],
    ),
    (At::Manifest, &[Wrong::NoManifest, Wrong::ShortManifest, Wrong::OutOfOrder, Wrong::OtherDay]),
    (At::PutAll, &[Wrong::OtherDigest, Wrong::OtherLength]),
    (At::Put, &[Wrong::OtherDigest, Wrong::OtherLength]),
];

/// Everything fails at this place until the fault is over, and then nothing.
fn assert_retried(at: At, fault: Fault) {
    let mut world = World::new();
    world.close_day(DAY, 3);
    world.outside.get().fault = Some((at, fault));
    let mut reported = 0;
    for _ in 0..30 {
        for report in world.run() {
            if report == at.report() {
                reported += 1;
            } else {
                assert!(matches!(report, Report::MeterDaysSealed(_)), "{at:?} {fault:?}: {report:?}");
            }
        }
        world.make_block(usize::MAX);
    }
    assert!(reported >= 3, "{at:?} {fault:?}: {reported} reports");
    // It is not asked at every block while it fails.
    assert!(reported < 15, "{at:?} {fault:?}: {reported} reports");
    let anchored = world.log.contains(&Log::Anchored(DAY, 0));
    assert_eq!(anchored, at == At::Anchored, "{at:?} {fault:?}");

    world.outside.get().fault = None;
    world.settle();
    assert_eq!(world.log, [Log::Announced(SCOPE), Log::Anchored(DAY, 0)], "{at:?} {fault:?}");
}

#[test]
fn a_grid_service_that_fails_anywhere_is_reported_and_asked_again() {
    for at in At::GRID {
        for fault in FAULTS {
            if matches!(at, At::Sealed | At::Anchored) && does_it_all_the_same(fault) {
                assert_heard(at, fault);
            } else {
                assert_retried(at, fault);
            }
        }
    }
}

/// Whether the service does what it is asked, and only its answer is lost.
fn does_it_all_the_same(fault: Fault) -> bool {
    !matches!(fault, Fault::Refused | Fault::Silent | Fault::Code(_))
}

/// What was told and heard is not told again, whatever became of the answer.
fn assert_heard(at: At, fault: Fault) {
    let mut world = World::new();
    world.close_day(DAY, 3);
    world.outside.get().fault = Some((at, fault));
    let mut reports = Vec::new();
    for _ in 0..30 {
        reports.extend(world.run());
        world.make_block(usize::MAX);
    }
    let failures = reports.iter().filter(|report| **report == Report::GridUnreachable).count();
    assert_eq!(failures, 1, "{at:?} {fault:?}: {reports:?}");
    assert!(world.is_settled(), "{at:?} {fault:?}");
    world.assert_stored();
}

#[test]
fn a_cloud_that_fails_anywhere_is_reported_and_asked_again() {
    for at in At::CLOUD {
        for fault in FAULTS {
            assert_retried(at, fault);
        }
    }
}

#[test]
fn an_answer_that_cannot_be_is_reported_and_asked_for_again() {
    for (at, wrong) in WRONG {
        for wrong in wrong {
            assert_retried(at, Fault::Wrong(*wrong));
        }
    }
}

/// The batches of other days do not wait for a cloud: what is anchored is told.
#[test]
fn what_is_anchored_is_told_while_the_cloud_is_away() {
    let mut world = World::new();
    world.close_day(DAY, 1);
    while world.done().len() < 2 {
        world.run();
        world.make_block(usize::MAX);
    }
    world.close_day(Day(DAY.0 + 1), 1);
    world.outside.get().fault = Some((At::PutAll, Fault::Silent));
    for _ in 0..20 {
        world.run();
        world.make_block(usize::MAX);
    }
    let anchored: Vec<_> =
        world.outside.get().grid.batches.iter().map(|batch| batch.anchored.is_some()).collect();
    assert_eq!(anchored, [true, false]);
    world.outside.get().fault = None;
    world.settle();
}

#[test]
fn a_silent_service_does_not_hold_up_the_run_for_ever() {
    for at in At::GRID.into_iter().chain(At::CLOUD) {
        let mut world = World::new();
        for day in 0..MAX_OPEN_BATCHES {
            world.close_day(Day(DAY.0 + day), 1);
        }
        world.outside.get().fault = Some((at, Fault::Silent));
        for _ in 0..30 {
            let before = world.outside.get().time;
            world.run();
            let took = world.outside.get().time - before;
            assert!(took < LOCK_MILLIS / 2, "{at:?}: {took} ms");
            world.make_block(usize::MAX);
        }
        world.outside.get().fault = None;
        world.settle();
    }
}
