"""What a ROOT file says of the class of an RNTuple's anchor, as ROOT itself writes it and uproot does not.

ROOT and uproot know the class; JSROOT reads it by this description alone (JSROOT 7.11: "Not found streamer for ROOT::RNTuple").
"""

from __future__ import annotations

import base64
import zlib
from typing import Any, Final

__all__ = ["describe_anchor"]

_NAME: Final = "ROOT::RNTuple"
_VERSION: Final = 2

#: The TStreamerInfo of version 2 as ROOT 6.40 writes it: four short and seven long numbers, by their names.
_DESCRIPTION: Final = (
    "eNrF0LtOwzAUBuDDpRJqSWcQCyMzEkunUImboE1prCLYTHvSuhQ72I5EeAQelIl3ANuqUCuRDvaQP4qHOD6f/MfQ+PwxIamW"
    "SF9R3vBMQAwNDc0Y4Ai2zGNj1miYJKTTGfZJkS8QTr5Ov83Gtvn5yo1InufnUtLSHj+DneXBZVp2MROLNa1LFRuTMke79WRn"
    "AYHdNdgkykYoFRP8Ihfjmf2yb2HYkHbBFZtynByrmZA6FO7RuZC1wIzXAw+o9q5aVsMPDr538OEq3MpSxJdrpBN0922bd28T"
    "G/2xC8GnZpyuVh+dmv533X631KhC3Ldqd+TcgXMPVt1mdoc8BPWv+FIIXUfFIa53xSGoX8U9+n6LZco+0EP9BbU5Ha0="
)


def describe_anchor(file: Any) -> None:
    """Put the description into an open file, where uproot has not.

    Parameters
    ----------
    file : uproot.WritableDirectory
        File that has an RNTuple, or gets one.
    """
    from uproot.writing._cascade import RawStreamerInfo

    description = zlib.decompress(base64.b64decode(_DESCRIPTION)) + b"\0"
    file.file.update_streamers([RawStreamerInfo(None, description, _NAME, _VERSION)])
