// placeholder until the benchmark command has run
use frame_support::weights::Weight;
/// Weights.
pub trait WeightInfo {
    fn invite() -> Weight;
    fn withdraw_invitation() -> Weight;
    fn apply(l: u32) -> Weight;
    fn approve() -> Weight;
    fn suspend() -> Weight;
    fn reinstate() -> Weight;
    fn rotate_keys() -> Weight;
    fn leave() -> Weight;
    fn set_authorities(n: u32) -> Weight;
    fn member_nonce() -> Weight;
}
impl WeightInfo for () {
    fn invite() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn apply(_: u32) -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn approve() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn suspend() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn reinstate() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn rotate_keys() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn leave() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn set_authorities(_: u32) -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn member_nonce() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
/// Weights.
pub struct SubstrateWeight<T>(core::marker::PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn invite() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn apply(_: u32) -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn approve() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn suspend() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn reinstate() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn rotate_keys() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn leave() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn set_authorities(_: u32) -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn member_nonce() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
