//! What can be read.

mod equipment;
mod sessions;
mod usage;

use async_graphql::MergedObject;

#[derive(Default, MergedObject)]
pub(crate) struct Query(sessions::SessionQuery, equipment::EquipmentQuery, usage::UsageQuery);
