//! Tests of second_provider.
