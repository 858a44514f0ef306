//! pip, into a user's own base directory: found after the standard library and before what the machine
//! has, with `.pth` files and programs, which a mere directory in `PYTHONPATH` would not give.

use std::path::Path;

use super::{Given, Order, TREE, certificates, pairs};
use crate::environments::{EnvironmentError, requirement::Requirement, workbench::Workbench};

pub(super) async fn install(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<(), EnvironmentError> {
    let python = order.tools.manager();
    let fails_as = format!("pip could not install {}", order.names());
    let mut argv = vec![
        python.as_str(),
        "-m",
        "pip",
        "install",
        "--user",
        // Whatever this machine has now may be gone when the environment is used.
        "--ignore-installed",
        "--no-warn-script-location",
        "--no-input",
        "--no-cache-dir",
        "--progress-bar=off",
    ];
    let python_index = &order.indexes.python;
    // Building a package runs its code, which would see the credentials that pip has.
    if python_index.iter().any(|it| it.credentials().is_some()) {
        argv.push("--only-binary=:all:");
    }
    argv.push("--");
    let requirements: Vec<_> = order.requirements.iter().map(spelled).collect();
    argv.extend(requirements.iter().map(String::as_str));
    let mut step = order.tools.step(bench, &fails_as, &argv);
    step.env.extend(pairs(&[
        ("PYTHONUSERBASE", &bench.at(TREE)),
        ("PIP_CONFIG_FILE", "/dev/null"),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        // Debian forbids to install beside its own packages, which is not what this does.
        ("PIP_BREAK_SYSTEM_PACKAGES", "1"),
    ]));
    step.env.extend(certificates(bench, order, &["PIP_CERT", "SSL_CERT_FILE"]));
    if let Some((index, others)) = python_index.split_first() {
        let others: Vec<_> = others.iter().map(|it| it.reveal()).collect();
        let plain = python_index.iter().filter(|it| !it.is_tls());
        let trusted: Vec<_> = plain.map(|it| it.authority()).collect();
        step.env.extend(pairs(&[
            ("PIP_INDEX_URL", &index.reveal()),
            ("PIP_EXTRA_INDEX_URL", &others.join(" ")),
            ("PIP_TRUSTED_HOST", &trusted.join(" ")),
        ]));
    }
    bench.run(step).await?;
    Ok(())
}

fn spelled(requirement: &Requirement) -> String {
    let Requirement { name, extras, version } = requirement;
    if extras.is_empty() {
        format!("{name}{version}")
    } else {
        format!("{name}[{}]{version}", extras.join(","))
    }
}

pub(super) fn given(tree: &Path) -> Given {
    let env = pairs(&[
        ("PYTHONUSERBASE", &tree.to_string_lossy()),
        ("PATH", &tree.join("bin").to_string_lossy()),
    ]);
    Given { env, ..Given::default() }
}
