// SPDX-License-Identifier: Apache-2.0
//! Answers that no block takes.

use super::{
    world::{answer_to, bill_with_evidence, LIMIT, SLOT},
    *,
};
use crate::Outcome;

fn world_with(has_cloud: bool) -> World {
    let world = World::new();
    world.outside.get().reply = Reply::WithEvidence;
    world.outside.get().has_cloud = has_cloud;
    world
}

#[test]
fn a_bill_with_evidence_goes_to_the_cloud_masked() {
    let mut world = world_with(true);
    let request = world.ask(BILL);
    world.settle();
    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, bill_with_evidence())]);
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)]);
    assert_eq!(world.outside.get().blobs.len(), 1);
}

#[test]
fn without_a_cloud_a_bill_goes_without_its_evidence() {
    let mut world = world_with(false);
    let request = world.ask(BILL);
    world.settle();
    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))]);
}

#[test]
fn a_cloud_that_is_away_is_waited_for_until_half_of_the_time_is_gone() {
    let mut world = world_with(true);
    let request = world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    let half = Now::get() + LIMIT / 2;
    world.outside.get().cloud_away = true;
    assert_eq!(world.run(), [Report::CloudUnreachable]);
    assert!(world.waiting().is_empty());
    world.execute(|| Now::set(half - SLOT));
    world.wait(16);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))]);
}

#[test]
fn a_cloud_that_is_back_in_time_gets_the_whole() {
    let mut world = world_with(true);
    let request = world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.outside.get().cloud_away = true;
    assert_eq!(world.run(), [Report::CloudUnreachable]);
    world.outside.get().cloud_away = false;
    world.wait(2);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, bill_with_evidence())]);
}

#[test]
fn the_receipt_of_a_suspended_cloud_is_not_handed_in() {
    let mut world = world_with(true);
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    suspend(CLOUD);
    assert_eq!(world.run(), [Report::CloudUnreachable]);
    assert!(world.waiting().is_empty());
}
