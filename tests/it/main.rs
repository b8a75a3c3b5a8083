//! Every integration test, one topic a file, one binary so that it is linked once.

#![expect(unreachable_pub, reason = "the modules of one binary share what is pub")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops and says where, and it prepares its own surroundings"
)]

mod accounts;
mod actions;
mod agents;
mod attacks;
mod bad_disk;
mod bad_input;
mod call;
mod canary;
mod capability;
mod capability_crossing;
mod capability_openapi;
mod capability_rows;
mod capability_serve;
mod capability_steps;
mod connect_page;
mod connections;
mod consent;
mod courier;
mod delivery;
mod docs;
mod doctor;
mod door;
mod emulator;
mod emulator_command;
mod engine;
mod faces;
mod faults;
mod generated;
mod governor;
mod guides;
mod import;
mod import_bad;
mod import_outbox;
mod integrations;
mod jetstream;
mod journal;
mod kill;
#[path = "../support/kill/mod.rs"]
mod kill_points;
mod lint;
mod lists;
mod lua;
mod lua_command;
mod mcp_client;
mod mcp_gateway;
mod mcp_hostile;
mod mcp_peers;
mod mcp_web;
#[path = "../support/nats.rs"]
mod nats_server;
mod oauth;
mod outbox_bad;
mod outbox_commands;
mod output;
mod pages;
#[path = "../support/peers.rs"]
mod peer_library;
mod peers;
mod place;
mod plans;
mod progress;
mod readme;
mod repl;
mod request;
mod rest;
mod runs;
mod safe_hands;
mod scripts;
mod search;
mod second_provider;
mod seed_lines;
mod seeds;
mod segment;
mod service;
mod sessions;
mod settings;
mod shells;
mod sink;
#[path = "../support/sink/mod.rs"]
mod sink_server;
mod stranger;
mod support;
mod surroundings;
mod tidy;
mod tokens;
mod uploads;
mod verbose;
mod walk;
mod witness;
mod words;
