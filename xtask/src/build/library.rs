//! The names of the C library, and what it is linked with.

/// What programs look for.
pub(super) const SONAME: &str = "libzerossl.so.0";

/// The file itself. The others are links to it.
pub(super) const FILE: &str = concat!("libzerossl.so.", env!("CARGO_PKG_VERSION"));

/// What the static library needs: what rustc's `--print native-static-libs` says, with the static unwinder in the place of
/// `-lgcc_s`, which a fully static program cannot be linked with.
pub(super) const STATIC_LIBS: &str = "-lgcc_eh -lutil -lrt -lpthread -lm -ldl -lc";
