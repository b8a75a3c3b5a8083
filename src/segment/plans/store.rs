//! The folder of fetched plans, one file each, and the plan that a name or a path means.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::document::Plan;
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::error::{Fault, Kind};
use crate::settings::Settings;

/// No plan is larger.
const LARGEST: u64 = 64 << 20;

/// The folder of plans.
#[derive(Debug, Clone)]
pub struct Store(Option<PathBuf>);

/// A plan in the folder, or a file there that is none.
#[derive(Debug)]
pub struct Stored {
    /// The name it is found by: the file's, without its ending.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The plan.
    pub plan: Result<Plan, Fault>,
}

impl Store {
    /// The user's own.
    pub fn of(settings: &Settings) -> Self {
        Self(settings.paths().data.as_deref().map(|folder| folder.join("plans")))
    }

    /// Where a plan of that name is kept.
    ///
    /// # Errors
    /// When the platform names no home, or the name could leave the folder.
    pub fn place(&self, name: &str) -> Result<PathBuf, Fault> {
        let folder = self.0.as_ref().ok_or_else(|| {
            Fault::new(Kind::Config, "there is no home to keep plans in")
                .hint("set KOSMO_HOME, or say --file FILE")
        })?;
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        if name.is_empty() || !name.chars().all(fits) {
            return Err(Fault::usage(format!("`{name}` is no name for a plan"))
                .hint("letters, digits, - and _"));
        }
        Ok(folder.join(format!("{name}.json")))
    }

    /// Every plan, by name.
    pub fn list(&self) -> Vec<Stored> {
        let entries = self.0.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut plans: Vec<Stored> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .map(|path| Stored {
                name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                plan: read(&path),
                path,
            })
            .collect();
        plans.sort_by(|a, b| a.name.cmp(&b.name));
        plans
    }

    /// The plan that `wanted` means: a path, the name of a fetched one, its id, slug or title.
    ///
    /// # Errors
    /// `not_found` with the nearest names, or what is wrong with the file.
    pub fn find(&self, wanted: &str) -> Result<Plan, Fault> {
        let path = Path::new(wanted);
        let like_path = wanted.contains('/')
            || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        if like_path {
            return read(path);
        }
        if let Ok(own) = self.place(wanted)
            && own.is_file()
        {
            return read(&own);
        }
        let mut plans = self.list();
        let named = |stored: &Stored| {
            fold(&stored.name) == fold(wanted)
                || stored.plan.as_ref().is_ok_and(|plan| {
                    plan.text("id") == wanted
                        || ["slug", "name"].iter().any(|key| fold(plan.text(key)) == fold(wanted))
                })
        };
        if let Some(at) = plans.iter().position(named) {
            return plans.swap_remove(at).plan;
        }
        if path.is_file() {
            return read(path);
        }
        let names = plans.iter().map(|stored| stored.name.as_str());
        let hint = did_you_mean(&nearest(wanted, names))
            .unwrap_or_else(|| format!("fetch it with: kosmo plan:pull {wanted}"));
        Err(Fault::not_found(format!("there is no plan `{wanted}`"))
            .code("unknown_plan")
            .hint(hint))
    }
}

fn read(path: &Path) -> Result<Plan, Fault> {
    let name = path.display().to_string();
    let mut text = String::new();
    let opened = std::fs::File::open(path);
    opened.and_then(|file| file.take(LARGEST).read_to_string(&mut text)).map_err(
        |why| match why.kind() {
            std::io::ErrorKind::NotFound => {
                Fault::not_found(format!("there is no plan file {name}")).code("unknown_plan")
            }
            _ => Fault::usage(format!("cannot read {name}: {why}")).code("file_unreadable"),
        },
    )?;
    Plan::parse(&text, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_found_by_every_name_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store(Some(folder.path().to_owned()));
        let text =
            r#"{"plan": {"id": "tp_1", "name": "The Shop", "slug": "the-shop"}, "rules": []}"#;
        std::fs::write(store.place("shop").unwrap(), text).unwrap();
        for wanted in ["shop", "Shop", "tp_1", "the-shop", "the shop", "The Shop"] {
            assert_eq!(store.find(wanted).unwrap().text("id"), "tp_1", "{wanted}");
        }
        let file = folder.path().join("shop.json").display().to_string();
        assert_eq!(store.find(&file).unwrap().text("id"), "tp_1");
        let fault = store.find("shpo").unwrap_err();
        assert_eq!((fault.exit(), &*fault.code), (5, "unknown_plan"));
        assert!(fault.hint.unwrap().contains("shop"));
    }

    #[test]
    fn no_name_leaves_the_folder() {
        let store = Store(Some(PathBuf::from("/nowhere")));
        for name in ["", "..", "a/b", "../x", "a.json"] {
            assert!(store.place(name).is_err(), "{name}");
        }
    }
}
