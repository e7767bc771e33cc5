//! The files of the project: where they are and what they say. Knows no rule.

use std::{fs, path::Path};

pub struct File {
    /// From the project's folder, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// All files below the given folders, by path; a folder that is not there yet has none.
pub fn files(folders: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        gather(root, &root.join(folder), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

pub fn rust(folders: &[&str]) -> Vec<File> {
    let mut found = files(folders);
    found.retain(|file| file.path.ends_with(".rs"));
    found
}

fn gather(root: &Path, folder: &Path, found: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "node_modules" || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, found);
        } else {
            let below = path.strip_prefix(root).expect("below the project");
            found.push(File {
                path: below.to_string_lossy().replace('\\', "/"),
                bytes: fs::read(&path).expect("a file can be read"),
            });
        }
    }
}
