//! Entries of a store: how they are named, and sealed so that only a holder of the client secret can read them.

use std::time::{Duration, SystemTime};

use chacha20poly1305::aead::{AeadInOut as _, Generate as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chift_api::Secret;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Credentials;

/// The version of the format, in the first byte of an entry and in its associated data.
const FORMAT: u8 = 1;
const NONCE: usize = 24;
/// The authentication tag that sealing appends.
const TAG: usize = 16;
/// The time of the request and the life, before the token.
const HEAD: usize = 16;

/// Names and seals the entries of one API key.
pub(crate) struct Seal {
    /// The name of the entry.
    pub(crate) key: String,
    cipher: XChaCha20Poly1305,
}

/// What an entry contains.
pub(crate) struct Content {
    pub(crate) secret: Secret,
    /// The moment before the token was requested, by the wall clock of the process that requested it.
    pub(crate) asked: SystemTime,
    /// The life of the token, from `asked`.
    pub(crate) life: Duration,
}

impl Seal {
    /// `None` only if a key of 32 bytes cannot be derived, which does not happen.
    pub(crate) fn new(credentials: &Credentials, base_url: &str) -> Option<Self> {
        let request = &credentials.request;
        let keys = Hkdf::<Sha256>::new(Some(b"chift-auth token store"), request.client_secret.expose().as_bytes());
        let derive = |purpose: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            keys.expand(&[&[FORMAT], purpose].concat(), key.as_mut()).ok().map(|()| key)
        };
        let mut name = Hmac::<Sha256>::new_from_slice(derive(b"name")?.as_ref()).ok()?;
        let account = request.account_id.to_string();
        let marketplace = request.marketplace_id.map(|id| id.to_string());
        for part in [
            Some(account.as_str()),
            Some(request.client_id.as_str()),
            marketplace.as_deref(),
            request.env_id.as_deref(),
            Some(base_url.trim_end_matches('/')),
        ] {
            // With its length, so that two lists of parts never give the same bytes.
            name.update(&[u8::from(part.is_some())]);
            let part = part.unwrap_or_default();
            name.update(&(part.len() as u64).to_be_bytes());
            name.update(part.as_bytes());
        }
        let digest: [u8; 32] = name.finalize().into_bytes().into();
        let key = format!("{:032x}", u128::from_be_bytes(*digest.first_chunk()?));
        let cipher = XChaCha20Poly1305::new_from_slice(derive(b"seal")?.as_ref()).ok()?;
        Some(Self { key, cipher })
    }

    /// Seals an entry for one version of it. `None` if the operating system has no random numbers.
    pub(crate) fn seal(&self, version: u64, content: &Content) -> Option<Vec<u8>> {
        let text = content.secret.expose().as_bytes();
        let asked = content.asked.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis();
        // With room for the tag: if the buffer grew, the memory that it leaves would not be wiped.
        let mut plain = Zeroizing::new(Vec::with_capacity(HEAD + text.len() + TAG));
        plain.extend_from_slice(&u64::try_from(asked).ok()?.to_be_bytes());
        plain.extend_from_slice(&u64::try_from(content.life.as_millis()).ok()?.to_be_bytes());
        plain.extend_from_slice(text);
        let nonce = XNonce::try_generate().ok()?;
        self.cipher.encrypt_in_place(&nonce, &self.associated(version), &mut *plain).ok()?;
        Some([&[FORMAT], nonce.as_slice(), &plain].concat())
    }

    /// Opens an entry. `None` if it was not sealed with this API key, for this name and version.
    pub(crate) fn open(&self, version: u64, sealed: &[u8]) -> Option<Content> {
        let (format, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        if *format != FORMAT {
            return None;
        }
        let mut plain = Zeroizing::new(sealed.to_vec());
        let nonce = XNonce::try_from(nonce).ok()?;
        self.cipher.decrypt_in_place(&nonce, &self.associated(version), &mut *plain).ok()?;
        let (head, text) = plain.split_at_checked(HEAD)?;
        let (asked, life) = head.split_at_checked(HEAD / 2)?;
        let milliseconds = |bytes: &[u8]| Some(Duration::from_millis(u64::from_be_bytes(bytes.try_into().ok()?)));
        Some(Content {
            secret: std::str::from_utf8(text).ok()?.into(),
            asked: SystemTime::UNIX_EPOCH.checked_add(milliseconds(asked)?)?,
            life: milliseconds(life)?,
        })
    }

    /// What is authenticated beside the content: an entry opens only under its own name, and as its own version.
    fn associated(&self, version: u64) -> Vec<u8> {
        [&[FORMAT], version.to_be_bytes().as_slice(), self.key.as_bytes()].concat()
    }
}
