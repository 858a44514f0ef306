//! What can be changed.

mod equipment;
mod sessions;

use async_graphql::MergedObject;

#[derive(Default, MergedObject)]
pub(crate) struct Mutation(sessions::SessionMutation, equipment::EquipmentMutation);
