//! `runbook doctor`: which protection holds on this machine, and what would strengthen it.

use std::process::ExitCode;

use serde_json::json;

use crate::{args::DoctorArgs, backend, failure::{Failure, UNAVAILABLE}, output};

pub(crate) async fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let report = sandbox::doctor::probe().await;
    let runtimes = backend::runtimes().statuses().await;
    if args.json {
        output::say(&json!({ "protections": report.checks, "runtimes": runtimes }).to_string());
    } else {
        output::say("Protections");
        for check in &report.checks {
            let mark = if check.holds { "✔" } else { "✘" };
            output::say(&format!("  {mark} {:<22} {}", check.name, check.detail));
            if let Some(advice) = &check.advice {
                output::say(&format!("    {:<22} → {advice}", ""));
            }
        }
        output::say("\nRuntimes");
        for runtime in &runtimes {
            let (mark, detail) = match (&runtime.version, &runtime.message) {
                (Some(version), _) => ("✔", version.as_str()),
                (None, message) => ("✘", message.as_deref().unwrap_or("missing")),
            };
            output::say(&format!("  {mark} {:<22} {detail}", runtime.name));
        }
    }
    Ok(if report.works() { ExitCode::SUCCESS } else { ExitCode::from(UNAVAILABLE) })
}
