//! The names of the C library, and what it is linked with.

/// What programs look for.
pub(super) const SONAME: &str = "libzerossl.so.0";

/// The file itself. The others are links to it.
pub(super) const FILE: &str = concat!("libzerossl.so.", env!("CARGO_PKG_VERSION"));

/// What the shared library is linked with, according to rustc's `--print native-static-libs`. It has the process's unwinder,
/// so that it notices an exception of C++ that leaves a callback.
pub(super) const SHARED_LIBS: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";

/// What the static library needs: the same with the static unwinder, since a fully static program has no other.
pub(super) const STATIC_LIBS: &str = "-lgcc_eh -lutil -lrt -lpthread -lm -ldl -lc";
