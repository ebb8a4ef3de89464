package zerossl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

// order makes orders for these names, with one CSR.
func order(t *testing.T, client *zerossl.Client, names ...string) []string {
	t.Helper()
	var ids []string
	for _, name := range names {
		csr, err := client.GenerateCSR(t.Context(), zerossl.GenerateCSRRequest{Domains: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		made, err := client.CreateCertificate(t.Context(), zerossl.CreateCertificateRequest{
			Domains: []string{name}, CSR: csr.CSR, StrictDomains: zerossl.Ptr(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	return ids
}

func TestAllPages(t *testing.T) {
	client := newSandbox(t).client(t)
	var names []string
	for i := range 7 {
		names = append(names, fmt.Sprintf("host%d.example.com", i))
	}
	ids := order(t, client, names...)
	found := map[string]bool{}
	for certificate, err := range client.Certificates(t.Context(), zerossl.ListCertificatesRequest{Limit: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		found[certificate.ID] = true
	}
	if len(found) != len(ids) {
		t.Errorf("%d orders were made, and %d found", len(ids), len(found))
	}
	page, err := client.ListCertificates(t.Context(), zerossl.ListCertificatesRequest{Limit: 3, Page: 2})
	if err != nil || len(page.Results) != 3 || *page.TotalCount != 7 {
		t.Errorf("the second page is %+v, %v", page, err)
	}
	for range client.Certificates(t.Context(), zerossl.ListCertificatesRequest{Limit: 3}) {
		break
	}
	for certificate, err := range client.Certificates(t.Context(), zerossl.ListCertificatesRequest{Limit: 100000}) {
		if certificate != nil || !errors.Is(err, zerossl.ErrInvalidArgument) {
			t.Errorf("a wrong limit gives %v, %v", certificate, err)
		}
	}
}

func TestErrorsHaveFields(t *testing.T) {
	client := newSandbox(t).client(t)
	_, err := client.GetCertificate(t.Context(), zerossl.GetCertificateRequest{ID: strings.Repeat("0", 32)})
	var failure *zerossl.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Kind != zerossl.ErrAPI || failure.Code != -2 || failure.Operation != "get_certificate" ||
		failure.APIType != "certificate_not_found" || failure.APICode != 2803 || failure.HTTPStatus == 0 {
		t.Errorf("%+v", failure)
	}
	if !errors.Is(err, zerossl.ErrAPI) || errors.Is(err, zerossl.ErrNetwork) {
		t.Errorf("the kind of %v", err)
	}

	_, err = client.GetCertificate(t.Context(), zerossl.GetCertificateRequest{})
	if !errors.As(err, &failure) || failure.Parameter != "id" || !errors.Is(err, zerossl.ErrInvalidArgument) {
		t.Errorf("without an id: %+v", err)
	}
	_, err = client.GenerateCSR(t.Context(), zerossl.GenerateCSRRequest{Domains: []string{"a.example.com", "\xff"}})
	if !errors.As(err, &failure) || failure.Parameter != "domains[1]" || failure.Code != -1 {
		t.Errorf("bad UTF-8: %+v", err)
	}

	_, err = zerossl.NewClient(zerossl.Config{BaseURL: "http://example.com"})
	if !errors.As(err, &failure) || failure.Parameter != "base_url" {
		t.Errorf("plain http: %+v", err)
	}
}

func TestErrno(t *testing.T) {
	var failure zerossl.Error
	if err := json.Unmarshal([]byte(`{"code": -11, "kind": "storage", "path": "/a", "errno": 13}`), &failure); err != nil {
		t.Fatal(err)
	}
	if err := error(&failure); !errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%+v", failure)
	}
}

func TestKindsAreWide(t *testing.T) {
	sandbox := newSandbox(t)
	wrong := newClient(t, zerossl.Config{BaseURL: sandbox.url, AccessKey: "wrong"})
	_, err := wrong.ListCertificates(t.Context(), zerossl.ListCertificatesRequest{})
	if !errors.Is(err, zerossl.ErrAuth) || !errors.Is(err, zerossl.ErrAPI) {
		t.Errorf("a wrong key: %v", err)
	}
}

// silent is the address of a server that never answers.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return "http://" + listener.Addr().String()
}

func TestContextsEndCalls(t *testing.T) {
	client := newClient(t, zerossl.Config{BaseURL: silent(t), AccessKey: "key"})
	get := func(ctx context.Context) error {
		_, err := client.GetCertificate(ctx, zerossl.GetCertificateRequest{ID: strings.Repeat("0", 32)})
		return err
	}
	list := func(ctx context.Context) error {
		_, err := client.ListCertificates(ctx, zerossl.ListCertificatesRequest{})
		return err
	}
	all := func(ctx context.Context) error {
		for _, err := range client.Certificates(ctx, zerossl.ListCertificatesRequest{}) {
			return err
		}
		return nil
	}
	why := errors.New("the user has left")
	for _, call := range []func(context.Context) error{get, list, all} {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(300*time.Millisecond, func() { cancel(why) })
		begin := time.Now()
		err := call(ctx)
		if took := time.Since(begin); took > 500*time.Millisecond {
			t.Errorf("the cancel took %v", took-300*time.Millisecond)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, zerossl.ErrCancelled) || !errors.Is(err, why) {
			t.Errorf("%v", err)
		}
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("a ctx that had ended: %v", err)
		}

		begin = time.Now()
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err = call(ctx)
		stop()
		if took := time.Since(begin); took > 500*time.Millisecond {
			t.Errorf("the deadline took %v", took-300*time.Millisecond)
		}
		var timeout interface{ Timeout() bool }
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v", err)
		}
	}
	limited := newClient(t, zerossl.Config{
		BaseURL: silent(t), AccessKey: "key", Timeout: 200 * time.Millisecond, MaxRetries: zerossl.Ptr(0),
	})
	_, err := limited.ListCertificates(t.Context(), zerossl.ListCertificatesRequest{})
	if !errors.Is(err, zerossl.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the client's own deadline: %v", err)
	}
}

func TestManyGoroutines(t *testing.T) {
	client := newSandbox(t).client(t)
	ids := order(t, client, "one.example.com", "two.example.com")
	var group sync.WaitGroup
	for _, id := range ids {
		for range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				for range 10 {
					found, err := client.GetCertificate(t.Context(), zerossl.GetCertificateRequest{ID: id})
					if err != nil || found.ID != id {
						t.Errorf("%+v, %v", found, err)
					}
				}
			}()
		}
	}
	group.Wait()
}

func TestUnicode(t *testing.T) {
	client := newSandbox(t).client(t)
	order(t, client, "bücher.example.com")
	for certificate, err := range client.Certificates(t.Context(), zerossl.ListCertificatesRequest{}) {
		if err != nil || certificate.CommonName != "xn--bcher-kva.example.com" {
			t.Errorf("%+v, %v", certificate, err)
		}
	}
	_, err := client.GetCertificate(t.Context(), zerossl.GetCertificateRequest{ID: "ключ\x00/"})
	if !errors.Is(err, zerossl.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	folder := filepath.Join(t.TempDir(), "сертификаты 🔑")
	_, err = client.ListEntries(t.Context(), zerossl.ListEntriesRequest{Directory: folder})
	if err != nil && !strings.Contains(err.Error(), folder) {
		t.Errorf("%v", err)
	}
}

func TestParameters(t *testing.T) {
	type own struct{ Colour string }
	for request, expected := range map[any]string{
		&zerossl.RequestRequest{Method: zerossl.MethodPost, Body: map[string]any{"a": own{"red"}, "b": []int{1}}}: `
			{"method": "POST", "body": {"a": {"Colour": "red"}, "b": [1]}}`,
		&zerossl.CancelDraftsRequest{OlderThan: zerossl.Ptr(90 * time.Second), DryRun: zerossl.Ptr(false)}: `
			{"older_than": 90, "dry_run": false}`,
		&zerossl.GenerateCSRRequest{Domains: []string{}, Subject: &zerossl.Subject{Country: zerossl.Ptr("")}}: `
			{"domains": [], "subject": {"country": ""}}`,
		&zerossl.ObtainRequest{Validation: zerossl.ObtainValidation{Emails: map[string]string{"a.test": "b@a.test"}}}: `
			{"domains": null, "validation": {"method": "EMAIL", "emails": {"a.test": "b@a.test"}}}`,
	} {
		if text, err := zerossl.Parameters(request); err != nil || !same(t, text, []byte(expected)) {
			t.Errorf("%+v becomes %s, %v", request, text, err)
		}
	}
	_, err := zerossl.Parameters(zerossl.ObtainRequest{Validation: zerossl.ObtainValidation{Hook: []string{"a", "\xff"}}})
	var failure *zerossl.Error
	if !errors.As(err, &failure) || failure.Parameter != "validation.hook[1]" {
		t.Errorf("%v", err)
	}
}

func TestTimes(t *testing.T) {
	var read zerossl.Certificate
	text := `{"id": "1", "created": "2026-11-29T20:00:00Z", "expires": "some day", "status": null, "colour": "red"}`
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	if !read.Created.Equal(time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)) || !read.Expires.IsZero() {
		t.Errorf("%+v", read)
	}
	if string(read.Extra["expires"]) != `"some day"` || string(read.Extra["colour"]) != `"red"` {
		t.Errorf("%+v", read.Extra)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	client := newSandbox(t).client(t)
	made, err := client.GenerateCSR(t.Context(), zerossl.GenerateCSRRequest{Domains: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	config := zerossl.Config{AccessKey: "hidden-key", Proxy: "http://user:hidden-password@127.0.0.1:1", UserAgent: "shown"}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("made", "csr", made, "config", config)
	printed := logged.String() + fmt.Sprintf("%v %+v %#v %s %q %d %x %v %#v", made, made, made, made.PrivateKey,
		made.PrivateKey, made.PrivateKey, made.PrivateKey, config, &config)
	if strings.Contains(printed, "PRIVATE KEY") || strings.Contains(printed, "hidden") || !strings.Contains(printed, "shown") {
		t.Errorf("printed: %s", printed)
	}
	if !strings.Contains(string(made.PrivateKey), "PRIVATE KEY") {
		t.Error("the key itself is not there")
	}
}

func TestLogger(t *testing.T) {
	var logged strings.Builder
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	logger := slog.New(slog.NewTextHandler(&logged, options))
	client := newClient(t, zerossl.Config{BaseURL: newSandbox(t).url, AccessKey: "sandbox-key", Logger: logger})
	_, err := client.GetCertificate(t.Context(), zerossl.GetCertificateRequest{ID: strings.Repeat("0", 32)})
	if err == nil || !strings.Contains(logged.String(), "GET ") || strings.Contains(logged.String(), "sandbox-key") {
		t.Errorf("%v; logged: %s", err, logged.String())
	}
}

func TestClose(t *testing.T) {
	client := newSandbox(t).client(t)
	for range 2 {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := client.ListCertificates(t.Context(), zerossl.ListCertificatesRequest{}); err == nil {
		t.Error("a closed client was used")
	}
	_, err := client.GenerateCSR(t.Context(), zerossl.GenerateCSRRequest{Domains: []string{"example.com"}})
	if !errors.Is(err, zerossl.ErrInvalidArgument) || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v", err)
	}
}

// TestOldLibrary starts this test again with a library that says it is older.
func TestOldLibrary(t *testing.T) {
	if os.Getenv("LD_PRELOAD") != "" {
		_, err := zerossl.NewClient(zerossl.Config{})
		fmt.Println(err)
		return
	}
	folder := t.TempDir()
	source := filepath.Join(folder, "old.c")
	text := "int zerossl_abi_version(void) { return -1; }\nconst char *zerossl_version(void) { return \"0.0.9\"; }\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(folder, "old.so")
	if said, err := exec.Command("cc", "-shared", "-fPIC", source, "-o", old).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	again := exec.Command(os.Args[0], "-test.run=^TestOldLibrary$")
	again.Env = append(os.Environ(), "LD_PRELOAD="+old)
	said, err := again.Output()
	if err != nil || !strings.Contains(string(said), "libzerossl 0.0.9 was loaded, which is too old") {
		t.Errorf("%v: %s", err, said)
	}
}
