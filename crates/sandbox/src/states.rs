//! The states of the stacks, for terraform's backend `http`: files that are replaced as a whole.
//!
//! A backend that keeps a state in a file writes all of it after each resource, which takes minutes for thousands of
//! them. As with S3, this one is written to now and then and at the end.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The file of a state in a stack's folder.
const FILE: &str = "terraform.tfstate";
/// A larger state is not one.
const MAX_BYTES: usize = 1 << 30;

/// Serves the states of the stacks that have their folders in this one, and says at which address. A stack's state is at
/// the address, a slash and the stack's name. The address is secret: it holds a word that nobody can guess.
pub(crate) fn serve(runtime: &Runtime, folder: &Path, secret: &str) -> io::Result<String> {
    let _guard = runtime.enter();
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = format!("http://{}/{secret}", listener.local_addr()?);
    let listener = TcpListener::from_std(listener)?;
    let states = Arc::new(States { folder: folder.to_owned(), prefix: format!("/{secret}/") });
    runtime.spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let states = Arc::clone(&states);
            let service = service_fn(move |request| {
                let states = Arc::clone(&states);
                async move { states.answer(request).await }
            });
            tokio::spawn(async move {
                // Terraform ends a connection without a farewell: that is no error.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    Ok(address)
}

struct States {
    folder: PathBuf,
    prefix: String,
}

impl States {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::http::Error> {
        let name = request.uri().path().strip_prefix(&self.prefix);
        let Some(name) = name.filter(|name| is_name(name)) else {
            return status(StatusCode::NOT_FOUND);
        };
        let folder = self.folder.join(name);
        let done = match *request.method() {
            Method::GET => std::fs::read(folder.join(FILE)).map(Full::from).map(Response::new),
            Method::POST => match Limited::new(request.into_body(), MAX_BYTES).collect().await {
                Ok(body) => replace(&folder, &body.to_bytes()).map(|()| Response::default()),
                Err(error) => Err(io::Error::other(error)),
            },
            Method::DELETE => std::fs::remove_file(folder.join(FILE)).map(|()| Response::default()),
            _ => return status(StatusCode::METHOD_NOT_ALLOWED),
        };
        match done {
            Ok(response) => Ok(response),
            Err(error) if error.kind() == io::ErrorKind::NotFound => status(StatusCode::NOT_FOUND),
            Err(error) => {
                let body = Full::from(error.to_string());
                Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).body(body)
            }
        }
    }
}

/// Whether a name is that of a stack, and leads nowhere else.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
}

fn replace(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".terraform-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(FILE))?;
    Ok(())
}

fn status(status: StatusCode) -> Result<Response<Full<Bytes>>, hyper::http::Error> {
    Response::builder().status(status).body(Full::default())
}
