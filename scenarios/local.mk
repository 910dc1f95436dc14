# Scenarios that are compiled in, and the files that they name. Sorted.
SCENARIO_FILES = \
	%D%/chaos/bad-wifi.yaml \
	%D%/chaos/flaky-kdc.yaml \
	%D%/chaos/overloaded-pool.yaml \
	%D%/failures/captive-portal.html \
	%D%/failures/captive-portal.yaml \
	%D%/failures/captured-mex.yaml \
	%D%/failures/certificate-expired.yaml \
	%D%/failures/certificate-wrong-name.yaml \
	%D%/failures/claim-mismatch.yaml \
	%D%/failures/customer-mex.xml \
	%D%/failures/discovery-302.yaml \
	%D%/failures/discovery-503-retry-after.yaml \
	%D%/failures/discovery-loop.yaml \
	%D%/failures/guest-meeting-ended.yaml \
	%D%/failures/kerberos-account-disabled.yaml \
	%D%/failures/kerberos-channel-binding.yaml \
	%D%/failures/kerberos-clock-skew.yaml \
	%D%/failures/kerberos-duplicate-spn.yaml \
	%D%/failures/kerberos-kdc-busy.yaml \
	%D%/failures/kerberos-kdc-garbage.yaml \
	%D%/failures/kerberos-kdc-slow.yaml \
	%D%/failures/kerberos-kdc-unreachable.yaml \
	%D%/failures/kerberos-must-change.yaml \
	%D%/failures/kerberos-mutual-missing.yaml \
	%D%/failures/kerberos-negotiate-only.yaml \
	%D%/failures/kerberos-negotiate-withdrawn.yaml \
	%D%/failures/kerberos-other-mechanism.yaml \
	%D%/failures/kerberos-rc4-disabled.yaml \
	%D%/failures/kerberos-replay.yaml \
	%D%/failures/kerberos-spn-missing.yaml \
	%D%/failures/kerberos-ticket-expired.yaml \
	%D%/failures/kerberos-token-too-big.yaml \
	%D%/failures/kerberos-udp-too-big.yaml \
	%D%/failures/not-sip-enabled.yaml \
	%D%/failures/ntlm-connection-close.yaml \
	%D%/failures/ntlm-one-header-line.yaml \
	%D%/failures/password-expired.yaml \
	%D%/failures/soap-port-withdrawn.yaml \
	%D%/failures/stalled-web-ticket.yaml \
	%D%/failures/ticket-always-refused.yaml \
	%D%/failures/ticket-expired-on-use.yaml \
	%D%/failures/ticket-expires-90s.yaml \
	%D%/failures/user-empty.yaml \
	%D%/failures/user-homed-elsewhere.yaml \
	%D%/failures/windows-auth-disabled.yaml \
	%D%/failures/wrong-location.yaml \
	%D%/failures/wrong-password-lockout.yaml \
	%D%/good/android-ntlm.yaml \
	%D%/good/android-soap.yaml \
	%D%/good/ios-ntlm.yaml \
	%D%/good/pc-external-ntlm.yaml \
	%D%/good/pc-internal-kerberos.yaml \
	%D%/good/web-app-guest.yaml \
	%D%/good/web-app-soap.yaml \
	%D%/good/windows-phone-ntlm.yaml

EXTRA_DIST += \
	$(SCENARIO_FILES) \
	%D%/README.md
