//! The file operations that discovery needs, so that tests can stand in for the kernel.

use std::{fs, io, path::Path};

pub(super) trait Files {
    fn read(&self, path: &Path) -> io::Result<String>;
    fn write(&self, path: &Path, text: &str) -> io::Result<()>;
    fn make_dir(&self, path: &Path) -> io::Result<()>;
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
}

pub(super) struct Kernel;

impl Files for Kernel {
    fn read(&self, path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).open(path)?;
        io::Write::write_all(&mut file, text.as_bytes())
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

/// Files that hold what a test put there, and accept every write.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct Fake(std::cell::RefCell<std::collections::BTreeMap<std::path::PathBuf, String>>);

#[cfg(test)]
impl Fake {
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let fake = Self::default();
        files.iter().for_each(|(path, text)| fake.set(path, text));
        fake
    }

    pub(super) fn set(&self, path: &str, text: &str) {
        self.0.borrow_mut().insert(path.into(), text.to_owned());
    }

    pub(super) fn text(&self, path: &str) -> String {
        self.read(Path::new(path)).unwrap()
    }
}

#[cfg(test)]
impl Files for Fake {
    fn read(&self, path: &Path) -> io::Result<String> {
        self.0.borrow().get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        self.0.borrow_mut().insert(path.to_owned(), text.to_owned());
        Ok(())
    }

    fn make_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
