//! As much of an HTTP client as the tests need: one request for each connection.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Lines of the head, names in lower case.
    head: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// Asks a server on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    port: u16,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        Self { port, headers: vec![("host".to_owned(), format!("127.0.0.1:{port}"))] }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.retain(|it| it.0 != name);
        headers.push((name.to_owned(), value.to_owned()));
        Self { headers, ..self.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.ask("GET", path, &Value::Null)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Response {
        self.ask("POST", path, body)
    }

    /// Sends a text as it is.
    pub(crate) fn put_text(&self, path: &str, text: &str) -> Response {
        let (mut response, mut rest) = self.begin_with("PUT", path, text);
        rest.read_to_string(&mut response.body).unwrap();
        response
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Response {
        self.attempt(method, path, body).unwrap()
    }

    /// Asks a server that may go away meanwhile.
    pub(crate) fn attempt(&self, method: &str, path: &str, body: &Value) -> io::Result<Response> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (mut response, mut rest) = self.try_begin(method, path, &body)?;
        rest.read_to_string(&mut response.body)?;
        Ok(response)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The lines of an answer as they come.
    pub(crate) fn lines(&self, path: &str) -> impl Iterator<Item = Value> + use<> {
        self.lines_of("GET", path, &Value::Null)
    }

    /// The lines of an answer as they come. When they are dropped, the connection is closed.
    pub(crate) fn lines_of(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> impl Iterator<Item = Value> + use<> {
        let (response, rest) = self.begin(method, path, body);
        response.expect(200);
        rest.lines().map(|it| serde_json::from_str(&it.unwrap()).unwrap())
    }

    /// Sends a request and reads the head of the answer. HTTP/1.0, so that the body comes as it is
    /// and ends with the connection.
    fn begin(&self, method: &str, path: &str, body: &Value) -> (Response, BufReader<TcpStream>) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.begin_with(method, path, &body)
    }

    fn begin_with(&self, method: &str, path: &str, body: &str) -> (Response, BufReader<TcpStream>) {
        self.try_begin(method, path, body).unwrap()
    }

    fn try_begin(
        &self,
        method: &str,
        path: &str,
        body: &str,
    ) -> io::Result<(Response, BufReader<TcpStream>)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.0\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            headers.concat(),
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let status = read_line(&mut reader)?;
        let status = status.split(' ').nth(1).ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = status.parse().map_err(io::Error::other)?;
        let mut head = Vec::new();
        loop {
            let line = read_line(&mut reader)?;
            let Some((name, value)) = line.split_once(": ") else { break };
            head.push((name.to_lowercase(), value.to_owned()));
        }
        Ok((Response { status, head, body: String::new() }, reader))
    }
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
