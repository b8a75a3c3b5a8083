//! Whom to trust: the built-in roots, or the certificates in files of the user's.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::Connect;
use crate::error::{Fault, Kind};

/// The certificates that servers are checked by.
pub(super) fn roots(connect: &Connect) -> Result<RootCertStore, Fault> {
    let mut files: Vec<PathBuf> = connect.ca_file.iter().cloned().collect();
    if let Some(folder) = connect.ca_dir.as_ref().filter(|_| files.is_empty()) {
        let entries = std::fs::read_dir(folder).map_err(|why| unreadable(folder, &why))?;
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()));
    }
    if files.is_empty() {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    }
    let mut store = RootCertStore::empty();
    for file in &files {
        let pem = std::fs::read(file).map_err(|why| unreadable(file, &why))?;
        let certificates = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
        store.add_parsable_certificates(certificates);
    }
    if store.is_empty() {
        let place = files.first().map_or_else(String::new, |file| file.display().to_string());
        return Err(Fault::new(Kind::Config, format!("no certificate found in {place}"))
            .hint("SSL_CERT_FILE and SSL_CERT_DIR must lead to PEM files"));
    }
    Ok(store)
}

fn unreadable(path: &Path, why: &std::io::Error) -> Fault {
    Fault::new(Kind::Config, format!("cannot read {}: {why}", path.display()))
        .hint("SSL_CERT_FILE and SSL_CERT_DIR must lead to PEM files")
}
