//! Secrets that are not the sender's.

use crate::{COMPACT, NOW, SECRET, at, causes, explain, sign};

#[test]
fn another_secret_is_named() {
    let rows: &[(&[u8], &[&str], &[&str])] = &[
        (
            SECRET.as_bytes(),
            &["whsec_c2VjcmV0LWtleQ==\n"],
            &["secret_whitespace"],
        ),
        (b"whsec_line\n", &["whsec_line"], &["secret_whitespace"]),
        (
            SECRET.as_bytes(),
            &["\u{feff}whsec_c2VjcmV0LWtleQ=="],
            &["secret_whitespace"],
        ),
        (
            SECRET.as_bytes(),
            &["\"whsec_c2VjcmV0LWtleQ==\""],
            &["secret_quotes"],
        ),
        (
            SECRET.as_bytes(),
            &["'whsec_c2VjcmV0LWtleQ=='\n"],
            &["secret_quotes"],
        ),
        (b"c2VjcmV0LWtleQ==", &[SECRET], &["secret_prefix"]),
        (SECRET.as_bytes(), &["c2VjcmV0LWtleQ=="], &["secret_prefix"]),
        (b"secret-key", &[SECRET], &["secret_base64"]),
        (b"c2VjcmV0LWtleQ==", &["secret-key"], &["secret_base64"]),
        (
            SECRET.as_bytes(),
            &["\"whsec_c2VjcmV0LWtleQ==\n\""],
            &["secret_quotes"],
        ),
        // Bits beyond the last byte are set, which strict decoders reject.
        (b"secret-key", &["whsec_c2VjcmV0LWtleR"], &["secret_base64"]),
        (b"secret-key", &["7365637265742d6b6579"], &["secret_hex"]),
        (b"7365637265742d6b6579", &["secret-key"], &["secret_hex"]),
        (
            SECRET.as_bytes(),
            &["whsec_old", "'whsec_c2VjcmV0LWtleQ=='"],
            &["secret_quotes"],
        ),
        (
            SECRET.as_bytes(),
            &["whsec_c2VjcmV0LWtleQ==\\n"],
            &["secret_whitespace"],
        ),
        (
            SECRET.as_bytes(),
            &["\"whsec_c2VjcmV0LWtleQ=="],
            &["secret_quotes"],
        ),
        (
            SECRET.as_bytes(),
            &["LOOPS_WEBHOOK_SECRET='whsec_c2VjcmV0LWtleQ=='"],
            &["secret_prefix"],
        ),
        (
            SECRET.as_bytes(),
            &["Bearer whsec_c2VjcmV0LWtleQ=="],
            &["secret_prefix"],
        ),
        // A Kubernetes secret, made with `echo` and not decoded.
        (b"whsec_1", &["d2hzZWNfMQo="], &["secret_base64"]),
        (b"whsec_foreign", &[SECRET], &["unknown"]),
    ];
    for (signed_with, configured, expected) in rows {
        let header = sign(signed_with, COMPACT.as_bytes(), at(NOW));
        let explanation = explain(&header, configured, COMPACT.as_bytes());
        assert!(!explanation.is_valid(), "{expected:?}");
        assert_eq!(causes(&explanation), *expected, "{configured:?}");
    }

    let header = sign(SECRET.as_bytes(), COMPACT.as_bytes(), at(NOW));
    let explanation = explain(&header, &["whsec_old", SECRET], COMPACT.as_bytes());
    assert!(explanation.is_valid());
    assert_eq!(causes(&explanation), ["secret_other"]);
}
