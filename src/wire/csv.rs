//! Tables as text: values with commas, semicolons or tabs between them (RFC 4180 otherwise) and a line of names first. A
//! cell that a spreadsheet would take for a formula is written with `'` before it, and read without. Read by hand: what is
//! wrong with one record is said of that record, and the others are read all the same, so that somebody can mend all of them.

/// One line of a table, with the number of the line of text on which it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    pub line: usize,
    /// Or why it cannot be read.
    pub cells: Result<Vec<String>, &'static str>,
}

const AFTER_QUOTE: &str = "after a closing quote, the next cell or the end of the line is expected";
const UNCLOSED: &str = "a quote is opened and never closed";
const WIDE: &str = "there are more cells than a table of users has";
/// Cells of a record; a line of commas only would unfold to many times its length.
const CELLS: usize = 256;
/// What programs put between cells.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Reads record by record, as they are asked for; lines that are empty are left out, and so is `sep=;`, which spreadsheets write
/// and read.
pub fn parse(text: &str) -> impl Iterator<Item = Record> {
    let text = text.trim_start_matches('\u{feff}');
    let (separator, said) = separator(text);
    let mut reader = Reader { rest: text, line: 1, separator };
    if said {
        reader.skip_line();
    }
    reader
}

impl Iterator for Reader<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while !self.rest.is_empty() {
            let line = self.line;
            let cells = self.record();
            if !cells.as_ref().is_ok_and(|cells| cells.iter().all(|cell| cell.trim().is_empty())) {
                let cells = cells.map(|cells| cells.iter().map(|cell| unguarded(cell).into()).collect());
                return Some(Record { line, cells });
            }
        }
        None
    }
}

/// The separator of a table: the one it says itself, or that which is most often in its first line; and whether it was said.
fn separator(text: &str) -> (char, bool) {
    let first = text.lines().next().unwrap_or_default();
    let said = first.trim_end().strip_prefix("sep=").and_then(|rest| rest.chars().next());
    if let Some(said) = said.filter(|said| SEPARATORS.contains(said)) {
        return (said, true);
    }
    let mut quoted = false;
    let mut counts = [0; SEPARATORS.len()];
    for letter in first.chars() {
        quoted ^= letter == '"';
        if let Some(place) = SEPARATORS.iter().position(|one| !quoted && *one == letter) {
            counts[place] += 1;
        }
    }
    // The first of several that are there equally often.
    let most = (0..SEPARATORS.len()).rev().max_by_key(|place| counts[*place]).unwrap_or_default();
    (SEPARATORS[most], false)
}

/// One line of text, with its end.
pub fn write<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    separator: char,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Vec<String>, &'static str> {
        let mut cells = Vec::new();
        loop {
            if cells.len() == CELLS {
                self.skip_line();
                return Err(WIDE);
            }
            cells.push(if self.rest.starts_with('"') { self.quoted()? } else { self.plain() });
            match self.rest.chars().next() {
                None => return Ok(cells),
                Some('\r' | '\n') => {
                    self.end_line();
                    return Ok(cells);
                }
                Some(letter) if letter == self.separator => self.rest = &self.rest[1..],
                Some(_) => {
                    self.skip_line();
                    return Err(AFTER_QUOTE);
                }
            }
        }
    }

    fn end_line(&mut self) {
        let bytes = if self.rest.starts_with("\r\n") { 2 } else { self.rest.len().min(1) };
        self.rest = &self.rest[bytes..];
        self.line += 1;
    }

    fn skip_line(&mut self) {
        let end = self.rest.find(['\r', '\n']).unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
        self.end_line();
    }

    fn plain(&mut self) -> String {
        let separator = self.separator;
        let end = self.rest.find([separator, '\r', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell.into()
    }

    fn quoted(&mut self) -> Result<String, &'static str> {
        let mut cell = String::new();
        let (begun, opened) = (self.line, self.rest);
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                // What follows the line is read as if nothing had been opened.
                (self.line, self.rest) = (begun, opened);
                self.skip_line();
                return Err(UNCLOSED);
            };
            cell.push_str(&self.rest[..end]);
            self.line += self.rest[..end].matches('\n').count();
            self.rest = &self.rest[end + 1..];
            if !self.rest.starts_with('"') {
                return Ok(cell);
            }
            cell.push('"');
            self.rest = &self.rest[1..];
        }
    }
}

/// Also where quotes stand before it, so that each one that is read was put there once.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn cell(text: &str) -> String {
    let guarded = if is_formula(text) { format!("'{text}") } else { text.into() };
    match guarded.contains([',', '"', '\r', '\n', '\'']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        parse(text).map(|record| record.cells.unwrap()).collect()
    }

    #[test]
    fn a_table_is_read_with_quotes_and_any_line_end() {
        let text = "\u{feff}id,name\r\na,\"Liu, \"\"Al\"\"\"\n\nb,\"two\nlines\"\rc,";
        assert_eq!(cells(text), [["id", "name"], ["a", "Liu, \"Al\""], ["b", "two\nlines"], ["c", ""]]);
        assert_eq!(parse(text).nth(2).unwrap().line, 4);
    }

    #[test]
    fn what_is_wrong_with_a_record_is_said_of_it_and_the_others_are_read() {
        let records: Vec<Record> = parse("id\n\"a\"b\nc\n\"d\ne").collect();
        let seen: Vec<_> =
            records.iter().map(|record| (record.line, record.cells.as_ref().map(|cells| cells.concat()))).collect();
        let good = |text: &str| Ok(text.to_string());
        assert_eq!(seen, [(1, good("id")), (2, Err(&AFTER_QUOTE)), (3, good("c")), (4, Err(&UNCLOSED)), (5, good("e"))]);
    }

    #[test]
    fn a_record_of_commas_only_is_refused_and_the_next_is_read() {
        let text = format!("id\n{}\nb", ",".repeat(1_000_000));
        let records: Vec<_> = parse(&text).map(|record| (record.line, record.cells)).collect();
        assert_eq!(records[1..], [(2, Err(WIDE)), (3, Ok(vec!["b".to_string()]))]);
    }

    #[test]
    fn separators_are_found() {
        for text in ["id,name\na,b", "id;name\na;b", "id\tname\na\tb", "sep=;\r\nid;name\r\na;b\r\n", "\"id\";\"name\"\na;b"] {
            assert_eq!(cells(text), [["id", "name"], ["a", "b"]], "{text:?}");
        }
        assert_eq!(cells("id;\"a,b,c\"\nx;\"1,5\""), [["id", "a,b,c"], ["x", "1,5"]]);
        assert_eq!(cells("id\nx\n;;\n, ,\n"), [["id"], ["x"], [";;"]], "rows without anything are none");
    }

    #[test]
    fn what_is_written_is_read_again_and_is_no_formula() {
        let row = ["=1+1", "a,b", "\"", "x\ny", "'-", "plain", ""];
        let text = write(row);
        assert!(text.starts_with("\"'=1+1\","), "{text}");
        assert_eq!(cells(&text), [row.map(String::from)]);
    }
}
