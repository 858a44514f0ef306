//! The privileged, single-threaded program that puts guests into namespaces.
