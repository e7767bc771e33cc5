//! Applications: who they are, what opens their doors, what is on its way to them.

pub mod application;
pub mod signature;
