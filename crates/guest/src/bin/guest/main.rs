//! The guest: the first process of every sandbox.

fn main() {}
