package zerossl_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

const top = "../../.."

// TestMain starts the sandbox for the examples, which find it as programs find the service: by the environment.
func TestMain(m *testing.M) {
	if _, err := os.Stat(program()); err != nil {
		log.Fatalf("no sandbox: %v; run `cargo build -p zerossl-sandbox`", err)
	}
	all, err := start("--quota", "10000", "--management", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	for name, value := range map[string]string{"ZEROSSL_BASE_URL": all.url, "ZEROSSL_ACCESS_KEY": "sandbox-key"} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	code := m.Run()
	all.stop()
	os.Exit(code)
}

type sandbox struct {
	url, management string
	stop            func()
}

func program() string {
	target := os.Getenv("CARGO_TARGET_DIR")
	if target == "" {
		target = filepath.Join(top, "target")
	}
	return filepath.Join(target, "debug/zerossl-sandbox")
}

func start(options ...string) (*sandbox, error) {
	command := exec.Command(program(), append([]string{"--exit-with-stdin"}, options...)...)
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	made := &sandbox{stop: func() { _, _ = in.Close(), command.Wait() }}
	lines := bufio.NewReader(out)
	for _, place := range []*string{&made.url, &made.management} {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the sandbox does not start: %w", err)
		}
		_, *place, _ = strings.Cut(strings.TrimSpace(line), " on ")
		if !strings.Contains(strings.Join(options, " "), "--management") {
			break
		}
	}
	return made, nil
}

// newSandbox is a sandbox for one test.
func newSandbox(t *testing.T, options ...string) *sandbox {
	t.Helper()
	made, err := start(append(options, "--management", "127.0.0.1:0", "--quota", "10000")...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.stop)
	return made
}

// client is a client of the sandbox, without limits.
func (s *sandbox) client(t *testing.T) *zerossl.Client {
	t.Helper()
	return newClient(t, zerossl.Config{BaseURL: s.url, AccessKey: "sandbox-key"})
}

func newClient(t *testing.T, config zerossl.Config) *zerossl.Client {
	t.Helper()
	config.RequestsPerSecond = zerossl.Ptr(0.0)
	client, err := zerossl.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// manage calls the management interface.
func (s *sandbox) manage(t *testing.T, method, path string, body any, answer any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, s.management+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, request, answer)
}

func fetch(t *testing.T, request *http.Request, answer any) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", request.URL, response.StatusCode, text, err)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			t.Fatal(err)
		}
	}
}
