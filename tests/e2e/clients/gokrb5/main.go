// Logs on and signs in with gokrb5, twice: KRB5.CONF CA-FILE URL ADDRESS
// CREDENTIAL USER SECRET. CREDENTIAL: password, keytab, ccache (SECRET names a
// file). Writes the status and the body of each answer.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/spnego"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func logOn(conf *config.Config, credential, user, secret string) *client.Client {
	realm := conf.LibDefaults.DefaultRealm
	var c *client.Client
	switch credential {
	case "password":
		c = client.NewWithPassword(user, realm, secret, conf)
	case "keytab":
		keys, err := keytab.Load(secret)
		must(err)
		c = client.NewWithKeytab(user, realm, keys, conf)
	case "ccache":
		cache, err := credentials.LoadCCache(secret)
		must(err)
		c, err = client.NewFromCCache(cache, conf)
		must(err)
		return c
	}
	must(c.Login())
	return c
}

// transport leads all names to one address, and trusts one CA.
func transport(caFile, address string) *http.Transport {
	pem, err := os.ReadFile(caFile)
	must(err)
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
				net.JoinHostPort(address, port))
		},
	}
}

func main() {
	conf, err := config.Load(os.Args[1])
	must(err)
	way := transport(os.Args[2], os.Args[4])
	user := logOn(conf, os.Args[5], os.Args[6], os.Args[7])
	c := spnego.NewClient(user, &http.Client{Transport: way}, "")
	for i := 0; i < 2; i++ {
		answer, err := c.Get(os.Args[3])
		must(err)
		body, err := io.ReadAll(answer.Body)
		must(err)
		fmt.Println("status", answer.StatusCode)
		fmt.Printf("body %s\n", body)
	}
}
