//! TLS: the default build reaches an https server, and trusts only who it should.

use std::sync::Arc;

use chift_auth::{AuthError, Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const ANSWER: &str = r#"{"access_token":"over-tls","token_type":"bearer","expires_in":1800,"expires_on":4102444800}"#;

/// An https server on loopback that answers anything with a token, and the certificate authority that
/// vouches for it, in PEM.
async fn https_server() -> (String, String) {
    let mut authority = CertificateParams::new(vec![]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = vec![0; 64 * 1024];
                let mut length = 0;
                // The request's body ends with the one brace that it has.
                while !request[..length].ends_with(b"}") {
                    match stream.read(&mut request[length..]).await {
                        Ok(count) if count > 0 => length += count,
                        _ => return,
                    }
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    ANSWER.len()
                );
                let _ = stream.write_all(format!("{head}{ANSWER}").as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (format!("https://localhost:{port}"), authority.pem())
}

fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

#[tokio::test]
async fn a_server_is_trusted_when_its_authority_is() {
    let (url, authority) = https_server().await;
    let authority = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    let builder = TokenSource::builder(credentials()).base_url(url);
    let source = builder.http(move |http| http.add_root_certificate(authority.clone())).build().unwrap();
    assert_eq!(source.token().await.unwrap().secret().expose(), "over-tls");
}

#[tokio::test]
async fn a_server_is_refused_when_its_authority_is_unknown() {
    let (url, _) = https_server().await;
    let source = TokenSource::builder(credentials()).base_url(url).build().unwrap();
    let error = source.token().await.unwrap_err();
    assert!(error.is_transient() && !error.is_rejected(), "{error:?}");
    let mut told = String::new();
    let mut next: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = next {
        told.push_str(&error.to_string());
        next = error.source();
    }
    assert!(told.to_lowercase().contains("certificate"), "the reason is told: {told}");
}

#[test]
fn plain_http_to_anywhere_else_is_refused_by_name() {
    let error = TokenSource::builder(credentials()).base_url("http://api.chift.eu").build().unwrap_err();
    assert!(matches!(&error, AuthError::Build(error) if error.is_base_url()), "{error:?}");
    assert!(error.to_string().contains("http://api.chift.eu"), "{error}");
}
