# Fuzz targets: each is one file with LLVMFuzzerTestOneInput, one word here,
# and the folder corpus/<name>. Configured with --enable-fuzzers they become
# libFuzzer programs; else replay.c lends them a main. Either way make check
# feeds each its corpus.
FUZZ_TARGETS = \
	%D%/fuzz_edit \
	%D%/fuzz_form \
	%D%/fuzz_framer \
	%D%/fuzz_httpauth \
	%D%/fuzz_kdc \
	%D%/fuzz_krb \
	%D%/fuzz_krb5 \
	%D%/fuzz_ntlmssp \
	%D%/fuzz_pipeline \
	%D%/fuzz_probe \
	%D%/fuzz_scenario \
	%D%/fuzz_soap \
	%D%/fuzz_spnego \
	%D%/fuzz_ticket \
	%D%/fuzz_whole

%C%_fuzz_probe_LDADD = $(fuzz_main) $(PROBE_LIBS)

check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)

if FUZZERS
# libFuzzer brings a main along: only its targets may link it.
fuzz_main =
$(FUZZ_TARGETS): fuzz_main = $(FUZZ_LDFLAGS)
else
fuzz_main = libreplay.a
check_LIBRARIES += libreplay.a
libreplay_a_SOURCES = %D%/replay.c
endif

EXTRA_DIST += \
	%D%/auth_tokens.h \
	%D%/corpus
