//! The name of the C library, and what it is linked with.

pub(super) const SONAME: &str = "libzerossl.so.0";

/// What the static library needs, according to rustc's `--print native-static-libs`.
pub(super) const STATIC_LIBS: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";
