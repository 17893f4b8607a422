// SPDX-License-Identifier: Apache-2.0
//! Ports that a program can have again after it was killed.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

/// Below those that the system gives to outgoing connections: while a program is away, no
/// connection to it can take its port.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// An address of loopback that nobody listens on.
pub fn free() -> SocketAddr {
    // Test programs that run side by side begin in different places.
    let begin = std::process::id().wrapping_mul(61) as u16 % COUNT;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let address = (Ipv4Addr::LOCALHOST, FIRST + (begin + step) % COUNT);
        if TcpListener::bind(address).is_ok() {
            return address.into();
        }
    }
    panic!("no port is free from {FIRST} on");
}
