package zerossl

/*
#cgo pkg-config: zerossl
#include <stdlib.h>
#include <zerossl.h>

#if !ZEROSSL_AT_LEAST(0, 1, 0)
#error "this package needs libzerossl 0.1.0 or newer: install it, or let PKG_CONFIG_PATH lead to it"
#endif
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// loaded checks, once, that the library that was found when the program was started is not older than the one that it
// was compiled with.
var loaded = sync.OnceValue(func() error {
	if found := int(C.zerossl_abi_version()); found < C.ZEROSSL_ABI_VERSION {
		return fmt.Errorf("zerossl: libzerossl %s was loaded, which is too old (ABI %d): this program was compiled with %s "+
			"(ABI %d); install that, or let LD_LIBRARY_PATH lead to it",
			C.GoString(C.zerossl_version()), found, C.ZEROSSL_VERSION, C.ZEROSSL_ABI_VERSION)
	}
	return nil
})

// A handle is a client of the C library.
type handle struct{ client *C.zerossl_client }

func newHandle(config []byte) (handle, error) {
	text := cString(config)
	defer C.free(unsafe.Pointer(text))
	var failure *C.zerossl_error
	client := C.zerossl_client_new(text, &failure)
	return handle{client}, taken(failure)
}

func (h handle) free() { C.zerossl_client_free(h.client) }

// start starts an op on a thread of the library. As a call, a list gives one page as its answer, instead of all of them
// as events.
func (h handle) start(operation string, parameters []byte, isCall bool) (nativeOp, error) {
	name, text := C.CString(operation), cString(parameters)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(text))
	var failure *C.zerossl_error
	var started *C.zerossl_op
	if isCall {
		started = C.zerossl_op_start_call(h.client, name, text, &failure)
	} else {
		started = C.zerossl_op_start(h.client, name, text, &failure)
	}
	return nativeOp{started}, taken(failure)
}

// A nativeOp is an op of the C library. Only one goroutine at a time uses it.
type nativeOp struct{ op *C.zerossl_op }

type state int

const (
	done    state = C.ZEROSSL_DONE
	event   state = C.ZEROSSL_EVENT
	pending state = C.ZEROSSL_PENDING
)

// next never waits.
func (o nativeOp) next() (state, []byte, error) {
	var failure *C.zerossl_error
	var text *C.char
	found := C.zerossl_op_next(o.op, 0, &text, &failure)
	return state(found), goBytes(text), taken(failure)
}

// descriptor is readable while next has news. It belongs to the caller.
func (o nativeOp) descriptor() (int, error) {
	var failure *C.zerossl_error
	fd := C.zerossl_op_dup_fd(o.op, &failure)
	return int(fd), taken(failure)
}

func (o nativeOp) reply(answer []byte) error {
	text := cString(answer)
	defer C.free(unsafe.Pointer(text))
	var failure *C.zerossl_error
	C.zerossl_op_reply(o.op, text, &failure)
	return taken(failure)
}

func (o nativeOp) result() ([]byte, error) {
	var failure *C.zerossl_error
	text := C.zerossl_op_result(o.op, &failure)
	return goBytes(text), taken(failure)
}

func (o nativeOp) cancel() { C.zerossl_op_cancel(o.op) }
func (o nativeOp) free()   { C.zerossl_op_free(o.op) }

// taken turns an error of C into one of Go, and frees it.
func taken(failure *C.zerossl_error) error {
	if failure == nil {
		return nil
	}
	defer C.zerossl_error_free(failure)
	err := new(Error)
	if bad := err.UnmarshalJSON([]byte(C.GoString(C.zerossl_error_json(failure)))); bad != nil {
		return newError(ErrInternal, "", "an error of the library cannot be read: "+bad.Error())
	}
	return err
}

// cString is a copy in C's memory, for C.free. JSON has no NUL inside.
func cString(text []byte) *C.char {
	return (*C.char)(C.CBytes(append(text, 0)))
}

// goBytes takes a string of the library, which wipes its own copy.
func goBytes(text *C.char) []byte {
	if text == nil {
		return nil
	}
	defer C.zerossl_string_free(text)
	return []byte(C.GoString(text))
}
