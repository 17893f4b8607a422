// SPDX-License-Identifier: Apache-2.0
//! A paid request whose node is killed: exactly one of paid and refunded, whenever it happens.

use dmsm_client::{Ending, Inquiry, Signer, Wait};
use dmsm_network_tests::{until, Member, Network, Point};
use dmsm_primitives::{request::Question, time::Month, Amount, DeviceId, ReportingPolicy, RequestKind, Rule};
use std::time::Duration;

/// What each request costs, minor units.
const PRICE: Amount = 50;
/// Long enough for a start of the node on a loaded machine, most of the times.
const TIME_LIMIT_MILLIS: u64 = 15_000;
const ENDOWMENT: Amount = 10_000;
const RULE: Rule =
    Rule { low: 1, high: 20_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };

/// When the node dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// As soon as this call waits in the pool.
    Pooled(&'static str),
    /// As soon as this event stands in a block, and so many milliseconds.
    Raised(&'static str, u64),
    /// As soon as the block of this event is final.
    Final(&'static str),
}

/// Ten points of a request's life.
const DEATHS: [Death; 10] = [
    Death::Pooled("request"),
    Death::Raised("Requested", 0),
    Death::Raised("Requested", 60),
    Death::Pooled("accept"),
    Death::Raised("Accepted", 0),
    Death::Raised("Accepted", 60),
    Death::Pooled("fulfil"),
    Death::Raised("Fulfilled", 0),
    Death::Raised("Fulfilled", 60),
    Death::Final("Fulfilled"),
];

/// A household with money, and a meter whose past the grid service knows.
struct Scene {
    network: Network,
    household: Member,
    meter: DeviceId,
}

impl Scene {
    async fn new() -> Self {
        let mut network = Network::start().await;
        let household = network.enrol_user("household").await;
        let meter = network.connect_device(&household, RULE).await.id;
        network.import_readings(&meter);
        network.endow(&household, ENDOWMENT).await;
        network.offer(RequestKind::BillDetails, PRICE, TIME_LIMIT_MILLIS).await;
        Self { network, household, meter }
    }

    async fn prepare(&self) -> Inquiry {
        let question = Question::Bill { meter: self.meter, month: Month { year: 2012, month: 1 } };
        let client = self.network.client().await;
        let account = self.household.signer.account();
        client.prepare(question, &self.household.vault, &account).await.expect("the request has form")
    }

    /// What the household and the processor have, none of it held.
    async fn money(&self) -> (Amount, Amount) {
        let client = self.network.client().await;
        let household = client.balance(&self.household.signer.account()).await.expect("the node answers");
        let processor = client.balance(&self.network.processor().signer.account()).await;
        assert_eq!(household.held, 0, "nothing is open");
        (household.free, processor.expect("the node answers").free)
    }

    /// Asks, kills the node where it is told to, and starts it again. A request that did not reach
    /// the chain is sent again, as it is. Returns how it ended.
    async fn ask_and_kill(&mut self, death: Death, dead: Duration) -> Ending {
        let inquiry = self.prepare().await;
        let mut watch = self.network.watch().await;
        let client = self.network.client().await;
        let sent = inquiry.clone();
        let signer = Signer::from_vault(&self.household.vault).expect("the vault holds an account");
        let asking = tokio::spawn(async move { client.send(&sent, &signer, Wait::Inclusion).await });

        let what = format!("{death:?}");
        match death {
            Death::Pooled(call) => {
                let pooled = async |point: &Point| point.pooled("Prepaid", call);
                self.network.kill_node_when(&mut watch, &what, pooled).await;
            }
            Death::Raised(event, pause) => {
                watch.until(&what, async |point: &Point| point.raised("Prepaid", event)).await;
                self.network.kill_node_after(Duration::from_millis(pause)).await;
            }
            Death::Final(event) => {
                let raised = async |point: &Point| point.raised("Prepaid", event);
                let number = watch.until(&what, raised).await.number;
                let done = async |point: &Point| point.finalized >= number;
                self.network.kill_node_when(&mut watch, &what, done).await;
            }
        }
        // Whether it heard of the inclusion does not matter.
        let _ = asking.await.expect("it ends");
        tokio::time::sleep(dead).await;
        self.network.restart_node().await;
        self.network.blocks_pass(2).await;
        self.ending_of(&inquiry).await
    }

    async fn ending_of(&mut self, inquiry: &Inquiry) -> Ending {
        let (client, cid) = (self.network.client().await, inquiry.order.cid);
        let open = client.open_requests(&self.household.id).await.expect("the node answers");
        let recent = client.recent_requests(&self.household.id).await.expect("the node answers");
        let known = open.iter().any(|(_, request)| request.cid == cid)
            || recent.iter().any(|settled| settled.cid == cid);
        if !known {
            // The pool died with the node. The same signed request cannot be taken twice.
            client.send(inquiry, &self.household.signer, Wait::Inclusion).await.expect("it is taken now");
        }
        until("the end of the request", async || {
            let recent =
                client.recent_requests(&self.household.id).await.map_err(|error| error.to_string())?;
            let endings: Vec<_> = recent.iter().filter(|settled| settled.cid == cid).collect();
            assert!(endings.len() <= 1, "it ended twice: {endings:?}");
            endings.first().map(|settled| settled.ending).ok_or_else(|| "it is open".to_owned())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_paid_or_refunded_wherever_its_node_is_killed() {
    let mut scene = Scene::new().await;
    let (mut paid, mut refunded) = (0, 0);
    for death in DEATHS {
        let before = scene.money().await;
        let ending = scene.ask_and_kill(death, Duration::ZERO).await;
        scene.network.blocks_pass(2).await;
        let after = scene.money().await;
        eprintln!("{death:?}: {ending}");
        match ending {
            Ending::Fulfilled => {
                paid += 1;
                assert_eq!(after, (before.0 - PRICE, before.1 + PRICE), "{death:?}");
            }
            Ending::Expired | Ending::TimedOut => {
                refunded += 1;
                assert_eq!(after, before, "{death:?}");
            }
            other => panic!("{death:?}: {other}"),
        }
    }
    assert_eq!(paid + refunded, DEATHS.len() as Amount);
    assert!(paid > 0, "a node that comes back answers");

    // A node that stays away until the deadline pays by a refund, and answers the next one.
    let before = scene.money().await;
    let away = Duration::from_millis(TIME_LIMIT_MILLIS);
    let ending = scene.ask_and_kill(Death::Raised("Accepted", 0), away).await;
    scene.network.blocks_pass(2).await;
    assert_eq!((ending, scene.money().await), (Ending::TimedOut, before));

    let client = scene.network.client().await;
    let history = client.credit_history(Some(1), Duration::from_secs(30)).await;
    let history = history.expect("a development node keeps its states for the test's length");
    assert!(history.mismatches.is_empty(), "{:?}", history.mismatches);
}
