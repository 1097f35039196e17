//! What other processes may do to files and folders while they are read, written and deleted.

mod sources;
mod targets;
