//! TLS: the default build connects to an https server, and only to one with a trusted certificate.

use std::sync::Arc;

use chift_auth::{AuthError, Credentials, TokenSource};
use chift_test_server::{Response, Server};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const TOKEN: &str = r#"{"access_token":"over-tls","token_type":"bearer","expires_in":1800,"expires_on":4102444800}"#;

/// Starts an https server on loopback that responds to every request with a token. Returns it with its base URL and the
/// certificate of its authority in PEM.
fn https_server() -> (Server, String, String) {
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
    let config = Arc::new(config);
    let over_tls = move |stream| {
        let connection = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    };
    let server = Server::start_over(over_tls, |_| Response::json(200, TOKEN).close()).unwrap();
    let url = format!("https://localhost:{}", server.port());
    (server, url, authority.pem())
}

fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

#[tokio::test]
async fn a_server_with_a_trusted_authority_is_accepted() {
    let (_server, url, authority) = https_server();
    let authority = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    let builder = TokenSource::builder(credentials()).base_url(url);
    let source = builder.http(move |http| http.add_root_certificate(authority.clone())).build().unwrap();
    assert_eq!(source.token().await.unwrap().secret().expose(), "over-tls");
}

#[tokio::test]
async fn a_server_with_an_unknown_authority_is_refused() {
    let (_server, url, _) = https_server();
    let source = TokenSource::builder(credentials()).base_url(url).build().unwrap();
    let error = source.token().await.unwrap_err();
    assert!(error.is_transient() && !error.is_rejected(), "{error:?}");
    let mut chain = String::new();
    let mut next: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = next {
        chain.push_str(&error.to_string());
        next = error.source();
    }
    assert!(chain.to_lowercase().contains("certificate"), "the chain contains the reason: {chain}");
}

#[test]
fn plain_http_to_another_machine_is_refused_with_the_address() {
    let error = TokenSource::builder(credentials()).base_url("http://api.chift.eu").build().unwrap_err();
    assert!(matches!(&error, AuthError::Build(error) if error.is_base_url()), "{error:?}");
    assert!(error.to_string().contains("http://api.chift.eu"), "{error}");
}
