"""The tenant's certificate authority, and what it signs."""

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


class CertificateAuthority:
    """Signs certificates for names of this machine; its own certificate is in `ca`."""

    def __init__(self, directory: Path) -> None:
        self._authority = trustme.CA(organization_name="policy_agent sandbox tenant")
        self.ca = directory / "ca.pem"
        self.server = directory / "server.pem"  # key and certificate
        self._authority.cert_pem.write_to_path(self.ca)
        self._authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.write_to_path(self.server)
        self.server.chmod(0o600)

    def issue(self, names: Iterable[str]) -> tuple[str, str]:
        """Return a new certificate and its private key, both PEM."""
        leaf = self._authority.issue_cert(*names)
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        return chain.decode(), leaf.private_key_pem.bytes().decode()

    def trusting(self, also: Path | None) -> ssl.SSLContext:
        """Return what the poster of notifications trusts: the system, this authority, `also`."""
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=self.ca)
        if also is not None:
            context.load_verify_locations(cafile=also)
        return context
