// The journey of a certificate with github.com/caddyserver/zerossl, as it comes.
//
// SANDBOX, MANAGEMENT: the base URLs; ACCESS_KEY: the key.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/caddyserver/zerossl"
)

var (
	all        = context.Background()
	management = os.Getenv("MANAGEMENT")
	client     = zerossl.Client{AccessKey: os.Getenv("ACCESS_KEY"), BaseURL: os.Getenv("SANDBOX")}
)

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(ok bool, about ...any) {
	if !ok {
		panic(fmt.Sprintln(about...))
	}
}

// An answer of the service that has to be this refusal.
func refused(err error, code int, kind string) zerossl.APIError {
	var refusal zerossl.APIError
	expect(errors.As(err, &refusal), "no refusal:", err)
	expect(refusal.ErrorInfo.Code == code && refusal.ErrorInfo.Type == kind, refusal)
	expect(!strings.Contains(refusal.Error(), client.AccessKey), "it tells the key")
	return refusal
}

func manage(method, path string, body any) []byte {
	text := must(json.Marshal(body))
	request := must(http.NewRequest(method, management+path, bytes.NewReader(text)))
	response := must(http.DefaultClient.Do(request))
	said := must(io.ReadAll(response.Body))
	expect(response.StatusCode == http.StatusOK, path, string(said))
	return said
}

// The names are those of the request, and the common name comes first: it must
// not be among the alternative names, or it is sent twice.
func request(country []string, name string) *x509.CertificateRequest {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	profile := x509.CertificateRequest{Subject: pkix.Name{Country: country, CommonName: name}}
	return must(x509.ParseCertificateRequest(must(x509.CreateCertificateRequest(rand.Reader, &profile, key))))
}

func create(name string) zerossl.CertificateObject {
	return must(client.CreateCertificate(all, request([]string{"US"}, name), 90))
}

func main() {
	check(client.ValidateCSR(all, request([]string{"US"}, "example.com").Raw))

	// By a CNAME record: refused, shown, issued, downloaded, revoked.
	first := create("example.com")
	expect(first.Status == "draft" && first.CommonName == "example.com", first)
	_, err := client.VerifyIdentifiers(all, first.ID, zerossl.CNAMEVerification, nil)
	failed := refused(err, 0, "domain_control_validation_failed")
	expect(failed.ErrorInfo.Details["example.com"]["example.com"].CNAMEFound == 0, failed)
	_, err = client.VerifyIdentifiers(all, first.ID, zerossl.HTTPVerification, nil)
	failed = refused(err, 0, "domain_control_validation_failed")
	for _, found := range failed.ErrorInfo.Details["example.com"] {
		expect(found.ErrorSlug == "bad_response_code", failed)
	}
	values := first.Validation.OtherMethods["example.com"]
	record := map[string]string{"name": values.CnameValidationP1, "type": "CNAME", "value": values.CnameValidationP2}
	manage("POST", "/records", record)
	pending := must(client.VerifyIdentifiers(all, first.ID, zerossl.CNAMEVerification, nil))
	expect(pending.Status == "pending_validation", pending)
	issued := must(client.GetCertificate(all, first.ID))
	expect(issued.Status == "issued" && issued.FingerprintSHA1 != nil && issued.CACertificateID > 0, issued)
	files := must(client.DownloadCertificate(all, first.ID, false))
	block, _ := pem.Decode([]byte(files.CertificateCrt))
	leaf := must(x509.ParseCertificate(block.Bytes))
	roots := x509.NewCertPool()
	expect(roots.AppendCertsFromPEM([]byte(files.CABundleCrt)), "the bundle")
	must(leaf.Verify(x509.VerifyOptions{DNSName: "example.com", Roots: roots}))
	// Of all its calls this one sends no key.
	err = client.DownloadCertificateFile(all, first.ID, false, io.Discard)
	expect(err != nil && strings.Contains(err.Error(), "HTTP 401"), err)

	// Given up.
	second := create("example.net")
	drafts := must(client.ListCertificates(all, zerossl.ListCertificatesParameters{Status: "draft", Page: 1}))
	expect(drafts.TotalCount == 1 && drafts.Results[0].ID == second.ID, drafts)
	// A list with a certificate that is issued has a member that it cannot read.
	_, err = client.ListCertificates(all, zerossl.ListCertificatesParameters{Status: "issued", Page: 1})
	expect(err != nil && strings.Contains(err.Error(), "results.validation"), err)
	check(client.CancelCertificate(all, second.ID))
	refused(client.CancelCertificate(all, second.ID), 2834, "certificate_cannot_be_cancelled")
	_, err = client.GetCertificate(all, "none")
	refused(err, 2803, "certificate_not_found")

	// By e-mail.
	third := create("example.org")
	must(client.VerifyIdentifiers(all, third.ID, zerossl.EmailVerification, []string{"admin@example.org"}))
	status := must(client.VerificationStatus(all, third.ID))
	expect(status.ValidationCompleted == 0 && status.Details["example.org"].Status == "Email Sent", status)
	// It asks by GET for what is a POST.
	refused(client.ResendVerificationEmail(all, third.ID), 2800, "incorrect_request_type")
	var mails []struct{ Token string }
	check(json.Unmarshal(manage("GET", "/mails", nil), &mails))
	manage("POST", "/mails/"+mails[0].Token+"/answer", nil)
	expect(must(client.VerificationStatus(all, third.ID)).ValidationCompleted == 1, "the mail was answered")

	check(client.RevokeCertificate(all, first.ID, zerossl.Superseded))
	check(client.RevokeCertificate(all, third.ID, zerossl.UnspecifiedReason))
	id, hmac, err := client.GenerateEABCredentials(all)
	check(err)
	expect(id != "" && hmac != "", "credentials")

	// As in the summer of 2026.
	manage("PATCH", "/settings", map[string]bool{"require_country": true})
	_, err = client.CreateCertificate(all, request(nil, "example.com"), 90)
	refused(err, 2844, "missing_country_code")
	fmt.Println("done")
}
