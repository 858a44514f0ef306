//! Accounts. Email addresses and usernames are unique without regard to case.

use model::{id::UserId, time::Timestamp, user::User};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use crate::{
    Reader, Store, StoreError,
    entity::user_account::{Column, Entity, Model},
    failure::{refuse_nul, taken},
};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub email: String,
    pub username: String,
    /// As the password hasher writes it, parameters and salt included.
    pub password_hash: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateUserError {
    #[error("the email address {email:?} belongs to another account")]
    EmailTaken { email: String },
    #[error("the username {username:?} belongs to another account")]
    UsernameTaken { username: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a new account.
    ///
    /// # Errors
    ///
    /// Returns [`CreateUserError`] if the address or the name is taken, or the database fails.
    pub async fn create_user(&self, new: NewUser) -> Result<User, CreateUserError> {
        refuse_nul("email", &new.email)?;
        refuse_nul("username", &new.username)?;
        refuse_nul("password_hash", &new.password_hash)?;
        let row = Model {
            id: new.id.to_string(),
            email_key: new.email.to_lowercase(),
            username_key: new.username.to_lowercase(),
            email: new.email.clone(),
            username: new.username.clone(),
            password_hash: new.password_hash,
            created_at: new.created_at.as_millis(),
        };
        let NewUser { id, email, username, created_at, .. } = new;
        match Entity::insert(row.into_active_model()).exec_without_returning(&self.writer).await {
            Ok(_) => Ok(User { id, email, username, created_at }),
            Err(error) => match taken(&error) {
                Some(what) if what.contains("email_key") => {
                    Err(CreateUserError::EmailTaken { email })
                }
                Some(what) if what.contains("username_key") => {
                    Err(CreateUserError::UsernameTaken { username })
                }
                Some(_) | None => Err(CreateUserError::Store(error.into())),
            },
        }
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(User::try_from).transpose()
    }

    /// The account with this email address or username, and the hash of its password.
    ///
    /// Where one account's username is another's address, the address decides.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn credentials(
        &self,
        email_or_username: &str,
    ) -> Result<Option<(User, String)>, StoreError> {
        if email_or_username.contains('\0') {
            return Ok(None);
        }
        let key = email_or_username.to_lowercase();
        let either =
            Condition::any().add(Column::EmailKey.eq(&key)).add(Column::UsernameKey.eq(&key));
        let mut rows = Entity::find().filter(either).all(&self.db).await?;
        rows.sort_by_key(|it| it.email_key != key);
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let hash = row.password_hash.clone();
        Ok(Some((row.try_into()?, hash)))
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn count_users(&self) -> Result<u64, StoreError> {
        Ok(Entity::find().count(&self.db).await?)
    }
}
