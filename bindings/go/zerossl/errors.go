package zerossl

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"
)

// An Error says why a call failed: errors.As finds it, and errors.Is compares its kind.
//
// It never holds a secret. Fields that do not apply are zero.
type Error struct {
	// The number of the kind, the same in every language.
	Code int `json:"code"`
	// The kind, such as [ErrTimeout].
	Kind Kind `json:"kind"`
	// One line of English: what went wrong, and what to do.
	Message string `json:"message"`
	// The operation, such as obtain.
	Operation string `json:"operation"`
	// Whether the same call can be made again later without harm, and may then work.
	Retryable bool `json:"retryable"`
	// How long the service asks to wait before the next call.
	RetryAfter time.Duration `json:"retry_after"`
	// The HTTP status of the answer.
	HTTPStatus int `json:"http_status,omitempty"`
	// The service's own number of the error; -1 if there is none, as 0 is one.
	APICode int `json:"api_code"`
	// The service's own name of the error, such as certificate_not_found.
	APIType string `json:"api_type"`
	// What else the service said, or the report of [Client.RenewAll].
	Details json.RawMessage `json:"details"`
	// [ErrInvalidArgument]: the parameter or setting, with a place in it: domains[2].
	Parameter string `json:"parameter"`
	// [ErrValidation]: what was expected and found for each name.
	Domains map[string]FailedDomain `json:"domains"`
	// [ErrAmbiguous]: the orders that may be the one that was lost.
	Candidates []Certificate `json:"candidates"`
	// [ErrStorage]: the file or folder.
	Path string `json:"path"`
	// [ErrStorage], [ErrResource]: what the system said, so that errors.Is finds fs.ErrPermission and the like.
	Errno syscall.Errno `json:"errno,omitempty"`
	// What the library says besides.
	Extra Extra `json:"-"`

	causes []error
}

// A FailedDomain says why a name could not be validated.
type FailedDomain struct {
	// The URL or the record's name.
	Location string `json:"location"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
	// The service's reason, such as wrong_file_content.
	Reason string `json:"reason"`
}

// MarshalJSON writes the JSON form of the library.
func (d FailedDomain) MarshalJSON() ([]byte, error) { return writeFields(d, nil) }

// A Kind of errors. It is an error itself, so that errors.Is can look for it.
type Kind string

// Error is the kind's name.
func (k Kind) Error() string { return "zerossl: " + strings.ReplaceAll(string(k), "_", " ") }

// Errors of these kinds are of another kind, too.
var wider = map[Kind]Kind{ErrAuth: ErrAPI, ErrValidation: ErrAPI, ErrTLS: ErrNetwork}

// Error is the message, behind the name of this package and of the operation.
func (e *Error) Error() string {
	text := "zerossl: " + e.Message
	if len(e.causes) > 0 && !strings.Contains(text, e.causes[0].Error()) {
		text += ": " + e.causes[0].Error()
	}
	return text
}

// Is compares with a kind: auth and validation are api, tls is network.
func (e *Error) Is(target error) bool {
	kind, is := target.(Kind)
	return is && (e.Kind == kind || wider[e.Kind] == kind)
}

// Unwrap gives ctx.Err() and its cause if the ctx has ended the call, what a function of [Publish] has returned, and
// Errno.
func (e *Error) Unwrap() []error {
	if e.Errno != 0 {
		return append(slices.Clone(e.causes), e.Errno)
	}
	return e.causes
}

// Timeout tells whether time has run out, that of the library or that of the ctx, as for errors of package net.
func (e *Error) Timeout() bool {
	isTimeout := func(cause error) bool {
		var asked interface{ Timeout() bool }
		return errors.As(cause, &asked) && asked.Timeout()
	}
	return e.Kind == ErrTimeout || slices.ContainsFunc(e.causes, isTimeout)
}

// UnmarshalJSON reads the JSON form of the library.
func (e *Error) UnmarshalJSON(data []byte) error {
	e.APICode = -1
	return readFields(data, e, &e.Extra)
}

// MarshalJSON writes the JSON form of the library.
func (e *Error) MarshalJSON() ([]byte, error) {
	extra := e.Extra
	if e.APICode == -1 {
		extra = maps.Clone(extra)
		extra["api_code"] = json.RawMessage("null")
	}
	return writeFields(*e, extra)
}

func newError(kind Kind, operation, message string) *Error {
	if operation != "" {
		message = operation + ": " + message
	}
	return &Error{Code: codes[kind], Kind: kind, Message: message, Operation: operation, APICode: -1, Extra: Extra{}}
}

func (e *Error) causedBy(causes ...error) *Error {
	e.causes = append(e.causes, causes...)
	return e
}
