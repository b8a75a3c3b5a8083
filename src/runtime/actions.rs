//! Where the files of actions are: in the user's folder, and beside a project's `kosmo.toml`, where
//! each counts only as the user has read and trusted it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::entries;
use crate::catalogue::action::{ActionSource, Layer};
use crate::settings::{Settings, trust};

/// The folder's name.
pub const FOLDER: &str = "actions";

/// The folder of archived files within it.
pub const ARCHIVE: &str = ".archive";

/// The folder of a layer; none where there is no such layer.
pub fn folder(settings: &Settings, layer: Layer) -> Option<PathBuf> {
    let paths = settings.paths();
    let parent = match layer {
        Layer::User => paths.config.as_deref(),
        Layer::Project => paths.project.as_deref().and_then(Path::parent),
    };
    Some(parent?.join(FOLDER))
}

/// The files of a folder that are actions.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let file = |path: &PathBuf| path.extension() == Some(OsStr::new("toml")) && path.is_file();
    entries(folder).into_iter().filter(file).collect()
}

/// Every action that counts, the user's first.
pub(super) fn sources(settings: &Settings) -> Vec<ActionSource> {
    let mut sources = Vec::new();
    for layer in [Layer::User, Layer::Project] {
        let Some(folder) = folder(settings, layer) else { continue };
        sources.extend(files(&folder).iter().filter_map(|file| {
            let bytes = std::fs::read(file).ok()?;
            let counts = layer == Layer::User || trust::trusts(settings.paths(), file, &bytes);
            counts.then(|| source(file, &bytes, layer))?
        }));
    }
    sources
}

/// The files of a project that the user has not trusted as they are.
pub fn untrusted(settings: &Settings) -> Vec<PathBuf> {
    let Some(folder) = folder(settings, Layer::Project) else { return Vec::new() };
    let unread = |file: &PathBuf| {
        let bytes = std::fs::read(file).unwrap_or_default();
        !trust::trusts(settings.paths(), file, &bytes)
    };
    files(&folder).into_iter().filter(unread).collect()
}

fn source(file: &Path, bytes: &[u8], layer: Layer) -> Option<ActionSource> {
    Some(ActionSource {
        key: file.file_stem()?.to_str()?.to_owned(),
        file: file.display().to_string(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        layer,
    })
}
