// SPDX-License-Identifier: Apache-2.0
//! Death at every point: before everything that the worker does outside itself.

use super::*;

/// What is left after a death.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    /// The disk and the pool, as a killed process leaves them; locks too.
    All,
    /// The pool alone.
    Pool,
    /// The disk alone.
    Disk,
    /// Neither.
    Nothing,
}

const EVERY: [Left; 4] = [Left::All, Left::Pool, Left::Disk, Left::Nothing];

fn restart(world: &mut World, left: Left) {
    if matches!(left, Left::Pool | Left::Nothing) {
        world.forget();
    }
    if matches!(left, Left::Disk | Left::Nothing) {
        world.outside.get().pool.clear();
    }
    // The lock of the dead run keeps this one out until then.
    world.outside.get().time += LOCK_MILLIS;
}

/// Two batches of one day.
fn world() -> World {
    let mut world = World::new();
    world.outside.get().grid.batch_rows = 2;
    world.close_day(DAY, 3);
    world
}

/// Runs and makes blocks until all is done, killing the worker whenever it reaches one of the points.
fn live(world: &mut World, left: Left, mut next_death: impl FnMut(usize) -> Option<usize>) {
    let mut die_at = next_death(0);
    for _ in 0..1_000 {
        if world.run_and_die(die_at) {
            restart(world, left);
            die_at = next_death(world.touches());
        }
        world.make_block(usize::MAX);
        if world.is_settled() {
            world.assert_stored();
            let once = [Log::Announced(SCOPE), Log::Anchored(DAY, 0), Log::Anchored(DAY, 1)];
            assert_eq!(world.done(), once);
            return;
        }
    }
    panic!("not settled: {:?}", world.log);
}

#[test]
fn death_at_any_point_leaves_one_anchor_of_each_batch() {
    let mut calm = world();
    live(&mut calm, Left::All, |_| None);
    let points = calm.touches();
    assert!(points > 80, "{points} points");
    for left in EVERY {
        for point in 0..points {
            let mut died = false;
            let mut world = world();
            live(&mut world, left, |_| (!core::mem::replace(&mut died, true)).then_some(point));
        }
    }
}

#[test]
fn death_after_death_leaves_one_anchor_of_each_batch() {
    for left in EVERY {
        for pause in [13, 17, 23, 29, 37] {
            let mut deaths = 0;
            let mut world = world();
            live(&mut world, left, |touches| {
                deaths += 1;
                (deaths < 9).then_some(touches + pause)
            });
        }
    }
}

/// Every node of the processor that has the vault goes on where another died.
#[test]
fn what_one_node_began_another_ends() {
    for point in (0..90).step_by(7) {
        let mut world = world();
        while !world.run_and_die(Some(point)) && !world.is_settled() {
            world.make_block(usize::MAX);
        }
        restart(&mut world, Left::Nothing);
        world.settle();
    }
}
