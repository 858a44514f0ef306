//! The images of sandboxes made of namespaces: found in a store, or brought there.
//!
//! What a reference came to stays so as long as the backend lives, and in use: sessions of one server
//! have the same programs, and nobody can remove an image that is offered.

use std::{collections::HashMap, path::PathBuf};

use tokio::sync::Mutex;

use crate::{
    backend::StartError,
    image::{Image, ImageError, Reference, RegistryConfig, Store, Target},
};

/// Where images lie, and where they may come from.
#[derive(Clone, Debug)]
pub struct ImagesConfig {
    /// Of a [`Store`]; made with the first image.
    pub store: PathBuf,
    pub source: ImageSource,
}

/// Where an image may come from that is not in the store.
#[derive(Clone, Debug)]
pub enum ImageSource {
    /// Nowhere: right for references that a stranger wrote, such as a document's.
    Nowhere,
    /// The registry, directory or archive that a reference names.
    Anywhere(RegistryConfig),
}

#[derive(Debug, Default)]
pub(super) struct Images {
    config: Option<ImagesConfig>,
    found: Mutex<HashMap<Reference, Image>>,
}

impl Images {
    pub(super) fn new(config: ImagesConfig) -> Self {
        Self { config: Some(config), found: Mutex::default() }
    }

    pub(super) async fn get(&self, reference: &Reference) -> Result<Image, StartError> {
        // Held while it is brought, so that the second who asks waits and need not.
        let mut found = self.found.lock().await;
        if let Some(image) = found.get(reference) {
            return Ok(image.clone());
        }
        let config = self.config.as_ref().ok_or_else(|| StartError::Unavailable {
            what: format!("there is no store that the image {reference} could be in"),
            advice: "name its directory".to_owned(),
        })?;
        let image = config.find(reference).await.map_err(|error| unavailable(reference, &error))?;
        Ok(found.entry(reference.clone()).or_insert(image).clone())
    }
}

impl ImagesConfig {
    async fn find(&self, reference: &Reference) -> Result<Image, ImageError> {
        let store = Store::open(&self.store)?;
        let ImageSource::Anywhere(registries) = &self.source else {
            return store.resolve(reference);
        };
        match reference.target() {
            Target::Path { path, pick } => Ok(store.import(path, pick.as_deref()).await?.image),
            Target::Content(_) => store.resolve(reference),
            Target::Named(_) => match store.resolve(reference) {
                Err(ImageError::NotHere { .. }) => store.pull(reference, registries).await,
                found => found,
            },
        }
    }
}

fn unavailable(reference: &Reference, error: &ImageError) -> StartError {
    let advice = match reference.target() {
        Target::Named(_) => format!(
            "`runbook image pull {reference}` or `runbook image import FILE --name {reference}` brings \
             it here"
        ),
        Target::Content(_) | Target::Path { .. } => {
            "`runbook image import FILE` puts an image into the store".to_owned()
        }
    };
    StartError::Unavailable { what: error.to_string(), advice }
}
