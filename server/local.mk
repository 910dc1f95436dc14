# The server. All but main.c is in libserver.a, which the unit tests and the
# fuzz targets link as well; so is all of the probe but its main.c in
# libprobe.a. Every list here is sorted, one word a line.

# The plug-ins. These lists are the tables that the program walks: the
# rules below write them into headers.
FAULTS = \
	%D%/faults/account \
	%D%/faults/alert \
	%D%/faults/ap_error \
	%D%/faults/body \
	%D%/faults/bom \
	%D%/faults/captive_portal \
	%D%/faults/cdata \
	%D%/faults/certificate \
	%D%/faults/charset \
	%D%/faults/chunks \
	%D%/faults/clock \
	%D%/faults/close \
	%D%/faults/comment \
	%D%/faults/compress \
	%D%/faults/connection \
	%D%/faults/content_length \
	%D%/faults/cut_body \
	%D%/faults/delay \
	%D%/faults/diagnostics \
	%D%/faults/discover_redirect \
	%D%/faults/drip \
	%D%/faults/duplicate \
	%D%/faults/entities \
	%D%/faults/extra_reply \
	%D%/faults/garbage \
	%D%/faults/header_form \
	%D%/faults/header_line \
	%D%/faults/headers \
	%D%/faults/http10 \
	%D%/faults/huge_header \
	%D%/faults/insert \
	%D%/faults/interim \
	%D%/faults/kdc_error \
	%D%/faults/kerberos_ticket \
	%D%/faults/letter_case \
	%D%/faults/mutual_token \
	%D%/faults/namespace \
	%D%/faults/ntlm_leg \
	%D%/faults/ntlm_message \
	%D%/faults/oauth_error \
	%D%/faults/prefix \
	%D%/faults/raw \
	%D%/faults/redirect \
	%D%/faults/refuse \
	%D%/faults/remove \
	%D%/faults/rename \
	%D%/faults/reorder \
	%D%/faults/replace \
	%D%/faults/reset \
	%D%/faults/soap_fault \
	%D%/faults/spnego \
	%D%/faults/stall \
	%D%/faults/status \
	%D%/faults/status_line \
	%D%/faults/target_info \
	%D%/faults/tls \
	%D%/faults/too_big \
	%D%/faults/truncate \
	%D%/faults/unwanted_body \
	%D%/faults/verdict \
	%D%/faults/whitespace \
	%D%/faults/www_authenticate

RULES = \
	%D%/checks/rules_http

SERVICES = \
	%D%/services/anonymous \
	%D%/services/discover \
	%D%/services/kdc_proxy \
	%D%/services/mex \
	%D%/services/oauthtoken \
	%D%/services/plain \
	%D%/services/unemulated \
	%D%/services/usertoken \
	%D%/services/webticket

AUTH_METHODS = \
	%D%/auth/basic \
	%D%/auth/krb5 \
	%D%/auth/negotiate \
	%D%/auth/ntlm

noinst_LIBRARIES += libserver.a
libserver_a_SOURCES = \
	$(AUTH_METHODS:=.c) \
	$(FAULTS:=.c) \
	$(RULES:=.c) \
	$(SERVICES:=.c) \
	%D%/admin/admin.h \
	%D%/admin/answer.c \
	%D%/admin/api.c \
	%D%/admin/guard.c \
	%D%/admin/internal.h \
	%D%/admin/listener.c \
	%D%/admin/wish.c \
	%D%/auth/account.c \
	%D%/auth/auth.c \
	%D%/auth/auth.h \
	%D%/auth/binding.c \
	%D%/auth/binding.h \
	%D%/auth/digest_why.c \
	%D%/auth/digest_why.h \
	%D%/auth/handle.h \
	%D%/auth/krb5.h \
	%D%/auth/krb5_acceptor.c \
	%D%/auth/krb5_mic.c \
	%D%/auth/krb5_mic.h \
	%D%/auth/krb5_open.c \
	%D%/auth/krb5_parts.h \
	%D%/auth/krb5_replay.c \
	%D%/auth/krb5_replay.h \
	%D%/auth/krb5_reply.c \
	%D%/auth/krb5_verify.c \
	%D%/auth/krb5_why.c \
	%D%/auth/negotiate.h \
	%D%/auth/negotiate_mech.c \
	%D%/auth/negotiate_reply.c \
	%D%/auth/ntlm.h \
	%D%/auth/ntlm_binding.c \
	%D%/auth/ntlm_challenge.c \
	%D%/auth/ntlm_crypto.c \
	%D%/auth/ntlm_crypto.h \
	%D%/auth/ntlm_hunt.c \
	%D%/auth/ntlm_hunt_parts.c \
	%D%/auth/ntlm_hunt_say.c \
	%D%/auth/ntlm_lie.c \
	%D%/auth/ntlm_proof.c \
	%D%/auth/ntlm_session.c \
	%D%/auth/ntlm_session.h \
	%D%/auth/ntlm_verify.c \
	%D%/auth/ntlm_why.c \
	%D%/auth/ntlm_why.h \
	%D%/auth/ntlm_why_binding.c \
	%D%/auth/ntlm_why_mic.c \
	%D%/auth/password.c \
	%D%/auth/password.h \
	%D%/auth/password_why.c \
	%D%/auth/password_why.h \
	%D%/auth/report.c \
	%D%/auth/report.h \
	%D%/auth/why_forms.c \
	%D%/auth/why_forms.h \
	%D%/auth/why_letters.c \
	%D%/auth/why_letters.h \
	%D%/checks/checks.c \
	%D%/checks/checks.h \
	%D%/checks/history.c \
	%D%/checks/history.h \
	%D%/checks/rule.h \
	%D%/cli/admin.c \
	%D%/cli/admin.h \
	%D%/cli/announce.c \
	%D%/cli/arguments.c \
	%D%/cli/arguments.h \
	%D%/cli/check.c \
	%D%/cli/crew.c \
	%D%/cli/crew.h \
	%D%/cli/decode.c \
	%D%/cli/decode_input.c \
	%D%/cli/decode_input.h \
	%D%/cli/decode_keytab.c \
	%D%/cli/decode_keytab.h \
	%D%/cli/example.c \
	%D%/cli/example.h \
	%D%/cli/example_setting.c \
	%D%/cli/explain.c \
	%D%/cli/explain.h \
	%D%/cli/explain_keys.c \
	%D%/cli/explain_mentions.c \
	%D%/cli/explain_points.c \
	%D%/cli/explain_settings.c \
	%D%/cli/explain_text.c \
	%D%/cli/explain_topics.c \
	%D%/cli/explain_words.c \
	%D%/cli/fits.c \
	%D%/cli/fits.h \
	%D%/cli/help.c \
	%D%/cli/kerberos.c \
	%D%/cli/kerberos.h \
	%D%/cli/list.c \
	%D%/cli/list_points.c \
	%D%/cli/list_scenarios.c \
	%D%/cli/listing.c \
	%D%/cli/listing.h \
	%D%/cli/load.c \
	%D%/cli/load.h \
	%D%/cli/new.c \
	%D%/cli/new.h \
	%D%/cli/new_fault.c \
	%D%/cli/option_rows.c \
	%D%/cli/option_rows.h \
	%D%/cli/option_types.c \
	%D%/cli/option_types.h \
	%D%/cli/options.c \
	%D%/cli/options.h \
	%D%/cli/play.c \
	%D%/cli/play.h \
	%D%/cli/probe.c \
	%D%/cli/reload.c \
	%D%/cli/reload.h \
	%D%/cli/run_dir.c \
	%D%/cli/run_dir.h \
	%D%/cli/schema.c \
	%D%/cli/serve.c \
	%D%/cli/server.c \
	%D%/cli/server.h \
	%D%/cli/verb.h \
	%D%/cli/verdict.c \
	%D%/cli/verdict.h \
	%D%/cli/watch.c \
	%D%/cli/watch.h \
	%D%/cli/wrap.c \
	%D%/cli/wrap.h \
	%D%/edge/accept.c \
	%D%/edge/bind.c \
	%D%/edge/bind.h \
	%D%/edge/bio.c \
	%D%/edge/bridge.c \
	%D%/edge/chunks.c \
	%D%/edge/chunks.h \
	%D%/edge/conn.c \
	%D%/edge/edge.c \
	%D%/edge/edge.h \
	%D%/edge/finish.c \
	%D%/edge/framer.c \
	%D%/edge/framer.h \
	%D%/edge/head.c \
	%D%/edge/head.h \
	%D%/edge/heap.c \
	%D%/edge/heap.h \
	%D%/edge/hello.c \
	%D%/edge/internal.h \
	%D%/edge/listener.c \
	%D%/edge/loop.c \
	%D%/edge/loop.h \
	%D%/edge/output.c \
	%D%/edge/place.c \
	%D%/edge/record.c \
	%D%/edge/reply.c \
	%D%/edge/request.c \
	%D%/edge/tell.c \
	%D%/edge/tls.c \
	%D%/edge/worker.c \
	%D%/edge/worker.h \
	%D%/faults/editing.c \
	%D%/faults/editing.h \
	%D%/faults/ending.c \
	%D%/faults/ending.h \
	%D%/faults/faults.c \
	%D%/faults/faults.h \
	%D%/faults/krb_failure.c \
	%D%/faults/krb_failure.h \
	%D%/faults/nearest_place.c \
	%D%/faults/overlay.c \
	%D%/faults/overlay.h \
	%D%/faults/spread.c \
	%D%/faults/spread.h \
	%D%/http/connection.c \
	%D%/http/engine.c \
	%D%/http/hooks.c \
	%D%/http/http.c \
	%D%/http/http.h \
	%D%/http/internal.h \
	%D%/http/refused.c \
	%D%/http/reply.c \
	%D%/http/request.c \
	%D%/http/whole.c \
	%D%/http/written.c \
	%D%/journal/content.c \
	%D%/journal/content.h \
	%D%/journal/file.c \
	%D%/journal/file.h \
	%D%/journal/findings.c \
	%D%/journal/journal.c \
	%D%/journal/journal.h \
	%D%/journal/open.c \
	%D%/journal/open.h \
	%D%/journal/order.c \
	%D%/journal/order.h \
	%D%/journal/record.c \
	%D%/journal/record.h \
	%D%/journal/ring.c \
	%D%/journal/ring.h \
	%D%/journal/secrets.c \
	%D%/journal/secrets.h \
	%D%/journal/secrets_form.c \
	%D%/journal/secrets_json.c \
	%D%/journal/secrets_words.c \
	%D%/journal/secrets_words.h \
	%D%/journal/secrets_xml.c \
	%D%/journal/text.c \
	%D%/journal/text.h \
	%D%/kdc/account.h \
	%D%/kdc/cross.c \
	%D%/kdc/exports.c \
	%D%/kdc/exports.h \
	%D%/kdc/kdc.c \
	%D%/kdc/kdc.h \
	%D%/kdc/link.c \
	%D%/kdc/link.h \
	%D%/kdc/relay.c \
	%D%/kdc/relay.h \
	%D%/kdc/relay_accept.c \
	%D%/kdc/relay_backend.c \
	%D%/kdc/relay_natural.c \
	%D%/kdc/relay_parts.h \
	%D%/kdc/relay_read.c \
	%D%/kdc/relay_reply.c \
	%D%/kdc/relay_request.c \
	%D%/kdc/relay_tcp.c \
	%D%/kdc/relay_udp.c \
	%D%/kdc/relay_why.c \
	%D%/kdc/spawn.c \
	%D%/kdc/spawn.h \
	%D%/kdc/spn.c \
	%D%/kdc/spn.h \
	%D%/kdc/spn_told.c \
	%D%/kdc/spn_told.h \
	%D%/kdc/ticket.c \
	%D%/kdc/ticket.h \
	%D%/kdc/ticket_fast.c \
	%D%/kdc/ticket_fast.h \
	%D%/kdc/ticket_open.c \
	%D%/kdc/ticket_open.h \
	%D%/kdc/users.c \
	%D%/kdc/users.h \
	%D%/kdc/waiters.c \
	%D%/kdc/waiters.h \
	%D%/keeper/protocol.c \
	%D%/keeper/protocol.h \
	%D%/pki/ca.c \
	%D%/pki/ca.h \
	%D%/pki/cert.c \
	%D%/pki/cert.h \
	%D%/pki/internal.h \
	%D%/pki/leaf.c \
	%D%/pki/leaf.h \
	%D%/pki/leaves.c \
	%D%/pki/ossl.c \
	%D%/pki/ossl.h \
	%D%/pki/pki.c \
	%D%/pki/pki.h \
	%D%/pki/profile.c \
	%D%/pki/profile.h \
	%D%/pki/signer.c \
	%D%/pki/signer.h \
	%D%/pki/site.c \
	%D%/pki/store.c \
	%D%/pki/store.h \
	%D%/report/report.h \
	%D%/scenario/diagnostics.c \
	%D%/scenario/diagnostics.h \
	%D%/scenario/dump.c \
	%D%/scenario/dump.h \
	%D%/scenario/expand.c \
	%D%/scenario/expand.h \
	%D%/scenario/fault.h \
	%D%/scenario/keys.c \
	%D%/scenario/keys.h \
	%D%/scenario/layers.c \
	%D%/scenario/layers.h \
	%D%/scenario/match.c \
	%D%/scenario/match.h \
	%D%/scenario/model.h \
	%D%/scenario/point.h \
	%D%/scenario/points_auth.h \
	%D%/scenario/points_discover.h \
	%D%/scenario/points_http.h \
	%D%/scenario/points_kdc.h \
	%D%/scenario/points_mex.h \
	%D%/scenario/points_oauth.h \
	%D%/scenario/points_soap.h \
	%D%/scenario/points_tcp.h \
	%D%/scenario/points_ticket.h \
	%D%/scenario/points_tls.h \
	%D%/scenario/points_webticket.h \
	%D%/scenario/read.c \
	%D%/scenario/read.h \
	%D%/scenario/read_about.c \
	%D%/scenario/read_apply.c \
	%D%/scenario/read_do.c \
	%D%/scenario/read_expect.c \
	%D%/scenario/read_hidden.c \
	%D%/scenario/read_hints.c \
	%D%/scenario/read_identity.c \
	%D%/scenario/read_settings.c \
	%D%/scenario/read_state.c \
	%D%/scenario/read_step.c \
	%D%/scenario/read_value.c \
	%D%/scenario/read_warn.c \
	%D%/scenario/read_when.c \
	%D%/scenario/read_world.c \
	%D%/scenario/reading.h \
	%D%/scenario/scenario.c \
	%D%/scenario/schema.c \
	%D%/scenario/schema.h \
	%D%/scenario/schema_points.c \
	%D%/scenario/schema_points.h \
	%D%/scenario/schema_value.c \
	%D%/scenario/schema_value.h \
	%D%/scenario/session.c \
	%D%/scenario/session.h \
	%D%/scenario/session_counts.c \
	%D%/scenario/session_findings.c \
	%D%/scenario/session_judge.c \
	%D%/scenario/session_parts.h \
	%D%/scenario/session_state.c \
	%D%/scenario/sessions.c \
	%D%/scenario/sessions.h \
	%D%/scenario/settings_rows.c \
	%D%/scenario/settings_rows.h \
	%D%/scenario/shipped.c \
	%D%/scenario/shipped.h \
	%D%/scenario/source.c \
	%D%/scenario/source.h \
	%D%/scenario/tallies.c \
	%D%/scenario/tallies.h \
	%D%/scenario/vocabulary.h \
	%D%/scenario/yaml_hint.c \
	%D%/scenario/yaml_hint.h \
	%D%/scenario/yaml_node.c \
	%D%/scenario/yaml_node.h \
	%D%/scenario/yaml_quote.c \
	%D%/scenario/yaml_quote.h \
	%D%/scenario/yaml_text.c \
	%D%/scenario/yaml_text.h \
	%D%/services/accept.c \
	%D%/services/accept.h \
	%D%/services/audience.c \
	%D%/services/audience.h \
	%D%/services/autodiscover.c \
	%D%/services/autodiscover.h \
	%D%/services/cleartext.c \
	%D%/services/cleartext.h \
	%D%/services/conn_auth.c \
	%D%/services/conn_auth.h \
	%D%/services/credentials.c \
	%D%/services/credentials.h \
	%D%/services/credentials_why.c \
	%D%/services/credentials_why.h \
	%D%/services/discover.h \
	%D%/services/discover_challenge.c \
	%D%/services/discover_query.c \
	%D%/services/discover_query.h \
	%D%/services/discover_user.c \
	%D%/services/discover_xframe.c \
	%D%/services/forms.c \
	%D%/services/gate.c \
	%D%/services/gate.h \
	%D%/services/gate_moments.c \
	%D%/services/gate_moments.h \
	%D%/services/gate_reply.c \
	%D%/services/gate_reply.h \
	%D%/services/identity.c \
	%D%/services/identity.h \
	%D%/services/issue.c \
	%D%/services/issue.h \
	%D%/services/issue_check.c \
	%D%/services/issue_check.h \
	%D%/services/issued.c \
	%D%/services/issued.h \
	%D%/services/issued_why.c \
	%D%/services/mex_wsdl.c \
	%D%/services/mex_wsdl.h \
	%D%/services/oauth.h \
	%D%/services/oauth_grants.c \
	%D%/services/oauth_reply.c \
	%D%/services/prepare.c \
	%D%/services/prepare.h \
	%D%/services/product.c \
	%D%/services/product_page.c \
	%D%/services/reach.c \
	%D%/services/reach.h \
	%D%/services/route.c \
	%D%/services/route.h \
	%D%/services/service.h \
	%D%/services/services.c \
	%D%/services/services.h \
	%D%/services/soap_reply.c \
	%D%/services/soap_reply.h \
	%D%/services/verdict.c \
	%D%/services/verdict.h \
	%D%/ticket/cwt.c \
	%D%/ticket/cwt.h \
	%D%/ticket/guid.c \
	%D%/ticket/guid.h \
	%D%/ticket/issue.c \
	%D%/ticket/keys.c \
	%D%/ticket/keys.h \
	%D%/ticket/open.c \
	%D%/ticket/p_sha1.c \
	%D%/ticket/p_sha1.h \
	%D%/ticket/p_sha1_why.c \
	%D%/ticket/p_sha1_why.h \
	%D%/ticket/saml.c \
	%D%/ticket/saml.h \
	%D%/ticket/saml_open.c \
	%D%/ticket/ticket.h \
	%D%/ticket/why.c \
	%D%/ticket/why.h \
	%D%/ticket/why_place.c \
	%D%/ticket/why_place.h \
	%D%/ticket/xmldsig.c \
	%D%/ticket/xmldsig.h \
	%D%/util/arena.c \
	%D%/util/arena.h \
	%D%/util/attr.h \
	%D%/util/base64.c \
	%D%/util/base64.h \
	%D%/util/buf.c \
	%D%/util/buf.h \
	%D%/util/dnsname.c \
	%D%/util/dnsname.h \
	%D%/util/duration.c \
	%D%/util/duration.h \
	%D%/util/env.c \
	%D%/util/env.h \
	%D%/util/err.c \
	%D%/util/err.h \
	%D%/util/guard.c \
	%D%/util/guard.h \
	%D%/util/json.c \
	%D%/util/json.h \
	%D%/util/json_indent.c \
	%D%/util/json_indent.h \
	%D%/util/kcrypt.c \
	%D%/util/kcrypt.h \
	%D%/util/log.c \
	%D%/util/log.h \
	%D%/util/mem.c \
	%D%/util/mem.h \
	%D%/util/mit.c \
	%D%/util/mit.h \
	%D%/util/nearest.c \
	%D%/util/nearest.h \
	%D%/util/number.c \
	%D%/util/number.h \
	%D%/util/program.c \
	%D%/util/program.h \
	%D%/util/refs.h \
	%D%/util/span.c \
	%D%/util/span.h \
	%D%/util/stamp.c \
	%D%/util/stamp.h \
	%D%/util/stream.c \
	%D%/util/stream.h \
	%D%/util/url.c \
	%D%/util/url.h \
	%D%/util/utf.c \
	%D%/util/utf.h \
	%D%/wire/der.c \
	%D%/wire/der.h \
	%D%/wire/diagnostics.c \
	%D%/wire/diagnostics.h \
	%D%/wire/exchange.c \
	%D%/wire/exchange.h \
	%D%/wire/facts.h \
	%D%/wire/finding.h \
	%D%/wire/form.c \
	%D%/wire/form.h \
	%D%/wire/httpauth.c \
	%D%/wire/httpauth.h \
	%D%/wire/krb.h \
	%D%/wire/krb_decode.c \
	%D%/wire/krb_decode_kdc.c \
	%D%/wire/krb_decode_part.c \
	%D%/wire/krb_encode.c \
	%D%/wire/krb_error.c \
	%D%/wire/krb_error.h \
	%D%/wire/krb_gss.c \
	%D%/wire/krb_keys.c \
	%D%/wire/krb_keys.h \
	%D%/wire/krb_names.c \
	%D%/wire/krb_parts.c \
	%D%/wire/krb_text.c \
	%D%/wire/krb_time.c \
	%D%/wire/krb_time.h \
	%D%/wire/krb_walk.c \
	%D%/wire/krb_walk.h \
	%D%/wire/ntlmssp.h \
	%D%/wire/ntlmssp_av.c \
	%D%/wire/ntlmssp_av.h \
	%D%/wire/ntlmssp_decode.c \
	%D%/wire/ntlmssp_encode.c \
	%D%/wire/ntlmssp_text.c \
	%D%/wire/plans.h \
	%D%/wire/profile.h \
	%D%/wire/rst.c \
	%D%/wire/rst.h \
	%D%/wire/rstr.c \
	%D%/wire/rstr.h \
	%D%/wire/soap.c \
	%D%/wire/soap.h \
	%D%/wire/spnego.c \
	%D%/wire/spnego.h \
	%D%/wire/spnego_encode.c \
	%D%/wire/token.c \
	%D%/wire/token.h \
	%D%/wire/token_krb.c \
	%D%/wire/token_krb.h \
	%D%/wire/token_krb_part.c \
	%D%/wire/token_ntlm.c \
	%D%/wire/uris.h \
	%D%/wire/usertoken.c \
	%D%/wire/usertoken.h \
	%D%/wire/xml.c \
	%D%/wire/xml.h \
	%D%/wire/xml_body.c \
	%D%/wire/xml_body.h \
	%D%/wire/xml_edit.c \
	%D%/wire/xml_edit.h \
	%D%/wire/xml_fill.c \
	%D%/wire/xml_json.c \
	%D%/wire/xml_places.c \
	%D%/wire/xml_places.h \
	%D%/wire/xml_select.c \
	%D%/wire/xml_select.h \
	%D%/world/account.h \
	%D%/world/accounts.c \
	%D%/world/changes.c \
	%D%/world/changes.h \
	%D%/world/clock.h \
	%D%/world/documents.h \
	%D%/world/good.c \
	%D%/world/index.c \
	%D%/world/index.h \
	%D%/world/kerberos.c \
	%D%/world/kerberos.h \
	%D%/world/lockout.c \
	%D%/world/lockout.h \
	%D%/world/meetings.c \
	%D%/world/meetings.h \
	%D%/world/move.c \
	%D%/world/names.c \
	%D%/world/names.h \
	%D%/world/names_check.c \
	%D%/world/setting.h \
	%D%/world/setting_clock.c \
	%D%/world/setting_fields.h \
	%D%/world/setting_kerberos.c \
	%D%/world/setting_kinds.c \
	%D%/world/setting_meetings.c \
	%D%/world/setting_pools.c \
	%D%/world/setting_range.c \
	%D%/world/setting_tickets.c \
	%D%/world/setting_times.c \
	%D%/world/setting_types.c \
	%D%/world/setting_users.c \
	%D%/world/setting_value.c \
	%D%/world/settings.c \
	%D%/world/signin.h \
	%D%/world/tickets.h \
	%D%/world/world.c \
	%D%/world/world.h

bin_PROGRAMS += lyncmock
lyncmock_SOURCES = %D%/main.c
lyncmock_LDADD = $(SERVER_LIBS)

# The probe: an executable of its own, started by `lyncmock probe`.
noinst_LIBRARIES += libprobe.a
libprobe_a_SOURCES = \
	%D%/probe/broken.c \
	%D%/probe/broken.h \
	%D%/probe/certificate.c \
	%D%/probe/certificate.h \
	%D%/probe/challenge.c \
	%D%/probe/challenge.h \
	%D%/probe/clients.c \
	%D%/probe/clients.h \
	%D%/probe/discovery.c \
	%D%/probe/discovery.h \
	%D%/probe/discovery_json.c \
	%D%/probe/discovery_parts.h \
	%D%/probe/discovery_xml.c \
	%D%/probe/document.c \
	%D%/probe/http.c \
	%D%/probe/http.h \
	%D%/probe/kerberos.c \
	%D%/probe/kerberos.h \
	%D%/probe/kerberos_words.c \
	%D%/probe/mask.c \
	%D%/probe/mask.h \
	%D%/probe/negotiate.c \
	%D%/probe/negotiate.h \
	%D%/probe/options.c \
	%D%/probe/options.h \
	%D%/probe/ports_file.c \
	%D%/probe/ports_file.h \
	%D%/probe/proof_key.c \
	%D%/probe/report.c \
	%D%/probe/report.h \
	%D%/probe/rst_write.c \
	%D%/probe/rst_write.h \
	%D%/probe/rstr_read.c \
	%D%/probe/rstr_read.h \
	%D%/probe/sentence.c \
	%D%/probe/sentence.h \
	%D%/probe/target.c \
	%D%/probe/target.h \
	%D%/probe/trouble.c \
	%D%/probe/trouble.h \
	%D%/probe/trust.c \
	%D%/probe/trust.h \
	%D%/probe/walk.c \
	%D%/probe/walk.h \
	%D%/probe/walk_discover.c \
	%D%/probe/walk_judge.c \
	%D%/probe/walk_kerberos.c \
	%D%/probe/walk_oauth.c \
	%D%/probe/walk_ticket.c \
	%D%/probe/walk_user.c \
	%D%/probe/wsdl.c \
	%D%/probe/wsdl.h

pkglibexec_PROGRAMS += lyncmock-probe
lyncmock_probe_SOURCES = %D%/probe/main.c
lyncmock_probe_LDADD = $(PROBE_LIBS)

# The KDC's keeper: an executable of its own, started by `lyncmock serve`.
# What both say to each other, keeper/protocol.c, is in libserver.a.
noinst_LIBRARIES += libkeeper.a
libkeeper_a_SOURCES = \
	%D%/keeper/child.c \
	%D%/keeper/child.h \
	%D%/keeper/database.c \
	%D%/keeper/database.h \
	%D%/keeper/derive.c \
	%D%/keeper/derive.h \
	%D%/keeper/exports.c \
	%D%/keeper/exports.h \
	%D%/keeper/folder.c \
	%D%/keeper/folder.h \
	%D%/keeper/keeper.c \
	%D%/keeper/keeper.h \
	%D%/keeper/profile.c \
	%D%/keeper/profile.h \
	%D%/keeper/string_to_key.c \
	%D%/keeper/string_to_key.h

pkglibexec_PROGRAMS += lyncmock-kdc-keeper
lyncmock_kdc_keeper_SOURCES = %D%/keeper/main.c
lyncmock_kdc_keeper_LDADD = $(KEEPER_LIBS)

plugin_lists = \
	%D%/auth/methods.h \
	%D%/checks/list.h \
	%D%/faults/list.h \
	%D%/services/list.h

generated = \
	$(plugin_lists) \
	%D%/scenario/shipped_list.h

nodist_libserver_a_SOURCES += $(generated)
BUILT_SOURCES += $(generated)
CLEANFILES += $(generated)

# A header with one X-macro, from a list of plug-ins. It depends on Makefile,
# which make remakes when a list changes.
%D%/auth/methods.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/plugin-list AUTH_METHODS $(AUTH_METHODS) >$@.tmp && \
	mv $@.tmp $@

%D%/checks/list.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/plugin-list RULES $(RULES) >$@.tmp && \
	mv $@.tmp $@

%D%/faults/list.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/plugin-list FAULTS $(FAULTS) >$@.tmp && \
	mv $@.tmp $@

%D%/services/list.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/plugin-list SERVICES $(SERVICES) >$@.tmp && \
	mv $@.tmp $@

%D%/scenario/shipped_list.h: Makefile $(SCENARIO_FILES)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/embed-files $(srcdir)/scenarios \
	$(SCENARIO_FILES:scenarios/%=%) >$@.tmp && mv $@.tmp $@

# For `make lyncmock` in a fresh tree: BUILT_SOURCES is for `make all`.
%D%/auth/auth.$(OBJEXT): %D%/auth/methods.h
%D%/checks/checks.$(OBJEXT): %D%/checks/list.h
%D%/faults/faults.$(OBJEXT): %D%/faults/list.h
%D%/scenario/shipped.$(OBJEXT): %D%/scenario/shipped_list.h
%D%/services/route.$(OBJEXT): %D%/services/list.h

EXTRA_DIST += \
	%D%/embed-files \
	%D%/plugin-list
