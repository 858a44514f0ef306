//! Secrets: values that users keep here by name and that their programs find in their environment.
//!
//! They are sealed at rest under a key that is not in the database, and leave this module in three ways only:
//! into the environment of a program of their owner, as the [`Mask`] that hides them in what it prints, and as
//! [`OpenedSecrets`] for whoever starts such a program otherwise. There is no way for a person to read one back.

mod forms;
mod key;
mod mask;
mod opened;

use std::{collections::BTreeMap, fmt};

use model::{
    function::{InvalidSecretName, SecretName},
    id::UserId,
    time::Timestamp,
};
use store::{SealedSecret, StoreError};

pub(crate) use self::key::MacKey;
pub use self::key::{Keeper, SecretKey, SecretKeyError};
pub(crate) use self::mask::{Mask, Masking};
pub use self::opened::OpenedSecrets;
use crate::{Engine, Inner};

/// Shorter values could not be hidden in output without hiding much else.
const LEAST_BYTES: usize = 4;

/// The environment of a program holds it, together with all others.
const MOST_BYTES: usize = 32 << 10;

/// Secrets of one user.
const MOST_SECRETS: u64 = 100;

/// A value that must not be shown: it has no `Display`, no `Serialize`, and its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretText(String);

impl SecretText {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// The value itself, for the environment of a program and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

/// A secret as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretInfo {
    pub name: SecretName,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Why a secret was not kept.
#[derive(Debug, thiserror::Error)]
pub enum PutSecretError {
    #[error("the value has {bytes} bytes; a secret has {LEAST_BYTES} to {MOST_BYTES}")]
    Length { bytes: usize },
    #[error("the value holds a NUL character, which no environment variable can hold")]
    Nul,
    #[error("there are {MOST_SECRETS} secrets already; delete one that is not needed")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a secret cannot be given to a program.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("there is no secret {name}; make it, or take it out of the list of secrets")]
    Missing { name: SecretName },
    /// The key file was replaced, or the database is another installation's.
    #[error(
        "the secret {name} was sealed under another key; bring the key file back, or set the secret again"
    )]
    OtherKey { name: SecretName },
    #[error(transparent)]
    Name(#[from] InvalidSecretName),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a value can be hidden, and stand in an environment.
///
/// # Errors
///
/// When it is too short, too long, or no text for an environment.
pub fn check_secret(value: &str) -> Result<(), PutSecretError> {
    if !(LEAST_BYTES..=MOST_BYTES).contains(&value.len()) {
        return Err(PutSecretError::Length { bytes: value.len() });
    }
    if value.contains('\0') {
        return Err(PutSecretError::Nul);
    }
    Ok(())
}

impl Engine {
    /// Keeps a value, in place of any that its owner keeps by this name. Instances that wait with the
    /// old value end.
    ///
    /// # Errors
    ///
    /// The value is too short, too long or no text for an environment, or the store fails.
    pub async fn put_secret(
        &self,
        owner: UserId,
        name: &SecretName,
        value: &str,
    ) -> Result<(), PutSecretError> {
        check_secret(value)?;
        let reader = self.0.store.reader();
        let is_new = reader.secret(owner, name).await?.is_none();
        if is_new && reader.count_secrets(owner).await? >= MOST_SECRETS {
            return Err(PutSecretError::TooMany);
        }
        let now = self.0.clock.now();
        let sealed = self.0.config.secret_key.seal(&place(owner, name), value);
        let (created_at, updated_at) = (now, now);
        let secret = SealedSecret { owner, name: name.clone(), sealed, created_at, updated_at };
        self.0.store.put_secret(&secret).await?;
        self.0.functions.secrets_changed(owner).await;
        Ok(())
    }

    /// Forgets a value. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_secret(
        &self,
        owner: UserId,
        name: &SecretName,
    ) -> Result<bool, StoreError> {
        let deleted = self.0.store.delete_secret(owner, name).await?;
        self.0.functions.secrets_changed(owner).await;
        Ok(deleted)
    }

    /// What secrets a user has, by name. Their values are not to be had.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn secrets(&self, owner: UserId) -> Result<Vec<SecretInfo>, StoreError> {
        let sealed = self.0.store.reader().secrets(owner).await?;
        let info = |it: SealedSecret| SecretInfo {
            name: it.name,
            created_at: it.created_at,
            updated_at: it.updated_at,
        };
        Ok(sealed.into_iter().map(info).collect())
    }
}

impl Inner {
    /// Whether each of these is there.
    pub(crate) async fn check_secrets(
        &self,
        owner: UserId,
        names: &[SecretName],
    ) -> Result<(), SecretError> {
        for name in names {
            if self.store.reader().secret(owner, name).await?.is_none() {
                return Err(SecretError::Missing { name: name.clone() });
            }
        }
        Ok(())
    }

    /// As [`Self::open_secrets`], for names as an author writes them.
    pub(crate) async fn open_named_secrets(
        &self,
        owner: UserId,
        names: &[&str],
    ) -> Result<BTreeMap<String, SecretText>, SecretError> {
        let parse = |it: &&str| it.parse::<SecretName>();
        let names: Vec<SecretName> = names.iter().map(parse).collect::<Result<_, _>>()?;
        let opened = self.open_secrets(owner, &names).await?;
        Ok(opened.into_iter().map(|(name, it)| (name.to_string(), it)).collect())
    }

    /// The values behind names, for the environment of a program of their owner.
    pub(crate) async fn open_secrets(
        &self,
        owner: UserId,
        names: &[SecretName],
    ) -> Result<BTreeMap<SecretName, SecretText>, SecretError> {
        let mut opened = BTreeMap::new();
        for name in names {
            let sealed = self.store.reader().secret(owner, name).await?;
            let sealed = sealed.ok_or_else(|| SecretError::Missing { name: name.clone() })?;
            let value = self.config.secret_key.open(&place(owner, name), &sealed.sealed);
            let value = value.ok_or_else(|| SecretError::OtherKey { name: name.clone() })?;
            opened.insert(name.clone(), SecretText(value));
        }
        Ok(opened)
    }
}

/// What a value is sealed for, so that nobody who can write to the database moves it elsewhere.
fn place(owner: UserId, name: &SecretName) -> String {
    format!("{owner}/{name}")
}
