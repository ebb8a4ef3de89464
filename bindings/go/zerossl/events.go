package zerossl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// An Event is a step of an operation. Fields that do not apply are zero.
type Event struct {
	// Progress, or a warning: it needs attention, although the work continues.
	Type EventType `json:"type"`
	// One line of English.
	Message string `json:"message"`
	// The current step.
	Stage Stage `json:"stage"`
	// The entry's name.
	Entry string `json:"entry"`
	// The name that it is about.
	Domain string `json:"domain"`
	// The URL or the record's name that is published.
	Location string `json:"location"`
	// The certificate's or the order's id.
	ID string `json:"id"`
	// The number of the request to the service to validate, from 1.
	Attempt int `json:"attempt"`
	// The time until the next poll of the order.
	NextPoll time.Duration `json:"next_poll"`
	// The outcome; only at the end.
	Outcome Outcome `json:"outcome"`
	// What the step says besides, such as port or finding.
	Extra Extra `json:"-"`
}

// String is one line for people: the entry, the step, the message.
func (e Event) String() string {
	line := e.Message
	if e.Type == EventTypeWarning {
		line = "warning: " + line
	}
	if place := strings.TrimSpace(e.Entry + " (" + string(e.Stage) + ")"); e.Stage != "" {
		line = place + ": " + line
	}
	return line
}

// UnmarshalJSON reads the JSON form of the library.
func (e *Event) UnmarshalJSON(data []byte) error { return readFields(data, e, &e.Extra) }

// A Challenge is a file or a record that proves control of a name, to be published unchanged.
type Challenge struct {
	// The name.
	Domain string `json:"domain"`
	// HTTPCSRHash, HTTPSCSRHash or CNAMECSRHash.
	Method ValidationMethod `json:"method"`

	// A file: from where the service fetches it, its name, that is the last part of the URL, and its content.
	URL     string `json:"url"`
	File    string `json:"file"`
	Content string `json:"content"`

	// A CNAME record: its name, without a dot at the end, and its target, with a dot at the end.
	Name   string `json:"name"`
	Target string `json:"target"`
}

// An Option is something that a long operation calls.
type Option func(*options)

type options struct {
	onEvent          func(Event)
	publish, cleanup func(context.Context, Challenge) error
	onPage           func([]Certificate) error
	logger           *slog.Logger
}

// OnEvent has a function called with each event, on the goroutine of the call.
func OnEvent(f func(Event)) Option { return func(o *options) { o.onEvent = f } }

// Publish has a function called with each challenge, on the goroutine of the call. When it returns, the file or the
// record has to be in place. Its error ends the operation, and is found by errors.Is.
func Publish(f func(context.Context, Challenge) error) Option {
	return func(o *options) { o.publish = f }
}

// Cleanup has a function called with each challenge that is needed no more. Without it, all stays in place.
func Cleanup(f func(context.Context, Challenge) error) Option {
	return func(o *options) { o.cleanup = f }
}

// handle handles an event. The first error is that of a function of Publish or Cleanup, which the library has been told.
func (o *options) handle(ctx context.Context, op *op, text []byte) (failed, err error) {
	// What the types of events share, and what only those have that ask (an id that is a number) and pages.
	var event struct {
		Type    EventType
		Message string
		ID      json.RawMessage
		Results []Certificate
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, unreadable(err)
	}
	switch event.Type {
	case "publish":
		return ask(ctx, op, event.ID, text, o.publish)
	case "cleanup":
		if o.cleanup == nil && o.publish != nil {
			return nil, op.reply(event.ID, nil)
		}
		return ask(ctx, op, event.ID, text, o.cleanup)
	case "page":
		if o.onPage != nil {
			return nil, o.onPage(event.Results)
		}
	case "log":
		if o.logger != nil {
			o.logger.DebugContext(ctx, event.Message)
		}
	default:
		if o.onEvent != nil {
			var step Event
			if err := json.Unmarshal(text, &step); err != nil {
				return nil, unreadable(err)
			}
			o.onEvent(step)
		}
	}
	return nil, nil
}

// ask answers an event that asks.
func ask(
	ctx context.Context, op *op, id json.RawMessage, text []byte, do func(context.Context, Challenge) error,
) (failed, err error) {
	if do == nil {
		return nil, op.reply(id, errors.New("nobody is there to do it: give Publish, or Cleanup"))
	}
	var challenge Challenge
	if err := json.Unmarshal(text, &challenge); err != nil {
		return nil, unreadable(err)
	}
	if failed = do(ctx, challenge); failed != nil && ctx.Err() != nil {
		// The function has noticed the end of ctx; the op is about to.
		return failed, nil
	}
	return failed, op.reply(id, failed)
}

func unreadable(err error) error {
	return newError(ErrInternal, "", fmt.Sprintf("an event cannot be read: %v", err))
}
