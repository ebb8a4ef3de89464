package zerossl

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"sync"
)

// A Client calls the service. Any number of goroutines may use it at once; they share its connections and its pace.
type Client struct {
	// Held for reading where the handle is used, for writing where it is freed.
	mu       sync.RWMutex
	handle   handle
	isClosed bool
	cleanup  runtime.Cleanup
	logger   *slog.Logger
}

// NewClient makes a client. Nothing is sent. A wrong setting is an error of kind [ErrInvalidArgument] whose Parameter
// names it.
func NewClient(config Config) (*Client, error) {
	if err := loaded(); err != nil {
		return nil, err
	}
	settings, err := parameters(config)
	if err != nil {
		return nil, err
	}
	made, err := newHandle(settings)
	if err != nil {
		return nil, err
	}
	client := &Client{handle: made, logger: config.Logger}
	// A client that is forgotten without Close costs no memory either.
	client.cleanup = runtime.AddCleanup(client, handle.free, made)
	return client, nil
}

// Close frees the client. Calls that are under way go on; later ones fail. The error is always nil.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isClosed {
		c.isClosed = true
		c.cleanup.Stop()
		c.handle.free()
	}
	return nil
}

// Certificates gives all certificates of the account, page after page: none twice, and none missed that was there
// throughout. A certificate that comes with an error is nil, and the last one.
func (c *Client) Certificates(ctx context.Context, request ListCertificatesRequest) iter.Seq2[*Certificate, error] {
	return func(yield func(*Certificate, error) bool) {
		stopped := newError(ErrCancelled, "list_certificates", "the loop has ended")
		_, err := c.run(ctx, "list_certificates", request, func(o *options) {
			o.onPage = func(results []Certificate) error {
				for i := range results {
					if !yield(&results[i], nil) {
						return stopped
					}
				}
				return nil
			}
		})
		if err != nil && err != error(stopped) {
			yield(nil, err)
		}
	}
}

// call runs an operation and reads its answer.
func call[A any](ctx context.Context, c *Client, operation string, request any, options ...Option) (*A, error) {
	result, err := c.run(ctx, operation, request, options...)
	if err != nil {
		return nil, err
	}
	answer := new(A)
	if err := json.Unmarshal(result, answer); err != nil {
		return nil, newError(ErrInternal, operation, fmt.Sprintf("its answer cannot be read: %v", err))
	}
	return answer, nil
}

// run runs an operation and returns its answer, JSON.
func (c *Client) run(ctx context.Context, operation string, request any, chosen ...Option) ([]byte, error) {
	options := options{logger: c.logger}
	for _, option := range chosen {
		option(&options)
	}
	if obtain, is := request.(ObtainRequest); is {
		if err := obtain.Validation.check(&options); err != nil {
			return nil, err
		}
	}
	given, err := parameters(request)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, newError(ErrCancelled, operation, "not begun").causedBy(ctx.Err(), context.Cause(ctx))
	}
	isCall := operation == "list_certificates" && options.onPage == nil
	started, err := open(c, func() (nativeOp, error) { return c.handle.start(operation, given, isCall) })
	if err != nil {
		return nil, err
	}
	op, err := newOp(started)
	if err != nil {
		return nil, err
	}
	defer op.close()
	return op.finish(ctx, operation, &options)
}

// open uses the handle, which is not freed meanwhile.
func open[T any](c *Client, use func() (T, error)) (made T, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.isClosed {
		return made, newError(ErrInvalidArgument, "", "the client was closed")
	}
	return use()
}
