//! The error type of Tower's layers.

/// Any error that can be sent between threads, as Tower has it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
