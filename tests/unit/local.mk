# Unit tests: each is a cmocka program of one file, and one word here.
UNIT_TESTS = \
	%D%/test_auth_negotiate \
	%D%/test_auth_ntlm \
	%D%/test_autodiscover \
	%D%/test_duration \
	%D%/test_exchange \
	%D%/test_framer \
	%D%/test_gate \
	%D%/test_http \
	%D%/test_httpauth \
	%D%/test_journal \
	%D%/test_journal_secrets \
	%D%/test_loop \
	%D%/test_nearest \
	%D%/test_ntlm_crypto \
	%D%/test_ntlmssp \
	%D%/test_number \
	%D%/test_options \
	%D%/test_pki \
	%D%/test_product \
	%D%/test_psha1 \
	%D%/test_rst \
	%D%/test_rstr \
	%D%/test_settings \
	%D%/test_soap \
	%D%/test_spnego \
	%D%/test_ticket \
	%D%/test_world \
	%D%/test_xml

# What every program links that has no list of its own.
LDADD = $(fuzz_main) $(SERVER_LIBS) $(CMOCKA_LIBS)
AM_CFLAGS += $(CMOCKA_CFLAGS)

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
