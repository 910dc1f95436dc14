# The benchmark (docs/bench.md). Its load generator shares framing and NTLM
# with the server, and is no part of `make all`.
EXTRA_PROGRAMS += %D%/kerberos %D%/load
%C%_kerberos_SOURCES = %D%/kerberos.c
%C%_kerberos_LDADD = libserver.a $(GSSAPI_LIBS) $(KRB5_LIBS) $(NETTLE_LIBS)
%C%_load_SOURCES = \
	%D%/client.c \
	%D%/client.h \
	%D%/load.c
%C%_load_LDADD = $(SERVER_LIBS)

# `make bench ROWS="connect idle"` for some of it, QUICK=1 for a look.
bench: all %D%/kerberos %D%/load
	LYNCMOCK_BINARY=$(abs_builddir)/lyncmock \
		$(srcdir)/%D%/run --build $(abs_builddir) $(ROWS)

.PHONY: bench

EXTRA_DIST += \
	%D%/asks.py \
	%D%/loads.py \
	%D%/machine.py \
	%D%/npm \
	%D%/pairs.py \
	%D%/peers.py \
	%D%/result.py \
	%D%/rows \
	%D%/run \
	%D%/servers.py \
	%D%/tickets.py
