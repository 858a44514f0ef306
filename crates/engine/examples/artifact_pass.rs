//! Passes one large artifact through, and says what memory and processor time that took:
//! `cargo run --release --example artifact_pass -- [MIB] [DIRECTORY]`.

#![expect(clippy::print_stdout, reason = "it prints figures")]
#![expect(clippy::unwrap_used, reason = "figures of something that failed are of no use")]

use std::{fs, path::PathBuf};

use bytes::Bytes;
use engine::{
    Accounts, Artifacts, ArtifactsConfig, Clock, NewAccount, NewUpload, Place, SecretKey,
};
use futures_util::stream;
use store::Store;

const CHUNK: usize = 64 << 10;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mib: u64 = arguments.next().map_or(1024, |it| it.parse().unwrap());
    let directory = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let place = tempfile::tempdir_in(directory).unwrap();
    let store = Store::open("sqlite::memory:").await.unwrap();
    let account = NewAccount {
        email: "a@example.com".to_owned(),
        username: "ada".to_owned(),
        password_hash: String::new(),
        administrator: false,
    };
    let owner = Accounts::new(store.clone(), Clock::system()).create(account).await.unwrap().id;
    let config = ArtifactsConfig {
        place: Place::Directory(place.path().join("blobs")),
        staging: place.path().join("staging"),
        keep: None,
        most_bytes: u64::MAX,
    };
    let artifacts = Artifacts::open(store, config, &SecretKey::random(), Clock::system()).unwrap();
    let (before, started) = (memory("VmRSS"), cpu_ticks());
    let chunk = Bytes::from((0..CHUNK).map(|it| it.to_le_bytes()[0] ^ 0x5a).collect::<Vec<_>>());
    let chunks = mib * (1 << 20) / CHUNK as u64;
    let content = stream::iter((0..chunks).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let new = NewUpload {
        owner,
        token: None,
        name: "large".to_owned(),
        media_type: "application/octet-stream".to_owned(),
        size: None,
        digest: None,
        keep: None,
    };
    let artifact = artifacts.keep(new, content, None).await.unwrap();
    let kept = cpu_ticks();
    let mut reading = artifacts.read(&artifact, 0..artifact.size).await.unwrap();
    let mut read = 0;
    while let Some(bytes) = reading.next().await.unwrap() {
        read += bytes.len() as u64;
    }
    assert_eq!(read, artifact.size);
    println!("{mib} MiB in and out");
    println!("memory: {before} KiB before, {} KiB at most", memory("VmHWM"));
    println!("processor: {} ms in, {} ms out", (kept - started) * 10, (cpu_ticks() - kept) * 10);
}

/// In KiB.
fn memory(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix(field)).unwrap();
    line.trim_matches(|it: char| !it.is_ascii_digit()).parse().unwrap()
}

/// Of this process, in hundredths of a second: fields 14 and 15 of `proc_pid_stat(5)`.
fn cpu_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
