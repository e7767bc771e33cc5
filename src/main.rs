//! The executable. Everything it does stands in `cli`.

fn main() {}
