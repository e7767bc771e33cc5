<<<<<<< HEAD
//! The executable. It knows the command line, which knows everything else.

=======
>>>>>>> 13a9244 (Lay the ground: words, the protocol's rows and frames, the store with its one writer, the schema)
fn main() {}
