package zerossl

import (
	"fmt"
	"io"
)

// A Secret is a text that is not shown when it is printed. string(secret) is the text, and its JSON is.
type Secret string

// Format writes a placeholder, whatever the verb.
func (s Secret) Format(state fmt.State, _ rune) {
	if s != "" {
		_, _ = io.WriteString(state, "[secret]")
	}
}

// Format writes the settings without their secrets.
func (c Config) Format(state fmt.State, verb rune) {
	// Without this method.
	type shown Config
	for _, secret := range []*string{&c.AccessKey, &c.Proxy} {
		if *secret != "" {
			*secret = "[secret]"
		}
	}
	_, _ = fmt.Fprintf(state, fmt.FormatString(state, verb), shown(c))
}

// A Subject is the subject of a CSR besides its CN.
type Subject struct {
	// Two letters (ISO 3166-1); US if nil, and none if it is "".
	Country            *string `json:"country,omitempty"`
	State              string  `json:"state,omitempty"`
	Locality           string  `json:"locality,omitempty"`
	Organization       string  `json:"organization,omitempty"`
	OrganizationalUnit string  `json:"organizational_unit,omitempty"`
}

// An ObtainValidation says how control of the names is proved, and who publishes: one of the fields besides Method, or
// the function of [Publish] if all are empty.
type ObtainValidation struct {
	// By default that of the publisher: a file over HTTP for Webroot, Webroots and Listen, EMAIL for Emails, else a CNAME
	// record.
	Method ValidationMethod
	// The folder that a web server shows at http://NAME/.
	Webroot string
	// Instead of Webroot: a folder for each name.
	Webroots map[string]string
	// Where a small web server of the library listens for as long as needed, such as 0.0.0.0:80.
	Listen string
	// A command, called with present or cleanup, a name and its target.
	Hook []string
	// For each name, the address that the mail goes to, from those that the order lists.
	Emails map[string]string
}

// members are the members of the parameter.
func (v ObtainValidation) members() map[string]any {
	members := map[string]any{}
	method := ValidationMethodCNAMECSRHash
	if v.Webroot != "" {
		members["webroot"], method = v.Webroot, ValidationMethodHTTPCSRHash
	}
	if v.Webroots != nil {
		members["webroot"], method = v.Webroots, ValidationMethodHTTPCSRHash
	}
	if v.Listen != "" {
		members["listen"], method = v.Listen, ValidationMethodHTTPCSRHash
	}
	if v.Hook != nil {
		members["hook"] = v.Hook
	}
	if v.Emails != nil {
		members["emails"], method = v.Emails, ValidationMethodEmail
	}
	if v.Method != "" {
		method = v.Method
	}
	members["method"] = method
	return members
}

// check refuses what would fail only after the order was made.
func (v ObtainValidation) check(o *options) error {
	if len(v.members()) > 1 || v.Method == ValidationMethodEmail || o.publish != nil {
		return nil
	}
	err := newError(ErrInvalidArgument, "obtain", "`validation`: nobody publishes: set one of Webroot, Webroots, Listen, "+
		"Hook and Emails, or give the option Publish")
	err.Parameter = "validation"
	return err
}
