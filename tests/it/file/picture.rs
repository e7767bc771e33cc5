//! Pictures: what is shown of one was drawn anew, and none is read that would take the memory.

use super::{at, places, sends, uploads};
use crate::harness::TestServer;
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::io::Cursor;

fn bytes(picture: DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn photo(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8])).into()
}

/// One that is read at once.
pub fn small() -> Vec<u8> {
    bytes(photo(40, 30), ImageFormat::Png)
}

/// One that takes a while to be read.
pub fn large() -> Vec<u8> {
    bytes(photo(2500, 2000), ImageFormat::Png)
}

#[test]
fn of_a_picture_there_is_a_small_one_that_was_drawn_anew() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let mut jpeg = bytes(photo(1600, 900), ImageFormat::Jpeg);
    jpeg.extend(b"<script>hidden</script>");
    let drawing = RgbaImage::from_fn(90, 60, |x, _| Rgba([x as u8, 0, 0, x as u8]));
    let png = bytes(drawing.into(), ImageFormat::Png);
    let files = [uploads(&anna, "photo.jpg", &jpeg), uploads(&anna, "drawing.png", &png)];
    let sent = sends(&anna, "ben", "look", &[&files[0], &files[1]]);
    let row = &sent["attachments"][0];
    assert_eq!((&row["type"], &row["width"], &row["height"]), (&json!("image/jpeg"), &json!(1600), &json!(900)), "{row}");
    let places = places(&ben, &sent);
    for (number, (kind, width, height)) in [("image/jpeg", 720, 405), ("image/png", 90, 60)].into_iter().enumerate() {
        let small = at(&office, &places[number]["preview_url"]);
        assert_eq!((small.status, small.header("content-type")), (200, Some(kind)));
        assert_eq!(small.header("content-disposition"), Some("inline"));
        assert!(small.header("content-security-policy").unwrap().ends_with("; sandbox"));
        assert_eq!(small.header("cross-origin-resource-policy"), Some("cross-origin"));
        let drawn = image::load_from_memory(&small.body).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (width, height));
        assert!(!small.body.windows(6).any(|part| part == b"hidden"));
    }
    assert_eq!(at(&office, &places[0]["url"]).body, jpeg, "the whole one is as it was");
}

/// A PNG whose head promises so many dots (W3C PNG, 5.3), and whose data are not there.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut head = Vec::from(*b"IHDR");
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut crc = u32::MAX;
    for byte in &head {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 });
    }
    let data = b"\0\0\0\x02IDAT\x78\x9c";
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &head, &(!crc).to_be_bytes(), data, &[0; 64]].concat()
}

#[test]
fn a_picture_that_is_a_trap_is_kept_as_a_file_and_not_read() {
    let server = TestServer::with(&["--message-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    // Whole and small, and much more once it is unfolded.
    let folded = bytes(GrayImage::new(7_000, 7_000).into(), ImageFormat::Png);
    let broken = &bytes(photo(64, 64), ImageFormat::Png)[..200];
    let traps =
        [bomb(50_000, 50_000), bomb(2_000_000_000, 2_000_000_000), bomb(0, 0), bomb(6_000, 6_001), broken.to_vec(), folded];
    for (number, trap) in traps.iter().enumerate() {
        let file = uploads(&anna, "trap.png", trap);
        assert!(file["type"] == "image/png" && file["preview"] == Value::Null, "{number}: {file}");
        at(&office, &file["url"]).is_file(trap);
    }
    let huge = uploads(&anna, "huge.png", &traps[0]);
    assert_eq!((&huge["width"], &huge["height"]), (&json!(50_000), &json!(50_000)));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 400 * 1024, "it took {peak} KiB");
}
