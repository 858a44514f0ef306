//! How long a sandbox waits for its checkout: `cargo run --release -p repository --example seed [MB]`.
//!
//! A repository of that many megabytes (50) in files of 10 kB is made, fetched over HTTP from git's own server, and
//! checked out as a sandbox does it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

#[path = "../tests/repository/checkout.rs"]
#[expect(dead_code, reason = "tests use all of it")]
mod checkout;
#[path = "../tests/repository/forge.rs"]
#[expect(dead_code, reason = "tests use all of it")]
mod forge;
#[path = "../tests/repository/noise.rs"]
mod noise;

use std::time::Instant;

use repository::{Credentials, Limits, Repositories};

use checkout::Checkout;
use forge::{File, Forge, TOKEN, USER};
use noise::noise;

const FILE: usize = 10_000;

#[tokio::main]
async fn main() {
    let megabytes = std::env::args().nth(1).map_or(50, |it| it.parse().unwrap());
    let Some(forge) = Forge::start().await else { return };
    let text = noise(megabytes * 1_000_000);
    let paths: Vec<_> = (0..text.len() / FILE).map(|it| format!("{}/{it}", it % 100)).collect();
    let files = paths.iter().zip(text.as_bytes().chunks(FILE));
    let files: Vec<_> = files
        .map(|(path, content)| File { mode: "100644", path: path.as_bytes(), content })
        .collect();
    let commit = forge.commit("main", &files).await;

    let directory = tempfile::tempdir().unwrap();
    let variables = std::env::vars_os().filter(|it| it.0 == "PATH");
    let repositories =
        Repositories::new(directory.path(), Limits::default(), variables).await.unwrap();
    let credentials = Credentials::new(USER, TOKEN.to_owned());
    let mirror = repositories.open(&forge.address("o/r.git"), Some(credentials)).await.unwrap();
    let mut watch = Instant::now();
    let mut lap = |what: &str| {
        println!("{what:<40} {:>6} ms", watch.elapsed().as_millis());
        watch = Instant::now();
    };
    mirror.fetch().await.unwrap();
    lap("fetch all of it");
    mirror.fetch().await.unwrap();
    lap("fetch nothing new");
    mirror.seed(&commit).await.unwrap();
    lap("make the seed");
    let seed = mirror.seed(&commit).await.unwrap();
    lap("open the seed");
    let checkout = Checkout::of(&mirror, &commit).await;
    lap("open, untar, check out");
    checkout.write("0/0", "changed");
    let snapshot = checkout.snapshot().await;
    lap("snapshot of one changed file");
    let taken = mirror.take(snapshot.as_slice(), &commit).await.unwrap();
    lap("take it");
    println!("{} bytes of seed, {} changed file", seed.bytes, taken.changed_files);
}
