//! What the C library is called and needs.

pub(super) const SONAME: &str = "libzerossl.so.0";

/// What the static library needs beside itself, says rustc's `--print native-static-libs`.
pub(super) const STATIC_LIBS: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";
