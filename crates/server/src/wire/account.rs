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
    /// Whether they may do what only administrators may.
    pub(crate) administrator: bool,
}

impl From<model::user::User> for UserBody {
    fn from(user: model::user::User) -> Self {
        let model::user::User { id, email, username, administrator, .. } = user;
        Self { id, email, username, administrator }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SignUp)]
pub(crate) struct SignUpBody {
    #[schema(format = Email)]
    pub(crate) email: String,
    /// 2 to 40 letters, digits, `-`, `_` or `.`.
    #[schema(pattern = "^[A-Za-z0-9_.-]{2,40}$")]
    pub(crate) username: String,
    /// At least 8 characters.
    #[schema(min_length = 8)]
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
