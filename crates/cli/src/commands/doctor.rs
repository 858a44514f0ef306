//! `runbook doctor`: which protection holds on this machine, and what would strengthen it.

use std::process::ExitCode;

use serde_json::json;

use crate::{
    args::DoctorArgs,
    backend,
    failure::{Failure, UNAVAILABLE},
    output,
};

pub(crate) async fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let docker = args.docker.config();
    let (mut report, containers) =
        tokio::join!(sandbox::doctor::probe(), sandbox::doctor::probe_docker(&docker));
    report.findings.extend(containers);
    let runtimes = engine::statuses(&backend::runtimes());
    if args.json {
        let runtime = |it: &engine::RuntimeStatus| json!({ "name": it.runtime.name(), "version": it.version, "message": it.message });
        let runtimes: Vec<_> = runtimes.iter().map(runtime).collect();
        let report = json!({ "protections": report.findings, "runtimes": runtimes });
        output::say(&report.to_string())?;
    } else {
        output::say("Protections")?;
        for check in &report.findings {
            let mark = if check.holds { "✔" } else { "✘" };
            output::say(&format!("  {mark} {:<22} {}", check.name, check.detail))?;
            if let Some(advice) = &check.advice {
                output::say(&format!("    {:<22} → {advice}", ""))?;
            }
        }
        output::say("\nRuntimes")?;
        for runtime in &runtimes {
            let (mark, detail) = match (&runtime.version, &runtime.message) {
                (Some(version), _) => ("✔", version.as_str()),
                (None, message) => ("✘", message.as_deref().unwrap_or("missing")),
            };
            output::say(&format!("  {mark} {:<22} {detail}", runtime.runtime.name()))?;
        }
    }
    Ok(if report.can_start_sandboxes() { ExitCode::SUCCESS } else { ExitCode::from(UNAVAILABLE) })
}
