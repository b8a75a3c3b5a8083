//! Listening on a port of this machine, and saying who has it when it is taken.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener};

use crate::error::{Fault, Kind};

/// The state of a socket that listens, as `/proc/net/tcp` has it.
const LISTENING: &str = "0A";

/// Listens there, without blocking. Port 0 takes any that is free.
///
/// # Errors
/// `port_taken`, with the program that has it as far as this user may know; whatever else keeps the
/// platform from listening there.
pub fn listen(host: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), Fault> {
    let address = SocketAddr::new(host, port);
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bind().map_err(|why: std::io::Error| match why.kind() {
        ErrorKind::AddrInUse => taken(address),
        ErrorKind::PermissionDenied => Fault::io(format!("cannot listen on {address}"), &why)
            .hint("ports below 1024 are for the system; choose a higher one, or 0 for any"),
        ErrorKind::AddrNotAvailable => Fault::io(format!("cannot listen on {address}"), &why)
            .hint("no network interface of this machine has that address"),
        _ => Fault::io(format!("cannot listen on {address}"), &why),
    })
}

fn taken(address: SocketAddr) -> Fault {
    let whose = holder(address.port()).map(|who| format!(" by {who}")).unwrap_or_default();
    Fault::new(Kind::Io, format!("cannot listen on {address}: the port is taken{whose}"))
        .code("port_taken")
        .hint("choose another port, or 0 for any that is free")
}

/// The program that listens on a port, as `name (process 123)`.
fn holder(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .flat_map(|table| inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        let files = fs::read_dir(process.path().join("fd")).ok()?;
        files.flatten().find(|file| {
            fs::read_link(file.path())
                .is_ok_and(|target| sockets.iter().any(|socket| target.as_os_str() == &**socket))
        })?;
        let name = fs::read_to_string(process.path().join("comm")).ok()?;
        Some(format!("{} (process {id})", name.trim()))
    })
}

/// The sockets in a table of `/proc/net` that listen on a port.
fn inodes(table: &str, port: u16) -> Vec<String> {
    let local = format!(":{port:04X}");
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[1].ends_with(&local) && row[3] == LISTENING)
        .map(|row| row[9].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_taken_port_is_named_with_who_has_it() {
        let (_held, address) = listen(Ipv4Addr::LOCALHOST.into(), 0).unwrap();
        let fault = listen(address.ip(), address.port()).unwrap_err();
        assert_eq!(fault.code, "port_taken");
        assert!(fault.message.contains(&format!("127.0.0.1:{}", address.port())), "{fault}");
        if cfg!(target_os = "linux") {
            let id = std::process::id();
            assert!(fault.message.contains(&format!("(process {id})")), "{fault}");
        }
    }

    #[test]
    fn only_what_listens_on_that_port_counts() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 41 1 0 100\n\
            1: 0100007F:2253 0100007F:9999 01 00000000:00000000 00:00000000 00000000 0 0 42 1 0 100\n\
            2: 0100007F:2254 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 43 1 0 100\n";
        assert_eq!(inodes(table, 0x2253), ["41"]);
    }
}
