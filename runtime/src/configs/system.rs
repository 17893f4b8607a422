// SPDX-License-Identifier: Apache-2.0
//! What every chain has: accounts, time, money.

use crate::{
    timing::{self, BlockLimits, MinimumPeriod},
    AccountId, Aura, Balance, Block, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeFreezeReason, RuntimeHoldReason, RuntimeOrigin, RuntimeTask, SignedPayload, System, TxExtension,
    UncheckedExtrinsic, VERSION,
};
use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU16, ConstU32, Contains, VariantCountOf},
    weights::constants::ParityDbWeight,
};
use frame_system::limits::BlockLength;
use sp_runtime::{
    generic::Era,
    traits::{AccountIdLookup, StaticLookup, Verify},
    SaturatedConversion,
};

parameter_types! {
    /// Transactions stay valid and block hashes known for about eight minutes of 200 ms slots.
    pub const BlockHashCount: crate::BlockNumber = 2_400;
    /// The runtime's version.
    pub const Version: sp_version::RuntimeVersion = VERSION;
    /// Longest block: some 2,000 notices.
    pub RuntimeBlockLength: BlockLength =
        BlockLength::builder().max_length(5 * 1024 * 1024).build();
    /// The least balance an account can have.
    pub const ExistentialDeposit: Balance = 1;
}

/// What members may call: everything but what the council alone decides, and what pallets of others
/// leave without bounds.
pub struct CallableByMembers;

impl Contains<RuntimeCall> for CallableByMembers {
    fn contains(call: &RuntimeCall) -> bool {
        use pallet_node_authorization::Call as Nodes;
        match call {
            // Known peers are the council's. Their owners' lists have no bound, and no weight.
            RuntimeCall::NodeAuthorization(
                Nodes::claim_node { .. }
                | Nodes::remove_claim { .. }
                | Nodes::transfer_node { .. }
                | Nodes::add_connections { .. }
                | Nodes::remove_connections { .. },
            ) => false,
            // An authority without keys cannot author; the council takes it off the list instead.
            RuntimeCall::Session(pallet_session::Call::purge_keys { .. }) => false,
            // Money is never destroyed.
            RuntimeCall::Balances(pallet_balances::Call::burn { .. }) => false,
            _ => true,
        }
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BaseCallFilter = CallableByMembers;
    type Block = Block;
    type BlockWeights = BlockLimits;
    type BlockLength = RuntimeBlockLength;
    type BlockHashCount = BlockHashCount;
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type AccountData = pallet_balances::AccountData<Balance>;
    type DbWeight = ParityDbWeight;
    type Version = Version;
    type SS58Prefix = ConstU16<42>;
    type MaxConsumers = ConstU32<16>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
}

impl timing::Config for Runtime {}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Aura;
    type MinimumPeriod = MinimumPeriod;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type Balance = Balance;
    type DustRemoval = ();
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<0>;
    type MaxReserves = ConstU32<0>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

/// How many blocks a worker's transaction stays valid.
const WORKER_TRANSACTION_PERIOD: u64 = 256;

impl frame_system::offchain::SigningTypes for Runtime {
    type Public = <crate::Signature as Verify>::Signer;
    type Signature = crate::Signature;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateSignedTransaction<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_signed_transaction<Key: frame_system::offchain::AppCrypto<Self::Public, Self::Signature>>(
        call: RuntimeCall,
        public: <crate::Signature as Verify>::Signer,
        account: AccountId,
        nonce: Nonce,
    ) -> Option<UncheckedExtrinsic> {
        // The block whose state the worker sees is the last one whose hash is known.
        let current = System::block_number().saturated_into::<u64>().saturating_sub(1);
        let extension: TxExtension = (
            frame_system::CheckNonZeroSender::new(),
            frame_system::CheckSpecVersion::new(),
            frame_system::CheckTxVersion::new(),
            frame_system::CheckGenesis::new(),
            frame_system::CheckEra::from(Era::mortal(WORKER_TRANSACTION_PERIOD, current)),
            pallet_members::MemberNonce::from(nonce),
            frame_system::CheckWeight::new(),
            frame_metadata_hash_extension::CheckMetadataHash::new(false),
        );
        let payload = SignedPayload::new(call, extension).ok()?;
        let signature = payload.using_encoded(|bytes| Key::sign(bytes, public))?;
        let (call, extension, _) = payload.deconstruct();
        let address = <Runtime as frame_system::Config>::Lookup::unlookup(account);
        Some(UncheckedExtrinsic::new_signed(call, address, signature, extension))
    }
}
