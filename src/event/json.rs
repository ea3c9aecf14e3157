//! A scanner that walks one JSON object ([RFC 8259]), checks all of it and builds nothing.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

use super::nesting::{Container, Nesting};

/// The text is not JSON from this byte on.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) offset: usize,
}

/// Reads the members of the outermost object one by one; their values may be nested to any depth.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Calls `member` with the key and the value of each member of the one object that the text must be, both as they
    /// stand there (strings in their quotes).
    pub(super) fn object<E: From<Malformed>>(
        mut self,
        mut member: impl FnMut(&'a str, &'a str) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'{')?;
        if self.token() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                let key = self.spanned(Self::string)?;
                self.expect(b':')?;
                let value = self.spanned(Self::value)?;
                member(key, value)?;
                match self.token() {
                    Some(b',') => self.at += 1,
                    _ => break,
                }
            }
            self.expect(b'}')?;
        }
        match self.token() {
            None => Ok(()),
            Some(_) => Err(self.malformed().into()),
        }
    }

    /// The text that `read` walks over.
    fn spanned(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<(), Malformed>,
    ) -> Result<&'a str, Malformed> {
        self.token();
        let start = self.at;
        read(self)?;
        self.text.get(start..self.at).ok_or(self.malformed())
    }

    /// Walks over one value. Nesting is kept on the heap, at a bit a level: no text can exhaust the stack.
    fn value(&mut self) -> Result<(), Malformed> {
        let mut open = Nesting::default();
        loop {
            match self.token() {
                Some(b'{') => {
                    self.at += 1;
                    if self.token() == Some(b'}') {
                        self.at += 1;
                    } else {
                        open.push(Container::Object);
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if self.token() == Some(b']') {
                        self.at += 1;
                    } else {
                        open.push(Container::Array);
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal(b"true")?,
                Some(b'f') => self.literal(b"false")?,
                Some(b'n') => self.literal(b"null")?,
                _ => return Err(self.malformed()),
            }
            // A value is complete; so may be what contains it, and what contains that.
            loop {
                let Some(container) = open.last() else {
                    return Ok(());
                };
                match (self.token(), container) {
                    (Some(b','), Container::Object) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Some(b','), Container::Array) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), Container::Object) | (Some(b']'), Container::Array) => {
                        self.at += 1;
                        open.pop();
                    }
                    _ => return Err(self.malformed()),
                }
            }
        }
    }

    /// Walks over a key and the colon behind it.
    fn key(&mut self) -> Result<(), Malformed> {
        self.token();
        self.string()?;
        self.expect(b':')
    }

    fn string(&mut self) -> Result<(), Malformed> {
        self.take(|byte| byte == b'"')?;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(self.malformed()),
            }
        }
    }

    /// Walks up to the next byte that means something in a string: a quote, a backslash, a control character.
    fn skip_plain(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(word) = bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                self.at += (special.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        while self
            .peek()
            .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..=0x1f))
        {
            self.at += 1;
        }
    }

    /// Walks over what follows a backslash. Half of a surrogate pair is JSON, though no text.
    fn escape(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'u') {
            self.at += 1;
            for _ in 0..4 {
                self.take(|byte| byte.is_ascii_hexdigit())?;
            }
            return Ok(());
        }
        self.take(|byte| matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'))
    }

    fn number(&mut self) -> Result<(), Malformed> {
        self.skip_if(|byte| byte == b'-');
        if !self.skip_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        self.take(|byte| byte.is_ascii_digit())?;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), Malformed> {
        if !self.text.as_bytes()[self.at..].starts_with(literal) {
            return Err(self.malformed());
        }
        self.at += literal.len();
        Ok(())
    }

    fn expect(&mut self, token: u8) -> Result<(), Malformed> {
        self.token();
        self.take(|byte| byte == token)
    }

    fn take(&mut self, is_it: impl Fn(u8) -> bool) -> Result<(), Malformed> {
        if self.skip_if(is_it) {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }

    fn skip_if(&mut self, is_it: impl Fn(u8) -> bool) -> bool {
        let is_there = self.peek().is_some_and(is_it);
        self.at += usize::from(is_there);
        is_there
    }

    /// The next byte that is not white space.
    fn token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn malformed(&self) -> Malformed {
        Malformed { offset: self.at }
    }
}

/// Marks the top bit of each byte of a word that is a quote, a backslash or a control character. Above the lowest mark there
/// may be false ones; the lowest itself is right.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7)
}
