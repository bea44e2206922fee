"""The page that answers a login and carries the UID (§6.1.1)."""

import re
from dataclasses import dataclass

from nvr_protocol.commands.specs import UID_DIGITS
from nvr_protocol.errors import ProtocolError

CONTENT_TYPE = "text/html"

_TITLE = re.compile(r"[A-Za-z0-9 .,()_-]{1,100}")
_TITLE_TAG = re.compile(rb"<title>([^<\r\n]{0,200})</title>")
_UID = re.compile(rb"UID=([0-9]+)")

_PAGE = """<html>
<head>
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<meta http-equiv="Content-Script-Type" content="text/javascript">
<meta http-equiv="Pragma" content="no-cache">
<link rel="stylesheet" type="text/css" href="../rec_common_mlt.css">
<title>{title}</title>
<script language="JavaScript" src="../setup_mlt.js"></script>
</head>
<body leftmargin="0" topmargin="0" marginwidth="0" marginheight="0" oncontextmenu="return false">
<script type="text/javascript">
<!--
\tif("J" == "G")
\t{{
\t\tdocument.title = "{title}";
\t}}
\telse
\t{{
\t\tdocument.title = "{title}";
\t}}

\tthis.location.href="./hdrctl.cgi?UID={uid}&HTML=camindex.html"+RetTempParam();
//-->
</script>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class LoginPage:
    """What the page tells: the UID, and the title (empty if it has none)."""

    uid: int
    title: str = ""


def write_login_page(page: LoginPage) -> bytes:
    """Write the page. ProtocolError if the UID is out of range or the title more than plain words."""
    if not 0 < page.uid < 10**UID_DIGITS:
        raise ProtocolError("UID", f"not a positive integer of up to {UID_DIGITS} digits")
    if not _TITLE.fullmatch(page.title):
        raise ProtocolError("title", "not 1 to 100 letters, digits, blanks and . , ( ) _ -")
    return _PAGE.format(title=page.title, uid=page.uid).replace("\n", "\r\n").encode()


def read_login_page(data: bytes) -> LoginPage:
    """Find the first `UID=` with digits behind it, wherever on the page it stands, as clients do.

    ProtocolError if there is none, or none of a positive integer of up to 19 digits.
    """
    match = _UID.search(data)
    if match is None:
        raise ProtocolError("UID", "there is none on the page")
    if match.end(1) - match.start(1) > UID_DIGITS:
        raise ProtocolError("UID", f"it has more than {UID_DIGITS} digits", match.start(1))
    uid = int(match[1])
    if uid == 0:
        raise ProtocolError("UID", "it is 0", match.start(1))
    title = _TITLE_TAG.search(data)
    return LoginPage(uid, "" if title is None else title[1].decode("utf-8", "replace"))
