package zerossl_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

// usage is what this process holds: kB of memory, descriptors, goroutines, threads.
func usage(t *testing.T) (memory, descriptors, goroutines, threads int) {
	t.Helper()
	debug.FreeOSMemory()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d kB", &memory)
		_, _ = fmt.Sscanf(line, "Threads: %d", &threads)
	}
	return memory, len(open), runtime.NumGoroutine(), threads
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not come to pass that %s", what)
		}
	}
}

// alone starts a test again in a process of its own, where nothing else has left holes in the memory. There it is true.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv("ALONE") == t.Name() {
		return true
	}
	if isRace {
		t.Skip("the race detector's own memory grows; go test without -race runs it")
	}
	again := exec.Command(os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), "ALONE="+t.Name(), "MALLOC_ARENA_MAX=1")
	said, err := again.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Error(err)
	}
	return false
}

func TestNothingGrows(t *testing.T) {
	if !alone(t) {
		return
	}
	client := newSandbox(t).client(t)
	// A local operation with a large answer, and one that fails.
	csr := zerossl.GenerateCSRRequest{Domains: []string{"example.com"}}
	calls := func(number int) {
		for range number / 2 {
			if _, err := client.GenerateCSR(t.Context(), csr); err != nil {
				t.Fatal(err)
			}
			if _, err := client.GenerateCSR(t.Context(), zerossl.GenerateCSRRequest{}); err == nil {
				t.Fatal("a CSR for nothing was made")
			}
		}
	}
	calls(3000)
	memory, descriptors, goroutines, threads := usage(t)
	// What the garbage collector would close is not to be left to it.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	begin := time.Now()
	calls(3000)
	took := time.Since(begin)
	if left, err := os.ReadDir("/proc/self/fd"); err != nil || len(left) > descriptors+2 {
		t.Errorf("%d descriptors before, %d after; %v", descriptors, len(left), err)
	}
	until(t, "descriptors and goroutines are as before", func() bool {
		_, d, g, th := usage(t)
		return d <= descriptors && g <= goroutines && th <= threads+2
	})
	after, _, _, _ := usage(t)
	t.Logf("3000 ops in %v; %d kB before, %d kB after", took, memory, after)
	if after > memory+1024 {
		t.Errorf("memory has grown from %d to %d kB", memory, after)
	}
}

func TestForgottenClients(t *testing.T) {
	if !alone(t) {
		return
	}
	forget := func(number int) {
		for range number {
			if _, err := zerossl.NewClient(zerossl.Config{AccessKey: "key"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	forget(3000)
	memory, _, _, _ := usage(t)
	for range 10 {
		forget(900)
		runtime.GC()
	}
	var after int
	until(t, "the memory of 9000 clients is freed", func() bool {
		after, _, _, _ = usage(t)
		return after < memory+4096
	})
	t.Logf("9000 clients; %d kB before, %d kB after", memory, after)
}
