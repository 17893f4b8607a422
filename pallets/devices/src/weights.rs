// placeholder until the benchmark command has run
use frame_support::weights::Weight;
/// Weights.
pub trait WeightInfo {
    fn register() -> Weight;
    fn connect() -> Weight;
    fn set_rule() -> Weight;
    fn unbind() -> Weight;
}
impl WeightInfo for () {
    fn register() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn connect() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn set_rule() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn unbind() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
/// Weights.
pub struct SubstrateWeight<T>(core::marker::PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn connect() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn set_rule() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn unbind() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
