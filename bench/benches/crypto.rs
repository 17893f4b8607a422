// SPDX-License-Identifier: Apache-2.0
//! The spread of each operation alone. Ratios come from `crypto-bench`.
#![allow(missing_docs)]

use criterion::{criterion_group, criterion_main, Criterion};
use dmsm_bench::crypto::{Bls, Paillier};
use std::hint::black_box;

fn paillier(criterion: &mut Criterion) {
    let key = Paillier::new(3072).expect("an accepted length");
    let mut group = criterion.benchmark_group("paillier_3072");
    group.sample_size(30);
    group.bench_function("public_encrypt", |bench| bench.iter(|| black_box(key.public_encrypt())));
    group.bench_function("textbook_encrypt", |bench| bench.iter(|| black_box(key.textbook_encrypt())));
    group.bench_function("owner_encrypt", |bench| bench.iter(|| black_box(key.owner_encrypt())));
    group.bench_function("crt_decrypt", |bench| bench.iter(|| black_box(key.decrypt())));
    group.bench_function("seal_meter_day", |bench| bench.iter(|| black_box(key.seal_meter_day())));
    group.bench_function("two_powers", |bench| bench.iter(|| black_box(key.two_powers())));
    group.finish();
}

fn bls(criterion: &mut Criterion) {
    let signed = Bls::new().expect("randomness");
    let mut group = criterion.benchmark_group("bls");
    group.bench_function("host_verify", |bench| bench.iter(|| black_box(signed.host_verify())));
    group.bench_function("native_verify", |bench| bench.iter(|| black_box(signed.native_verify())));
    group.finish();
}

criterion_group!(benches, paillier, bls);
criterion_main!(benches);
