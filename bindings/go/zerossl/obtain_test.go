package zerossl_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

// request is for a certificate that Publish has to prove.
func request(t *testing.T) zerossl.ObtainRequest {
	return zerossl.ObtainRequest{
		Domains:      []string{"example.com"},
		Directory:    t.TempDir(),
		Preflight:    zerossl.PreflightOff,
		PollInterval: 50 * time.Millisecond,
		Settle:       zerossl.Ptr(time.Duration(0)),
	}
}

// publish puts records into the sandbox's DNS.
func (s *sandbox) publish(t *testing.T) func(context.Context, zerossl.Challenge) error {
	return func(_ context.Context, challenge zerossl.Challenge) error {
		record := map[string]string{"name": challenge.Name, "type": "CNAME", "value": challenge.Target}
		s.manage(t, http.MethodPost, "/records", record, nil)
		return nil
	}
}

func TestObtainAsks(t *testing.T) {
	sandbox := newSandbox(t)
	client := sandbox.client(t)
	var events []zerossl.Event
	var published, cleaned []zerossl.Challenge
	obtained, err := client.Obtain(t.Context(), request(t),
		zerossl.OnEvent(func(event zerossl.Event) { events = append(events, event) }),
		zerossl.Publish(func(ctx context.Context, challenge zerossl.Challenge) error {
			published = append(published, challenge)
			return sandbox.publish(t)(ctx, challenge)
		}),
		zerossl.Cleanup(func(_ context.Context, challenge zerossl.Challenge) error {
			cleaned = append(cleaned, challenge)
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	if obtained.Outcome != zerossl.OutcomeIssued || obtained.Certificate.Status != zerossl.StatusIssued {
		t.Errorf("%+v", obtained)
	}
	if _, err := os.Stat(obtained.Files["fullchain"]); err != nil {
		t.Error(err)
	}
	if len(published) != 1 || published[0].Method != zerossl.ValidationMethodCNAMECSRHash || !slices.Equal(published, cleaned) {
		t.Errorf("published %+v, cleaned %+v", published, cleaned)
	}
	last := events[len(events)-1]
	if last.Stage != zerossl.StageDone || last.Outcome != zerossl.OutcomeIssued || last.Type != zerossl.EventTypeProgress {
		t.Errorf("the last event is %+v", last)
	}
	if said := last.String(); !strings.HasPrefix(said, "example.com (done): ") {
		t.Errorf("it prints as %q", said)
	}
}

func TestObtainInAWebroot(t *testing.T) {
	webroot := t.TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(webroot)))
	defer server.Close()
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	client := newSandbox(t, "--http-port", port).client(t)
	given := request(t)
	given.Validation = zerossl.ObtainValidation{Webroots: map[string]string{"example.com": webroot}}
	for _, outcome := range []zerossl.Outcome{zerossl.OutcomeIssued, zerossl.OutcomeUnchanged} {
		obtained, err := client.Obtain(t.Context(), given)
		if err != nil || obtained.Outcome != outcome {
			t.Fatalf("%+v, %v", obtained, err)
		}
	}
	entries, err := client.ListEntries(t.Context(), zerossl.ListEntriesRequest{Directory: given.Directory})
	if err != nil || len(entries.Entries) != 1 || entries.Entries[0].Certificate != zerossl.CertificateStateGood {
		t.Fatalf("%+v, %v", entries, err)
	}
	if renews := entries.Entries[0].RenewsAt; time.Until(renews) < 24*time.Hour {
		t.Errorf("it is renewed at %v", renews)
	}
	renewals, err := client.RenewAll(t.Context(), zerossl.RenewAllRequest{Directory: given.Directory})
	if err != nil || renewals.Failed != 0 || renewals.Results[0].Outcome != zerossl.OutcomeUnchanged {
		t.Errorf("%+v, %v", renewals, err)
	}
}

func TestObtainWithoutAPublisher(t *testing.T) {
	sandbox := newSandbox(t)
	_, err := sandbox.client(t).Obtain(t.Context(), request(t))
	var failure *zerossl.Error
	if !errors.As(err, &failure) || failure.Parameter != "validation" {
		t.Errorf("%v", err)
	}
	if orders := sandbox.orders(t); len(orders) != 0 {
		t.Errorf("it has ordered %v", orders)
	}
}

func (s *sandbox) orders(t *testing.T) (orders []any) {
	s.manage(t, http.MethodGet, "/certificates", nil, &orders)
	return orders
}

func TestPublishFails(t *testing.T) {
	why := errors.New("the zone is frozen")
	_, err := newSandbox(t).client(t).Obtain(t.Context(), request(t),
		zerossl.Publish(func(context.Context, zerossl.Challenge) error { return why }))
	if !errors.Is(err, why) || !strings.Contains(err.Error(), "the zone is frozen") {
		t.Errorf("%v", err)
	}
}

func TestPublishPanics(t *testing.T) {
	client := newSandbox(t).client(t)
	fails := func() {
		defer func() {
			if recover() != "no" {
				t.Error("the panic did not come through")
			}
		}()
		_, _ = client.Obtain(t.Context(), request(t),
			zerossl.Publish(func(context.Context, zerossl.Challenge) error { panic("no") }))
	}
	// The connection to the sandbox stays open.
	fails()
	_, before, _, _ := usage(t)
	for range 20 {
		fails()
	}
	until(t, "the ops are freed", func() bool { _, now, _, _ := usage(t); return now <= before+2 })
}

func TestCancelAndResume(t *testing.T) {
	sandbox := newSandbox(t)
	client, given := sandbox.client(t), request(t)
	ctx, cancel := context.WithCancel(t.Context())
	var cancelled time.Time
	_, err := client.Obtain(ctx, given, zerossl.Publish(func(ctx context.Context, _ zerossl.Challenge) error {
		cancelled = time.Now()
		cancel()
		return ctx.Err()
	}))
	if took := time.Since(cancelled); took > 200*time.Millisecond {
		t.Errorf("the cancel took %v", took)
	}
	if !errors.Is(err, context.Canceled) || !errors.Is(err, zerossl.ErrCancelled) {
		t.Errorf("%v", err)
	}

	// In the wait for the service, too.
	sandbox.manage(t, http.MethodPatch, "/settings", map[string]any{"issue_delay_seconds": 3600}, nil)
	ctx, cancel = context.WithCancel(t.Context())
	var once sync.Once
	during := make(chan time.Time, 1)
	_, err = client.Obtain(ctx, given, zerossl.Publish(sandbox.publish(t)), zerossl.OnEvent(func(event zerossl.Event) {
		if event.Stage == zerossl.StageWait {
			once.Do(func() { time.AfterFunc(100*time.Millisecond, func() { during <- time.Now(); cancel() }) })
		}
	}))
	if took := time.Since(<-during); took > 200*time.Millisecond || !errors.Is(err, context.Canceled) {
		t.Errorf("the cancel took %v: %v", took, err)
	}

	sandbox.manage(t, http.MethodPost, "/clock", map[string]any{"advance_seconds": 3600}, nil)
	obtained, err := client.Obtain(t.Context(), given, zerossl.Publish(sandbox.publish(t)))
	if err != nil || obtained.Outcome != zerossl.OutcomeResumed {
		t.Errorf("%+v, %v", obtained, err)
	}
	if orders := sandbox.orders(t); len(orders) != 1 {
		t.Errorf("there are %d orders: %v", len(orders), orders)
	}
}

// TestManyWaits shows that a wait takes no thread of Go's runtime: the library's own thread per op is enough.
func TestManyWaits(t *testing.T) {
	const number = 200
	sandbox := newSandbox(t, "--issue-delay", "3600")
	client, template := sandbox.client(t), request(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before := pprof.Lookup("threadcreate").Count()
	var group sync.WaitGroup
	group.Add(number)
	for i := range number {
		// One after the other: a call into C that takes its time on a busy machine may need a thread.
		waits := make(chan struct{})
		go func() {
			defer group.Done()
			given := template
			given.Domains = []string{fmt.Sprintf("host%d.example.com", i)}
			var once sync.Once
			_, err := client.Obtain(ctx, given, zerossl.Publish(sandbox.publish(t)), zerossl.OnEvent(func(event zerossl.Event) {
				if event.Stage == zerossl.StageWait {
					once.Do(func() { close(waits) })
				}
			}))
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
				once.Do(func() { close(waits) })
			}
		}()
		<-waits
	}
	made := pprof.Lookup("threadcreate").Count() - before
	_, _, _, all := usage(t)
	begin := time.Now()
	cancel()
	group.Wait()
	t.Logf("%d waits: %d threads made by Go, %d threads in all; cancelled in %v", number, made, all, time.Since(begin))
	if made > number/10 {
		t.Errorf("%d waits made Go start %d threads", number, made)
	}
}
