//! What a test does with a `DirPicker`: it chooses the directory that the test gives as `ID.PATH`.

use document::{Component, normal_id};
use serde_json::Value;

use super::{Ended, blocks::Acted, running::Running};
use crate::local::{
    Given, LocalError,
    directories::Root,
    runbook::{PATH, root_path},
};

impl Running<'_> {
    /// The directory that the test gives for a picker.
    pub(super) fn chosen(&self, component: &Component) -> Option<&str> {
        let Given::ById(given) = &self.given else { return None };
        let is_it = |it: &str| normal_id(it) == normal_id(&component.id);
        given.iter().find(|it| is_it(it.0))?.1.get(PATH).and_then(Value::as_str)
    }

    pub(super) fn pick(&mut self, index: usize) -> Acted {
        let component = &self.tester.reading.document.components[index];
        let values = match self.values(index) {
            Ok(values) => values,
            Err(acted) => return acted,
        };
        let path = match root_path(component, &self.session, &values, &self.work) {
            Ok(path) => path,
            Err(LocalError::Blocked { missing, .. }) => return self.blocked(index, missing),
            Err(error) => return Acted::new(Ended::Blocked, error.to_string()),
        };
        let chosen = self.chosen(component).unwrap_or_default();
        match Root::open(&path, None).and_then(|it| it.choose(chosen)) {
            Ok(chosen) => {
                self.session.give(&component.id, [(PATH.to_owned(), chosen)].into());
                Acted::new(Ended::Success, "")
            }
            Err(error) => Acted::new(Ended::Fail, error.to_string()),
        }
    }
}
