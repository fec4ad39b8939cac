//! Globs as a `.gitignore` has them, relative to the folder of their configuration.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Some globs; `!` before one takes back what those before it fit.
#[derive(Clone, Debug)]
pub struct Globs {
    base: PathBuf,
    written: Vec<String>,
    matcher: Gitignore,
}

impl Globs {
    /// Globs relative to a folder, which is absolute.
    ///
    /// # Errors
    ///
    /// The number of the first that is none, and why.
    pub fn new(base: &Path, written: Vec<String>) -> Result<Self, (usize, String)> {
        // Paths are made relative here, as the matcher refuses those from elsewhere.
        let mut builder = GitignoreBuilder::new("");
        for (number, glob) in written.iter().enumerate() {
            // A .gitignore takes these for comments; here they would be ignored in silence.
            if glob.trim().is_empty() || glob.starts_with('#') {
                return Err((number, "it fits nothing".to_owned()));
            }
            let added = builder.add_line(None, glob).map(drop);
            added.map_err(|error| (number, reason(&error)))?;
        }
        let last = written.len().saturating_sub(1);
        let matcher = builder.build().map_err(|error| (last, reason(&error)))?;
        Ok(Self { base: base.to_owned(), written, matcher })
    }

    /// The globs as written.
    #[must_use]
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Whether they fit a file or folder, or a folder that holds it; `path` is absolute.
    ///
    /// Of a path outside of the globs' folder all parts count, so that `*.md` fits anywhere.
    #[must_use]
    pub fn fit(&self, path: &Path, is_folder: bool) -> bool {
        let path = self.relative(path);
        !path.as_os_str().is_empty()
            && self.matcher.matched_path_or_any_parents(&path, is_folder).is_ignore()
    }

    /// Whether they fit a file or folder itself, whatever holds it.
    #[must_use]
    pub fn fit_itself(&self, path: &Path, is_folder: bool) -> bool {
        let path = self.relative(path);
        !path.as_os_str().is_empty() && self.matcher.matched(&path, is_folder).is_ignore()
    }

    fn relative(&self, path: &Path) -> PathBuf {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let named = |part: &Component<'_>| matches!(part, Component::Normal(_));
        path.components().filter(named).collect()
    }
}

fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(written: &[&str]) -> Globs {
        let written = written.iter().map(|&it| it.to_owned()).collect();
        Globs::new(Path::new("/project"), written).expect("globs")
    }

    #[test]
    fn a_glob_fits_as_in_a_gitignore() {
        let fits = |glob: &str, path: &str| globs(&[glob]).fit(Path::new(path), false);
        assert!(fits("*.md", "/project/a/b.md"));
        assert!(fits("old", "/project/a/old/b.md"));
        assert!(fits("/old/", "/project/old/b.md"));
        assert!(!fits("/old/", "/project/a/old/b.md"));
        assert!(fits("a/**/b.md", "/project/a/x/y/b.md"));
        assert!(!fits("a/b.md", "/project/x/a/b.md"));
        assert!(fits("*.md", "/elsewhere/b.md"));
        assert!(!fits("*", "/project"));
    }

    #[test]
    fn an_exclamation_mark_takes_back() {
        let globs = globs(&["*.md", "!kept.md"]);
        assert!(globs.fit(Path::new("/project/a.md"), false));
        assert!(!globs.fit(Path::new("/project/kept.md"), false));
    }

    #[test]
    fn what_is_no_glob_is_told() {
        let wrong = vec!["*.md".to_owned(), "a{b".to_owned()];
        let (number, reason) =
            Globs::new(Path::new("/project"), wrong).expect_err("a brace is open");
        assert_eq!(number, 1);
        assert!(!reason.is_empty());
        assert!(Globs::new(Path::new("/project"), vec!["# old".to_owned()]).is_err());
    }
}
