// Package zerossl is a client of ZeroSSL's REST API, on libzerossl. It is unofficial.
//
// A [Client] has a method for each operation, with a request and an answer of its own. [Client.Obtain] is the whole way
// from names to installed files, and [Client.RenewAll] keeps them fresh.
//
// Every call takes a [context.Context], whose end or deadline ends the call within 0.2 s. Errors are of type [*Error]:
// errors.As finds their fields, and errors.Is compares with kinds such as [ErrRateLimited], and with
// [context.Canceled] and [context.DeadlineExceeded] if the ctx has ended the call.
//
// # Values and none
//
// In requests, a field that is zero is not sent, and has its default. Where zero is a value of its own, as in
// Config.RequestsPerSecond, the field is a pointer: zerossl.Ptr(0.0). In answers, texts and times that are absent are
// zero, since the service has no empty ones; flags and numbers that may be absent are pointers. What the service sends
// beyond its documentation is in Extra, and so is a time that cannot be read. Answers are marshalled to the JSON that
// all languages of libzerossl share.
//
// # Threads
//
// Each call runs on a thread of the library until it ends. A goroutine that waits for it keeps no thread of Go's: it
// waits in the netpoller, as for a socket. The functions of [OnEvent], [Publish] and [Cleanup] are called on the goroutine of the call.
package zerossl
