//! The key that signs tokens: random bytes in a file that only the user can read, made when the
//! first token is.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::{Fault, Kind};
use crate::settings::edit;

/// Bytes of a key; as many as the hash gives.
const LENGTH: usize = 32;

/// Where the key is kept.
#[derive(Debug)]
pub struct Key(Option<PathBuf>);

impl Key {
    /// A key in this folder. Opens nothing.
    pub fn within(folder: Option<&Path>) -> Self {
        Self(folder.map(|folder| folder.join("token.key")))
    }

    /// The key; none when none was made yet.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or others may read it.
    pub fn read(&self) -> Result<Option<hmac::Key>, Fault> {
        let Some(path) = &self.0 else { return Ok(None) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(why) => return Err(Fault::io(format!("cannot read {}", path.display()), &why)),
        };
        if edit::readable_by_others(path) {
            let path = path.display();
            let message = format!("others may read {path}, so its tokens prove nothing");
            return Err(Fault::new(Kind::Config, message)
                .code("exposed_key")
                .hint(format!("chmod 600 {path}, and `kosmo token revoke --all` if they have")));
        }
        let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() == LENGTH);
        let bytes = bytes.ok_or_else(|| {
            Fault::new(Kind::Config, format!("{} holds no key", path.display()))
                .hint("`kosmo token revoke --all` makes room for a new one")
        })?;
        Ok(Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The key, made now if there is none.
    ///
    /// # Errors
    /// As [`Self::read`], or when it cannot be written.
    pub fn read_or_make(&self) -> Result<hmac::Key, Fault> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let path = self.0.as_deref().ok_or_else(edit::no_home)?;
        make(path).map_err(|why| Fault::io(format!("cannot write {}", path.display()), &why))?;
        // Read back: another process may have made one at the same time, and the first one counts.
        self.read()?.ok_or_else(|| Fault::new(Kind::Io, "the key is gone again"))
    }

    /// Throws the key away; whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget(&self) -> Result<bool, Fault> {
        let Some(path) = &self.0 else { return Ok(false) };
        match std::fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(false)
            }
            Err(why) => Err(Fault::io(format!("cannot remove {}", path.display()), &why)),
        }
    }
}

/// Makes a key beside its place and moves it there whole, unless there is one by now.
fn make(path: &Path) -> std::io::Result<()> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(|_| std::io::Error::other("no randomness"))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    edit::create_private_folder(folder)?;
    // Temporary files are born private.
    let mut file = tempfile::NamedTempFile::with_prefix_in(".token-", folder)?;
    writeln!(file, "{}", STANDARD.encode(bytes))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(why) if why.error.kind() != ErrorKind::AlreadyExists => Err(why.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_stays_and_is_private() {
        let home = tempfile::tempdir().unwrap();
        let key = Key::within(Some(home.path()));
        assert!(key.read().unwrap().is_none());
        let first = key.read_or_make().unwrap();
        let tag = hmac::sign(&first, b"x");
        let again = key.read_or_make().unwrap();
        assert!(hmac::verify(&again, b"x", tag.as_ref()).is_ok());
        let path = home.path().join("token.key");
        assert!(!edit::readable_by_others(&path));
        assert!(key.forget().unwrap() && !key.forget().unwrap());
        let other = key.read_or_make().unwrap();
        assert!(hmac::verify(&other, b"x", tag.as_ref()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let key = Key::within(Some(home.path()));
        key.read_or_make().unwrap();
        let path = home.path().join("token.key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(key.read().unwrap_err().code, "exposed_key");
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token.key");
        for text in ["", "AAAA", "not base64!"] {
            let mut file = tempfile::NamedTempFile::new_in(home.path()).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.persist(&path).unwrap();
            assert!(Key::within(Some(home.path())).read().is_err(), "{text:?}");
        }
    }
}
