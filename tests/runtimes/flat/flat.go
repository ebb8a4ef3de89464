// Calls and ops in great number, as in tests/c/flat.c.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

var lines = bufio.NewReader(os.Stdin)

func open() *zerossl.Client {
	client, err := zerossl.NewClient(zerossl.Config{RequestsPerSecond: zerossl.Ptr(0.0)})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func call(ctx context.Context, client *zerossl.Client, number int) {
	switch number % 10 {
	case 0, 1:
		id, expected := "0123456789abcdef0123456789abcdef", zerossl.ErrAPI
		if number%10 == 1 {
			id, expected = "/", zerossl.ErrInvalidArgument
		}
		if _, err := client.GetCertificate(ctx, zerossl.GetCertificateRequest{ID: id}); !errors.Is(err, expected) {
			log.Fatalf("%v is not %v", err, expected)
		}
	default:
		page, err := client.ListCertificates(ctx, zerossl.ListCertificatesRequest{})
		if err != nil || len(page.Results) != 2 {
			log.Fatal(page, err)
		}
	}
}

// work reads all certificates, or only the first one.
func work(ctx context.Context, client *zerossl.Client, number int) {
	for certificate, err := range client.Certificates(ctx, zerossl.ListCertificatesRequest{Limit: 1}) {
		if err != nil || certificate.ID == "" {
			log.Fatal(err)
		}
		if number%2 == 0 {
			break
		}
	}
}

func measured(calls, ops int) {
	ctx := context.Background()
	client := open()
	for number := range calls {
		if number%100 == 0 {
			if err := client.Close(); err != nil {
				log.Fatal(err)
			}
			client = open()
		}
		call(ctx, client, number)
	}
	for number := range ops {
		work(ctx, client, number)
	}
	if err := client.Close(); err != nil {
		log.Fatal(err)
	}
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(stats.HeapAlloc)
	if _, err := lines.ReadString('\n'); err != nil {
		log.Fatal(err)
	}
}

func main() {
	var counts [2]int
	for i := range counts {
		count, err := strconv.Atoi(os.Args[i+1])
		if err != nil {
			log.Fatal(err)
		}
		counts[i] = count
	}
	measured(counts[0]/10, counts[1]/10)
	measured(counts[0]-counts[0]/10, counts[1]-counts[1]/10)
}
