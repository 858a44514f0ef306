//! The volume with the guest: filled once for each daemon and version of the guest, then mounted
//! read-only into every sandbox.

use std::hash::{DefaultHasher, Hash, Hasher};

use bollard::{
    body_full,
    models::{ContainerCreateBody, HostConfig, VolumeCreateRequest},
    query_parameters::{
        ContainerArchiveInfoOptionsBuilder, RemoveContainerOptionsBuilder,
        UploadToContainerOptionsBuilder,
    },
};

use launcher::Access;

use super::{
    LABEL, archive,
    container::{GUEST, GUEST_DIRECTORY, guest_mount},
    facts::label,
    failure::failed,
};
use crate::backend::{StartError, embedded};

/// The volume of this server's guest.
pub(super) fn name() -> String {
    let mut hasher = DefaultHasher::new();
    embedded::GUEST.hash(&mut hasher);
    format!("runbook-guest-{:016x}", hasher.finish())
}

/// Fills the volume unless it is. Files reach a volume only through a container, which is never
/// started; any image does.
pub(super) async fn fill(
    api: &bollard::Docker,
    volume: &str,
    image: &str,
    owner: &str,
) -> Result<(), StartError> {
    let request = VolumeCreateRequest {
        name: Some(volume.to_owned()),
        labels: Some(label("runbook", "guest")),
        ..VolumeCreateRequest::default()
    };
    api.create_volume(request).await.map_err(failed("create the guest's volume"))?;
    let carrier = ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![GUEST.to_owned()]),
        labels: Some(label(LABEL, owner)),
        host_config: Some(HostConfig {
            mounts: Some(vec![guest_mount(volume, Access::ReadWrite)]),
            network_mode: Some("none".to_owned()),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    let carrier = api
        .create_container(None, carrier)
        .await
        .map_err(failed("create a container for the guest's volume"))?;
    let result = upload(api, &carrier.id).await;
    let options = RemoveContainerOptionsBuilder::new().force(true).build();
    if let Err(error) = api.remove_container(&carrier.id, Some(options)).await {
        // Its label makes it a leftover for whoever comes next.
        tracing::warn!(%error, "a helper container stays behind");
    }
    result
}

async fn upload(api: &bollard::Docker, carrier: &str) -> Result<(), StartError> {
    let options = ContainerArchiveInfoOptionsBuilder::new().path(GUEST).build();
    // The name of the volume tells the content, so that the length tells whether it is whole.
    let there = api.get_container_archive_info(carrier, Some(options)).await;
    if there.is_ok_and(|it| u64::try_from(it.size) == Ok(embedded::GUEST.len() as u64)) {
        return Ok(());
    }
    let name = GUEST.rsplit('/').next().unwrap_or_default();
    let archive = archive::of_program(name, embedded::GUEST);
    let options = UploadToContainerOptionsBuilder::new().path(GUEST_DIRECTORY).build();
    api.upload_to_container(carrier, Some(options), body_full(archive.into()))
        .await
        .map_err(failed("upload the guest"))
}
