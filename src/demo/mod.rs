//! `parlour demo`: Parlour and a small office application beside it, in one process.

pub mod office;
