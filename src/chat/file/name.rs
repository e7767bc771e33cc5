//! The name of a file, which is shown and never used as a path.

/// Bytes of a name; what most file systems take.
const BYTES: usize = 200;
/// Of these, what may follow the last dot.
const ENDING: usize = 16;

/// What may be shown of a name: without folders, control characters and those that turn the direction of writing, which make
/// `exe.fdp` of `pdf.exe`; not too long, and never empty.
pub fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !is_hidden(*c)).collect();
    let shown = shown.trim_matches(|c: char| c.is_whitespace()).trim_end_matches('.').trim_end();
    match shown.trim_start_matches('.') {
        "" => "file".into(),
        _ if is_device(shown) => shorten(&format!("_{shown}")),
        _ => shorten(shown),
    }
}

/// Whether Windows takes it for a device, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
    let numbered = port.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|digit| matches!(digit, b'1'..=b'9')));
    numbered || matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
}

fn is_hidden(c: char) -> bool {
    match c {
        // Joiners make emoji and Persian words.
        '\u{200c}' | '\u{200d}' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        // Letters without a shape.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => true,
        _ => c.is_control(),
    }
}

/// Keeps the ending, by which people and systems know what it is.
fn shorten(name: &str) -> String {
    if name.len() <= BYTES {
        return name.into();
    }
    let ending = name.rfind('.').map(|at| &name[at..]).filter(|ending| ending.len() <= ENDING).unwrap_or_default();
    let mut room = BYTES - ending.len();
    while !name.is_char_boundary(room) {
        room -= 1;
    }
    format!("{}{ending}", &name[..room])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_shows_what_it_is() {
        for (given, shown) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\anna\\合同 2026.docx", "合同 2026.docx"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\r\nset-cookie: x\0.txt", "aset-cookie: x.txt"),
            ("  .. ", "file"),
            ("", "file"),
            ("a/", "file"),
            (".profile", ".profile"),
            ("in\u{ad}vo\u{2064}ice\u{e0041}\u{180e}\u{3164}.pdf", "invoice.pdf"),
            ("nul.txt", "_nul.txt"),
            ("COM1", "_COM1"),
            ("Com10.txt", "Com10.txt"),
            ("console.log", "console.log"),
            ("👨\u{200d}👩\u{200d}👧.png", "👨\u{200d}👩\u{200d}👧.png"),
        ] {
            assert_eq!(clean(given), shown, "{given:?}");
        }
        let long = clean(&format!("{}.tar.gz", "刘".repeat(300)));
        assert!(long.len() <= BYTES && long.ends_with("刘.gz"), "{long}");
    }
}
