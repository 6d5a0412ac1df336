"""Whether a scheduler can be reached, and why not: without Dask, which tries for long and does not say."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.executor.machines.papers import Papers

PATIENCE = 5.0  #: seconds for each step
LISTEN_SECONDS = 0.5  #: for it to hang up on a certificate that it does not take, which it does after the greeting

_SAME = "Both sides need certificates out of the same folder that python -m bot certificates has made."
_UNKNOWN = (
    f"The scheduler at {{address}} does not take the certificate used here, of an authority unknown to it. {_SAME}"
)
_OVER = (
    "The scheduler at {address} says that the certificate used here is over: copy the renewed one, and start it again"
    " if it was started with an older authority."
)
#: Words in what OpenSSL says.
_TLS: Mapping[str, str] = {
    "certificate has expired": "The certificate of the scheduler at {address} is over: renew it, copy it there, and"
    " start the scheduler again.",
    "certificate expired": _OVER,
    "certificate_expired": _OVER,
    "unknown ca": _UNKNOWN,
    "unknown_ca": _UNKNOWN,
    "certificate verify failed": f"The certificate of the scheduler at {{address}} is of another authority. {_SAME}",
    "wrong version number": "What listens at {address} does not speak TLS: start it with python -m bot scheduler.",
    "record layer failure": "What listens at {address} does not speak TLS: start it with python -m bot scheduler.",
}


def knock(address: str, papers: Papers, *, listen: bool) -> str | None:
    """A sentence where it cannot. Blocks, for seconds at the worst.

    listen: also for its hanging up, which is how it refuses a certificate: after the greeting.
    """
    parts = urlsplit(address)
    assert parts.hostname is not None
    assert parts.port is not None
    try:
        context = ssl.create_default_context(cafile=papers.authority)
        context.check_hostname = False
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.load_cert_chain(papers.certificate, papers.key)
        plain = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)
    except socket.gaierror:
        return f"There is no machine with the name {parts.hostname}: look at the scheduler's address, {address}."
    except ConnectionRefusedError:
        return f"Nobody listens at {address}: start python -m bot scheduler there."
    except TimeoutError:
        return f"Nobody answers at {address}: is the machine up, and may this one reach its port?"
    except OSError as error:
        return f"The scheduler at {address} cannot be reached: {error.strerror or error}."
    with plain:
        try:
            with context.wrap_socket(plain) as secure:
                if listen:
                    secure.settimeout(LISTEN_SECONDS)
                    with contextlib.suppress(TimeoutError):
                        secure.recv(1)
        except OSError as error:
            said = str(error).lower()
            for words, sentence in _TLS.items():
                if words in said:
                    return sentence.format(address=address)
            return f"The scheduler at {address} hangs up: {error}."
    return None
