//! A small picture of a picture, drawn anew from its dots: nothing of the sender's bytes is left in it. Pictures that are larger
//! than any camera's, in dots or in what they take to be read, have none.

use crate::chat::file::kind;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::fs::File;
use std::io::{BufReader, Cursor};

/// Dots of a picture that is read, and the bytes that this may take.
const DOTS: u64 = 36_000_000;
const BYTES: u64 = 160 * 1024 * 1024;
/// The longer side of the small picture.
const SIDE: u32 = 720;

/// What is known of a picture.
pub struct Seen {
    pub dots: (u32, u32),
    /// The small picture and its type.
    pub small: Option<(Vec<u8>, &'static str)>,
}

/// Whether it may be a picture that is read here.
pub fn is_read(kind: &str) -> bool {
    format(kind).is_some()
}

fn format(said: &str) -> Option<ImageFormat> {
    let known = [
        ("image/png", ImageFormat::Png),
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/webp", ImageFormat::WebP),
        ("image/gif", ImageFormat::Gif),
    ];
    known.into_iter().find(|(kind, _)| *kind == said).map(|(_, format)| format)
}

/// None where it is no picture of a kind that is read here. Takes much memory and a processor: one at a time.
pub fn of(file: File, said: &str) -> Option<Seen> {
    let format = format(said)?;
    // What a JPEG keeps beside its dots where it comes in several scans: a number of two bytes for each of them.
    let taken = if format == ImageFormat::Jpeg { 3 } else { 1 };
    let mut limits = Limits::default();
    limits.max_alloc = Some(BYTES);
    let mut reader = ImageReader::with_format(BufReader::with_capacity(kind::HEAD, file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turn = decoder.orientation().ok()?;
    let (width, height) = decoder.dimensions();
    let dots = if turns(turn) { (height, width) } else { (width, height) };
    if width == 0
        || height == 0
        || u64::from(width) * u64::from(height) > DOTS
        || decoder.total_bytes().saturating_mul(taken) > BYTES
    {
        return Some(Seen { dots, small: None });
    }
    let Ok(whole) = DynamicImage::from_decoder(decoder) else { return Some(Seen { dots, small: None }) };
    let mut small = if width.max(height) > SIDE { whole.thumbnail(SIDE, SIDE) } else { whole };
    small.apply_orientation(turn);
    Some(Seen { dots, small: draw(&small) })
}

/// Whether width and height change places.
fn turns(turn: image::metadata::Orientation) -> bool {
    use image::metadata::Orientation::*;
    matches!(turn, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn draw(small: &DynamicImage) -> Option<(Vec<u8>, &'static str)> {
    let mut bytes = Cursor::new(Vec::new());
    let kind = match small.color().has_alpha() {
        true => small.to_rgba8().write_to(&mut bytes, ImageFormat::Png).map(|()| "image/png"),
        false => small.to_rgb8().write_to(&mut bytes, ImageFormat::Jpeg).map(|()| "image/jpeg"),
    };
    kind.ok().map(|kind| (bytes.into_inner(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    /// A JPEG whose head says that it has so many dots (ITU-T T.81, B.2.2).
    fn jpeg(width: u16, height: u16) -> File {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(RgbImage::new(64, 64)).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        let mut bytes = bytes.into_inner();
        let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        let path = std::env::temp_dir().join(crate::secret::generate("parlour-jpeg-"));
        std::fs::write(&path, bytes).unwrap();
        let file = File::open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        file
    }

    #[test]
    fn a_jpeg_is_read_up_to_what_it_takes_in_several_scans() {
        // 18.6 million dots of three bytes, each with three numbers of two bytes.
        for (width, height, is_read) in [(4000, 4600, true), (4000, 4700, false), (6000, 6000, false)] {
            let seen = of(jpeg(width, height), "image/jpeg").unwrap();
            assert_eq!((seen.dots, seen.small.is_some()), ((width.into(), height.into()), is_read));
        }
    }
}
