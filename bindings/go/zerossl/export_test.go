package zerossl

import "context"

// For tests, which are written as programs of users.

// Run runs an operation with parameters that Go's types would refuse.
func (c *Client) Run(ctx context.Context, operation string, given map[string]any) ([]byte, error) {
	return c.run(ctx, operation, given)
}

// ReadRequest fills a request from JSON.
func ReadRequest(data []byte, request any) (unknown Extra, err error) {
	err = readFields(data, request, &unknown)
	return unknown, err
}

// Parameters is what a request says.
func Parameters(request any) ([]byte, error) { return parameters(request) }
