// SPDX-License-Identifier: Apache-2.0

use super::*;
use frame_support::{assert_noop, assert_ok, derive_impl, parameter_types, traits::VariantCountOf};
use sp_runtime::{BuildStorage, TokenError};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        First: first,
        Second: second,
    }
);

/// Two contracts with a reason of their own each.
macro_rules! contract {
    ($name:ident) => {
        #[allow(unused_imports)] // what the macro exports and no test needs
        #[frame_support::pallet]
        mod $name {
            #[pallet::config]
            pub trait Config: frame_system::Config {}
            #[pallet::pallet]
            pub struct Pallet<T>(_);
            /// Why money is held.
            #[pallet::composite_enum]
            pub enum HoldReason {
                /// It was paid in advance.
                Prepayment,
            }
        }
        impl $name::Config for Test {}
    };
}
contract!(first);
contract!(second);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<Amount>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Amount;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

parameter_types! {
    pub const FirstReason: RuntimeHoldReason = RuntimeHoldReason::First(first::HoldReason::Prepayment);
    pub const SecondReason: RuntimeHoldReason = RuntimeHoldReason::Second(second::HoldReason::Prepayment);
}

type FirstEscrow = HoldEscrow<Balances, FirstReason>;
type SecondEscrow = HoldEscrow<Balances, SecondReason>;

const PAYER: u64 = 1;
const PAYEE: u64 = 2;

fn with_money(test: impl FnOnce()) {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    pallet_balances::GenesisConfig::<Test> { balances: vec![(PAYER, 100)], ..Default::default() }
        .assimilate_storage(&mut storage)
        .expect("a genesis");
    let mut ext: sp_io::TestExternalities = storage.into();
    ext.execute_with(|| {
        test();
        assert_eq!(Balances::total_issuance(), 100);
    });
}

#[test]
fn what_is_held_is_paid_or_given_back() {
    with_money(|| {
        assert_ok!(FirstEscrow::hold(&PAYER, 60));
        assert_eq!((FirstEscrow::held(&PAYER), Balances::free_balance(PAYER)), (60, 40));
        assert_ok!(FirstEscrow::pay(&PAYER, &PAYEE, 35));
        assert_ok!(FirstEscrow::refund(&PAYER, 25));
        assert_eq!(FirstEscrow::held(&PAYER), 0);
        assert_eq!((Balances::free_balance(PAYER), Balances::free_balance(PAYEE)), (65, 35));
    });
}

#[test]
fn more_than_is_free_is_not_held() {
    with_money(|| {
        assert!(FirstEscrow::can_hold(&PAYER, 99));
        assert!(!FirstEscrow::can_hold(&PAYER, 101));
        assert_noop!(FirstEscrow::hold(&PAYER, 101), TokenError::FundsUnavailable);
    });
}

#[test]
fn more_than_is_held_is_neither_paid_nor_given_back() {
    with_money(|| {
        assert_ok!(FirstEscrow::hold(&PAYER, 10));
        assert!(FirstEscrow::pay(&PAYER, &PAYEE, 11).is_err());
        assert!(FirstEscrow::refund(&PAYER, 11).is_err());
        assert_eq!(FirstEscrow::held(&PAYER), 10);
    });
}

#[test]
fn one_contract_cannot_touch_what_another_holds() {
    with_money(|| {
        assert_ok!(FirstEscrow::hold(&PAYER, 60));
        assert_ok!(SecondEscrow::hold(&PAYER, 20));
        assert!(SecondEscrow::pay(&PAYER, &PAYEE, 30).is_err());
        assert_eq!((FirstEscrow::held(&PAYER), SecondEscrow::held(&PAYER)), (60, 20));
    });
}
