package zerossl

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"syscall"
	"time"
)

// How long an op may take to end after its ctx has. The library needs 0.1 s at most, and its error says more.
const patience = 150 * time.Millisecond

// An op is an operation that runs on a thread of the library. It is waited for as a socket is: by the runtime's
// netpoller, which keeps no thread per wait.
type op struct {
	native nativeOp
	file   *os.File
	bell   syscall.RawConn
}

// newOp takes the op: if it fails, the op is freed.
func newOp(native nativeOp) (_ *op, err error) {
	defer func() {
		if err != nil {
			native.free()
		}
	}()
	fd, err := native.descriptor()
	if err != nil {
		return nil, err
	}
	// Only descriptors that do not block are given to the netpoller.
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	file := os.NewFile(uintptr(fd), "libzerossl op")
	bell, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &op{native, file, bell}, nil
}

// close ends the op, if it still runs. There is nothing to be done if the descriptor cannot be closed.
func (o *op) close() {
	o.native.free()
	_ = o.file.Close()
}

// finish handles events until the operation has ended, and returns its answer.
func (o *op) finish(ctx context.Context, operation string, options *options) ([]byte, error) {
	// Wakes the wait, in which the op is cancelled: nobody else uses the op, so none can use it too late.
	defer context.AfterFunc(ctx, func() { _ = o.file.SetReadDeadline(time.Unix(1, 0)) })()
	var causes []error
	isCancelled := false
	for {
		found, text, err := o.next()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && !isCancelled:
			isCancelled = true
			causes = append(causes, ctx.Err(), context.Cause(ctx))
			o.native.cancel()
			if err := o.file.SetReadDeadline(time.Now().Add(patience)); err != nil {
				return nil, err
			}
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, newError(ErrCancelled, operation, "cancelled by the caller").causedBy(causes...)
		case err != nil:
			return nil, err
		case found == done:
			result, err := o.native.result()
			if failure := (*Error)(nil); errors.As(err, &failure) {
				return nil, failure.causedBy(causes...)
			}
			return result, err
		case !isCancelled:
			failed, err := options.handle(ctx, o, text)
			if err != nil {
				return nil, err
			}
			if failed != nil {
				causes = append(causes, failed)
			}
		}
	}
}

// next waits for an event or the end.
func (o *op) next() (found state, text []byte, err error) {
	waited := o.bell.Read(func(uintptr) bool {
		found, text, err = o.native.next()
		return err != nil || found != pending
	})
	if err == nil {
		err = waited
	}
	return found, text, err
}

// reply answers an event that asks.
func (o *op) reply(id json.RawMessage, failed error) error {
	answer := map[string]any{"id": id, "ok": true}
	if failed != nil {
		answer = map[string]any{"id": id, "error": failed.Error()}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return o.native.reply(text)
}
