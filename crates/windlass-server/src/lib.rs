//! A strict local S3 server.
