//! The webhook secret and its sources.

use std::{env, fmt, fs, path::Path};

use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroizing;

mod error;

pub use error::{SecretError, SecretOrigin, SecretProblem};

/// The secret of one webhook, as the Loops dashboard shows it under *View Secret*.
///
/// The HMAC key is the whole secret as bytes: no prefix is required or stripped, nothing is base64-
/// or hex-decoded. `Debug` is redacted and the memory is wiped on drop.
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
    /// Takes the secret unchanged and unchecked.
    ///
    /// Prefer [`from_env`](Self::from_env), [`from_file`](Self::from_file), `TryFrom` or
    /// `Deserialize` for values from a configuration: they reject what cannot be a secret.
    ///
    /// # Errors
    ///
    /// [`SecretError::Empty`]: anyone can sign with an empty key.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let secret = Zeroizing::new(secret.into());
        if secret.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(Self(secret))
    }

    /// Whether the text contains the secret: for tests that no response or log shows it. One of
    /// fewer than eight bytes is not looked for, since it could be there by chance.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.0.len() >= 8 && memchr::memmem::find(text, &self.0).is_some()
    }

    /// Reads the secret from an environment variable.
    ///
    /// # Errors
    ///
    /// If the variable is not set, or if its value cannot be a secret: see [`SecretProblem`]. The
    /// error names the variable, never its value.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        let Some(value) = env::var_os(variable) else {
            return Err(SecretError::UnsetVariable {
                variable: variable.to_owned(),
            });
        };
        let origin = || SecretOrigin::Variable(variable.to_owned());
        Self::plausible(Zeroizing::new(value.into_encoded_bytes()), origin)
    }

    /// Reads the secret from a file, such as a mounted one. One line break at the end, `\n` or
    /// `\r\n`, is not part of the secret.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if its content cannot be a secret: see [`SecretProblem`]. The
    /// error names the path, never the content.
    ///
    /// ```
    /// # let name = format!("tower-loops-doc-{}", std::process::id());
    /// # let directory = std::env::temp_dir().join(name);
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("secret");
    /// use tower_loops::Secret;
    ///
    /// std::fs::write(&path, "whsec_example\n")?;
    /// assert!(Secret::from_file(&path).is_ok());
    /// std::fs::write(&path, "\"whsec_example\"\n")?;
    /// let error = Secret::from_file(&path).unwrap_err().to_string();
    /// assert!(error.contains("is in quotes"));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SecretError> {
        let path = path.as_ref();
        let content = fs::read(path).map_err(|error| SecretError::UnreadableFile {
            path: path.to_owned(),
            kind: error.kind(),
        })?;
        let mut content = Zeroizing::new(content);
        if content.ends_with(b"\n") {
            content.pop();
            if content.ends_with(b"\r") {
                content.pop();
            }
        }
        Self::plausible(content, || SecretOrigin::File(path.to_owned()))
    }

    fn plausible(
        secret: Zeroizing<Vec<u8>>,
        origin: impl FnOnce() -> SecretOrigin,
    ) -> Result<Self, SecretError> {
        match SecretProblem::of(&secret) {
            None => Ok(Self(secret)),
            Some(problem) => Err(SecretError::Implausible {
                origin: origin(),
                problem,
            }),
        }
    }

    /// The bytes. All access to the key goes through here.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// A value from a configuration, with the checks of [`Secret::from_env`].
impl TryFrom<String> for Secret {
    type Error = SecretError;

    fn try_from(secret: String) -> Result<Self, SecretError> {
        Self::plausible(Zeroizing::new(secret.into_bytes()), || SecretOrigin::Value)
    }
}

/// A value from a configuration, with the checks of [`Secret::from_env`].
impl TryFrom<&str> for Secret {
    type Error = SecretError;

    fn try_from(secret: &str) -> Result<Self, SecretError> {
        Self::try_from(secret.to_owned())
    }
}

/// A text in a configuration file, with the checks of [`Secret::from_env`]. There is no
/// `Serialize`.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Result<Secret, SecretError>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a webhook secret")
            }

            fn visit_str<E: de::Error>(self, secret: &str) -> Result<Self::Value, E> {
                Ok(Secret::try_from(secret))
            }

            fn visit_string<E: de::Error>(self, secret: String) -> Result<Self::Value, E> {
                Ok(Secret::try_from(secret))
            }
        }

        // A format's own error would show a number that should have been in quotes.
        let secret = deserializer.deserialize_string(Visitor);
        let secret = secret.map_err(|_| de::Error::custom("a webhook secret must be a string"))?;
        secret.map_err(de::Error::custom)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
