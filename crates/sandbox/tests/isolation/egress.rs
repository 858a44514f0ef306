//! With an allow-list: what is named is reached, by programs that know of it and by those that do not, and
//! nothing else is.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use sandbox::{
    EgressConfig, EgressEvent, EgressLimits, Network, ProcessEvent, Spec,
    egress::{Failure, Host, HostedService, Refusal, Resolver, Verdict},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::broadcast::Receiver,
};
use tokio_util::task::TaskTracker;

use super::harness::{Cage, python_cage};

/// A server on this machine's loopback that answers every connection with a line, and remembers what it
/// was told first.
struct Service {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start() -> Self {
        Self::serving(|mut stream, heard| {
            let mut first = [0; 4096];
            let count = stream.read(&mut first).unwrap_or(0);
            heard.lock().unwrap().push(String::from_utf8_lossy(&first[..count]).into());
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
            stream.write_all(answer.as_bytes()).ok();
        })
    }

    /// Reads all that comes and answers nothing.
    fn sink() -> Self {
        Self::serving(|mut stream, _| drop(std::io::copy(&mut stream, &mut std::io::sink())))
    }

    /// It lives as long as the tests.
    fn serving(serve: fn(TcpStream, &Mutex<Vec<String>>)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let hears = Arc::clone(&hears);
                thread::spawn(move || serve(stream.unwrap(), &hears));
            }
        });
        Self { address, heard }
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Names of the tests, and how often one was looked up.
#[derive(Clone)]
struct Hosts {
    names: Arc<Mutex<HashMap<String, Vec<IpAddr>>>>,
    lookups: Arc<AtomicUsize>,
}

impl Hosts {
    fn new(names: &[(&str, &str)]) -> Self {
        let mut all: HashMap<String, Vec<IpAddr>> = HashMap::new();
        for (name, address) in names {
            all.entry((*name).to_owned()).or_default().push(address.parse().unwrap());
        }
        Self { names: Arc::new(Mutex::new(all)), lookups: Arc::default() }
    }

    fn resolver(&self) -> Resolver {
        let hosts = self.clone();
        Resolver::new(move |name| {
            hosts.lookups.fetch_add(1, Ordering::SeqCst);
            let names = hosts.names.lock().unwrap();
            names.get(name).cloned().ok_or(std::io::ErrorKind::NotFound.into())
        })
    }
}

fn allowing(rules: &[String], hosts: &Hosts) -> Spec {
    let rules = rules.iter().map(|it| it.parse().unwrap()).collect();
    let egress = EgressConfig { resolver: hosts.resolver(), ..EgressConfig::default() };
    Spec { network: Network::Allow(rules), egress, ..Spec::default() }
}

/// `web.test` is the service, and nothing else is anything.
fn web(service: &Service) -> Spec {
    let port = service.port();
    let rules = [format!("web.test:{port}"), format!("127.0.0.1:{port}")];
    allowing(&rules, &Hosts::new(&[("web.test", "127.0.0.1")]))
}

/// For a probe that speaks to the proxy: `ask` sends bytes and gives the first line of the answer.
const ASK: &str = r"
def ask(request):
    with socket.create_connection(('127.0.0.1', 3128)) as proxy:
        try:
            proxy.sendall(request if isinstance(request, bytes) else request.encode())
            answer = b''
            while b'\n' not in answer:
                more = proxy.recv(4096)
                if not more: break
                answer += more
        except OSError as error: return errno.errorcode[error.errno]
        return answer.split(b'\r\n')[0].decode()
def socks(address, command=1):
    with socket.create_connection(('127.0.0.1', 3128)) as proxy:
        proxy.sendall(b'\x05\x01\x00'); proxy.recv(2)
        proxy.sendall(bytes([5, command, 0]) + address)
        return proxy.recv(10)[1]
";

const OK: &str = "HTTP/1.1 200 Connection established";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const BAD: &str = "HTTP/1.1 400 Bad Request";

fn verdicts(events: &mut Receiver<EgressEvent>) -> Vec<Verdict> {
    std::iter::from_fn(|| events.try_recv().ok()).map(|it| it.verdict).collect()
}

#[tokio::test]
async fn an_allowed_name_is_reached_by_programs_that_know_of_no_proxy() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "import urllib.request
print(urllib.request.urlopen('http://web.test:{port}/a').read().decode().strip())
print(socket.getaddrinfo('WEB.test.', {port}, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])
with socket.create_connection(('web.test', {port})) as stream:
    stream.sendall(b'bytes'); print(stream.makefile().readline().strip())"
    );
    assert_eq!(cage.answers(&code).await, ["hello", "127.77.0.1", "HTTP/1.1 200 OK"]);
    let heard = service.heard();
    assert!(heard[0].starts_with("GET /a HTTP/1.1\r\n"), "{heard:?}");
    assert!(heard[0].contains(&format!("Host: web.test:{port}\r\n")), "{heard:?}");
    assert_eq!(heard[1], "bytes");
    let first = events.recv().await.unwrap();
    let name = first.host.map(|it| it.to_string());
    assert_eq!((name.as_deref(), first.port), (Some("web.test"), Some(port)));
    assert_eq!(first.verdict, Verdict::Allowed { address: service.address });
}

/// `models.runbook:80` is this process, which answers a line with that line in capitals.
fn hosting() -> Spec {
    let host = Host::parse("models.runbook").unwrap();
    let tasks = TaskTracker::new();
    let service = HostedService::new(host, 80, move |mut stream| {
        tasks.spawn(async move {
            let mut line = vec![0; 64];
            let count = stream.read(&mut line).await.unwrap();
            stream.write_all(line[..count].to_ascii_uppercase().as_slice()).await.unwrap();
        });
    });
    let egress = EgressConfig { services: vec![service], ..EgressConfig::default() };
    Spec { network: Network::Allow(Vec::new()), egress, ..Spec::default() }
}

#[tokio::test]
async fn a_service_of_this_process_is_reached_by_its_name_and_nothing_else_is() {
    let cage = python_cage!(hosting());
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "{ASK}
with socket.create_connection(('models.runbook', 80)) as stream:
    stream.sendall(b'hello\\n'); print(stream.makefile().readline().strip())
print(ask('CONNECT models.runbook:80 HTTP/1.1\\r\\n\\r\\n'))
print(call(socket.create_connection, ('models.runbook', 443)))
for target in ['models.runbook:443', 'a.models.runbook:80', 'web.test:80', '127.0.0.1:80']:
    print(ask(f'CONNECT {{target}} HTTP/1.1\\r\\n\\r\\n'))"
    );
    let answers = cage.answers(&code).await;
    assert_eq!(answers[..3], ["HELLO", OK, "ECONNREFUSED"]);
    assert_eq!(answers[3..], [FORBIDDEN; 4]);
    let verdicts = verdicts(&mut events);
    assert_eq!(verdicts[0], Verdict::Served);
    let allowed = verdicts.iter().any(|it| matches!(it, Verdict::Allowed { .. }));
    assert!(!allowed, "{verdicts:?}");
}

#[tokio::test]
async fn an_allowed_name_is_reached_through_the_proxy() {
    let service = Service::start();
    let port = service.port();
    let spec = web(&service);
    let variables = spec.network.proxy_variables();
    let cage = python_cage!(spec);
    let code = format!(
        "{ASK}
import urllib.request
os.environ.update(dict({variables:?}))
print(urllib.request.urlopen('http://web.test:{port}/b?c').read().decode().strip())
print(ask('CONNECT web.test:{port} HTTP/1.1\\r\\nHost: web.test:{port}\\r\\n\\r\\nearly'))
print(socks(b'\\x03\\x08web.test' + ({port}).to_bytes(2, 'big')))
print(ask('CONNECT 127.0.0.1:{port} HTTP/1.1\\r\\n\\r\\nx'))"
    );
    // A list of Rust pairs reads as one of Python.
    assert_eq!(cage.answers(&code).await, ["hello", OK, "0", OK]);
    let heard = service.heard();
    assert!(heard[0].starts_with("GET /b?c HTTP/1.1\r\n"), "{heard:?}");
    assert!(heard[0].contains("Connection: close\r\n"), "{heard:?}");
    assert!(heard.iter().any(|it| it == "early"), "{heard:?}");
}

#[tokio::test]
async fn a_name_or_port_that_no_rule_names_is_refused_and_told() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "{ASK}
try: socket.getaddrinfo('evil.test', 443)
except socket.gaierror as error: print(error.errno == socket.EAI_NONAME)
print(call(socket.create_connection, ('web.test', 22)))
for target in ['evil.test:{port}', 'web.test:22', 'web.test:25', 'web.test.evil.test:{port}', '127.0.0.1:22', 'localhost:{port}', '[::1]:{port}']:
    print(ask(f'CONNECT {{target}} HTTP/1.1\\r\\n\\r\\n'))
print(ask('GET http://evil.test/ HTTP/1.1\\r\\nHost: evil.test\\r\\n\\r\\n'))
print(socks(b'\\x03\\x09evil.test' + ({port}).to_bytes(2, 'big')))"
    );
    let answers = cage.answers(&code).await;
    assert_eq!(answers[..2], ["True", "ECONNREFUSED"]);
    assert_eq!(answers[2..10], [FORBIDDEN; 8]);
    assert_eq!(answers[10], "2");
    assert_eq!(service.heard(), Vec::<String>::new());
    let verdicts = verdicts(&mut events);
    assert!(verdicts.contains(&Verdict::Refused(Refusal::Host)), "{verdicts:?}");
    assert!(verdicts.contains(&Verdict::Refused(Refusal::Port)), "{verdicts:?}");
}

#[tokio::test]
async fn the_metadata_address_is_refused_in_every_spelling() {
    let names = [
        ("a.cloud.test", "169.254.169.254"),
        ("b.cloud.test", "::ffff:169.254.169.254"),
        ("c.cloud.test", "fd00:ec2::254"),
        ("d.cloud.test", "64:ff9b::a9fe:a9fe"),
        ("e.cloud.test", "2002:a9fe:a9fe::1"),
        ("f.cloud.test", "168.63.129.16"),
        ("g.cloud.test", "100.100.100.200"),
        ("h.cloud.test", "0.0.0.0"),
    ];
    let rules = ["*.cloud.test".to_owned(), "metadata.google.internal".to_owned()];
    let mut all = names.to_vec();
    all.push(("metadata.google.internal", "169.254.169.254"));
    let cage = python_cage!(allowing(&rules, &Hosts::new(&all)));
    let mut events = cage.sandbox.network_events().unwrap();
    let named: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    let code = format!(
        "{ASK}
for name in {named:?}:
    print(ask(f'CONNECT {{name}}:80 HTTP/1.1\\r\\n\\r\\n'))
    with socket.create_connection((name, 80)) as stream: print(call(stream.recv, 1))
for text in ['169.254.169.254', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]']:
    print(ask(f'CONNECT {{text}}:80 HTTP/1.1\\r\\n\\r\\n'))
for text in ['2852039166', '0xa9fea9fe', '0xa9.0xfe.0xa9.0xfe', '0251.0376.0251.0376', '169.254.43518', '169.254.169.254.', '[::169.254.169.254%25lo]']:
    print(ask(f'CONNECT {{text}}:80 HTTP/1.1\\r\\n\\r\\n'))
print(socks(b'\\x01\\xa9\\xfe\\xa9\\xfe\\x00\\x50'), socks(b'\\x04' + bytes(10) + b'\\xff\\xff\\xa9\\xfe\\xa9\\xfe\\x00\\x50'))"
    );
    let answers = cage.answers(&code).await;
    let (by_name, rest) = answers.split_at(2 * all.len());
    for pair in by_name.chunks(2) {
        assert_eq!(pair, [FORBIDDEN, "ECONNRESET"]);
    }
    assert_eq!(rest[..4], [FORBIDDEN; 4]);
    assert_eq!(rest[4..11], [BAD; 7]);
    assert_eq!(rest[11], "2 2");
    let verdicts = verdicts(&mut events);
    let allowed =
        verdicts.iter().any(|it| matches!(it, Verdict::Allowed { .. } | Verdict::Failed(_)));
    assert!(!allowed, "{verdicts:?}");
}

#[tokio::test]
async fn a_name_that_moves_to_another_address_leads_nowhere_else() {
    let service = Service::start();
    let port = service.port();
    let Ok(listener) = TcpListener::bind(("127.0.0.2", port)) else {
        eprintln!("skipped: 127.0.0.2:{port} is taken");
        return;
    };
    listener.set_nonblocking(true).unwrap();
    let hosts = Hosts::new(&[("web.test", "127.0.0.1")]);
    let rules = [format!("web.test:{port}"), format!("127.0.0.1:{port}")];
    let cage = python_cage!(allowing(&rules, &hosts));
    let code = format!("{ASK}\nprint(ask('CONNECT web.test:{port} HTTP/1.1\\r\\n\\r\\nx'))");
    assert_eq!(cage.answers(&code).await, [OK]);
    assert_eq!(hosts.lookups.load(Ordering::SeqCst), 1, "resolved once for one connection");
    hosts
        .names
        .lock()
        .unwrap()
        .insert("web.test".to_owned(), vec![Ipv4Addr::new(127, 0, 0, 2).into()]);
    assert_eq!(cage.answers(&code).await, [FORBIDDEN]);
    assert!(listener.accept().is_err(), "nobody may have come");
}

#[tokio::test]
async fn no_query_for_a_name_leaves_the_sandbox() {
    let service = Service::start();
    let hosts = Hosts::new(&[("web.test", "127.0.0.1")]);
    let cage = python_cage!(allowing(&["*.web.test".to_owned()], &hosts));
    let mut events = cage.sandbox.network_events().unwrap();
    let code = r"
import struct
def query(name, kind, tcp=False):
    labels = b''.join(bytes([len(it)]) + it.encode() for it in name.split('.'))
    message = struct.pack('>6H', 7, 0x100, 1, 0, 0, 0) + labels + b'\0' + struct.pack('>2H', kind, 1)
    if tcp:
        with socket.create_connection(('127.0.0.1', 53)) as stream:
            stream.sendall(struct.pack('>H', len(message)) + message)
            answer = stream.recv(2000)[2:]
    else:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(20); sender.sendto(message, ('127.0.0.1', 53)); answer = sender.recv(2000)
    return answer[3] & 15, struct.unpack('>H', answer[6:8])[0]
print({query(f'{index:060x}.tunnel.test', kind) for index in range(50) for kind in (1, 16, 28, 255)})
print(query('secret.web.test', 16), query('secret.web.test', 1), query('secret.web.test', 28), query('a.web.test', 1, tcp=True))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender: print(call(sender.sendto, b'x', ('8.8.8.8', 53)))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender: print(call(sender.sendto, b'x', ('2001:4860:4860::8888', 53)))
";
    let answers = cage.answers(code).await;
    assert_eq!(answers, ["{(3, 0)}", "(0, 0) (0, 1) (0, 0) (0, 1)", "ENETUNREACH", "ENETUNREACH"]);
    assert_eq!(hosts.lookups.load(Ordering::SeqCst), 0);
    assert_eq!(service.heard(), Vec::<String>::new());
    assert!(verdicts(&mut events).len() <= 50, "each name is told once");
}

#[tokio::test]
async fn services_of_this_machine_are_reached_only_where_a_rule_names_their_address() {
    let service = Service::start();
    let port = service.port();
    let connect = format!("{ASK}
for host in ['127.0.0.1', 'localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'web.test']:
    print(ask(f'CONNECT {{host}}:{port} HTTP/1.1\\r\\n\\r\\nx'))
print(call(socket.create_connection, ('127.0.0.1', {port})))");
    let names = Hosts::new(&[("web.test", "127.0.0.1"), ("localhost", "127.0.0.1")]);
    let by_name = [format!("web.test:{port}"), format!("localhost:{port}")];
    let cage = python_cage!(allowing(&by_name, &names));
    let answers = cage.answers(&connect).await;
    assert_eq!(answers[..7], [FORBIDDEN; 7]);
    assert_eq!(answers[7], "ECONNREFUSED");
    let cage = python_cage!(allowing(&[format!("127.0.0.1:{port}")], &names));
    let answers = cage.answers(&connect).await;
    // The last but one is the same address in other clothes; the name has no rule here.
    assert_eq!(answers[..7], [OK, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN]);
    assert_eq!(answers[7], "ECONNREFUSED", "its own loopback stays its own");
}

#[tokio::test]
async fn requests_that_are_not_what_they_seem_are_refused() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let code = format!(
        "{ASK}
for request in [
    b'CONNECT web.test:{port}\\r\\nHost: evil.test HTTP/1.1\\r\\n\\r\\n',
    b'CONNECT web.test:{port} HTTP/1.1\\r\\nX: a\\nHost: evil.test\\r\\n\\r\\n',
    b'CONNECT web.test\\0:{port} HTTP/1.1\\r\\n\\r\\n',
    b'GET http://web.test:{port}/ HTTP/1.1\\r\\nHost: evil.test\\r\\n\\r\\n',
    b'GET http://web.test:{port}/ HTTP/1.1\\r\\nHost: web.test:{port}\\r\\nHost: evil.test\\r\\n\\r\\n',
    b'GET http://web.test:{port}@evil.test/ HTTP/1.1\\r\\nHost: evil.test\\r\\n\\r\\n',
    b'GET http://web.test:{port}/\\r\\nX: y HTTP/1.1\\r\\n\\r\\n',
    b'GET / HTTP/1.1\\r\\nHost: web.test:{port}\\r\\n\\r\\n',
    b'CONNECT ' + b'a' * 20000,
    b'\\x16\\x03\\x01',
]: print(ask(request))
print(socks(b'\\x03\\x08web.test' + ({port}).to_bytes(2, 'big'), command=3), socks(b'\\x03\\x08web.test' + ({port}).to_bytes(2, 'big'), command=2))
print(socks(b'\\x03\\x0aweb.test\\r\\n' + ({port}).to_bytes(2, 'big')), socks(b'\\x07'))"
    );
    let answers = cage.answers(&code).await;
    assert_eq!(answers[..10], [BAD; 10]);
    assert_eq!(answers[10..], ["7 7", "8 8"]);
    assert_eq!(service.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_tls_client_cannot_ask_for_another_server_behind_an_allowed_address() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "import ssl
context = ssl.create_default_context()
def ask(name):
    with socket.create_connection(('web.test', {port})) as stream: context.wrap_socket(stream, server_hostname=name)
for name in ['evil.test', 'web.test']:
    try: ask(name)
    except ssl.SSLError as error: print(error.reason)
    except OSError as error: print(errno.errorcode[error.errno])"
    );
    // The service answers in plain text, which is how we know that it was asked.
    assert_eq!(cage.answers(&code).await, ["ECONNRESET", "WRONG_VERSION_NUMBER"]);
    let heard = service.heard();
    assert!(
        heard.iter().filter(|it| !it.is_empty()).all(|it| it.contains("web.test")),
        "{heard:?}"
    );
    assert!(verdicts(&mut events).contains(&Verdict::Refused(Refusal::ServerName)));
}

#[tokio::test]
async fn a_sandbox_is_not_reached_by_another() {
    let service = Service::start();
    let cage = python_cage!(web(&service));
    let Some(neighbour) = Cage::with(web(&service)).await else { return };
    let listen = "
import socket
listener = socket.create_server(('0.0.0.0', 8123))
print('listening', flush=True)
listener.accept()[0].recv(1)";
    let mut server = cage.start(&["/usr/bin/python3", "-c", listen]).await;
    assert!(matches!(server.next().await, Some(ProcessEvent::Stdout(_))));
    let code = format!(
        "{ASK}
print(call(socket.create_connection, ('127.0.0.1', 8123)))
print(ask('CONNECT 127.0.0.1:8123 HTTP/1.1\\r\\n\\r\\n'))
print(ask('CONNECT 127.77.0.1:{} HTTP/1.1\\r\\n\\r\\n'))",
        service.port()
    );
    assert_eq!(neighbour.answers(&code).await, ["ECONNREFUSED", FORBIDDEN, FORBIDDEN]);
}

#[tokio::test]
async fn a_flood_of_connections_hurts_only_the_program_itself() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let flood = "
import resource
streams, ends = [], set()
for index in range(10000):
    try:
        stream = socket.socket(); stream.setblocking(False)
        streams.append(stream)
        stream.connect_ex(('127.0.0.1', 3128))
        stream.send(b'CONNECT ')
    except OSError as error: ends.add(errno.errorcode[error.errno])
print('EMFILE' in ends, len(streams) < 1024)";
    assert_eq!(cage.answers(flood).await, ["True True"]);
    let next = format!(
        "import urllib.request
print(urllib.request.urlopen('http://web.test:{port}/').read().decode().strip())"
    );
    assert_eq!(cage.answers(&next).await, ["hello"]);
}

#[tokio::test]
async fn more_connections_than_may_be_wait_for_their_turn() {
    let service = Service::start();
    let port = service.port();
    let cage = python_cage!(web(&service));
    let code = format!(
        "streams = [socket.create_connection(('web.test', {port})) for _ in range(200)]
for stream in streams: stream.sendall(b'x')
for stream in streams:
    stream.settimeout(30); print(stream.recv(8).decode()); stream.close()"
    );
    assert_eq!(cage.answers(&code).await, ["HTTP/1.1"; 200]);
}

#[tokio::test]
async fn bytes_end_at_the_limit() {
    let service = Service::sink();
    let port = service.port();
    let mut spec = web(&service);
    spec.egress.limits = EgressLimits { bytes: Some(1 << 20), ..EgressLimits::default() };
    let cage = python_cage!(spec);
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "stream = socket.create_connection(('web.test', {port}))
def flood():
    while True: stream.sendall(bytes(65536))
print(call(flood) in ('ECONNRESET', 'EPIPE'))"
    );
    assert_eq!(cage.answers(&code).await, ["True"]);
    assert!(verdicts(&mut events).contains(&Verdict::Refused(Refusal::Budget)));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_as_such() {
    let hosts = Hosts::new(&[("down.test", "127.0.0.1")]);
    // Port 1 (tcpmux) is nobody's.
    let rules = ["down.test:1".to_owned(), "127.0.0.1:1".to_owned(), "lost.test".to_owned()];
    let cage = python_cage!(allowing(&rules, &hosts));
    let mut events = cage.sandbox.network_events().unwrap();
    let code = format!(
        "{ASK}
for target in ['down.test:1', 'lost.test:443']: print(ask(f'CONNECT {{target}} HTTP/1.1\\r\\n\\r\\n'))"
    );
    assert_eq!(cage.answers(&code).await, ["HTTP/1.1 502 Bad Gateway"; 2]);
    let verdicts = verdicts(&mut events);
    assert!(matches!(verdicts[0], Verdict::Failed(Failure::Unreachable { .. })), "{verdicts:?}");
    assert!(matches!(verdicts[1], Verdict::Failed(Failure::NoSuchName(_))), "{verdicts:?}");
}

#[tokio::test]
async fn where_this_machine_needs_a_proxy_its_sandboxes_go_through_it_too() {
    // It answers as a proxy does, and with the same breath as the target.
    let proxy = Service::serving(|mut stream, heard| {
        let mut head = [0; 4096];
        let count = stream.read(&mut head).unwrap_or(0);
        let head = String::from_utf8_lossy(&head[..count]).into_owned();
        let answer: &[u8] = if head.starts_with("CONNECT web.test:443 ") {
            b"HTTP/1.1 200 OK\r\n\r\nfrom the target"
        } else {
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
        };
        heard.lock().unwrap().push(head);
        stream.write_all(answer).ok();
        stream.read_exact(&mut [0]).ok();
    });
    let rules = ["web.test".to_owned(), "other.test".to_owned()];
    let hosts = Hosts::new(&[]);
    let mut spec = allowing(&rules, &hosts);
    let url = format!("http://ada:secret@127.0.0.1:{}", proxy.port());
    spec.egress.upstream_proxy = Some(url.parse().unwrap());
    let cage = python_cage!(spec);
    let code = format!(
        "{ASK}
with socket.create_connection(('web.test', 443)) as stream: print(stream.recv(100).decode())
print(ask('CONNECT other.test:443 HTTP/1.1\\r\\n\\r\\n'))
print(ask('CONNECT evil.test:443 HTTP/1.1\\r\\n\\r\\n'))"
    );
    let answers = cage.answers(&code).await;
    assert_eq!(answers, ["from the target", "HTTP/1.1 502 Bad Gateway", FORBIDDEN]);
    let heard = proxy.heard();
    assert!(heard[0].contains("\r\nProxy-Authorization: Basic YWRhOnNlY3JldA==\r\n"), "{heard:?}");
    assert_eq!((heard.len(), hosts.lookups.load(Ordering::SeqCst)), (2, 0));
}

#[tokio::test]
async fn without_rules_nobody_listens_inside() {
    for network in [Network::None, Network::Full] {
        let cage = python_cage!(Spec { network: network.clone(), ..Spec::default() });
        assert!(cage.sandbox.network_events().is_none());
        if network == Network::None {
            let code = "
for port in [53, 3128]: print(call(socket.create_connection, ('127.0.0.1', port)))";
            assert_eq!(cage.answers(code).await, ["ECONNREFUSED"; 2]);
        }
    }
}
