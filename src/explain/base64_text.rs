//! Base64 as senders and gateways write it.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        // Python and Node accept it as well.
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes either alphabet, with or without padding and line breaks. `None` if it is not Base64, or
/// empty.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let standard = |byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    };
    let digits = text.iter().copied();
    let digits = digits.filter(|byte| !byte.is_ascii_whitespace());
    let digits: Vec<u8> = digits.map(standard).collect();
    let bytes = LENIENT.decode(digits).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}
