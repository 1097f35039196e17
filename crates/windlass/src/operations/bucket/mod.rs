//! Operations on buckets.
