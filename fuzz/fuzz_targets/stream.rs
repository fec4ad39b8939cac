#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| buckstop_fuzz::run("stream", data));
