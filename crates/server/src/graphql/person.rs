//! People, whose names are read when somebody asks for them.

use async_graphql::{Context, ID, Object};
use model::id::UserId;

use super::{asker::Asker, refusal::Result};

pub(super) struct Person(pub(super) UserId);

#[Object]
impl Person {
    async fn id(&self) -> ID {
        ID(self.0.to_string())
    }

    async fn name(&self, context: &Context<'_>) -> Result<String> {
        Asker::of(context).name_of(self.0).await
    }
}
