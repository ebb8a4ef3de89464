//! The memory of the library is libc's malloc. So what is handed to C needs no copy, and a host that calls `free` on it
//! does not crash.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

use libc::c_void;

struct Malloc;

#[global_allocator]
static MALLOC: Malloc = Malloc;

/// Whether any memory of malloc is aligned like this.
fn is_usual(align: usize) -> bool {
    align <= align_of::<libc::max_align_t>()
}

// SAFETY: malloc and its relatives keep the contract of this trait: they return NULL or new memory of the size that was
// asked for, keep the contents of what is resized, and do not unwind.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_usual(layout.align()) {
            // SAFETY: malloc takes any size.
            return unsafe { libc::malloc(layout.size()) }.cast();
        }
        let mut memory = ptr::null_mut();
        // SAFETY: the alignment is a power of two and a multiple of a pointer's size, since it is not a usual one.
        match unsafe { libc::posix_memalign(&raw mut memory, layout.align(), layout.size()) } {
            0 => memory.cast(),
            _ => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: by the trait, it comes from here and is not used any more.
        unsafe { libc::free(memory.cast()) };
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_usual(layout.align()) {
            // SAFETY: calloc takes any size.
            return unsafe { libc::calloc(layout.size(), 1) }.cast();
        }
        // SAFETY: as `alloc`; there is room for so many bytes.
        unsafe {
            let memory = self.alloc(layout);
            if !memory.is_null() {
                memory.write_bytes(0, layout.size());
            }
            memory
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_usual(layout.align()) {
            // SAFETY: by the trait, it comes from here; realloc takes any size.
            return unsafe { libc::realloc(memory.cast(), size) }.cast();
        }
        // SAFETY: by the trait, the size is valid with this alignment, and the old memory is ours.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(memory, moved, size.min(layout.size()));
                self.dealloc(memory, layout);
            }
            moved
        }
    }
}

/// Overwrites all memory of these bytes, as the compiler must not leave out.
pub(crate) fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    // SAFETY: the vector owns the memory of its capacity, and has no bytes in it any more.
    unsafe { libc::explicit_bzero(bytes.as_mut_ptr().cast::<c_void>(), bytes.capacity()) };
}

/// Wipes and frees memory that was handed to C. All of it is wiped, whatever the host has written into it.
///
/// # Safety
///
/// The memory comes from a vector of bytes of this library, or from malloc, and nothing else uses it any more.
pub(crate) unsafe fn wipe_and_free(memory: *mut u8) {
    let memory = memory.cast::<c_void>();
    // SAFETY: it comes from malloc, so all of its room may be written, and this is its only owner.
    unsafe {
        libc::explicit_bzero(memory, libc::malloc_usable_size(memory));
        libc::free(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_alignments_are_kept() {
        for align in [1, 16, 64, 4096] {
            let layout = Layout::from_size_align(100, align).expect("a layout");
            // SAFETY: the size is not 0, and the memory is freed once, with its layout.
            unsafe {
                let memory = MALLOC.alloc_zeroed(layout);
                assert_eq!(std::slice::from_raw_parts(memory, 100), [0; 100]);
                memory.write_bytes(7, 100);
                let memory = MALLOC.realloc(memory, layout, 5000);
                assert_eq!(memory.addr() % align, 0, "{align}");
                assert_eq!(std::slice::from_raw_parts(memory, 100), [7; 100]);
                MALLOC.dealloc(memory, Layout::from_size_align(5000, align).expect("a layout"));
            }
        }
    }

    #[test]
    fn wiping_leaves_nothing() {
        let mut bytes = Vec::with_capacity(100);
        bytes.extend_from_slice(b"secret");
        let memory = bytes.as_ptr();
        wipe(&mut bytes);
        assert!(bytes.is_empty());
        // SAFETY: the vector still owns the memory, and all of it was written.
        assert_eq!(unsafe { std::slice::from_raw_parts(memory, 100) }, [0; 100]);
    }
}
