# Scenarios that are compiled in, and the files that they name. Sorted.
SCENARIO_FILES = \
	%D%/good/pc-external-ntlm.yaml

EXTRA_DIST += \
	$(SCENARIO_FILES) \
	%D%/README.md
