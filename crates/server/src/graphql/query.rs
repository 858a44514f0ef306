//! What can be read.

mod equipment;
mod sessions;

use async_graphql::MergedObject;

#[derive(Default, MergedObject)]
pub(crate) struct Query(sessions::SessionQuery, equipment::EquipmentQuery);
