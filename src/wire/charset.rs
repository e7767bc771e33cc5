//! Text as files have it: UTF-8 with a mark or without, UTF-16 with one, what a Chinese spreadsheet program writes (GB18030,
//! which holds GBK and GB2312), or what somebody says that it is.

use crate::error::{Error, Result};
use encoding_rs::{Encoding, GB18030, UTF_8};

/// The text of a file, and the name of the encoding in which it was read. `said`: a label of the Encoding Standard, such as
/// `gbk` or `windows-1252`; without one it is found out.
pub fn decode(bytes: &[u8], said: Option<&str>) -> Result<(String, &'static str)> {
    refuse_workbook(bytes)?;
    let encoding = match said.map(str::trim).filter(|said| !said.is_empty()) {
        Some(said) => Encoding::for_label(said.as_bytes())
            .ok_or_else(|| Error::invalid("charset", format!("there is no encoding `{said}`")))?,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => GB18030,
    };
    let (encoding, rest) = match Encoding::for_bom(bytes) {
        Some((marked, length)) => (marked, &bytes[length..]),
        None => (encoding, bytes),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(rest)
        .ok_or_else(|| Error::invalid("", format!("the file is not text in {}; save it as CSV (UTF-8)", encoding.name())))?;
    if text.contains('\0') {
        return Err(Error::invalid("", "the file is no text; save it as CSV (UTF-8)"));
    }
    Ok((text.into_owned(), encoding.name()))
}

/// The files of spreadsheet programs themselves are what people send first.
fn refuse_workbook(bytes: &[u8]) -> Result<()> {
    match bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        true => Err(Error::invalid("", "this is a workbook of a spreadsheet program; save the sheet as CSV (UTF-8) first")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_programs_write_it() {
        let said = "姓名,邮箱\n刘洋,a@b.example";
        let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(said.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let (gb, ..) = GB18030.encode(said);
        let marked = format!("\u{feff}{said}");
        for (bytes, name) in
            [(said.as_bytes(), "UTF-8"), (marked.as_bytes(), "UTF-8"), (&utf_16[..], "UTF-16LE"), (&gb[..], "gb18030")]
        {
            assert_eq!(decode(bytes, None).unwrap(), (said.into(), name));
        }
        assert_eq!(decode(b"M\xfcller", Some("windows-1252")).unwrap().0, "M\u{fc}ller");
        for (bytes, label) in [(&b"\xff\xff"[..], None), (b"a\0b", None), (b"PK\x03\x04x", None), (b"a", Some("klingon"))] {
            assert!(decode(bytes, label).is_err(), "{bytes:?}");
        }
    }
}
