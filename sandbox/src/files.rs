//! A web server for validation files, for clients that publish to a folder.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, thread};

/// The longest time to wait for one client.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Serves the files of a folder over HTTP, for every host name, on a free port of `127.0.0.1`, until the
/// program ends. The port is meant for [`Options::http_port`](crate::Options::http_port).
pub fn serve_files(folder: impl Into<PathBuf>) -> io::Result<u16> {
    let folder: Arc<Path> = folder.into().into();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::Builder::new().name("files".to_owned()).spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let folder = Arc::clone(&folder);
            // A client that hangs up or sends nothing gets no answer. The others are not affected.
            let _ = thread::Builder::new().name("file".to_owned()).spawn(move || answer(stream, &folder));
        }
    })?;
    Ok(port)
}

fn answer(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let is_inside = path.split('/').all(|part| part != "..");
    let body = if is_inside { fs::read(folder.join(path)) } else { Err(io::ErrorKind::NotFound.into()) };
    let (status, body) = body.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n", body.len())?;
    stream.write_all(&body)
}
