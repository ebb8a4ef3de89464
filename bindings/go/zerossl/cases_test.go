package zerossl_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

// A testCase is described in tests/cases/README.md.
type testCase struct {
	Settings   json.RawMessage
	Calls      time.Duration // How many time-outs it may take.
	Parameters json.RawMessage
	Result     json.RawMessage
	Error      map[string]any
}

// TestCases plays all known answers of the service.
func TestCases(t *testing.T) {
	cases := os.Getenv("CASES")
	if cases == "" {
		cases = filepath.Join(top, "tests/cases")
	}
	paths, err := filepath.Glob(filepath.Join(cases, "*/*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	replay, err := start("--replay", cases)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(replay.stop)
	var typed atomic.Int32
	t.Run("all", func(t *testing.T) {
		for _, path := range paths {
			operation := filepath.Base(filepath.Dir(path))
			name := operation + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if play(t, path, operation, replay.url+"/"+name) {
					typed.Add(1)
				}
			})
		}
	})
	t.Logf("%d cases, %d of them typed", len(paths), typed.Load())
	if int(typed.Load()) < len(paths)*8/10 {
		t.Errorf("only %d of %d cases can be written with Go's types", typed.Load(), len(paths))
	}
}

// play plays one case, and tells whether its parameters can be written with Go's types.
func play(t *testing.T, path, operation, url string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var expected testCase
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	config := zerossl.Config{AccessKey: "replay-key", BaseURL: url}
	if expected.Settings != nil {
		if unknown, err := zerossl.ReadRequest(expected.Settings, &config); err != nil || len(unknown) > 0 {
			t.Fatalf("settings: %v %v", unknown, err)
		}
	}
	client, begin := newClient(t, config), time.Now()
	answer, err, isTyped := called(t, client, operation, expected.Parameters)
	limit := cmp.Or(config.Timeout, time.Minute) * cmp.Or(expected.Calls, 1)
	if time.Since(begin) > limit+limit/10+250*time.Millisecond {
		t.Errorf("it took %v", time.Since(begin))
	}
	if expected.Result != nil {
		// A method that returns an error only keeps to itself what else a success says.
		if err != nil || (answer != nil && !same(t, answer, expected.Result)) {
			t.Errorf("it ended with %s, %v", answer, err)
		}
	} else {
		compare(t, err, expected.Error)
	}
	request, err := http.NewRequest(http.MethodGet, url+"/.verdict", nil)
	if err != nil {
		t.Fatal(err)
	}
	var verdict struct {
		Complete bool
		Problems []string
	}
	if fetch(t, request, &verdict); !verdict.Complete || len(verdict.Problems) > 0 {
		t.Errorf("the exchange: %+v", verdict)
	}
	return isTyped
}

// called calls the typed method, or the untyped way if the parameters do not fit the type.
func called(t *testing.T, client *zerossl.Client, operation string, parameters json.RawMessage) ([]byte, error, bool) {
	method, found := reflect.TypeFor[*zerossl.Client]().MethodByName(methodName(operation))
	if !found {
		t.Fatalf("there is no method for %s", operation)
	}
	if parameters == nil {
		parameters = json.RawMessage("{}")
	}
	var given map[string]any
	if err := json.Unmarshal(parameters, &given); err != nil {
		t.Fatal(err)
	}
	request := reflect.New(method.Type.In(2))
	if !fits(t, parameters, given, request) {
		answer, err := client.Run(t.Context(), operation, given)
		return answer, err, false
	}
	results := method.Func.Call([]reflect.Value{
		reflect.ValueOf(client), reflect.ValueOf(context.Context(t.Context())), request.Elem(),
	})
	err, _ := results[len(results)-1].Interface().(error)
	if err != nil {
		return nil, err, true
	}
	if len(results) == 1 {
		return nil, nil, true
	}
	answer, err := json.Marshal(results[0].Interface())
	if err != nil {
		t.Fatal(err)
	}
	return answer, nil, true
}

// fits fills the request, and tells whether it says the same as the parameters.
func fits(t *testing.T, parameters json.RawMessage, given map[string]any, request reflect.Value) bool {
	if _, err := zerossl.ReadRequest(parameters, request.Interface()); err != nil {
		return false
	}
	text, err := zerossl.Parameters(request.Elem().Interface())
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	isNone := func(_ string, value any) bool { return value == nil }
	maps.DeleteFunc(given, isNone)
	maps.DeleteFunc(said, isNone)
	return reflect.DeepEqual(given, said)
}

// methodName finds get_ca_certificate as GetCACertificate.
func methodName(operation string) string {
	methods := reflect.TypeFor[*zerossl.Client]()
	for i := range methods.NumMethod() {
		if name := methods.Method(i).Name; strings.EqualFold(name, strings.ReplaceAll(operation, "_", "")) {
			return name
		}
	}
	return ""
}

func compare(t *testing.T, err error, expected map[string]any) {
	var failure *zerossl.Error
	if !errors.As(err, &failure) {
		t.Fatalf("it ended with %v", err)
	}
	text, bad := json.Marshal(failure)
	if bad != nil {
		t.Fatal(bad)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range expected {
		if name == "message_contains" {
			for _, part := range value.([]any) {
				if !strings.Contains(failure.Error(), part.(string)) {
					t.Errorf("message: expected %q in %q", part, failure.Error())
				}
			}
		} else if name == "retry_after" {
			// None is zero.
			if seconds, _ := value.(float64); failure.RetryAfter.Seconds() != seconds {
				t.Errorf("RetryAfter: expected %v, got %v", value, failure.RetryAfter)
			}
		} else if !reflect.DeepEqual(fields[name], value) {
			t.Errorf("%s: expected %v, got %v", name, value, fields[name])
		}
	}
}

func same(t *testing.T, one, other []byte) bool {
	var values [2]any
	for i, text := range [][]byte{one, other} {
		if err := json.Unmarshal(text, &values[i]); err != nil {
			t.Fatal(err)
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}
