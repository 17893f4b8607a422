// SPDX-License-Identifier: Apache-2.0
//! Serves a router on a listener, with bounds on what strangers can hold open.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore, time};

/// Connections open at once on one listener; others wait in the system's queue.
const MAX_CONNECTIONS: usize = 1024;

/// A connection that sends no whole request head for this long is closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// What runs when the service is told to stop has this long to finish.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then lets running requests finish.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, or the peer is gone already: the next try is another's.
            time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // An answer is one small packet; it must not wait for the next.
        let _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks is its peer's affair.
            let _ = connection.await;
            drop(slot);
        });
    }
    drop(listener);
    if time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopping although requests still run");
    }
}
