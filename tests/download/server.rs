//! An HTTP server on the loopback address that does what a test tells it to.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;

use parking_lot::Mutex;

/// What a client asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET /file HTTP/1.1`
    pub line: String,
    /// By names in small letters.
    pub headers: BTreeMap<String, String>,
}

impl Request {
    /// The second word of the first line.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Where the client wants to go on.
    pub fn range_start(&self) -> Option<usize> {
        let range = self.header("range")?.strip_prefix("bytes=")?;
        range.strip_suffix('-')?.parse().ok()
    }
}

/// Answers until the test ends.
pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` gets the number of the request, from 0, the request, and the open connection.
    pub fn start(answer: impl Fn(usize, &Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        in_thread(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                in_thread(move || serve(stream, &seen, &*answer));
            }
        });
        Self { port, requests }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().clone()
    }
}

fn in_thread(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name("server".to_owned());
    thread.spawn(work).unwrap();
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &dyn Fn(usize, &Request, &mut TcpStream),
) {
    let Some(request) = read_request(&stream) else {
        return;
    };
    let number = {
        let mut seen = seen.lock();
        seen.push(request.clone());
        seen.len() - 1
    };
    answer(number, &request, &mut stream);
    // A connection that is closed with unread bytes is reset; nothing is unread here.
    let _closed = stream.shutdown(Shutdown::Both);
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let mut request = Request {
        line: lines.next()?.ok()?,
        ..Request::default()
    };
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            return Some(request);
        }
        let (name, value) = line.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        request.headers.insert(name, value.trim().to_owned());
    }
    None
}

/// Sends a head and a body as they are; a client that went away is none of the server's business.
pub fn respond(stream: &mut TcpStream, status: &str, headers: &[(&str, &str)], body: &[u8]) {
    let headers: String = headers
        .iter()
        .flat_map(|(name, value)| [*name, ": ", *value, "\r\n"])
        .collect();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
    let _gone = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
}

/// A file that is served with an ETag and in parts.
#[derive(Clone)]
pub struct Site {
    pub body: Vec<u8>,
    pub etag: &'static str,
}

impl Site {
    pub fn new(n_bytes: usize) -> Self {
        Self {
            body: bytes(n_bytes, 1),
            etag: "\"one\"",
        }
    }

    /// Answers as the standard wants it, but ends after so many bytes of the body.
    pub fn answer(&self, request: &Request, stream: &mut TcpStream, n_sent: usize) {
        let is_same = request
            .header("if-range")
            .is_none_or(|tag| tag == self.etag);
        let start = request.range_start().filter(|_| is_same);
        let rest = &self.body[start.unwrap_or(0).min(self.body.len())..];
        let length = rest.len().to_string();
        let rest = &rest[..n_sent.min(rest.len())];
        let n_total = self.body.len();
        match start {
            Some(start) if start >= n_total => {
                let range = format!("bytes */{n_total}");
                let headers = [("Content-Range", range.as_str()), ("Content-Length", "0")];
                respond(stream, "416 Range Not Satisfiable", &headers, &[]);
            }
            Some(start) => {
                let range = format!("bytes {start}-{}/{n_total}", n_total - 1);
                let headers = [
                    ("Content-Range", range.as_str()),
                    ("Content-Length", &length),
                    ("ETag", self.etag),
                ];
                respond(stream, "206 Partial Content", &headers, rest);
            }
            None => {
                let headers = [("Content-Length", length.as_str()), ("ETag", self.etag)];
                respond(stream, "200 OK", &headers, rest);
            }
        }
    }
}

/// Bytes that are no text and have no short period.
pub fn bytes(n: usize, seed: u64) -> Vec<u8> {
    let mix = |index: u64| {
        let z = (index ^ (seed << 40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (z >> 33) as u8
    };
    (0..n as u64).map(mix).collect()
}

/// A proxy that opens tunnels (RFC 9110, section 9.3.6); it writes down what it was asked for.
pub fn proxy() -> Server {
    Server::start(|_, request, stream| {
        if !request.line.starts_with("CONNECT ") {
            respond(stream, "405 Method Not Allowed", &[], &[]);
            return;
        }
        let mut far = TcpStream::connect(request.target()).unwrap();
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
        let (mut near, mut away) = (stream.try_clone().unwrap(), far.try_clone().unwrap());
        in_thread(move || {
            let _ended = std::io::copy(&mut near, &mut away);
        });
        let mut block = [0; 4096];
        while let Ok(n) = far.read(&mut block) {
            if n == 0 || stream.write_all(&block[..n]).is_err() {
                break;
            }
        }
    })
}
