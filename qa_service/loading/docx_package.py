"""A .docx file's zip to one that is safe to parse: bounded in size, without pictures, its XML without entities.

A zip states its sizes itself, so what is really unpacked is counted.
"""

import io
import re
import zipfile
import zlib

from qa_service.errors import LoadError

# Far above any release; parsing that much takes about two seconds and 200 MB.
MAX_MEMBERS = 2_000
MAX_XML_BYTES = 20_000_000  # of all XML members, unpacked
MAX_NODES = 1_000_000  # elements and attributes; each takes about 100 bytes of memory, whatever it holds

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")
_STEP = 1 << 16
_XML_START = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00", b"\x00<")
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_DAMAGED = "it is damaged, or no Word document ({}): save it again as .docx, or as .txt"


def safe_package(data: bytes) -> bytes:
    """Return the package as an uncompressed zip of its XML members; any other member is in it, but empty.

    Raises:
        LoadError: It is no zip, encrypted, damaged, over a limit, or its XML declares a document type.
    """
    if data.startswith(_OLE):
        if _ENCRYPTED_OLE in data:
            raise LoadError("it is protected by a password: save it without one")
        raise LoadError("it is a document of an old Word (.doc), whatever its name: save it as .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _copied(package)
    except LoadError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise LoadError(_DAMAGED.format(error)) from error


def _copied(package: zipfile.ZipFile) -> bytes:
    members = package.infolist()
    if len(members) > MAX_MEMBERS:
        raise LoadError(f"it has {len(members):,} parts, more than the limit of {MAX_MEMBERS:,}: save it as .txt")
    n_left = MAX_XML_BYTES
    n_nodes = 0
    copied = io.BytesIO()
    with zipfile.ZipFile(copied, "w") as copy:
        for member in members:
            if member.flag_bits & 1:
                raise LoadError("it is protected by a password: save it without one")
            name = member.filename.lower()
            xml = _unpacked(package, member, n_left) if name.endswith((".xml", ".rels")) else b""
            n_left -= len(xml)
            n_nodes += xml.count(b"<") + xml.count(b"=")
            if n_nodes > MAX_NODES:
                raise LoadError(f"it has more than {MAX_NODES:,} elements, which no release has: save it as .txt")
            _check_xml(xml)
            copy.writestr(zipfile.ZipInfo(member.filename), xml)
    return copied.getvalue()


def _unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    parts: list[bytes] = []
    with package.open(member) as file:
        while part := file.read(_STEP):
            limit -= len(part)
            if limit < 0:
                raise LoadError(f"its text unpacks to more than {MAX_XML_BYTES:,} bytes: split it, or save it as .txt")
            parts.append(part)
    return b"".join(parts)


def _check_xml(xml: bytes) -> None:
    """Refuse what could hide or declare entities. Word documents are UTF-8 or UTF-16 and have no document type."""
    if not xml:
        return
    plain = xml.replace(b"\x00", b"")
    encoding = _XML_ENCODING.search(plain[:200])
    is_known = encoding is None or encoding[1].lower() in {b"utf-8", b"utf-16", b"us-ascii"}
    if not xml.lstrip().startswith(_XML_START) or not is_known:
        raise LoadError(_DAMAGED.format("a part is not in UTF-8 or UTF-16"))
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise LoadError(
            "its XML declares a document type or entities, as no Word document does: save it again as .docx"
        )
