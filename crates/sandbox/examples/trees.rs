//! What it takes to snapshot a workspace, to restore it, and to copy it into another sandbox.
//!
//! `cargo run --release -p sandbox --example trees`

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::{Duration, Instant};

use anyhow::Result;
use guest::tar::{self, Entry, EntryKind, Modified};
use sandbox::{Namespaces, Readiness, Root, Sandbox, SandboxPath, Spec};
use tokio::io::AsyncReadExt;

const ROUNDS: usize = 20;

/// Files of equal size in ten directories.
fn archive(files: usize, size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for number in 0..files {
        let name = format!("d{}/f{number}", number % 10).into_bytes();
        let modified = Modified { seconds: 1_600_000_000, nanoseconds: 1 };
        Entry { name, kind: EntryKind::File, mode: 0o644, modified, size: size as u64 }
            .write(&mut out);
        out.resize(out.len() + size, b'x');
        out.resize(out.len() + tar::padding(size as u64), 0);
    }
    out.extend_from_slice(&tar::END);
    out
}

#[tokio::main]
async fn main() -> Result<()> {
    let backend = Namespaces::new(Readiness::Spares(4))?;
    println!("load {}", std::fs::read_to_string("/proc/loadavg")?.trim());
    println!(
        "{:>22} {:>9} {:>9} {:>9}  (ms, least of {ROUNDS})",
        "", "snapshot", "restore", "copy"
    );
    for (label, files, size) in [
        ("10 files of 100 kB", 10, 100_000),
        ("1 file of 10 MB", 1, 10_000_000),
        ("1,000 files of 10 kB", 1000, 10_000),
        ("1,000 files of 1 kB", 1000, 1000),
        ("50 files of 1 MB", 50, 1_000_000),
    ] {
        let mut least = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            let times = round(&backend, &archive(files, size)).await?;
            least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
        }
        let [snapshot, restore, copy] = least.map(|it| it.as_secs_f64() * 1000.0);
        println!("{label:>22} {snapshot:9.2} {restore:9.2} {copy:9.2}");
    }
    for (label, root) in [
        ("read-only", Root::ReadOnly),
        ("copy-on-write", Root::CopyOnWrite { bytes: 1 << 26, inodes: 10_000 }),
    ] {
        let mut least = Duration::MAX;
        for _ in 0..ROUNDS {
            let backend = Namespaces::new(Readiness::OnDemand)?;
            backend.prepare().await?;
            let begun = Instant::now();
            let sandbox = Sandbox::start(&backend, Spec { root, ..Spec::default() }).await?;
            least = least.min(begun.elapsed());
            sandbox.destroy().await;
        }
        println!("start, {label}: {:.2} ms", least.as_secs_f64() * 1000.0);
    }
    Ok(())
}

async fn round(backend: &Namespaces, archive: &[u8]) -> Result<[Duration; 3]> {
    let one = Sandbox::start(backend, Spec::default()).await?;
    let other = Sandbox::start(backend, Spec::default()).await?;
    one.write_tree(&SandboxPath::root(), archive).await?;
    let mut kept = Vec::with_capacity(archive.len() + (1 << 20));
    let begun = Instant::now();
    one.snapshot().await?.read_to_end(&mut kept).await?;
    let snapshot = begun.elapsed();
    let begun = Instant::now();
    other.restore(&kept[..]).await?;
    let restore = begun.elapsed();
    let third = Sandbox::start(backend, Spec::default()).await?;
    let begun = Instant::now();
    one.copy_files_to(&third).await?;
    let copy = begun.elapsed();
    for sandbox in [one, other, third] {
        sandbox.destroy().await;
    }
    Ok([snapshot, restore, copy])
}
