"""A client that is made of python3-impacket's NTLM and http.client."""

from impacket import ntlm

from clients import Carrier

ESS = ntlm.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY


class Impacket:
    """What makes the tokens of one handshake, see clients.Carrier."""

    def __init__(self, account, password, version, signing):
        self.domain, self.user = account.split("\\")
        self.password = password
        self.v2 = version == "NTLMv2"
        self.negotiate = ntlm.getNTLMSSPType1(
            "", "", signingRequired=signing, use_ntlmv2=self.v2)
        if version == "NTLMv1":
            self.negotiate["flags"] &= ~ESS

    def step(self, challenge):
        if challenge is None:
            return self.negotiate.getData()
        message, _ = ntlm.getNTLMSSPType3(
            self.negotiate, challenge, self.user, self.password, self.domain,
            use_ntlmv2=self.v2)
        return message.getData()

    def end(self, accepted, token):
        assert token is None


def impacket(server, version="NTLMv2", scheme="NTLM", signing=False):
    return Carrier(server, scheme, lambda account, password, _connection:
                   Impacket(account, password, version, signing))
