// SPDX-License-Identifier: Apache-2.0
//! Members, a service in this process, what lies beneath it, an HTTP client.

pub mod child;
pub mod http;
pub mod index;
pub mod member;
pub mod place;
#[path = "../../../../grid/tests/grid/support/postgres.rs"]
pub mod postgres;
pub mod s3;
pub mod vault;

use async_trait::async_trait;
use dmsm_cloud::{
    access::{Grants, IndexError},
    aggregate::Aggregates,
    auth::{Authenticator, Nonces, StaticDirectory},
    blobs::{Blobs, Intake},
    database::Database,
    http::App,
    metrics::Metrics,
    quota::Quota,
    receipts::Receipts,
    warnings::Warnings,
};
use dmsm_primitives::{MemberId, Role, Scope};
use index::FakeIndex;
use member::Member;
use place::Place;
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

pub const GENESIS: [u8; 32] = [0x67; 32];
pub const QUOTA: u64 = 4 << 20;

/// Grants of a test.
#[derive(Default)]
pub struct Granted {
    pub blobs: Mutex<HashSet<(MemberId, [u8; 32])>>,
    pub scopes: Mutex<HashSet<(MemberId, MemberId, Scope)>>,
}

#[async_trait]
impl Grants for Granted {
    async fn may_read(&self, member: &MemberId, digest: &[u8; 32]) -> Result<bool, IndexError> {
        Ok(self.blobs.lock().unwrap().contains(&(*member, *digest)))
    }

    async fn may_sum(
        &self,
        member: &MemberId,
        processor: &MemberId,
        scope: &Scope,
    ) -> Result<bool, IndexError> {
        Ok(self.scopes.lock().unwrap().contains(&(*member, *processor, *scope)))
    }
}

/// A service in this process.
pub struct Cloud {
    pub address: SocketAddr,
    pub index: Arc<FakeIndex>,
    pub grants: Arc<Granted>,
    pub blobs: Arc<dyn Blobs>,
    pub database: Database,
    pub intake: Intake,
    pub quota: Quota,
    pub place: Place,
    /// Every path of the router, as axum shows it.
    pub paths: Vec<String>,
    /// Two processors, and a user.
    pub processor: Member,
    pub other: Member,
    pub user: Member,
}

impl Cloud {
    pub async fn start(place: Place) -> Self {
        let [processor, other] = [1, 2].map(|seed| Member::new(seed, Role::Processor));
        let user = Member::new(3, Role::User);
        let [suspended, left] = [member::suspended(), member::left()];
        let cloud = vault::cloud();
        let known = [&processor, &other, &user, &suspended, &left, &cloud];
        let members = known.into_iter().map(|member| (member.id, member.entry())).collect();
        let directory = StaticDirectory { genesis: GENESIS, members };

        let database = Database::open(&place.database).await.unwrap();
        database.bind(&GENESIS).await.unwrap();
        let blobs = place.blobs();
        let (index, grants) = (Arc::new(FakeIndex::default()), Arc::new(Granted::default()));
        let quota = Quota::new(database.clone(), QUOTA);
        let intake = || Intake::new(blobs.clone(), quota.clone());
        let app = Arc::new(App {
            auth: Authenticator::new(Arc::new(directory), Nonces::new(database.clone())),
            intake: intake(),
            blobs: blobs.clone(),
            index: index.clone(),
            grants: grants.clone(),
            aggregates: Aggregates::new(index.clone(), blobs.clone()),
            receipts: Receipts::new(cloud.id, vault::open()),
            database: database.clone(),
            metrics: Arc::new(Metrics::new().unwrap()),
            warnings: Warnings::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = dmsm_cloud::http::router(app);
        let shown = format!("{router:?}");
        // What follows are axum's own paths, for what has none.
        let shown = shown.split("fallback_router").next().unwrap();
        let paths = shown.split("): \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
        let paths = paths.collect();
        tokio::spawn(dmsm_cloud::http::serve(listener, router, std::future::pending()));
        Self {
            address,
            index,
            grants,
            intake: intake(),
            blobs,
            database,
            quota,
            place,
            paths,
            processor,
            other,
            user,
        }
    }

    /// Another service on what this one left.
    pub async fn restart(self) -> Self {
        self.database.close().await;
        Self::start(self.place).await
    }

    /// What a member is charged for.
    pub async fn used(&self, member: &Member) -> u64 {
        self.quota.used(&member.id).await.unwrap()
    }
}

/// Runs each of these functions, which take a [`Cloud`], over every store and every database.
macro_rules! suite {
    ($($test:ident)*) => {
        crate::support::over! { folder_and_sqlite: $($test)* }
        crate::support::over! { folder_and_postgresql: $($test)* }
        crate::support::over! { s3_and_sqlite: $($test)* }
        crate::support::over! { s3_and_postgresql: $($test)* }
    };
}

macro_rules! over {
    ($place:ident: $($test:ident)*) => {
        mod $place {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let place = crate::support::place::Place::$place().await;
                super::$test(crate::support::Cloud::start(place).await).await;
            })*
        }
    };
}

pub(crate) use {over, suite};
