//! What a file is, as its first bytes say. What its sender says of it is not believed, and nothing is ever called what a browser
//! would run.

/// Bytes that are looked at.
pub const HEAD: usize = 8 * 1024;
const TEXT: &str = "text/plain";
const UNKNOWN: &str = "application/octet-stream";

pub fn of(head: &[u8]) -> &'static str {
    match infer::get(head).map(|found| found.mime_type()) {
        Some(kind) if runs(kind) => TEXT,
        Some(kind) => kind,
        None if is_text(head) => TEXT,
        None => UNKNOWN,
    }
}

/// Pages, drawings and programs in text.
fn runs(kind: &str) -> bool {
    kind.starts_with("text/")
        || ["html", "xml", "svg", "script"].iter().any(|word| kind.contains(word) && !kind.contains("openxml"))
}

fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text,
        // It was cut in the middle of a letter.
        Err(cut) if head.len() == HEAD && cut.error_len().is_none() => {
            std::str::from_utf8(&head[..cut.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !whole.is_empty() && !whole.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_say_what_it_is_and_nothing_that_runs_is_said() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n0000"), "image/png");
        assert_eq!(of(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(of("刘洋,12\n".as_bytes()), TEXT);
        for runs in
            ["<!DOCTYPE html><script>1</script>", "<html>", "<?xml version=\"1.0\"?><svg onload=\"x\"/>", "<svg/>", "#!/bin/sh\n"]
        {
            assert_eq!(of(runs.as_bytes()), TEXT, "{runs}");
        }
        assert_eq!((of(b""), of(b"\0\x01\x02")), (UNKNOWN, UNKNOWN));
        let cut = "汉".repeat(HEAD);
        assert_eq!(of(&cut.as_bytes()[..HEAD]), TEXT);
    }
}
