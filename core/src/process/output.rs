//! The output of a command: everything is read, and the end is kept.

/// How many bytes are kept.
pub(super) const MAX_KEPT: usize = 16 * 1024;

/// The end of an output of any length.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    dropped: u64,
}

impl Output {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Not at every addition, because moving the rest to the front costs time.
        if self.bytes.len() > 4 * MAX_KEPT {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let too_many = self.bytes.len().saturating_sub(MAX_KEPT);
        self.bytes.drain(..too_many);
        self.dropped += too_many as u64;
    }

    /// As text, with a note if something is missing.
    pub(super) fn into_text(mut self) -> String {
        self.cut();
        if self.dropped == 0 {
            return String::from_utf8_lossy(&self.bytes).into_owned();
        }
        // The rest of a character that was cut.
        let rest = self.bytes.iter().take(3).take_while(|byte| *byte & 0xC0 == 0x80).count();
        self.bytes.drain(..rest);
        let dropped = self.dropped + rest as u64;
        format!("[{dropped} bytes before this are left out]\n{}", String::from_utf8_lossy(&self.bytes))
    }
}
