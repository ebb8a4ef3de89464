package zerossl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

func Example() {
	// The key: ZEROSSL_ACCESS_KEY.
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	issued := zerossl.ListCertificatesRequest{Status: []zerossl.Status{zerossl.StatusIssued}}
	for certificate, err := range client.Certificates(ctx, issued) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(certificate.CommonName, certificate.Expires)
	}
	// Output:
}

func ExampleError() {
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.GetCertificate(context.Background(), zerossl.GetCertificateRequest{ID: "0123456789abcdef"})
	var failure *zerossl.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Kind == zerossl.ErrAPI, failure.APIType, failure.Retryable)
	}
	fmt.Println(errors.Is(err, zerossl.ErrRateLimited))
	// Output:
	// true certificate_not_found false
	// false
}

func ExampleClient_GenerateCSR() {
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	made, err := client.GenerateCSR(context.Background(), zerossl.GenerateCSRRequest{
		Domains: []string{"example.com"},
		KeyType: zerossl.KeyTypeRSA2048,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.PrivateKey, len(string(made.PrivateKey)) > 1000)
	// Output: [secret] true
}

func ExampleClient_Obtain() {
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	obtained, err := client.Obtain(context.Background(), zerossl.ObtainRequest{
		Domains:    []string{"example.com"},
		Directory:  "/etc/zerossl",
		Validation: zerossl.ObtainValidation{Webroot: "/var/www"},
	}, zerossl.OnEvent(func(event zerossl.Event) { fmt.Println(event) }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(obtained.Outcome, obtained.Files["fullchain"])
}

func ExamplePublish() {
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	setRecord := func(context.Context, string, string) error { return nil } // with the API of your DNS provider
	_, err = client.Obtain(context.Background(), zerossl.ObtainRequest{
		Domains:   []string{"*.example.com"},
		Directory: "/etc/zerossl",
	}, zerossl.Publish(func(ctx context.Context, challenge zerossl.Challenge) error {
		return setRecord(ctx, challenge.Name, challenge.Target)
	}))
	if err != nil {
		log.Fatal(err)
	}
}
