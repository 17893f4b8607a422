// SPDX-License-Identifier: Apache-2.0
//! Any sequence of calls, blocks and jumps in time keeps the invariants, and does what a book of a
//! few lines says.
//!
//! `DMSM_SEQUENCES` is the number of sequences; 10,000 by default.

use super::*;
use dmsm_primitives::time::DAY_MILLIS;
use frame_support::weights::Weight;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::TransactionOutcome;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    time::Instant,
};

/// The parties, in the order of the book.
const PARTIES: [u8; 5] = [USER, NEIGHBOUR, PROCESSOR, SECOND_PROCESSOR, FOREIGN_PROCESSOR];
const USERS: usize = 2;
/// Prices that the council sets; a user can pay the last one twice and no more.
const PRICES: [Amount; 3] = [PRICE, 1, 4_000];
const LIMITS: [Moment; 2] = [TIME_LIMIT, 1_000];
/// What a user begins with.
const PURSE: Amount = 10_000;

/// The last request, however far it is.
const ANY: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// By which user, of which party, signed how long after now, with what wrong.
    Ask {
        user: usize,
        of: usize,
        ahead: i64,
        wrong: Option<Wrong>,
    },
    /// Which of those that can be accepted, or of all, by whom.
    Accept {
        which: usize,
        by: By,
        wrong: Option<Wrong>,
    },
    Reject {
        which: usize,
        by: By,
        wrong: Option<Wrong>,
    },
    Cancel {
        which: usize,
        by: By,
    },
    Fulfil {
        which: usize,
        by: By,
        wrong: Option<Wrong>,
    },
    /// Which price and time limit bills have from now on; none takes them off the offer.
    Offer(Option<(usize, usize)>),
    /// Suspends or reinstates.
    Switch {
        party: usize,
    },
    /// The next block, so much later, with room for so many refunds.
    Block {
        later: Moment,
        room: u64,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    Signature,
    /// The letter, or the answer.
    Letter,
    Price,
    TimeLimit,
    Digest,
    Credit,
    Preimage,
    ShortPreimage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// Whose turn it is.
    Right,
    Party(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let ahead = prop_oneof![
        12 => 0i64..3,
        1 => Just(-1),
        1 => prop_oneof![Just(SKEW as i64), Just(SKEW as i64 + 1), Just(-(SKEW as i64)), Just(-(SKEW as i64) - 1)],
    ];
    let of = prop_oneof![8 => 2usize..4, 1 => 0usize..5];
    let by = || prop_oneof![8 => Just(By::Right), 1 => (0usize..5).prop_map(By::Party)];
    let which = || prop_oneof![12 => 0usize..3, 1 => Just(ANY)];
    let mostly_right = |wrong: Vec<Wrong>| {
        let wrong = proptest::sample::select(wrong);
        prop_oneof![5 => Just(None), 1 => wrong.prop_map(Some)]
    };
    let asking = mostly_right(vec![Wrong::Signature, Wrong::Letter, Wrong::Price, Wrong::TimeLimit]);
    let accepting = mostly_right(vec![Wrong::Digest, Wrong::Credit]);
    let rejecting = mostly_right(vec![Wrong::Digest]);
    let fulfilling =
        mostly_right(vec![Wrong::Signature, Wrong::Letter, Wrong::Preimage, Wrong::ShortPreimage]);
    // Around either time limit, so that the boundary is met exactly and missed by one.
    let later = prop_oneof![
        4 => Just(0),
        4 => proptest::sample::select(vec![1, 200, 999, 1_000, 1_001]),
        4 => proptest::sample::select(vec![TIME_LIMIT - 1, TIME_LIMIT, TIME_LIMIT + 1]),
        1 => Just(DAY_MILLIS),
    ];
    let room = prop_oneof![4 => Just(64u64), 1 => 0u64..3];
    prop_oneof![
        8 => (0..USERS, of, ahead, asking).prop_map(|(user, of, ahead, wrong)| Step::Ask { user, of, ahead, wrong }),
        7 => (which(), by(), accepting).prop_map(|(which, by, wrong)| Step::Accept { which, by, wrong }),
        2 => (which(), by(), rejecting).prop_map(|(which, by, wrong)| Step::Reject { which, by, wrong }),
        2 => (which(), by()).prop_map(|(which, by)| Step::Cancel { which, by }),
        6 => (which(), by(), fulfilling).prop_map(|(which, by, wrong)| Step::Fulfil { which, by, wrong }),
        1 => proptest::option::weighted(0.8, (0..PRICES.len(), 0..LIMITS.len())).prop_map(Step::Offer),
        1 => (0usize..4).prop_map(|party| Step::Switch { party }),
        7 => (later, room).prop_map(|(later, room)| Step::Block { later, room }),
    ]
}

/// An open request in the book.
#[derive(Clone, Copy, Debug)]
struct Entry {
    user: usize,
    processor: usize,
    price: Amount,
    time_limit: Moment,
    deadline: Moment,
    accepted: bool,
}

/// What the chain should say, kept by the words of the protocol and without the pallet.
#[derive(Clone, Debug)]
struct Book {
    now: Moment,
    free: [Amount; 5],
    held: [Amount; USERS],
    score: [u64; 5],
    /// By processor and user: the day, and the points earned on it.
    earned: BTreeMap<(usize, usize), (u64, u64)>,
    /// The same of each processor, from all users.
    earned_of_all: BTreeMap<usize, (u64, u64)>,
    active: [bool; 5],
    last: [Option<Moment>; USERS],
    offer: Option<(Amount, Moment)>,
    open: BTreeMap<RequestId, Entry>,
    next: RequestId,
    /// How many ended in which way.
    ended: Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Ended {
    fulfilled: u64,
    rejected: u64,
    cancelled: u64,
    expired: u64,
    timed_out: u64,
    refused: u64,
}

impl Book {
    fn new() -> Self {
        Self {
            now: START,
            free: [PURSE, PURSE, 0, 0, 0],
            held: [0; USERS],
            score: [500; 5],
            earned: BTreeMap::new(),
            earned_of_all: BTreeMap::new(),
            active: [true; 5],
            last: [None; USERS],
            offer: Some((PRICE, TIME_LIMIT)),
            open: BTreeMap::new(),
            next: 0,
            ended: Ended::default(),
        }
    }

    /// Whether it is taken.
    fn ask(&mut self, user: usize, of: usize, timestamp: Moment, wrong: Option<Wrong>) -> bool {
        let Some((price, time_limit)) = self.offer else { return false };
        let fresh =
            self.now.abs_diff(timestamp) <= SKEW && self.last[user].is_none_or(|last| timestamp > last);
        let local_processor = of == 2 || of == 3;
        let parties = self.active[user] && local_processor && self.active[of];
        // One minor unit keeps the account alive.
        if !parties || !fresh || wrong.is_some() || self.free[user] < price + 1 {
            return false;
        }
        self.free[user] -= price;
        self.held[user] += price;
        self.last[user] = Some(timestamp);
        let deadline = self.now + time_limit;
        self.open
            .insert(self.next, Entry { user, processor: of, price, time_limit, deadline, accepted: false });
        self.next += 1;
        true
    }

    /// An open request that can still move at `by`'s will.
    fn movable(&self, id: RequestId, whose: fn(&Entry) -> usize, by: usize) -> Option<Entry> {
        let entry = self.open.get(&id)?;
        (whose(entry) == by && self.now < entry.deadline).then_some(*entry)
    }

    fn accept(&mut self, id: RequestId, by: usize, wrong: Option<Wrong>) -> bool {
        let Some(entry) = self.movable(id, |entry| entry.processor, by) else { return false };
        if entry.accepted || !self.active[by] || wrong.is_some() {
            return false;
        }
        let deadline = self.now + entry.time_limit;
        self.open.insert(id, Entry { deadline, accepted: true, ..entry });
        true
    }

    fn give_back(&mut self, id: RequestId) {
        let entry = self.open.remove(&id).expect("open");
        self.held[entry.user] -= entry.price;
        self.free[entry.user] += entry.price;
    }

    fn reject(&mut self, id: RequestId, by: usize, wrong: Option<Wrong>) -> bool {
        let Some(entry) = self.movable(id, |entry| entry.processor, by) else { return false };
        if entry.accepted || wrong.is_some() {
            return false;
        }
        self.give_back(id);
        self.ended.rejected += 1;
        true
    }

    fn cancel(&mut self, id: RequestId, by: usize) -> bool {
        let Some(entry) = self.movable(id, |entry| entry.user, by) else { return false };
        if entry.accepted {
            return false;
        }
        self.give_back(id);
        self.ended.cancelled += 1;
        true
    }

    fn fulfil(&mut self, id: RequestId, by: usize, wrong: Option<Wrong>) -> bool {
        let Some(entry) = self.movable(id, |entry| entry.processor, by) else { return false };
        if !entry.accepted || wrong.is_some() {
            return false;
        }
        self.open.remove(&id);
        self.held[entry.user] -= entry.price;
        self.free[by] += entry.price;
        let today = self.now / DAY_MILLIS;
        let earned = self.earned.entry((by, entry.user)).or_insert((today, 0));
        if earned.0 != today {
            *earned = (today, 0);
        }
        let doublings = (1..).take_while(|power| 1u128 << power <= entry.price + 1).count() as u64;
        let of_all = self.earned_of_all.entry(by).or_insert((today, 0));
        if of_all.0 != today {
            *of_all = (today, 0);
        }
        let points = doublings.min(10).min(20 - earned.1).min(60 - of_all.1);
        earned.1 += points;
        of_all.1 += points;
        self.score[by] = (self.score[by] + points).min(1_000);
        self.ended.fulfilled += 1;
        true
    }

    fn block(&mut self, later: Moment, room: u64) {
        self.now += later;
        let due = self.open.iter().filter(|(_, entry)| entry.deadline <= self.now);
        let mut due: Vec<_> = due.map(|(id, entry)| (entry.deadline, *id)).collect();
        due.sort_unstable();
        for (_, id) in due.into_iter().take(room.min(8) as usize) {
            let Entry { accepted, processor, .. } = self.open[&id];
            self.give_back(id);
            if accepted {
                self.score[processor] = self.score[processor].saturating_sub(25);
                self.ended.timed_out += 1;
            } else {
                self.ended.expired += 1;
            }
        }
    }

    fn assert_is_what_the_chain_says(&self) {
        for (party, seed) in PARTIES.into_iter().enumerate() {
            let held = self.held.get(party).copied().unwrap_or_default();
            assert_eq!(money(seed), (self.free[party], held), "money of party {party}");
            assert_eq!(u64::from(Credit::score(&id(seed))), self.score[party], "score of party {party}");
        }
        let mut open: Vec<_> = Requests::<Test>::iter()
            .map(|(id, open)| (id, open.deadline, open.price, open.state != State::Requested))
            .collect();
        open.sort_unstable();
        let expected = self.open.iter();
        let expected = expected.map(|(id, entry)| (*id, entry.deadline, entry.price, entry.accepted));
        assert_eq!(open, expected.collect::<Vec<_>>());
        assert_eq!(NextRequest::<Test>::get(), self.next);
    }
}

/// What is dear to make, made once.
struct Stock {
    letter: Vec<u8>,
    answer: Vec<u8>,
    signatures: RefCell<HashMap<(u8, Vec<u8>), BlsSignature>>,
}

impl Stock {
    fn sign(&self, seed: u8, payload: Vec<u8>) -> BlsSignature {
        let mut signatures = self.signatures.borrow_mut();
        let key = (seed, payload);
        if let Some(signature) = signatures.get(&key) {
            return *signature;
        }
        let signature = fixtures::sign(seed.into(), &key.1);
        signatures.insert(key, signature);
        signature
    }
}

/// A sequence on its way.
struct Play<'a> {
    stock: &'a Stock,
    book: Book,
}

impl Play<'_> {
    /// The number of an open request that is accepted, or not yet; of any request if there is none.
    fn number(&self, which: usize, accepted: bool) -> RequestId {
        let fitting = self.book.open.iter().filter(|(_, entry)| entry.accepted == accepted);
        let numbers: Vec<RequestId> = fitting.map(|(number, _)| *number).collect();
        match which {
            ANY => self.book.next.saturating_sub(1),
            _ if numbers.is_empty() => which as RequestId,
            _ => numbers[which % numbers.len()],
        }
    }

    fn actor(&self, id: RequestId, by: By, whose: fn(&Entry) -> usize) -> usize {
        match by {
            By::Right => self.book.open.get(&id).map_or(0, whose),
            By::Party(party) => party,
        }
    }

    fn step(&mut self, step: Step) {
        let (taken, expected) = match step {
            Step::Ask { user, of, ahead, wrong } => self.ask(user, of, ahead, wrong),
            Step::Accept { which, by, wrong } => self.accept(which, by, wrong),
            Step::Reject { which, by, wrong } => {
                let number = self.number(which, false);
                let by = self.actor(number, by, |entry| entry.processor);
                let mut digest = sha(&self.stock.letter);
                digest[0] ^= u8::from(wrong == Some(Wrong::Digest));
                let result = Prepaid::reject(signed(PARTIES[by]), number, digest, REASON);
                (result, self.book.reject(number, by, wrong))
            }
            Step::Cancel { which, by } => {
                let number = self.number(which, false);
                let by = self.actor(number, by, |entry| entry.user);
                (Prepaid::cancel(signed(PARTIES[by]), number), self.book.cancel(number, by))
            }
            Step::Fulfil { which, by, wrong } => self.fulfil(which, by, wrong),
            Step::Offer(terms) => {
                let terms = terms.map(|(price, limit)| (PRICES[price], LIMITS[limit]));
                self.book.offer = terms;
                let terms =
                    terms.map(|(price, time_limit)| RequestType { price, time_limit, ..super::terms() });
                let kind = RequestKind::BillDetails;
                (Prepaid::set_request_type(RuntimeOrigin::root(), kind, terms), true)
            }
            Step::Switch { party } => {
                let active = !self.book.active[party];
                self.book.active[party] = active;
                with_member(PARTIES[party], |member| member.standing.active = active);
                (Ok(()), true)
            }
            Step::Block { later, room } => {
                type Costs = <Test as crate::Config>::WeightInfo;
                let limit: Weight = Costs::look_at_deadlines() + Costs::refund_due() * room;
                assert!(next_block_within(later, limit).all_lte(limit));
                self.book.block(later, room);
                (Ok(()), true)
            }
        };
        assert_eq!(taken.is_ok(), expected, "{step:?}: {taken:?}");
        self.book.ended.refused += u64::from(!expected);
        Prepaid::do_try_state().expect("the invariants hold");
        self.book.assert_is_what_the_chain_says();
    }

    fn ask(&mut self, user: usize, of: usize, ahead: i64, wrong: Option<Wrong>) -> (DispatchResult, bool) {
        let (seed, stock) = (PARTIES[user], self.stock);
        let timestamp = self.book.now.saturating_add_signed(ahead);
        let (price, time_limit) = self.book.offer.unwrap_or((PRICE, TIME_LIMIT));
        let order = Order {
            processor: id(PARTIES[of]),
            cid: ContentId::of(&content()),
            price: price + Amount::from(wrong == Some(Wrong::Price)),
            time_limit: time_limit + Moment::from(wrong == Some(Wrong::TimeLimit)),
            timestamp,
        };
        let mut letter = stock.letter.clone();
        if wrong == Some(Wrong::Letter) {
            letter.pop();
        }
        let signer = if wrong == Some(Wrong::Signature) { STRANGER } else { seed };
        let payload = order.seal(id(seed), &letter).signing_payload(&Prepaid::genesis_hash());
        let signature = stock.sign(signer, payload);
        let expected = self.book.ask(user, of, timestamp, wrong);
        let call = Call::request { order, letter: letter.try_into().expect("within the bound"), signature };
        // The pool says what dispatch says. A good signature is dear, so not all are looked at twice.
        if !expected || self.book.next.is_multiple_of(4) {
            assert_eq!(Prepaid::admit(&account(seed), &call).is_ok(), expected);
        }
        (dispatch(seed, call), expected)
    }

    fn accept(&mut self, which: usize, by: By, wrong: Option<Wrong>) -> (DispatchResult, bool) {
        let number = self.number(which, false);
        let by = self.actor(number, by, |entry| entry.processor);
        let mut digest = sha(&self.stock.letter);
        digest[0] ^= u8::from(wrong == Some(Wrong::Digest));
        let credit = self.book.score[by] as Score + Score::from(wrong == Some(Wrong::Credit));
        let result = Prepaid::accept(signed(PARTIES[by]), number, digest, sha(&PREIMAGE), credit);
        (result, self.book.accept(number, by, wrong))
    }

    fn fulfil(&mut self, which: usize, by: By, wrong: Option<Wrong>) -> (DispatchResult, bool) {
        let number = self.number(which, true);
        let by = self.actor(number, by, |entry| entry.processor);
        let mut answer = self.stock.answer.clone();
        if wrong == Some(Wrong::Letter) {
            answer.pop();
        }
        let signer = if wrong == Some(Wrong::Signature) { STRANGER } else { PARTIES[by] };
        let signature = Requests::<Test>::get(number).map_or(BlsSignature([0; 48]), |open| {
            let seal = open.answer_seal(number, &modulus(), sha(&answer));
            self.stock.sign(signer, seal.signing_payload(&Prepaid::genesis_hash()))
        });
        let preimage = match wrong {
            Some(Wrong::Preimage) => vec![0; 32],
            Some(Wrong::ShortPreimage) => vec![8; 31],
            _ => PREIMAGE.to_vec(),
        };
        let result = fulfil_as(PARTIES[by], number, &preimage, answer, signature);
        (result, self.book.fulfil(number, by, wrong))
    }
}

fn dispatch(seed: u8, call: Call<Test>) -> DispatchResult {
    use frame_support::traits::UnfilteredDispatchable;
    call.dispatch_bypass_filter(signed(seed)).map(drop).map_err(|refused| refused.error)
}

/// Plays a sequence and takes it back.
fn play(stock: &Stock, steps: Vec<Step>) -> Ended {
    Now::set(START);
    for seed in PARTIES {
        with_member(seed, |member| member.standing.active = true);
    }
    let ended = Cell::new(Ended::default());
    let _ = frame_support::storage::with_transaction(|| -> TransactionOutcome<DispatchResult> {
        let issuance = Balances::total_issuance();
        let mut play = Play { stock, book: Book::new() };
        for step in steps {
            play.step(step);
            assert_eq!(Balances::total_issuance(), issuance, "money was made or lost");
            Credit::do_try_state().expect("the invariants hold");
        }
        ended.set(play.book.ended);
        TransactionOutcome::Rollback(Ok(()))
    });
    ended.get()
}

/// So many sequences, from a seed of their own.
fn play_many(seed: u8, sequences: u32) -> Ended {
    let sum = Cell::new(Ended::default());
    // One chain for all; a new one after a sequence that panicked in it.
    let chain: RefCell<Option<sp_io::TestExternalities>> = RefCell::new(None);
    let stock = Stock {
        letter: letter(&content()),
        answer: encrypted(b"the answer"),
        signatures: RefCell::default(),
    };
    let runs =
        Runs { cases: sequences, failure_persistence: None, max_shrink_iters: 2_000, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    runner
        .run(&collection::vec(step(), 8..20), |steps| {
            let mut ext = chain.take().unwrap_or_else(|| Builder::default().build());
            let ended = ext.execute_with(|| play(&stock, steps));
            chain.replace(Some(ext));
            sum.set(sum.get() + ended);
            Ok(())
        })
        .expect("no sequence breaks them");
    sum.get()
}

impl core::ops::Add for Ended {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            fulfilled: self.fulfilled + other.fulfilled,
            rejected: self.rejected + other.rejected,
            cancelled: self.cancelled + other.cancelled,
            expired: self.expired + other.expired,
            timed_out: self.timed_out + other.timed_out,
            refused: self.refused + other.refused,
        }
    }
}

#[test]
fn any_sequence_of_calls_keeps_the_invariants_and_does_what_the_book_says() {
    let sequences: u32 = std::env::var("DMSM_SEQUENCES")
        .map_or(10_000, |number| number.parse().expect("DMSM_SEQUENCES is a number"));
    // Each thread has a chain of its own.
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16) as u32;
    let begun = Instant::now();
    let ended = std::thread::scope(|scope| {
        let share = sequences.div_ceil(threads);
        let players: Vec<_> =
            (0..threads).map(|seed| scope.spawn(move || play_many(seed as u8, share))).collect();
        players
            .into_iter()
            .map(|player| player.join().expect("no sequence breaks them"))
            .fold(Ended::default(), |sum, ended| sum + ended)
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{sequences} sequences in {seconds:.1} s, {:.0} a second: {ended:?}",
        f64::from(sequences) / seconds
    );
    // Every end is met often, so that the sequences are worth something.
    let Ended { fulfilled, rejected, cancelled, expired, timed_out, refused } = ended;
    for count in [fulfilled, rejected, cancelled, expired, timed_out, refused] {
        assert!(count >= u64::from(sequences) / 20, "{ended:?}");
    }
}
