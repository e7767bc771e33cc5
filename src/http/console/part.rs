//! Small pieces that templates put into pages. They write their own markup, so that what comes from outside is escaped
//! here or not taken in.

use crate::apps::application::Application;
use crate::http::assets;
use crate::time::Moment;
use askama::filters::HtmlSafe;
use std::fmt;

/// One of the drawings in `assets/img/console.svg`.
#[derive(Debug, Clone, Copy)]
pub struct Icon(pub &'static str);

impl HtmlSafe for Icon {}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawings = assets::link("img/console.svg");
        write!(f, r##"<svg class="icon" aria-hidden="true"><use href="{drawings}#i-{}"/></svg>"##, self.0)
    }
}

/// A letter on a coloured ground, for an application or a person. A drawing, because a page may not carry styles.
#[derive(Debug, Clone)]
pub struct Mark {
    letter: char,
    ground: Ground,
}

#[derive(Debug, Clone, Copy)]
enum Ground {
    /// An application's own.
    Colour([u8; 3]),
    /// One of ten, as the client gives it to an id.
    Hue(u32),
}

/// Of applications that have chosen none.
const COLOURS: [[u8; 3]; 8] = [
    [0x2f, 0x5f, 0xd0],
    [0x0f, 0x76, 0x6e],
    [0x9a, 0x3f, 0x9e],
    [0xb4, 0x53, 0x09],
    [0x3f, 0x6f, 0x2a],
    [0xb0, 0x2a, 0x5b],
    [0x4b, 0x5a, 0x75],
    [0x6d, 0x4a, 0xc4],
];

impl Mark {
    pub fn of_application(application: &Application) -> Mark {
        let chosen = application.colour.as_deref().and_then(colour);
        let colour = chosen.unwrap_or_else(|| COLOURS[sum(application.id.as_str()) as usize % COLOURS.len()]);
        Mark { letter: letter(&application.name), ground: Ground::Colour(colour) }
    }

    pub fn of_person(id: &str, name: &str) -> Mark {
        Mark { letter: letter(name), ground: Ground::Hue(hue(id)) }
    }
}

/// Whether black is read better on it than white: by relative luminance (WCAG 2).
fn is_light(colour: [u8; 3]) -> bool {
    let [r, g, b] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(text.strip_prefix('#').filter(|hex| hex.len() == 6)?, 16).ok()?;
    let [_, r, g, b] = number.to_be_bytes();
    Some([r, g, b])
}

/// Always the same for one id, here and in the client's `colour.js`.
fn hue(id: &str) -> u32 {
    sum(id) % 10
}

/// FNV-1a over code points.
fn sum(id: &str) -> u32 {
    id.chars().fold(2_166_136_261_u32, |sum, letter| (sum ^ u32::from(letter)).wrapping_mul(16_777_619))
}

fn letter(name: &str) -> char {
    name.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_uppercase().next()).unwrap_or('·')
}

impl HtmlSafe for Mark {}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = self.letter;
        match self.ground {
            Ground::Colour(colour) => {
                let ([r, g, b], ink) = (colour, if is_light(colour) { "#15171c" } else { "#fff" });
                write!(f, r##"<svg class="mark" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="7" "##)?;
                write!(f, r##"fill="#{r:02x}{g:02x}{b:02x}"/><text x="14" y="14.5" fill="{ink}">{letter}</text></svg>"##)
            }
            Ground::Hue(hue) => {
                write!(f, r#"<svg class="mark mark-person hue-{hue}" viewBox="0 0 28 28" aria-hidden="true">"#)?;
                write!(f, r#"<rect width="28" height="28" rx="14"/><text x="14" y="14.5">{letter}</text></svg>"#)
            }
        }
    }
}

/// A moment: in UTC as it is written here, in the reader's own time once the script has run.
#[derive(Debug, Clone, Copy)]
pub struct Stamp(pub Moment);

impl HtmlSafe for Stamp {}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.0.to_string();
        let (day, minute) = (exact.get(..10).unwrap_or_default(), exact.get(11..16).unwrap_or_default());
        write!(f, r#"<time datetime="{exact}" title="{exact}">{day} {minute} UTC</time>"#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_readable_and_takes_nothing_in_that_could_be_markup() {
        let mark = Mark::of_person("x", "<b>");
        assert!(mark.to_string().contains(">B</text>"));
        assert!(Mark::of_person("x", "<>").to_string().contains(">·</text>"));
        assert!(is_light([255, 230, 0]) && !is_light([0, 0, 90]));
        // as `hueOf` of the client has it
        assert_eq!(["anna", "ben", "王芳"].map(hue), [9, 0, 1]);
        assert!(colour("#12345g").is_none() && colour("red").is_none() && colour("#010203") == Some([1, 2, 3]));
    }

    #[test]
    fn a_stamp_says_the_exact_moment_too() {
        let stamp = Stamp(Moment(1_795_339_800_123)).to_string();
        assert!(stamp.contains(r#"datetime="2026-11-22T09:30:00.123Z""#) && stamp.contains(">2026-11-22 09:30 UTC<"), "{stamp}");
    }
}
