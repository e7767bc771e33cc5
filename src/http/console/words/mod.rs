//! The sentences of the console in Chinese, by page. What stands in `FAULTS` is said by other rooms, with names in the
//! places of `{}`.

pub type Table = &'static [(&'static str, &'static str)];

pub const CHINESE: &[Table] = &[];
pub const FAULTS: Table = &[];
