// SPDX-License-Identifier: Apache-2.0
//! The chain's interface, generated from its metadata.

#[subxt::subxt(
    runtime_metadata_path = "metadata.scale",
    substitute_type(
        path = "dmsm_primitives::ids::MemberId",
        with = "::subxt::utils::Static<::dmsm_primitives::MemberId>"
    ),
    substitute_type(
        path = "dmsm_primitives::ids::DeviceId",
        with = "::subxt::utils::Static<::dmsm_primitives::DeviceId>"
    ),
    substitute_type(
        path = "dmsm_primitives::records::Scope",
        with = "::subxt::utils::Static<::dmsm_primitives::Scope>"
    ),
    substitute_type(
        path = "dmsm_primitives::time::Day",
        with = "::subxt::utils::Static<::dmsm_primitives::Day>"
    ),
    substitute_type(
        path = "dmsm_primitives::ids::RegionId",
        with = "::subxt::utils::Static<::dmsm_primitives::RegionId>"
    ),
    substitute_type(
        path = "dmsm_primitives::keys::BlsSignature",
        with = "::subxt::utils::Static<::dmsm_primitives::BlsSignature>"
    ),
    substitute_type(
        path = "dmsm_primitives::keys::DevicePublicKey",
        with = "::subxt::utils::Static<::dmsm_primitives::DevicePublicKey>"
    ),
    substitute_type(
        path = "dmsm_primitives::keys::DeviceSignature",
        with = "::subxt::utils::Static<::dmsm_primitives::DeviceSignature>"
    ),
    substitute_type(
        path = "dmsm_primitives::notice::NoticeSeal",
        with = "::subxt::utils::Static<::dmsm_primitives::NoticeSeal>"
    ),
    substitute_type(
        path = "dmsm_primitives::registry::MemberKeys",
        with = "::subxt::utils::Static<::dmsm_primitives::MemberKeys>"
    ),
    substitute_type(
        path = "dmsm_primitives::registry::OperatorId",
        with = "::subxt::utils::Static<::dmsm_primitives::OperatorId>"
    ),
    substitute_type(
        path = "dmsm_primitives::registry::Role",
        with = "::subxt::utils::Static<::dmsm_primitives::Role>"
    ),
    substitute_type(
        path = "dmsm_primitives::request::RequestKind",
        with = "::subxt::utils::Static<::dmsm_primitives::RequestKind>"
    ),
    substitute_type(
        path = "dmsm_primitives::rule::Rule",
        with = "::subxt::utils::Static<::dmsm_primitives::Rule>"
    ),
    substitute_type(
        path = "pallet_notifications::types::Opening",
        with = "::subxt::utils::Static<crate::types::DisputeOpening>"
    ),
    substitute_type(
        path = "pallet_prepaid::types::Order",
        with = "::subxt::utils::Static<crate::request::Order>"
    ),
    substitute_type(
        path = "pallet_prepaid::types::RequestType",
        with = "::subxt::utils::Static<crate::request::RequestType>"
    )
)]
mod api {}

pub(crate) use api::*;
pub(crate) use subxt::utils::Static;
