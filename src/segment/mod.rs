//! The little that rows cannot say about Segment.
