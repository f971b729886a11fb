"""Which names a server answers to.

A page of another site can have its own name resolved to this machine and then read the service as if it were its own
(DNS rebinding). The browser still sends that name as Host, so a service that is for this machine refuses names that are
not. An IP address, and `localhost`, can't be resolved elsewhere and are always answered to.
"""

import ipaddress
import re
from dataclasses import dataclass

_HOST = re.compile(r"(?:\[(?P<literal>[0-9a-fA-F:.]+)\]|(?P<name>[^\s:/?#\[\]@]+))(?::[0-9]{0,5})?")


@dataclass(frozen=True, slots=True)
class HostNames:
    """Names that are answered to, besides those of this machine.

    Attributes:
        names: Lower case; one that begins with a dot stands for all names that end in it. None stands for any name.
    """

    names: frozenset[str] | None = frozenset()

    def allow(self, host: str) -> bool:
        """Return whether a Host header of a request is answered to; its port doesn't count."""
        if self.names is None:
            return True
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        if found["literal"] is not None:
            return _is_address(found["literal"])
        name = found["name"].lower().removesuffix(".")
        if name == "localhost" or name.endswith(".localhost") or _is_address(name):
            return True
        return name in self.names or any(name.endswith(known) for known in self.names if known.startswith("."))


def host_names(bound: str, allowed: str | None) -> HostNames:
    """Return the names that a server listening on `bound` answers to.

    Args:
        bound: The address to serve on.
        allowed: Names separated by commas, `*` for any; a port with one doesn't count. None: those of this machine when
            only this machine can reach the server, else any, since how others call this machine can't be known.
    """
    if allowed is None:
        return HostNames(frozenset() if _is_loopback(bound) else None)
    given = (re.sub(r"\.?(?::[0-9]*)?$", "", name.strip().lower()) for name in allowed.split(","))
    names = frozenset(name for name in given if name)
    return HostNames(None if "*" in names else names)


def _is_loopback(bound: str) -> bool:
    return bound == "localhost" or (_is_address(bound) and ipaddress.ip_address(bound).is_loopback)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
