//! A delivery as it was captured, and whether a key explains its signature.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::{Cause, Finding, base64_text};
use crate::{hex, signature::SignatureHeader};

/// How many bytes all attempts together hash: some 250 bodies of 1 MiB.
const BUDGET: usize = 256 * 1024 * 1024;

pub(super) struct Delivery<'a> {
    /// The timestamp as sent; in seconds too, if it counts milliseconds.
    timestamps: Vec<String>,
    digests: Vec<Digest>,
    pub(super) body: &'a [u8],
    remaining: usize,
}

/// A `v1`, decoded.
struct Digest {
    bytes: Vec<u8>,
    is_base64: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        header: &SignatureHeader<'_>,
        signatures: impl Iterator<Item = &'a [u8]>,
        body: &'a [u8],
    ) -> Self {
        let mut timestamps = vec![String::from_utf8_lossy(header.timestamp_text).into_owned()];
        if header.timestamp / 1000 > 100_000_000 {
            timestamps.push((header.timestamp / 1000).to_string());
        }
        Self {
            timestamps,
            digests: signatures.flat_map(Digest::of).collect(),
            body,
            remaining: BUDGET,
        }
    }

    /// Whether more attempts are allowed.
    pub(super) fn can_go_on(&self) -> bool {
        self.remaining > 0
    }

    /// Whether the signature matches this body under this key, in any known form. Returns the
    /// findings about the form: none if the form is right.
    pub(super) fn explained_by(&mut self, key: &[u8], body: &[u8]) -> Option<Vec<Finding>> {
        let signed = self.signed_whole(key, body);
        let signed = signed.or_else(|| self.hashed(key, body));
        signed.or_else(|| {
            let only = self.contains(&self.mac::<Sha256>(key, &[body]))?;
            let cause = Finding::new(
                Cause::SignatureOfBodyOnly,
                "the signature covers the body alone: sign `t`, a full stop and the body",
            );
            Some([vec![cause], only].concat())
        })
    }

    /// A digest without HMAC, with or without the secret in it.
    fn hashed(&self, key: &[u8], body: &[u8]) -> Option<Vec<Finding>> {
        self.timestamps.iter().find_map(|timestamp| {
            let t = timestamp.as_bytes();
            for (parts, how) in [
                ([t, b".", body, b""], "without the secret"),
                ([key, t, b".", body], "with the secret in front"),
                ([t, b".", body, key], "with the secret behind"),
            ] {
                let digest = parts.iter().fold(Sha256::new(), Sha256::chain_update);
                if let Some(findings) = self.contains(&digest.finalize()) {
                    let detail =
                        format!("the signature is a plain SHA-256, {how}: HMAC is expected");
                    let cause = Finding::new(Cause::SignatureOtherHash, detail);
                    return Some([vec![cause], findings].concat());
                }
            }
            None
        })
    }

    /// As [`explained_by`](Self::explained_by), for signatures of timestamp and body only.
    pub(super) fn signed_whole(&mut self, key: &[u8], body: &[u8]) -> Option<Vec<Finding>> {
        for timestamp in self.timestamps.clone() {
            self.remaining = self.remaining.saturating_sub(body.len() + 64);
            let message = [timestamp.as_bytes(), b".", body];
            if let Some(findings) = self.contains(&self.mac::<Sha256>(key, &message)) {
                return Some(findings);
            }
            for (name, digest) in [
                ("MD5", self.mac::<Md5>(key, &message)),
                ("SHA-1", self.mac::<Sha1>(key, &message)),
                ("SHA-224", self.mac::<Sha224>(key, &message)),
                ("SHA-384", self.mac::<Sha384>(key, &message)),
                ("SHA-512", self.mac::<Sha512>(key, &message)),
            ] {
                if let Some(findings) = self.contains(&digest) {
                    let detail = format!("the signature is an HMAC of {name}: SHA-256 is expected");
                    let cause = Finding::new(Cause::SignatureOtherHash, detail);
                    return Some([vec![cause], findings].concat());
                }
            }
        }
        None
    }

    /// The HMAC, if some digest has its length. Otherwise nothing is computed.
    fn mac<D: EagerHash>(&self, key: &[u8], message: &[&[u8]]) -> Vec<u8>
    where
        Hmac<D>: KeyInit + Mac,
    {
        let length = <Hmac<D> as hmac::digest::OutputSizeUser>::output_size();
        if self
            .digests
            .iter()
            .all(|digest| digest.bytes.len() != length)
        {
            return Vec::new();
        }
        let mut mac =
            <Hmac<D> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        message.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }

    fn contains(&self, expected: &[u8]) -> Option<Vec<Finding>> {
        let found =
            (self.digests.iter()).find(|digest| bool::from(digest.bytes.ct_eq(expected)))?;
        let base64 = Finding::new(
            Cause::SignatureBase64,
            "the signature is Base64: hex is expected",
        );
        Some(found.is_base64.then_some(base64).into_iter().collect())
    }
}

impl Digest {
    fn of(text: &[u8]) -> impl Iterator<Item = Self> {
        let hex = hex::decode(text).filter(|bytes| !bytes.is_empty());
        let base64 = base64_text::decode(text).map(|bytes| (bytes, true));
        (hex.map(|bytes| (bytes, false)).into_iter())
            .chain(base64)
            .map(|(bytes, is_base64)| Self { bytes, is_base64 })
    }
}
