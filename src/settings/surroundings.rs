//! Where the program finds itself: the environment, the folder it runs in, and the folders that
//! follow from them. The one place that reads environment variables; tests bring their own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Environment variables. An empty one counts as absent.
#[derive(Debug, Clone, Default)]
pub enum Environment {
    /// The process's own.
    #[default]
    Process,
    /// These and no others.
    Fixed(BTreeMap<String, OsString>),
}

impl Environment {
    /// These variables and no others.
    pub fn fixed<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), OsString::from(value));
        Self::Fixed(variables.into_iter().map(owned).collect())
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<OsString> {
        let value = match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            Self::Process => std::env::var_os(name),
            Self::Fixed(variables) => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// Every variable whose name starts with `prefix`, sorted by name.
    pub fn starting_with(&self, prefix: &str) -> Vec<(String, OsString)> {
        let kept = |name: &str, value: &OsString| name.starts_with(prefix) && !value.is_empty();
        let mut found: Vec<(String, OsString)> = match self {
            Self::Process => std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .filter(|(name, value)| kept(name, value))
                .collect(),
            Self::Fixed(variables) => variables
                .iter()
                .filter(|(name, value)| kept(name, value))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        };
        found.sort();
        found
    }
}

/// The folders the program uses. None means that the platform names no home.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// Settings, credentials, trust.
    pub config: Option<PathBuf>,
    /// The ledger and the REPL's history.
    pub data: Option<PathBuf>,
    /// The project's `kosmo.toml`, when there is one here or above.
    pub project: Option<PathBuf>,
}

impl Paths {
    /// The user's settings.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.config.as_deref().map(|folder| folder.join("config.toml"))
    }

    /// The user's secrets.
    pub fn credentials_file(&self) -> Option<PathBuf> {
        self.config.as_deref().map(|folder| folder.join("credentials.toml"))
    }

    /// The fingerprints of trusted project files.
    pub fn trust_file(&self) -> Option<PathBuf> {
        self.config.as_deref().map(|folder| folder.join("trusted.toml"))
    }
}

/// What settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The environment.
    pub environment: Environment,
    /// The folder the program runs in.
    pub folder: Option<PathBuf>,
    /// The user's home, above which no project is looked for.
    pub home: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self {
            environment: Environment::Process,
            folder: std::env::current_dir().ok(),
            home: std::env::home_dir(),
        }
    }

    /// The folders that follow.
    pub fn paths(&self) -> Paths {
        let project = self.project();
        if let Some(home) = self.environment.get("KOSMO_HOME") {
            let home = PathBuf::from(home);
            let home = match &self.folder {
                Some(folder) => folder.join(home),
                None => home,
            };
            return Paths { config: Some(home.clone()), data: Some(home), project };
        }
        let Environment::Process = self.environment else {
            return Paths { project, ..Paths::default() };
        };
        let Some(folders) = directories::ProjectDirs::from("", "", "kosmo") else {
            return Paths { project, ..Paths::default() };
        };
        Paths {
            config: Some(folders.config_dir().to_owned()),
            data: Some(folders.data_dir().to_owned()),
            project,
        }
    }

    /// The repository the program runs in, else the folder itself.
    pub fn project_root(&self) -> Option<&Path> {
        let folder = self.folder.as_deref()?;
        folder.ancestors().find(|folder| is_repository(folder)).or(Some(folder))
    }

    /// The nearest `kosmo.toml`, here or above, no higher than a repository's root or the home.
    fn project(&self) -> Option<PathBuf> {
        for folder in self.folder.as_deref()?.ancestors() {
            let file = folder.join("kosmo.toml");
            if file.is_file() {
                return Some(file);
            }
            if self.home.as_deref() == Some(folder) || is_repository(folder) {
                return None;
            }
        }
        None
    }
}

impl super::Settings {
    /// The repository the program runs in, else the folder itself.
    pub fn project_root(&self) -> Option<&Path> {
        self.surroundings.project_root()
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<&Path> {
        self.surroundings.home.as_deref()
    }
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_variable_moves_everything() {
        let place = Surroundings {
            environment: Environment::fixed([("KOSMO_HOME", "below")]),
            folder: Some("/somewhere".into()),
            home: None,
        };
        let paths = place.paths();
        assert_eq!(paths.config.as_deref(), Some(Path::new("/somewhere/below")));
        assert_eq!(paths.data, paths.config);
    }

    #[test]
    fn no_home_means_no_folders() {
        let place = Surroundings {
            environment: Environment::fixed([("KOSMO_HOME", "")]),
            ..Surroundings::default()
        };
        assert_eq!(place.paths().config, None);
    }

    #[test]
    fn a_project_ends_at_its_repository() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repository/src");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.path().join("kosmo.toml"), "").unwrap();
        let place = Surroundings { folder: Some(inner), ..Surroundings::default() };
        assert_eq!(place.paths().project, Some(root.path().join("kosmo.toml")));
        std::fs::create_dir(root.path().join("repository/.git")).unwrap();
        assert_eq!(place.paths().project, None);
        std::fs::write(root.path().join("repository/kosmo.toml"), "").unwrap();
        assert_eq!(place.paths().project, Some(root.path().join("repository/kosmo.toml")));
    }
}
