//! Holds no code: the package is its tests.
