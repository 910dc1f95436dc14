# Unit tests: each is a cmocka program of one file, and one word here.
UNIT_TESTS = \
	%D%/test_anonymous \
	%D%/test_auth_basic \
	%D%/test_auth_krb5 \
	%D%/test_auth_krb5_gss \
	%D%/test_auth_krb5_mit \
	%D%/test_auth_negotiate \
	%D%/test_auth_negotiate_krb5 \
	%D%/test_auth_ntlm \
	%D%/test_auth_password \
	%D%/test_auth_report \
	%D%/test_autodiscover \
	%D%/test_checks \
	%D%/test_checks_ticket \
	%D%/test_discover \
	%D%/test_discover_user \
	%D%/test_duration \
	%D%/test_edge \
	%D%/test_edge_faults \
	%D%/test_edge_head \
	%D%/test_edge_tls \
	%D%/test_edge_tunnel \
	%D%/test_exchange \
	%D%/test_expand \
	%D%/test_fault_effects \
	%D%/test_faults \
	%D%/test_faults_edit \
	%D%/test_faults_kerberos \
	%D%/test_form \
	%D%/test_framer \
	%D%/test_gate \
	%D%/test_golden \
	%D%/test_http \
	%D%/test_http_written \
	%D%/test_httpauth \
	%D%/test_journal \
	%D%/test_journal_file \
	%D%/test_journal_record \
	%D%/test_journal_ring \
	%D%/test_journal_secrets \
	%D%/test_json_indent \
	%D%/test_judge \
	%D%/test_kdc_plans \
	%D%/test_kdc_relay \
	%D%/test_kdc_users \
	%D%/test_keeper \
	%D%/test_keeper_folder \
	%D%/test_keeper_life \
	%D%/test_keeper_protocol \
	%D%/test_krb \
	%D%/test_krb_encode \
	%D%/test_krb_mit \
	%D%/test_krb_text \
	%D%/test_loop \
	%D%/test_match \
	%D%/test_mex \
	%D%/test_nearest \
	%D%/test_ntlm_challenge \
	%D%/test_ntlm_crypto \
	%D%/test_ntlmssp \
	%D%/test_number \
	%D%/test_oauthtoken \
	%D%/test_options \
	%D%/test_pki \
	%D%/test_pki_broken \
	%D%/test_pki_profiles \
	%D%/test_pki_store \
	%D%/test_probe_answers \
	%D%/test_probe_clients \
	%D%/test_probe_kerberos \
	%D%/test_product \
	%D%/test_proof \
	%D%/test_psha1 \
	%D%/test_report_efficiency \
	%D%/test_report_escape \
	%D%/test_report_forms \
	%D%/test_report_json \
	%D%/test_rst \
	%D%/test_rstr \
	%D%/test_run_code \
	%D%/test_scenario_mutants \
	%D%/test_scenario_read \
	%D%/test_session \
	%D%/test_sessions \
	%D%/test_settings \
	%D%/test_settings_together \
	%D%/test_soap \
	%D%/test_spnego \
	%D%/test_string_to_key \
	%D%/test_ticket \
	%D%/test_ticket_forged \
	%D%/test_token_krb \
	%D%/test_usertoken \
	%D%/test_util_base64 \
	%D%/test_util_bytes \
	%D%/test_util_err \
	%D%/test_util_json \
	%D%/test_util_kcrypt \
	%D%/test_util_siphash \
	%D%/test_util_stamp \
	%D%/test_util_url \
	%D%/test_util_utf \
	%D%/test_webticket \
	%D%/test_why \
	%D%/test_world \
	%D%/test_world_move \
	%D%/test_xml \
	%D%/test_xml_body

# What every program links that has no list of its own.
LDADD = $(fuzz_main) $(SERVER_LIBS) $(CMOCKA_LIBS)
AM_CFLAGS += $(CMOCKA_CFLAGS)

# It counts what is hashed and compared.
%C%_test_auth_password_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=nettle_sha256_update -Wl,--wrap=utf8_equal_nocase \
	-Wl,--wrap=name_index_find

# MIT's GSS-API is the judge.
%C%_test_auth_krb5_gss_CFLAGS = $(AM_CFLAGS) $(GSSAPI_CFLAGS)
%C%_test_auth_krb5_gss_LDADD = $(LDADD) $(GSSAPI_LIBS)

%C%_test_scenario_mutants_SOURCES = %D%/test_scenario_mutants.c \
	%D%/mutants.c %D%/mutants.h

# Of the probe, which the server knows nothing of.
%C%_test_probe_answers_LDADD = $(PROBE_LIBS) $(CMOCKA_LIBS)
%C%_test_probe_clients_LDADD = $(PROBE_LIBS) $(CMOCKA_LIBS)
%C%_test_probe_kerberos_LDADD = $(PROBE_LIBS) $(CMOCKA_LIBS)

# Of the keeper, likewise.
%C%_test_keeper_LDADD = $(KEEPER_LIBS) $(CMOCKA_LIBS)
%C%_test_keeper_folder_LDADD = $(KEEPER_LIBS) $(CMOCKA_LIBS)
%C%_test_keeper_life_LDADD = $(KEEPER_LIBS) $(CMOCKA_LIBS)
%C%_test_string_to_key_LDADD = $(KEEPER_LIBS) $(CMOCKA_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif

# Headers that tests share.
EXTRA_DIST += \
	%D%/auth_fixture.h \
	%D%/discovering.h \
	%D%/edge_client.h \
	%D%/edge_rig.h \
	%D%/endpoint.h \
	%D%/journal_fixture.h \
	%D%/json_reader.h \
	%D%/kdc_messages.h \
	%D%/keeper_rig.h \
	%D%/krb5_client.h \
	%D%/krb5_forge.h \
	%D%/krb5_judge.h \
	%D%/krb_capture.h \
	%D%/krb_fixture.h \
	%D%/msnlmp.h \
	%D%/ntlm_client.h \
	%D%/pki_fixture.h \
	%D%/pki_place.h \
	%D%/relay_rig.h \
	%D%/report_fixture.h \
	%D%/rfc3962.h \
	%D%/scenario_fixture.h \
	%D%/sessions_fixture.h \
	%D%/signer.h \
	%D%/sipe.h \
	%D%/tickets.h
