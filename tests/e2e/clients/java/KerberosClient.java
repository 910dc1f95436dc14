import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivilegedExceptionAction;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;

/*
 * Logs on by JAAS and signs in, as Java itself does it: HOW CREDENTIAL USER
 * SECRET CA-FILE URL. HOW: http (HttpURLConnection, twice), or a GSS-API
 * mechanism, spnego or krb5, by java.net.http. CREDENTIAL: password, keytab,
 * cache. Writes a line for each thing that it saw.
 */
class KerberosClient {
    static SSLContext tls;

    static void trust(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(
                TrustManagerFactory.getDefaultAlgorithm());

        store.load(null);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.setCertificateEntry("ca", CertificateFactory
                    .getInstance("X.509").generateCertificate(in));
        }
        trust.init(store);
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(tls.getSocketFactory());
    }

    static Configuration configuration(String credential, String user,
                                       String secret) {
        Map<String, String> options = new HashMap<>();

        if (credential.equals("cache")) {
            options.put("useTicketCache", "true");
            options.put("ticketCache", secret);
        } else if (credential.equals("keytab")) {
            options.put("useKeyTab", "true");
            options.put("keyTab", secret);
        }
        if (!credential.equals("password")) {
            options.put("doNotPrompt", "true");
            options.put("principal", user);
        }
        return new Configuration() {
            public AppConfigurationEntry[] getAppConfigurationEntry(String n) {
                return new AppConfigurationEntry[] {new AppConfigurationEntry(
                        "com.sun.security.auth.module.Krb5LoginModule",
                        LoginModuleControlFlag.REQUIRED, options)};
            }
        };
    }

    static Subject logOn(String credential, String user, String secret)
            throws Exception {
        LoginContext login = new LoginContext("", new Subject(), asked -> {
            for (Callback callback : asked) {
                if (callback instanceof NameCallback) {
                    ((NameCallback) callback).setName(user);
                } else if (callback instanceof PasswordCallback) {
                    ((PasswordCallback) callback)
                            .setPassword(secret.toCharArray());
                }
            }
        }, configuration(credential, user, secret));

        login.login();
        return login.getSubject();
    }

    static void show(HttpURLConnection http) throws Exception {
        int status = http.getResponseCode();
        InputStream body =
                status < 400 ? http.getInputStream() : http.getErrorStream();

        System.out.println("status " + status);
        if (body != null) {
            System.out.println("body " + new String(body.readAllBytes()).trim());
        }
    }

    static HttpURLConnection open(String url) throws Exception {
        return (HttpURLConnection) new URL(url).openConnection();
    }

    static Void byHttp(String url) throws Exception {
        show(open(url));
        show(open(url));
        return null;
    }

    /* java.net.http knows no Negotiate: the token is in a header of ours. */
    static HttpResponse<String> ask(String url, byte[] token) throws Exception {
        return HttpClient.newBuilder().sslContext(tls).build().send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Negotiate "
                                + Base64.getEncoder().encodeToString(token))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    static Void byGss(String mechanism, String url) throws Exception {
        Oid oid = new Oid(mechanism.equals("spnego") ? "1.3.6.1.5.5.2"
                                                     : "1.2.840.113554.1.2.2");
        GSSManager gss = GSSManager.getInstance();
        GSSName name = gss.createName("HTTP@" + URI.create(url).getHost(),
                                      GSSName.NT_HOSTBASED_SERVICE);
        GSSContext context = gss.createContext(name, oid, null, 0);
        HttpResponse<String> answer;
        byte[] token;

        context.requestMutualAuth(true);
        answer = ask(url, context.initSecContext(new byte[0], 0, 0));
        System.out.println("status " + answer.statusCode());
        System.out.println("body " + answer.body().trim());
        token = Base64.getDecoder().decode(answer.headers()
                .firstValue("WWW-Authenticate").get().split(" ")[1]);
        token = context.initSecContext(token, 0, token.length);
        System.out.println("established " + context.isEstablished());
        System.out.println("mutual " + context.getMutualAuthState());
        System.out.println("more " + (token != null));
        return null;
    }

    public static void main(String[] args) throws Exception {
        String how = args[0];
        String url = args[5];
        Subject subject = logOn(args[1], args[2], args[3]);

        trust(args[4]);
        Subject.doAs(subject, (PrivilegedExceptionAction<Void>) () ->
                how.equals("http") ? byHttp(url) : byGss(how, url));
    }
}
