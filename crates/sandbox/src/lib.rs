//! Isolated environments: backends, images, files, limits.
