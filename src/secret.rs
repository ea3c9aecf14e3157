//! The webhook secret and where it comes from.

use std::{env, error::Error, fmt};

use zeroize::Zeroizing;

/// The secret of one webhook, as the Loops dashboard shows it under *View Secret*.
///
/// It is the HMAC key as it stands: all of it, as bytes. No prefix is needed, none is stripped, and nothing is base64- or
/// hex-decoded. Its `Debug` is redacted and its memory is wiped on drop.
///
/// ```
/// use tower_loops::{Secret, SecretError};
///
/// let secret = Secret::new("whsec_example")?;
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the secret as it is.
    ///
    /// # Errors
    ///
    /// [`SecretError::Empty`]: anybody can sign with an empty key.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let secret = Zeroizing::new(secret.into());
        if secret.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(Self(secret))
    }

    /// Reads the secret from an environment variable.
    ///
    /// # Errors
    ///
    /// When the variable is unset, is empty, or begins or ends with white space, which is the trace of a line break that
    /// was copied with the secret and would make every signature wrong. The error names the variable, never its value.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        let name = || variable.to_owned();
        let Some(value) = env::var_os(variable) else {
            return Err(SecretError::UnsetVariable { variable: name() });
        };
        let value = Self::new(value.into_encoded_bytes())
            .map_err(|_| SecretError::EmptyVariable { variable: name() })?;
        let bytes = value.expose();
        let padded = bytes != bytes.trim_ascii()
            || std::str::from_utf8(bytes).is_ok_and(|text| text != text.trim());
        if padded {
            return Err(SecretError::PaddedVariable { variable: name() });
        }
        Ok(value)
    }

    /// The bytes themselves. Everything that touches the key goes through here.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why there is no usable [`Secret`]: a mistake in the configuration, to be shown at start-up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The secret is empty.
    Empty,
    /// The environment variable is not set.
    UnsetVariable {
        /// Its name.
        variable: String,
    },
    /// The environment variable is set to nothing.
    EmptyVariable {
        /// Its name.
        variable: String,
    },
    /// The environment variable begins or ends with white space.
    PaddedVariable {
        /// Its name.
        variable: String,
    },
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HINT: &str = "set it to the webhook's secret from the Loops dashboard";
        match self {
            Self::Empty => f.write_str("the webhook secret is empty"),
            Self::UnsetVariable { variable } => {
                write!(f, "the environment variable {variable} is not set: {HINT}")
            }
            Self::EmptyVariable { variable } => {
                write!(f, "the environment variable {variable} is empty: {HINT}")
            }
            Self::PaddedVariable { variable } => write!(
                f,
                "the environment variable {variable} begins or ends with white space: {HINT}, without spaces or line breaks around it"
            ),
        }
    }
}

impl Error for SecretError {}
