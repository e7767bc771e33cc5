//! The executable. It knows the command line, which knows everything else.

fn main() {}
