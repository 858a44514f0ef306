//! Accounts. Email addresses and usernames are unique without regard to case.

use model::{id::UserId, time::Timestamp, user::User};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, LikeExpr},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
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
    pub administrator: bool,
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
            administrator: new.administrator,
            disabled_at: None,
            sign_in_generation: 0,
        };
        let NewUser { email, username, .. } = new;
        let insert = Entity::insert(row.clone().into_active_model());
        match insert.exec_without_returning(&self.writer).await {
            Ok(_) => Ok(row.try_into()?),
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

impl Store {
    /// Gives an account another password, with which all its sign-ins until now become worthless.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn set_password(&self, id: UserId, password_hash: &str) -> Result<(), StoreError> {
        refuse_nul("password_hash", password_hash)?;
        Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(password_hash))
            .col_expr(Column::SignInGeneration, Expr::col(Column::SignInGeneration).add(1))
            .filter(Column::Id.eq(id.to_string()))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Disables an account since a time, or enables it again.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn set_disabled(
        &self,
        id: UserId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::DisabledAt, Expr::value(since.map(Timestamp::as_millis)))
            .filter(Column::Id.eq(id.to_string()))
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}

impl Reader {
    /// All accounts, the oldest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let oldest = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
        oldest.all(&self.db).await?.into_iter().map(User::try_from).collect()
    }

    /// Accounts whose name or address contains a text, without regard to case, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn users_like(
        &self,
        text: &str,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<User>, StoreError> {
        if text.contains('\0') {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let like = LikeExpr::new(format!("%{}%", literal(text))).escape('\\');
        let named = Condition::any()
            .add(Expr::col(Column::UsernameKey).like(like.clone()))
            .add(Expr::col(Column::EmailKey).like(like));
        let wanted = Condition::all()
            .add(named)
            .add_option(cursor.map(|it| it.beyond(Column::CreatedAt, Column::Id)));
        let query = Entity::find().filter(wanted);
        let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
        let rows = query.limit(limit.saturating_add(1)).all(&self.db).await?;
        let found = rows.into_iter().map(User::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(found, limit, |it| Cursor {
            key: it.created_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// Accounts whose name begins with a text, without regard to case, by name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn users_named(&self, text: &str, limit: u64) -> Result<Vec<User>, StoreError> {
        if text.contains('\0') {
            return Ok(Vec::new());
        }
        let like = LikeExpr::new(format!("{}%", literal(text))).escape('\\');
        let query = Entity::find().filter(Expr::col(Column::UsernameKey).like(like));
        let rows = query.order_by_asc(Column::UsernameKey).limit(limit).all(&self.db).await?;
        rows.into_iter().map(User::try_from).collect()
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(User::try_from).transpose()
    }

    /// The account with this email address, without regard to case.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        if email.contains('\0') {
            return Ok(None);
        }
        let named = Entity::find().filter(Column::EmailKey.eq(email.to_lowercase()));
        named.one(&self.db).await?.map(User::try_from).transpose()
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

/// A text within a pattern, where `_` stands for itself: it is a character of names.
fn literal(text: &str) -> String {
    text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
