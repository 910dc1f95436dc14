// Signs in with Go's net/http and go-ntlmssp. See Program in ../../clients.py.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/Azure/go-ntlmssp"
)

type job struct {
	Method   string
	URL      string
	Headers  map[string]string
	Body     string
	Account  *string
	Password string
	Address  string
	CAFile   string `json:"ca_file"`
}

type result struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body"` // base64, as encoding/json has it
}

// transport leads all names to one address, and trusts one CA.
func transport(j *job) (*http.Transport, error) {
	pem, err := os.ReadFile(j.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, name string) (
			net.Conn, error) {
			_, port, err := net.SplitHostPort(name)
			if err != nil {
				return nil, err
			}
			var dialer net.Dialer
			return dialer.DialContext(ctx, network,
				net.JoinHostPort(j.Address, port))
		},
	}, nil
}

func request(j *job) (*http.Request, error) {
	req, err := http.NewRequest(j.Method, j.URL,
		bytes.NewReader([]byte(j.Body)))
	if err != nil {
		return nil, err
	}
	for name, value := range j.Headers {
		req.Header[name] = []string{value}
	}
	if j.Account != nil {
		req.SetBasicAuth(*j.Account, j.Password)
	}
	return req, nil
}

func run(j *job) (*result, error) {
	way, err := transport(j)
	if err != nil {
		return nil, err
	}
	req, err := request(j)
	if err != nil {
		return nil, err
	}
	client := http.Client{
		Transport: ntlmssp.Negotiator{RoundTripper: way},
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	r := &result{Status: res.StatusCode}
	for name, values := range res.Header {
		for _, value := range values {
			r.Headers = append(r.Headers, [2]string{name, value})
		}
	}
	r.Body, err = io.ReadAll(res.Body)
	return r, err
}

func main() {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		log.Fatal(err)
	}
	r, err := run(&j)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		log.Fatal(err)
	}
}
