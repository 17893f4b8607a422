// SPDX-License-Identifier: Apache-2.0
//! A grid service that does not answer as agreed: a report and a retry, nothing else.

use super::*;

const FAULTS: [Fault; 12] = [
    Fault::Refused,
    Fault::Silent,
    Fault::Code(401),
    Fault::Code(500),
    Fault::Garbage,
    Fault::Trailing,
    Fault::Broken,
    Fault::OutOfOrder,
    Fault::Doubled,
    Fault::FromTheStart,
    Fault::TooMany,
    Fault::Endless,
];

#[test]
fn every_fault_is_reported_and_changes_nothing() {
    for fault in FAULTS {
        let mut world = World::new();
        world.read(1, &[ON, OFF]);
        world.run();
        world.read(1, &[ON, OFF]);
        let memory = world.memory();

        world.outside.get().fault = Some(fault);
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::GridUnreachable], "{fault:?}");
        }
        assert_eq!(world.waiting(), [0, 1], "{fault:?}");
        assert_eq!(world.memory(), memory, "{fault:?}");

        world.outside.get().fault = None;
        assert_eq!(world.run(), [Report::NoticesSubmitted(2)], "{fault:?}");
        world.settle();
        assert_eq!(world.told(1).len(), 4, "{fault:?}");
    }
}

#[test]
fn inclusion_is_seen_while_the_grid_service_is_away() {
    let mut world = World::new();
    world.read(1, &[ON]);
    world.run();
    world.outside.get().fault = Some(Fault::Silent);
    world.make_block(usize::MAX);
    assert_eq!(world.run(), [Report::NoticesIncluded(1), Report::GridUnreachable]);
    world.finalize(2);
    assert_eq!(world.run(), [Report::GridUnreachable]);
    world.outside.get().fault = None;
    assert_eq!(world.run(), [Report::CaughtUpAt(2)]);
}

#[test]
fn a_worker_that_forgot_asks_what_the_last_notice_said() {
    let mut world = World::new();
    world.read(1, &[ON, OFF]);
    world.settle();
    world.set_memory(None);
    // The same verdict again is no change.
    world.read(1, &[OFF]);
    world.outside.get().asked.clear();
    assert!(world.run().is_empty());
    assert_eq!(
        world.outside.get().asked,
        ["GET http://grid/v1/worker/readings?after=0&limit=500", "POST http://grid/v1/worker/lookup"]
    );
    // What it found is final: the next run is caught up.
    assert_eq!(world.run(), [Report::CaughtUpAt(world.now())]);
    world.read(1, &[ON]);
    world.settle();
    assert_eq!(world.told(1).len(), 3);
}

#[test]
fn a_lookup_that_answers_too_little_is_a_fault() {
    let mut world = World::new();
    world.read(1, &[ON]);
    world.settle();
    world.set_memory(None);
    world.outside.get().fault = Some(Fault::ShortLookup);
    world.read(1, &[OFF]);
    assert_eq!(world.run(), [Report::GridUnreachable]);
    world.outside.get().fault = None;
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
}

#[test]
fn a_lookup_that_finds_nothing_tells_once_more_rather_than_too_little() {
    let mut world = World::new();
    world.read(1, &[ON]);
    world.settle();
    world.set_memory(None);
    world.read(1, &[ON]);
    world.outside.get().rows.remove(0);
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
}
