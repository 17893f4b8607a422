// SPDX-License-Identifier: Apache-2.0
//! A model of one request: requester, processor, pool and clock in all interleavings.
//!
//! Either side sends what it likes about a request that is on chain, right or wrong, at any time, or
//! nothing at all; it may crash and stay away, or come back without memory and send again. A
//! transaction is included at once, late, or never. A block has room for the refund or has none, but
//! not for ever. The contract is small enough to be seen whole here:
//!
//! | Transaction | Taken if |
//! |---|---|
//! | `Ask` | the timestamp is fresh and was never seen |
//! | `Accept`, `Reject`, `Cancel` | nobody has accepted, and now < deadline |
//! | `Claim` | accepted, now < deadline, the preimage opens the lock, there is an answer |
//!
//! The refund runs before a block's transactions, at the first block with now >= deadline that has
//! room.
//!
//! # Soundness
//!
//! Every action uses up time, a transaction or a crash, so no state comes back and every path ends.
//! A property that must hold at last therefore holds if it holds wherever a path ends, which
//! [`END`] checks in every such state. (The checker's own "eventually" can miss a path that joins
//! another, so it only comes besides.)

use stateright::{Checker, HasDiscoveries, Model, Path, Property};

/// How long the processor has to accept, and again to answer, blocks.
const TIME_LIMIT: u8 = 2;
/// Until when a timestamp is fresh.
const FRESH: u8 = 1;
/// From here on every block has room for the refund: a backlog is worked off.
const WORKED_OFF: u8 = FRESH + 2 * TIME_LIMIT;
/// When the model ends: after the last possible refund.
const HORIZON: u8 = WORKED_OFF + 1;
/// What the requester has, and what it pays.
const ENDOWMENT: i8 = 5;
const PRICE: i8 = 2;
/// Points of a delivery and of a time-out.
const GAIN: i8 = 1;
const LOSS: i8 = 3;

/// What is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Transaction {
    Ask,
    Cancel,
    Accept,
    Reject,
    /// Whether the preimage opens the lock, and whether there is an answer.
    Claim {
        opens: bool,
        answers: bool,
    },
}

use Transaction::{Accept, Ask, Cancel, Claim, Reject};

const GOOD_CLAIM: Transaction = Claim { opens: true, answers: true };
const BAD_CLAIMS: [Transaction; 2] =
    [Claim { opens: false, answers: true }, Claim { opens: true, answers: false }];

/// All of them, and how often each may be sent: again after a loss or a crash.
const TRANSACTIONS: [(Transaction, u8); 7] = [
    (Ask, 1),
    (Cancel, 1),
    (Reject, 1),
    (Accept, 2),
    (GOOD_CLAIM, 2),
    (BAD_CLAIMS[0], 1),
    (BAD_CLAIMS[1], 1),
];

fn place(transaction: Transaction) -> usize {
    let found = TRANSACTIONS.iter().position(|(listed, _)| *listed == transaction);
    found.expect("a transaction of the list")
}

/// Whose transaction it is.
fn sender(transaction: Transaction) -> Side {
    match transaction {
        Ask | Cancel => Side::Requester,
        Accept | Reject | Claim { .. } => Side::Processor,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Side {
    Requester,
    Processor,
}

/// One side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Life {
    Up,
    /// The processor may come back, or stay silent.
    Down,
    /// It has come back, and goes down no more.
    Back,
}

/// What the contract knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Phase {
    NotAsked,
    Requested,
    Accepted,
    Ended,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    // The chain
    now: u8,
    phase: Phase,
    deadline: u8,
    requester: i8,
    held: i8,
    processor: i8,
    credit: i8,
    // What happened
    payments: u8,
    refunds: u8,
    time_outs: u8,
    accepted: bool,
    answer_on_chain: bool,
    preimage_on_chain: bool,
    /// When it was paid or refunded.
    ended_at: u8,
    /// A payment at or after the deadline.
    late: bool,
    // The sides and the pool
    lives: [Life; 2],
    sent: [u8; TRANSACTIONS.len()],
    pool: [u8; TRANSACTIONS.len()],
    /// The right answer was in the pool, where everybody could read it.
    answer_seen: bool,
}

impl World {
    /// Whether its sender is up and knows what it is about; one bad claim is as good as another.
    fn can_send(&self, transaction: Transaction) -> bool {
        let alive = self.lives[sender(transaction) as usize] != Life::Down;
        let bad_claims = BAD_CLAIMS.map(|claim| self.sent[place(claim)]);
        let one_of_them = BAD_CLAIMS.contains(&transaction) && bad_claims != [0, 0];
        alive && !one_of_them && (transaction == Ask || self.phase != Phase::NotAsked)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Action {
    Send(Transaction),
    Include(Transaction),
    Lose(Transaction),
    Crash(Side),
    Return(Side),
    /// The next block; whether it has room for the refund.
    Tick {
        room: bool,
    },
}

/// What a contract could get wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Flaw {
    /// A claim is taken at the deadline itself.
    ClaimAtTheDeadline,
    /// A refund leaves the request open to a claim at the same moment.
    RefundNotExclusive,
    /// A refund without room is dropped.
    BacklogDropped,
    /// A claim is taken without an answer.
    AnswerUnchecked,
    /// Accepting earns credit.
    CreditForAccepting,
}

/// The contract as it is, or with a flaw.
struct Contract(Option<Flaw>);

impl Contract {
    fn has(&self, flaw: Flaw) -> bool {
        self.0 == Some(flaw)
    }

    /// The refund, before the transactions of a block.
    fn run_out(&self, world: &mut World, room: bool) {
        let open = matches!(world.phase, Phase::Requested | Phase::Accepted);
        if !open || world.now < world.deadline || world.refunds > 0 {
            return;
        }
        if !room {
            if self.has(Flaw::BacklogDropped) {
                world.deadline = u8::MAX;
            }
            return;
        }
        let timed_out = world.phase == Phase::Accepted;
        if timed_out {
            world.time_outs += 1;
            world.credit -= LOSS;
        }
        self.refund(world);
        if timed_out && self.has(Flaw::RefundNotExclusive) {
            world.phase = Phase::Accepted;
        }
    }

    fn refund(&self, world: &mut World) {
        world.held -= PRICE;
        world.requester += PRICE;
        world.refunds += 1;
        world.ended_at = world.now;
        world.phase = Phase::Ended;
    }

    fn in_time(&self, world: &World) -> bool {
        let lenient = self.has(Flaw::ClaimAtTheDeadline) || self.has(Flaw::RefundNotExclusive);
        world.now < world.deadline || lenient && world.now == world.deadline
    }

    /// What a transaction does; nothing if the contract refuses it.
    fn dispatch(&self, world: &mut World, transaction: Transaction) {
        match (transaction, world.phase) {
            (Ask, Phase::NotAsked) if world.now <= FRESH => {
                world.requester -= PRICE;
                world.held += PRICE;
                world.phase = Phase::Requested;
                world.deadline = world.now + TIME_LIMIT;
            }
            (Cancel | Reject, Phase::Requested) if world.now < world.deadline => self.refund(world),
            (Accept, Phase::Requested) if world.now < world.deadline => {
                world.phase = Phase::Accepted;
                world.accepted = true;
                world.deadline = world.now + TIME_LIMIT;
                if self.has(Flaw::CreditForAccepting) {
                    world.credit += GAIN;
                }
            }
            (Claim { opens: true, answers }, Phase::Accepted)
                if self.in_time(world) && (answers || self.has(Flaw::AnswerUnchecked)) =>
            {
                world.held -= PRICE;
                world.processor += PRICE;
                world.payments += 1;
                world.ended_at = world.now;
                world.late |= world.now >= world.deadline;
                world.answer_on_chain |= answers;
                world.preimage_on_chain = true;
                world.credit += GAIN;
                world.phase = Phase::Ended;
            }
            _ => {}
        }
    }
}

impl Model for Contract {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            now: 0,
            phase: Phase::NotAsked,
            deadline: 0,
            requester: ENDOWMENT,
            held: 0,
            processor: 0,
            credit: 0,
            payments: 0,
            refunds: 0,
            time_outs: 0,
            accepted: false,
            answer_on_chain: false,
            preimage_on_chain: false,
            ended_at: 0,
            late: false,
            lives: [Life::Up; 2],
            sent: [0; TRANSACTIONS.len()],
            pool: [0; TRANSACTIONS.len()],
            answer_seen: false,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.now == HORIZON {
            return;
        }
        for (place, (transaction, most)) in TRANSACTIONS.into_iter().enumerate() {
            if world.sent[place] < most && world.can_send(transaction) {
                actions.push(Action::Send(transaction));
            }
            if world.pool[place] > 0 {
                actions.push(Action::Include(transaction));
                actions.push(Action::Lose(transaction));
            }
        }
        for side in [Side::Requester, Side::Processor] {
            match world.lives[side as usize] {
                Life::Up => actions.push(Action::Crash(side)),
                Life::Down if side == Side::Processor => actions.push(Action::Return(side)),
                Life::Down | Life::Back => {}
            }
        }
        actions.push(Action::Tick { room: true });
        if world.now + 1 < WORKED_OFF {
            actions.push(Action::Tick { room: false });
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Send(transaction) => {
                world.sent[place(transaction)] += 1;
                world.pool[place(transaction)] += 1;
                world.answer_seen |= transaction == GOOD_CLAIM && world.phase == Phase::Accepted;
            }
            Action::Include(transaction) => {
                world.pool[place(transaction)] -= 1;
                self.dispatch(&mut world, transaction);
            }
            Action::Lose(transaction) => world.pool[place(transaction)] -= 1,
            Action::Crash(side) => world.lives[side as usize] = Life::Down,
            Action::Return(side) => world.lives[side as usize] = Life::Back,
            Action::Tick { room } => {
                world.now += 1;
                self.run_out(&mut world, room);
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(NEVER_BOTH, |_, world: &World| world.payments + world.refunds <= 1),
            Property::always(CONSERVED, |_, world: &World| {
                let open = matches!(world.phase, Phase::Requested | Phase::Accepted);
                world.requester + world.held + world.processor == ENDOWMENT
                    && world.held == if open { PRICE } else { 0 }
            }),
            Property::always(NO_CREDIT_FOR_NOTHING, |_, world: &World| {
                let earned = if world.answer_on_chain { GAIN } else { 0 };
                world.credit == earned - LOSS * world.time_outs as i8
            }),
            Property::always(NO_LOSS_WITHOUT_PROMISE, |_, world: &World| {
                world.time_outs <= u8::from(world.accepted && !world.answer_on_chain)
            }),
            Property::always(PAID_FOR_AN_ANSWER, |_, world: &World| {
                let paid = world.payments > 0;
                [world.answer_on_chain, world.preimage_on_chain] == [paid; 2]
            }),
            Property::always(PAID_IN_TIME, |_, world: &World| !world.late),
            Property::always(END, |contract: &Self, world: &World| {
                let mut further = Vec::new();
                contract.actions(world, &mut further);
                !further.is_empty() || settled(world)
            }),
            Property::eventually(AT_LAST, |_, world: &World| world.now == HORIZON && settled(world)),
            // What can happen at all.
            Property::sometimes("paid", |_, world: &World| world.payments == 1),
            Property::sometimes("timed out", |_, world: &World| world.time_outs == 1),
            Property::sometimes("expired", |_, world: &World| {
                world.refunds == 1 && !world.accepted && world.ended_at >= world.deadline
            }),
            Property::sometimes("rejected or cancelled", |_, world: &World| {
                world.refunds == 1 && !world.accepted && world.ended_at < world.deadline
            }),
            Property::sometimes("paid after a crash of either", |_, world: &World| {
                world.payments == 1 && world.lives == [Life::Down, Life::Back]
            }),
            Property::sometimes("refunded while both are silent", |_, world: &World| {
                world.time_outs == 1 && world.lives == [Life::Down; 2]
            }),
            Property::sometimes("refunded late, out of a backlog", |_, world: &World| {
                world.refunds == 1 && world.ended_at > world.deadline
            }),
            // The risk that stays with the processor: what it hands in too late is read and not paid.
            Property::sometimes("an answer is seen in the pool and comes too late", |_, world: &World| {
                world.answer_seen && world.time_outs == 1
            }),
        ]
    }
}

/// Asked and then paid or refunded, exactly one of them; or never asked.
fn settled(world: &World) -> bool {
    match world.phase {
        Phase::NotAsked => world.payments + world.refunds == 0,
        Phase::Requested | Phase::Accepted => false,
        Phase::Ended => world.payments + world.refunds == 1,
    }
}

const NEVER_BOTH: &str = "never both paid and refunded";
const CONSERVED: &str = "no money is made or lost";
const NO_CREDIT_FOR_NOTHING: &str = "no credit without a delivery";
const NO_LOSS_WITHOUT_PROMISE: &str = "no credit is lost without a promise that was broken";
const PAID_FOR_AN_ANSWER: &str = "preimage, answer and payment come together";
const PAID_IN_TIME: &str = "nothing is paid at the deadline or after it";
const END: &str = "wherever it ends, it was paid or refunded";
const AT_LAST: &str = "at last it is paid or refunded";

/// The shortest way to break a property of a flawed contract.
fn counterexample(flaw: Flaw, property: &'static str) -> Option<Path<World, Action>> {
    let found = HasDiscoveries::AnyOf([property].into());
    Contract(Some(flaw)).checker().finish_when(found).spawn_bfs().join().discovery(property)
}

#[test]
fn in_every_interleaving_a_request_is_paid_or_refunded_and_never_both() {
    let checker = Contract(None).checker().threads(2).spawn_bfs().join();
    println!(
        "model of prepaid: {} states, {} unique, {} steps deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    assert!(checker.is_done());
    // No counterexample to what always or at last holds, and an example of all that can happen.
    checker.assert_properties();
    assert!(checker.unique_state_count() > 1_000);
}

/// The check can fail: each flaw is found, by the property that it breaks.
#[test]
fn every_flaw_of_a_contract_is_found() {
    for (flaw, property) in [
        (Flaw::ClaimAtTheDeadline, PAID_IN_TIME),
        (Flaw::RefundNotExclusive, NEVER_BOTH),
        (Flaw::RefundNotExclusive, CONSERVED),
        (Flaw::BacklogDropped, END),
        (Flaw::AnswerUnchecked, PAID_FOR_AN_ANSWER),
        (Flaw::AnswerUnchecked, NO_CREDIT_FOR_NOTHING),
        (Flaw::CreditForAccepting, NO_CREDIT_FOR_NOTHING),
    ] {
        let path = counterexample(flaw, property);
        assert!(path.is_some(), "{flaw:?} breaks nothing");
        println!("{flaw:?} breaks \"{property}\":\n    {:?}", path.expect("found").into_actions());
    }
}
