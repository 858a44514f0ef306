//! Finding a kernel by its name, where Jupyter looks and beside each interpreter that the sandbox finds.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
};

use jupyter_zmq_client::{KernelspecDir, data_dirs, read_kernelspec_jsons};

use crate::Failure;

/// The kernel of this name.
pub(crate) async fn find(name: &str) -> Result<KernelspecDir, Failure> {
    let mut others = BTreeSet::new();
    for directory in directories() {
        for found in read_kernelspec_jsons(&directory).await {
            if found.kernel_name == name {
                return Ok(found);
            }
            others.insert(found.kernel_name);
        }
    }
    let others = if others.is_empty() {
        "none".to_owned()
    } else {
        others.into_iter().collect::<Vec<_>>().join(", ")
    };
    Err(Failure::Unknown { name: name.to_owned(), others })
}

/// `JUPYTER_PATH`, the user's, `share/jupyter` beside each directory of `PATH`, and the system's.
fn directories() -> Vec<PathBuf> {
    let listed = |name| env::var_os(name).map(|it| env::split_paths(&it).collect::<Vec<_>>());
    let beside = |it: &PathBuf| it.parent().map(|it| it.join("share/jupyter"));
    let of_path = listed("PATH").unwrap_or_default();
    let mut all = listed("JUPYTER_PATH").unwrap_or_default();
    all.extend(of_path.iter().filter_map(beside));
    all.extend(data_dirs());
    let mut seen = BTreeSet::new();
    all.retain(|it| it != Path::new("") && seen.insert(it.clone()));
    all
}
