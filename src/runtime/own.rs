//! Where files of a user's own rows are: in the user's folder, and beside a project's `kosmo.toml`,
//! where each counts only as the user has read and trusted it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::entries;
use crate::catalogue::action::{ActionSource, Layer};
use crate::settings::{Settings, trust};

/// One sort of such files.
#[derive(Debug)]
pub struct Own {
    /// The folder's name.
    pub folder: &'static str,
    /// How their names end.
    endings: &'static [&'static str],
}

/// Requests and scripts.
pub const ACTIONS: Own = Own { folder: "actions", endings: &["toml"] };

/// Capability files.
pub const CAPABILITIES: Own = Own { folder: "capabilities", endings: &["yaml", "yml"] };

/// Every sort there is.
pub const ALL: [&Own; 2] = [&ACTIONS, &CAPABILITIES];

/// The folder of archived files within one of them.
pub const ARCHIVE: &str = ".archive";

impl Own {
    /// The folder of a layer; none where there is no such layer.
    pub fn folder(&self, settings: &Settings, layer: Layer) -> Option<PathBuf> {
        let paths = settings.paths();
        let parent = match layer {
            Layer::User => paths.config.as_deref(),
            Layer::Project => paths.project.as_deref().and_then(Path::parent),
        };
        Some(parent?.join(self.folder))
    }

    /// The files of this sort in a folder.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let ending = |path: &PathBuf| {
            let own = path.extension().and_then(OsStr::to_str);
            own.is_some_and(|own| self.endings.contains(&own))
        };
        entries(folder).into_iter().filter(|path| ending(path) && path.is_file()).collect()
    }

    /// Every file that counts, the user's first.
    pub fn sources(&self, settings: &Settings) -> Vec<ActionSource> {
        let mut sources = Vec::new();
        for layer in [Layer::User, Layer::Project] {
            let Some(folder) = self.folder(settings, layer) else { continue };
            sources.extend(self.files(&folder).iter().filter_map(|file| {
                let bytes = std::fs::read(file).ok()?;
                let counts = layer == Layer::User || trust::trusts(settings.paths(), file, &bytes);
                counts.then(|| source(file, &bytes, layer))?
            }));
        }
        sources
    }

    /// The files of a project that the user has not trusted as they are.
    pub fn untrusted(&self, settings: &Settings) -> Vec<PathBuf> {
        let Some(folder) = self.folder(settings, Layer::Project) else { return Vec::new() };
        let unread = |file: &PathBuf| {
            let bytes = std::fs::read(file).unwrap_or_default();
            !trust::trusts(settings.paths(), file, &bytes)
        };
        self.files(&folder).into_iter().filter(unread).collect()
    }
}

/// The files of a project, of every sort, that the user has not trusted as they are.
pub fn untrusted(settings: &Settings) -> Vec<PathBuf> {
    ALL.iter().flat_map(|own| own.untrusted(settings)).collect()
}

fn source(file: &Path, bytes: &[u8], layer: Layer) -> Option<ActionSource> {
    Some(ActionSource {
        key: file.file_stem()?.to_str()?.to_owned(),
        file: file.display().to_string(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        layer,
    })
}
