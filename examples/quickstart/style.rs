//! Colour, where it is wanted: on a terminal, and unless `NO_COLOR` is set.

use std::{
    env,
    io::{IsTerminal, stdout},
};

pub(crate) struct Style {
    is_plain: bool,
}

impl Style {
    pub(crate) fn of_stdout() -> Self {
        let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            is_plain: is_refused || !stdout().is_terminal(),
        }
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn green(&self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn red(&self, text: &str) -> String {
        self.paint("31", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.is_plain {
            return text.to_owned();
        }
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}
