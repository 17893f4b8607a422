// SPDX-License-Identifier: Apache-2.0
//! What happens to the programs.

use dmsm_network_tests::{Dice, Load, Network, Point};
use std::time::Duration;
use tokio::time::sleep;

/// When the node is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// As soon as the grid service has acknowledged a reading.
    Acknowledged,
    /// As soon as a notice waits in the pool.
    Pooled,
    /// As soon as a notice stands in a block, which is not final.
    Included,
    /// At no special moment of its work.
    Working,
    /// While it starts.
    Starting,
    /// As soon as it answers after its start.
    JustUp,
}

/// How often what was killed.
#[derive(Default)]
pub struct Mishaps {
    pub node_kills: u32,
    pub grid_kills: u32,
}

impl Mishaps {
    /// Kills the node at each kind of moment, in an order of chance, and the grid service twice:
    /// once while the node works, once together with the node. All run in the end.
    pub async fn befall(network: &mut Network, load: &mut Load, dice: &mut Dice) -> Self {
        use Moment::*;
        let mut moments = [Acknowledged, Pooled, Included, Working, Starting, JustUp];
        dice.shuffle(&mut moments);
        // A start follows a kill.
        while let Starting | JustUp = moments[0] {
            moments.rotate_left(1);
        }
        let mut mishaps = Self::default();
        sleep(millis(dice, 1_000..3_000)).await;
        network.kill_grid();
        mishaps.grid_kills += 1;
        sleep(millis(dice, 200..1_500)).await;
        network.restart_grid().await;

        for (place, moment) in moments.into_iter().enumerate() {
            Self::await_moment(moment, network, load, dice).await;
            network.kill_node();
            mishaps.node_kills += 1;
            eprintln!("node killed: {moment:?}");
            let both = place == 3;
            if both {
                network.kill_grid();
                mishaps.grid_kills += 1;
            }
            sleep(millis(dice, 0..500)).await;
            network.start_node();
            if both {
                sleep(millis(dice, 0..1_000)).await;
                network.restart_grid().await;
            }
        }
        network.node_is_up().await;
        mishaps
    }

    /// Returns at the moment, the node being started.
    async fn await_moment(moment: Moment, network: &mut Network, load: &mut Load, dice: &mut Dice) {
        if let Moment::Starting = moment {
            return sleep(millis(dice, 100..4_000)).await;
        }
        let first = network.node_is_up().await;
        if let Moment::JustUp = moment {
            return;
        }
        // It gets somewhere, and is not just waiting for what was lost before.
        let mut watch = network.watch().await;
        watch.until("blocks are made", async |point: &Point| point.number > first + 2).await;
        sleep(millis(dice, 0..2_000)).await;
        match moment {
            Moment::Acknowledged => load.next_acknowledgement().await,
            Moment::Pooled => {
                let pooled = async |point: &Point| point.pooled("Notifications", "notify");
                watch.until("a notice is in the pool", pooled).await;
            }
            Moment::Included => {
                let noted = async |point: &Point| {
                    point.finalized < point.number && point.raised("Notifications", "Notified")
                };
                watch.until("a notice is in a block", noted).await;
            }
            Moment::Working | Moment::Starting | Moment::JustUp => {}
        }
    }
}

fn millis(dice: &mut Dice, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(dice.within(range))
}
