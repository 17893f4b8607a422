// SPDX-License-Identifier: Apache-2.0
//! Requests that are followed, answers that are read, scores that are replayed.

mod world;

use dmsm_client::{AnswerFlaw, Error, Mismatch, Progress, RequestFollower, Stage, Update};
use dmsm_primitives::{
    answer::Answer,
    request::{Question, Rejection},
    DeviceId,
};
use std::time::Duration;
use world::{Act, World, PROCESSOR, QUESTION};

const PATIENCE: Duration = Duration::from_secs(20);

async fn all(follower: &mut RequestFollower) -> Vec<Update> {
    let mut updates = Vec::new();
    while let Some(update) = follower.next(PATIENCE).await.unwrap() {
        updates.push(update);
    }
    updates
}

/// Number of the request, of the block, and the state; `-` before one that was withdrawn.
fn told(updates: &[Update]) -> Vec<String> {
    let line = |sign, stage: &Stage| {
        let state = match stage.progress {
            Progress::Requested { .. } => "requested",
            Progress::Accepted { .. } => "accepted",
            Progress::Fulfilled { .. } => "fulfilled",
            Progress::Rejected { .. } => "rejected",
            Progress::Cancelled => "cancelled",
            Progress::Expired => "expired",
            Progress::TimedOut => "timed out",
        };
        format!("{sign}{} in {}: {state}", stage.request, stage.block)
    };
    let told = updates.iter().map(|update| match update {
        Update::Reached(stage) => line("", stage),
        Update::Withdrawn(stage) => line("-", stage),
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_followed_to_its_answer() {
    let world = World::new().await;
    world.block(&[]);
    world.block(&[Act::Request(7)]);
    world.block(&[]);
    world.block(&[Act::Accept(7)]);
    let mut follower = world.follower().await;
    let updates = all(&mut follower).await;
    assert_eq!(told(&updates), ["7 in 2: requested", "7 in 4: accepted"]);
    let Update::Reached(stage) = updates[1] else { panic!() };
    assert_eq!(stage.time, 4_000);
    assert_eq!(stage.progress, Progress::Accepted { lock: [5; 32], credit: 500, deadline: 61_000 });

    world.block(&[Act::Fulfil(7)]);
    let fulfilled = all(&mut follower).await;
    assert_eq!(told(&fulfilled), ["7 in 5: fulfilled"]);

    let answered = world.answer(7, 5, Some(world.sent()), Some(&QUESTION)).await.unwrap();
    let Answer::Usage(usage) = &answered.answer else { panic!() };
    assert_eq!(usage.energy.iter().map(|energy| energy.0).collect::<Vec<_>>(), [100, 200]);
    assert_eq!((answered.processor, answered.fits, answered.flaw), (PROCESSOR, Some(true), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_requests_are_left_alone() {
    let world = World::new().await;
    world.block(&[Act::Accept(6), Act::Reject(5, Rejection::NoData)]);
    world.block(&[Act::Request(7), Act::TimeOut(6)]);
    world.block(&[Act::Accept(8), Act::Reject(7, Rejection::ForeignMeter)]);
    let updates = all(&mut world.follower().await).await;
    assert_eq!(told(&updates), ["7 in 2: requested", "7 in 3: rejected"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_withdraws_an_acceptance() {
    let world = World::new().await;
    world.block(&[Act::Request(7)]);
    world.block(&[Act::Accept(7)]);
    let mut follower = world.follower().await;
    assert_eq!(told(&all(&mut follower).await), ["7 in 1: requested", "7 in 2: accepted"]);

    world.fork_after(1);
    world.block(&[]);
    assert_eq!(told(&all(&mut follower).await), ["-7 in 2: accepted"]);
    world.block(&[Act::Accept(7)]);
    assert_eq!(told(&all(&mut follower).await), ["7 in 3: accepted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_may_give_a_request_another_number() {
    let world = World::new().await;
    world.block(&[Act::Request(7), Act::Accept(7)]);
    let mut follower = world.follower().await;
    assert_eq!(all(&mut follower).await.len(), 2);

    world.fork_after(0);
    world.block(&[]);
    assert_eq!(told(&all(&mut follower).await), ["-7 in 1: accepted", "-7 in 1: requested"]);
    // The number is another's now.
    world.block(&[Act::Accept(7), Act::Request(8)]);
    world.block(&[Act::TimeOut(7), Act::Accept(8)]);
    assert_eq!(told(&all(&mut follower).await), ["8 in 2: requested", "8 in 3: accepted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_a_fork_dropped_for_good_is_given_up() {
    let world = World::new().await;
    for _ in 0..256 {
        world.block(&[]);
    }
    let mut follower = world.follower().await;
    let waiting = tokio::time::timeout(Duration::from_secs(3), follower.follow()).await;
    assert!(waiting.is_err(), "it may still come");
    world.block(&[]);
    world.block(&[]);
    let given_up = tokio::time::timeout(PATIENCE, follower.follow()).await.unwrap();
    assert!(matches!(given_up, Err(Error::NotIncluded { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_costs_no_state() {
    let world = World::new().await;
    world.block(&[Act::Request(7)]);
    let mut follower = world.follower().await;
    assert_eq!(told(&[follower.follow().await.unwrap()]), ["7 in 1: requested"]);

    world.node.stop().await;
    world.block(&[Act::Accept(7)]);
    world.block(&[Act::TimeOut(7)]);
    assert!(follower.next(Duration::ZERO).await.unwrap_err().is_connection());
    let wait =
        tokio::spawn(async move { [follower.follow().await.unwrap(), follower.follow().await.unwrap()] });
    tokio::time::sleep(Duration::from_millis(700)).await;
    world.node.start().await;
    let updates = tokio::time::timeout(PATIENCE, wait).await.unwrap().unwrap();
    assert_eq!(told(&updates), ["7 in 2: accepted", "7 in 3: timed out"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_read_without_journal_and_without_state() {
    let world = World::new().await;
    world.block(&[]);
    world.block(&[Act::Request(7)]);
    world.block(&[Act::Accept(7)]);
    (0..40).for_each(|_| world.block(&[]));
    // The first of the two has no effect.
    world.block(&[Act::Fail(7), Act::Fulfil(7)]);
    let answered = world.answer(7, 44, None, None).await.unwrap();
    assert_eq!((answered.processor, answered.fits, answered.flaw), (PROCESSOR, None, None));

    world.prune();
    assert_eq!(world.answer(7, 44, None, None).await.unwrap(), answered);
    assert_eq!(world.client().await.block_time(44).await.unwrap(), 44_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_question_is_false() {
    let world = World::new().await;
    world.block(&[Act::Request(7)]);
    world.block(&[Act::Fulfil(7)]);
    let other = Question::Advice { meter: DeviceId([9; 32]), month: None };
    let answered = world.answer(7, 2, Some(world.sent()), Some(&other)).await.unwrap();
    assert_eq!((answered.fits, answered.flaw), (Some(false), Some(AnswerFlaw::OtherQuestion)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_answers_for_is_refused() {
    let world = World::new().await;
    world.block(&[Act::Request(7)]);
    world.block(&[Act::Forge(7)]);
    world.block(&[Act::Fail(7)]);
    world.block(&[Act::Fulfil(7)]);
    let refused = |answered| matches!(answered, Err(Error::AnswerRefused { request: 7, .. }));
    // Signed by another; without effect; of another request; for another key.
    assert!(refused(world.answer(7, 2, Some(world.sent()), None).await));
    assert!(refused(world.answer(7, 3, Some(world.sent()), None).await));
    let other = world.answer(8, 4, Some(world.sent()), None).await;
    assert!(matches!(other, Err(Error::AnswerRefused { request: 8, .. })));
    assert!(refused(world.answer_for_another_vault(7, 4).await));
    assert!(world.answer(7, 4, Some(world.sent()), None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_are_replayed_from_events_and_compared_with_the_chain_s() {
    let world = World::new().await;
    world.block(&[Act::Record(5, 505), Act::Record(-25, 480)]);
    (0..70).for_each(|_| world.block(&[]));
    world.block(&[Act::Record(10, 490)]);
    world.set_score(490);
    let client = world.client().await;
    for from in [None, Some(0), Some(1)] {
        let history = client.credit_history(from, PATIENCE).await.unwrap();
        assert_eq!(history.records.iter().map(|record| record.block).collect::<Vec<_>>(), [1, 1, 72]);
        assert_eq!((history.from, &history.mismatches[..]), (1, &[][..]));
        assert_eq!(history.scores[&PROCESSOR], 490);
    }

    world.set_score(500);
    let history = client.credit_history(None, PATIENCE).await.unwrap();
    let expected = Mismatch { processor: PROCESSOR, block: None, replayed: 490, found: 500 };
    assert_eq!(history.mismatches, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_are_replayed_as_far_as_the_node_has_states() {
    let world = World::new().await;
    world.block(&[Act::Record(5, 505)]);
    (0..99).for_each(|_| world.block(&[]));
    world.node.chain.lock().unwrap().pruned = 50;
    let client = world.client().await;
    // The state of these tests is the same at each block.
    world.set_score(505);
    let history = client.credit_history(None, PATIENCE).await.unwrap();
    assert_eq!((history.from, history.records.len(), history.mismatches.len()), (66, 0, 0));
    let discarded = client.credit_history(Some(1), PATIENCE).await;
    assert!(matches!(discarded, Err(Error::Discarded { .. })));
    let discarded = client.credit_history(Some(40), PATIENCE).await;
    assert!(matches!(discarded, Err(Error::Discarded { block: 39 })));
}
