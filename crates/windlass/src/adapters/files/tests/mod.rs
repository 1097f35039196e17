//! Concurrent changes of files and folders by other processes.

mod sources;
mod targets;
