//! What can be changed.

mod equipment;
mod sessions;

use async_graphql::MergedObject;

pub(crate) use self::sessions::USUAL_BRANCH;

#[derive(Default, MergedObject)]
pub(crate) struct Mutation(sessions::SessionMutation, equipment::EquipmentMutation);
