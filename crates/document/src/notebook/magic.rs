//! `IPython`'s magics, as far as they have another name in a document: a cell that is a program of
//! another language, or a file. All others stay in the code, and are told of.

use crate::{file_path::FilePath, runtime::Runtime};

/// What the first line of a cell makes of the rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cells<'t> {
    /// Code of the notebook's own language.
    Own(&'t str),
    /// Code of another language, as a fence calls it.
    Other(&'static str, &'t str),
    /// A file with this path.
    File(&'t str, &'t str),
}

/// Languages and the line that begins a cell of theirs.
const LANGUAGES: [(&str, &str); 4] =
    [("bash", "%%bash"), ("sh", "%%sh"), ("node", "%%script node"), ("javascript", "%%node")];

pub(super) fn read(source: &str) -> Cells<'_> {
    let Some((first, rest)) = source.split_once('\n') else { return Cells::Own(source) };
    if let Some((language, _)) = LANGUAGES.iter().find(|it| it.1 == first) {
        return Cells::Other(language, rest);
    }
    let path = first.strip_prefix("%%writefile ").or_else(|| first.strip_prefix("%%file "));
    match path {
        // A path that would be written otherwise, or quoted, does not come back as it was.
        Some(path)
            if first.starts_with("%%writefile ")
                && !path.contains([' ', '\t', '"', '\'', '`', '{', '='])
                && FilePath::parse(path).is_ok_and(|it| it.as_str() == path) =>
        {
            Cells::File(path, rest)
        }
        _ => Cells::Own(source),
    }
}

/// The line that makes a cell of Python one of another language; `None` if there is no such.
pub(super) fn language(language: &str, runtime: Runtime) -> Option<&'static str> {
    let exact = LANGUAGES.iter().find(|it| it.0 == language);
    let same = || LANGUAGES.iter().find(|it| Runtime::from_language(it.0) == Some(runtime));
    exact.or_else(same).map(|it| it.1)
}

/// The first line of a cell of Python that only `IPython` understands.
pub(crate) fn first_magic(code: &str) -> Option<(usize, &str)> {
    let mut lines = code.lines().enumerate();
    let quoted = code.contains("\"\"\"") || code.contains("'''");
    lines.find(|(number, line)| {
        // Within a text of several lines a sign at the beginning means nothing.
        let begins = line.starts_with(['%', '!']) && line.len() > 1 && !quoted;
        begins && !line.starts_with("% ") && !line.starts_with("!=")
            || (*number == 0 && line.starts_with("%%"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_other_languages_and_files_are_told_from_code() {
        assert_eq!(read("%%bash\nls\n"), Cells::Other("bash", "ls\n"));
        assert_eq!(read("%%writefile a/b.py\nx"), Cells::File("a/b.py", "x"));
        for own in
            ["x\n%%bash\n", "%%bash --out x\nls", "%%writefile -a x\ny", "%%writefile ../x\ny"]
        {
            assert_eq!(read(own), Cells::Own(own));
        }
    }

    #[test]
    fn magics_are_found_at_the_beginning_of_a_line() {
        assert_eq!(first_magic("import x\n%matplotlib inline\n"), Some((1, "%matplotlib inline")));
        assert_eq!(first_magic("!pip install x"), Some((0, "!pip install x")));
        for plain in ["x % y\n", "a = (1\n% 2)\n", "'''\n!x\n'''"] {
            assert_eq!(first_magic(plain), None, "{plain}");
        }
    }
}
