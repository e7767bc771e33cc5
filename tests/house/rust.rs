//! As much of Rust's grammar as the rules need: text without comments, strings and test modules, and the length of
//! functions. It keeps every line where it was, so that a complaint can name it.

/// The text with comments, string and character literals blanked out.
pub fn code(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < source.len() {
        let end = literal_end(&source, at);
        if end > at {
            out.extend(source[at..end].iter().map(|&c| blank(c)));
            at = end;
        } else {
            out.push(source[at]);
            at += 1;
        }
    }
    out
}

fn blank(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

/// Where the comment or literal that begins at `at` ends; `at` itself where none begins.
fn literal_end(source: &[char], at: usize) -> usize {
    let next = source.get(at + 1);
    match source[at] {
        '/' if next == Some(&'/') => position(source, at, |c| c == '\n'),
        '/' if next == Some(&'*') => block_comment_end(source, at),
        '"' => string_end(source, at),
        'r' if !part_of_name(source, at) => raw_string_end(source, at),
        '\'' => character_end(source, at),
        _ => at,
    }
}

fn position(source: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..source.len()).find(|&i| stop(source[i])).unwrap_or(source.len())
}

fn part_of_name(source: &[char], at: usize) -> bool {
    // `br"…"` is a raw string too
    at > 0 && source[at - 1] != 'b' && (source[at - 1].is_alphanumeric() || source[at - 1] == '_')
}

fn block_comment_end(source: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i < source.len() {
        match (source[i], source.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 1),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 1),
            _ => {}
        }
        i += 1;
        if depth == 0 {
            break;
        }
    }
    i
}

fn string_end(source: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < source.len() && source[i] != '"' {
        i += if source[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(source.len())
}

fn raw_string_end(source: &[char], at: usize) -> usize {
    let open = position(source, at + 1, |c| c != '#');
    if source.get(open) != Some(&'"') {
        return at;
    }
    let hashes = open - at - 1;
    let mut i = open + 1;
    while i < source.len() {
        if source[i] == '"' && source[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes {
            return i + 1 + hashes;
        }
        i += 1;
    }
    source.len()
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn character_end(source: &[char], at: usize) -> usize {
    if source.get(at + 1) == Some(&'\\') {
        return (position(source, at + 3, |c| c == '\'') + 1).min(source.len());
    }
    if source.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

/// The code with each item under `#[cfg(test)]` blanked out.
pub fn without_tests(text: &str) -> String {
    let mut code: Vec<char> = code(text).chars().collect();
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut at = 0;
    while at + mark.len() <= code.len() {
        if code[at..at + mark.len()] == mark[..] {
            let end = item_end(&code, at);
            for c in &mut code[at..end] {
                *c = blank(*c);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    code.into_iter().collect()
}

/// The end of the item that begins at `at`: its closing brace, or its semicolon.
fn item_end(code: &[char], at: usize) -> usize {
    let open = position(code, at, |c| c == '{' || c == ';');
    match code.get(open) {
        Some('{') => closing_brace(code, open) + 1,
        _ => (open + 1).min(code.len()),
    }
}

fn closing_brace(code: &[char], open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, c) in code.iter().enumerate().skip(open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    code.len() - 1
}

pub struct Function {
    pub name: String,
    pub line: usize,
    /// Lines between its braces.
    pub length: usize,
    pub is_async: bool,
}

pub fn functions(code: &str) -> Vec<Function> {
    let chars: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    for (at, word) in words(&chars) {
        if word != "fn" {
            continue;
        }
        let begin = position(&chars, at + 2, |c| !c.is_whitespace());
        let end = position(&chars, begin, |c| !(c.is_alphanumeric() || c == '_'));
        let open = position(&chars, end, |c| c == '{' || c == ';');
        if begin == end || chars.get(open) != Some(&'{') {
            continue; // a function's type, or a declaration without a body
        }
        let before: String = chars[..at].iter().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
        found.push(Function {
            name: chars[begin..end].iter().collect(),
            line: line(&chars, at),
            length: (line(&chars, closing_brace(&chars, open)) - line(&chars, open)).saturating_sub(1),
            is_async: before.trim_end().ends_with("async"),
        });
    }
    found
}

fn line(chars: &[char], at: usize) -> usize {
    1 + chars[..at].iter().filter(|&&c| c == '\n').count()
}

/// Names and keywords with the place where each begins.
pub fn words(chars: &[char]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (i, &c) in chars.iter().enumerate() {
        let of_a_word = c.is_alphanumeric() || c == '_';
        match (of_a_word, inside) {
            (true, false) => found.push((i, c.to_string())),
            (true, true) => found.last_mut().expect("a word was begun").1.push(c),
            _ => {}
        }
        inside = of_a_word;
    }
    found
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let text = "a // crate::b\nc /* d /* e */ f */ g \"h\\\" i\" 'j' '\\'' k<'l> r#\"m\" n\"# o";
    let words: String = code(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "a c g k<'l> o");
    assert_eq!(code(text).lines().count(), 2);
}

#[test]
fn tests_are_blanked_and_what_follows_stays() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { \"}\"; } }\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}";
    let names: Vec<String> = functions(&without_tests(text)).into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["a", "c", "e"]);
}

#[test]
fn functions_are_measured() {
    let found = functions("pub async fn a(b: fn(u8)) -> C {\n1\n2\n}\ntrait T { fn d(); }\nfn e() {}");
    let seen: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.length, f.is_async)).collect();
    assert_eq!(seen, [("a", 1, 2, true), ("e", 6, 0, false)]);
}
