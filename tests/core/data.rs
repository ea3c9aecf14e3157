//! Bytes in vectors of JSON. The tests of the explainer use it as well.

use serde::Deserialize;

/// As text, in hex, or as a text that is repeated between two others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Data {
    Text(String),
    Hex(String),
    Repeated(String, String, usize, String),
}

impl Data {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex(hex) => {
                let digits = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
                let bytes = digits.map(|two| u8::from_str_radix(two, 16).expect("hex"));
                bytes.collect()
            }
            Self::Repeated(start, text, times, end) => {
                format!("{start}{}{end}", text.repeat(*times)).into_bytes()
            }
        }
    }
}
