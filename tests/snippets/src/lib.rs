//! Has tests only: each snippet of the READMEs compiles as a reader pastes it.
