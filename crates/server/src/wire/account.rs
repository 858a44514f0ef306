//! Accounts and sign-ins.

use model::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) username: String,
}

impl From<model::user::User> for UserBody {
    fn from(user: model::user::User) -> Self {
        Self { id: user.id, email: user.email, username: user.username }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SignUp)]
pub(crate) struct SignUpBody {
    pub(crate) email: String,
    /// 2 to 40 letters, digits, `-`, `_` or `.`.
    pub(crate) username: String,
    /// At least 8 characters.
    pub(crate) password: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SignIn)]
pub(crate) struct SignInBody {
    /// Email address or username.
    #[serde(alias = "username")]
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SignedInBody {
    pub(crate) token: String,
    pub(crate) user: UserBody,
}
