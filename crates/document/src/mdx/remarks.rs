//! Remarks of the scanner, up to a number: more would help nobody, and a hostile text makes a million.

use std::ops::Range;

use crate::diagnostic::Report;

const MAX_REMARKS: usize = 200;

pub(crate) struct Remarks<'r, 't> {
    pub(crate) report: &'r mut Report<'t>,
    count: usize,
}

impl<'r, 't> Remarks<'r, 't> {
    pub(crate) fn new(report: &'r mut Report<'t>) -> Self {
        Self { report, count: 0 }
    }

    pub(crate) fn warn(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl FnOnce() -> String,
    ) {
        if self.counts() {
            self.report.warning(code, span, message());
        }
    }

    pub(crate) fn fail(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl FnOnce() -> String,
    ) {
        if self.counts() {
            self.report.error(code, span, message());
        }
    }

    fn counts(&mut self) -> bool {
        self.count += 1;
        self.count <= MAX_REMARKS
    }
}
