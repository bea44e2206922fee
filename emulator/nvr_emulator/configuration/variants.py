"""What a recorder may do otherwise: the liberties that the document leaves, each a setting with values.

`Variants` is the one table. Its fields are what the parts of the recorder read; what stands beside them
(section, text, what it breaks in careless clients) makes the lists, the help, the pages and the trials.
"""

# No "from __future__ import annotations": a hundred texts would be compiled at each start to learn the types.
from typing import Annotated, Literal

import msgspec

Tag = Literal["stated", "field", "assumed"]
"""Whence a default is known: the document says or draws it, a real recorder was seen to do it, or neither."""


def _about(
    section: str,
    text: str,
    careless: str,
    *,
    dialect: str = "",
    tried: tuple[str, ...] = (),
    tag: Tag = "assumed",
    seen: str = "",
) -> msgspec.Meta:
    """What is said of a variant. `dialect`: the key of the dialect that it sets; `tried`: of a number, the
    values that trials take."""
    return msgspec.Meta(
        description=text,
        extra={
            "section": section,
            "careless": careless,
            "dialect": dialect,
            "tried": tried,
            "tag": tag,
            "seen": seen,
        },
    )


class Variants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One value for each liberty; the first of a `Literal` is the default."""

    # Sessions and access

    uid_digits: Annotated[
        Annotated[int, msgspec.Meta(ge=2, le=19)] | None,
        _about(
            "§6.1.1, OP-5",
            "how many digits a UID has; without it 5, 10 or 19 by model",
            "UIDs kept in 32 bits or in a double, or read by a pattern of fixed length",
            tried=("3", "19"),
        ),
    ] = None
    uid_reuse: Annotated[
        Literal["none", "places", "last-freed"],
        _about(
            "§1.3, §6.1.1",
            "whether UIDs that ended are issued again: none is; there are sixteen places, each with its UID, "
            "and a login gets that of the first free one; or a login gets the one that ended last",
            "clients that go on with a UID that has ended: it may be somebody else's now",
        ),
    ] = "none"
    newcomer_of_lowest_priority: Annotated[
        Literal["refused", "evicts-the-oldest"],
        _about(
            "§1.3, OP-7",
            "what becomes of a login when 16 UIDs of higher priority are taken: it is refused, or "
            "the oldest UID ends",
            "a viewer's client that takes every login to succeed; one that does not see its own UID end",
        ),
    ] = "refused"
    refusal: Annotated[
        Literal["status", "200-empty", "200-text", "204", "close", "per-cause", "empty-page"],
        _about(
            "OP-11",
            "what a refused command gets: an error status, 200 with an empty body, 200 with a page "
            "that says nothing, 204, or a closed connection; per cause: 200 and a page for a UID that has "
            "ended, 200 and no body for a command that is wrong, else a status; or the page that was asked "
            "for with nothing in it, a log without entries, a login with UID=0",
            "clients that take 200 for success, or a UID of 0 for one; clients that wait for an answer "
            "without a timeout",
            tag="field",
        ),
    ] = "status"
    second_stream: Annotated[
        Literal["refused", "silent", "replaces"],
        _about(
            "§1.3, OP-43",
            "a second stream of one camera, a 17th, live beside playback on one UID: refused; "
            "answered by 200 and "
            "nothing more; or the older one ends for it",
            "clients that do not stop the one before they start the other",
            tag="field",
        ),
    ] = "refused"
    accepted_body: Annotated[
        Literal["text", "empty"],
        _about(
            "OP-12",
            "the body of commands whose answer is not described: a short page, or none",
            "clients that wait for bytes behind a Content-Length of 0, or look for OK in the page",
        ),
    ] = "text"
    strictness: Annotated[
        Literal["strict", "lenient"],
        _about(
            "OP-41",
            "whether fixed values must be there and right, case counts, values are in range, and "
            "parameters known; or "
            "all that is taken, clamped and ignored",
            "clients that were tried against a lenient recorder alone",
        ),
    ] = "strict"
    over_one_hour: Annotated[
        Literal["400", "500", "status-1", "truncated"],
        _about(
            "§6.3.2, OP-40",
            "what a download of more than an hour gets: 400; a bare 500, as was seen; a part with "
            "status 1; the first hour",
            "clients that do not cut ranges into hours, or take a truncated file for whole",
            seen="500",
        ),
    ] = "400"
    download_seconds: Annotated[
        Literal["refused", "rounded-down", "taken"],
        _about(
            "§6.3.2, OP-40",
            "what seconds other than 00 in STARTTIME get: refused; taken as 00; or taken as they "
            "are, as was seen",
            "clients that ask for seconds, or rely on the range beginning where they said",
            seen="taken",
        ),
    ] = "refused"
    nonce_count: Annotated[
        Literal["tracked", "ignored"],
        _about(
            "§6.1.1", "whether a nonce count that was used before is refused", "clients that do not count nc"
        ),
    ] = "tracked"
    challenge: Annotated[
        Literal["md5", "md5-and-sha-256", "auth-int", "no-qop", "md5-sess"],
        _about(
            "§6.1.1",
            "the Digest challenge: MD5; MD5 and SHA-256, one header each; qop of auth and auth-int; "
            "no qop (RFC 2069); or MD5-sess, whose secret is made with both nonces",
            "HTTP libraries that read the first challenge alone, choose auth-int, need qop, or know no -sess",
            tag="field",
        ),
    ] = "md5"
    information_without_login: Annotated[
        Literal["asks", "open"],
        _about(
            "OP-8",
            "whether recordedtime.cgi and as_getinfo.cgi ask for a login; as was seen they answer everybody",
            "clients that wait for a challenge before they send their password",
            seen="open",
        ),
    ] = "asks"
    header_order: Annotated[
        Literal["as-drawn", "other"],
        _about(
            "§3.3.1",
            "the order and letter case of header fields: as in the document's examples; or lower "
            "case, in another order, "
            "and with a charset behind text types",
            "clients that compare header names by case or find the body by counting lines",
            tag="stated",
        ),
    ] = "as-drawn"
    keep_alive: Annotated[
        Literal["kept", "close", "http-1.0"],
        _about(
            "HTTP",
            "whether connections of commands that are not drawn with keep-alive stay open, close "
            "behind the answer, or "
            "are answered by HTTP/1.0",
            "clients that send the next command on a connection that is gone",
        ),
    ] = "kept"

    # Live

    rtp_extension: Annotated[
        Literal["all", "none", "first-packet", "other-ids", "camera-ids"],
        _about(
            "§2.3.1",
            "the RTP extension: 0x0004, 0x0007 and 0x000A in each packet; none; in a picture's first "
            "packet alone; "
            "unknown ids among them and another order; the camera's ids too",
            "clients that cut 44 bytes off each packet instead of reading X and the length",
            tag="field",
        ),
    ] = "all"
    aud: Annotated[
        Literal["sent", "none"],
        _about(
            "§2.3.1",
            "whether pictures begin with an access unit delimiter",
            "clients that find pictures by the AUD",
            tag="field",
        ),
    ] = "sent"
    sei: Annotated[
        Literal["sent", "none"],
        _about(
            "§2.3.1",
            "whether key pictures carry SEI",
            "clients that expect an SEI behind the parameter sets",
            tag="field",
        ),
    ] = "sent"
    parameter_sets: Annotated[
        Literal["once", "twice", "pps-ahead-of-p"],
        _about(
            "§2.3.1",
            "parameter sets once ahead of a key picture; twice; or a PPS ahead of other pictures too",
            "clients that take a parameter set for the begin of a GOP",
            tag="stated",
        ),
    ] = "once"
    further_nal_units: Annotated[
        Literal["none", "sent"],
        _about(
            "§2.3.1",
            "whether pictures have NAL units that the document does not name: an SEI in each, filler data at "
            "its end, the end of sequence behind a GOP's last",
            "clients that take any other NAL unit for an error or a picture, or a header alone for broken",
        ),
    ] = "none"
    scene: Annotated[
        Literal["moves", "still"],
        _about(
            "§3.3.1",
            "whether something moves ahead of the cameras, or each GOP is coded to the same bytes, and each "
            "JPEG picture, as of covered lenses",
            "clients that take the same bytes again for the same GOP or for a broken recorder",
        ),
    ] = "moves"
    slices: Annotated[
        Literal["1", "4"],
        _about("RFC 6184", "slices a picture", "clients that take each slice for a picture"),
    ] = "1"
    key_pictures: Annotated[
        Literal["idr", "cra"],
        _about(
            "§7", "key pictures of H.265: IDR or CRA", "clients that begin at NAL unit types 19 and 20 alone"
        ),
    ] = "idr"
    gop_seconds: Annotated[
        Literal["1", "5", "varying"],
        _about(
            "§2.3.1",
            "seconds from key picture to key picture",
            "clients that give up before the first key picture, or keep one second",
        ),
    ] = "1"
    picture_rate: Annotated[
        Literal["fixed", "varying"],
        _about(
            "§7",
            "whether pictures come at a fixed rate, or at half of it for a while, as at night",
            "clients that count pictures instead of reading time stamps",
        ),
    ] = "fixed"
    packet_size: Annotated[
        Literal["1400", "500", "8000"],
        _about(
            "OP-15",
            "bytes of payload in a packet; 8000 over HTTP alone",
            "receive buffers of 1500 bytes",
        ),
    ] = "1400"
    rtp_source: Annotated[
        Literal["one-port", "port-a-stream", "rtcp-beside"],
        _about(
            "§2.1.2.2",
            "from which ports RTP comes: all from one; each stream from another; or with RTCP to PORT + 1",
            "sockets connected to one port of the recorder; demultiplexing by the sender instead of the SSRC",
        ),
    ] = "one-port"
    live_multipart: Annotated[
        Literal["dashed", "plain", "quoted"],
        _about(
            "§2.3.3, OP-17",
            "the boundary in the Content-Type of live: --myboundary, myboundary, or quoted; the "
            "lines are the same",
            "clients that put two dashes ahead of what the header says",
            dialect="boundary",
            tag="field",
        ),
    ] = "dashed"
    live_multipart_first_boundary: Annotated[
        Literal["at-once", "with-first-part"],
        _about(
            "§2.3.3",
            "whether the first boundary line comes at once, as was seen, or together with the first part",
            "clients that take the answer for dead until a picture comes",
            tag="field",
        ),
    ] = "at-once"
    live_multipart_framing: Annotated[
        Literal["close", "chunked"],
        _about(
            "HTTP",
            "whether the endless answer ends by closing, or is sent in chunks (RFC 9112)",
            "clients that read the socket below their HTTP library",
        ),
    ] = "close"
    live_multipart_headers: Annotated[
        Literal["as-drawn", "other"],
        _about(
            "§2.3.3",
            "the headers of parts as drawn; or in another case and order and with further ones",
            "clients that find a part's body by counting lines or by Content-length in one letter case",
            tag="stated",
        ),
    ] = "as-drawn"
    live_multipart_part_end: Annotated[
        Literal["crlf", "none"],
        _about(
            "§2.3.3",
            "whether a CRLF stands behind a part's body",
            "clients that search for the boundary line behind CRLF instead of counting the length",
            tag="stated",
        ),
    ] = "crlf"
    jpeg_form: Annotated[
        Literal["two-soi", "one-soi"],
        _about(
            "§2.3.5, OP-33",
            "live JPEG with two SOI markers, as drawn, or with one",
            "libjpeg, Pillow, libvips, GStreamer and browsers stop at the second SOI; ffmpeg, PyAV "
            "and OpenCV do not",
            dialect="jpeg_form",
            tag="stated",
        ),
    ] = "two-soi"
    jpeg_camera_information: Annotated[
        Literal["with", "without"],
        _about(
            "§2.3.5",
            "whether live JPEG carries the camera's information behind the recorder's",
            "clients that cut two groups off whatever comes",
            tag="stated",
        ),
    ] = "with"
    audio_packet: Annotated[
        Literal["20", "10", "40", "60", "15-and-25"],
        _about(
            "OP-16",
            "milliseconds of G.711 or G.726 in a packet: as many in each, or 15 and 25 in turn",
            "jitter buffers made for 160 bytes a packet; clients that take units of different sizes for AAC",
        ),
    ] = "20"
    aac_units: Annotated[
        Literal["as-coded", "filled"],
        _about(
            "§2.3.6",
            "whether AAC access units have the size that they need, or are all filled up to one size",
            "clients that take units of one size for G.711 or G.726",
        ),
    ] = "as-coded"
    g711_law: Annotated[
        Literal["mu-law", "a-law"],
        _about(
            "OP-34",
            "the law of G.711, live, in playback and in N3 files",
            "decoders that know one law: the other one sounds distorted",
        ),
    ] = "mu-law"
    g726_packing: Annotated[
        Literal["low-bits-first", "high-bits-first"],
        _about(
            "OP-34",
            "which half of a byte holds the first of two samples of G.726",
            "decoders that know one packing: the other one sounds like noise",
        ),
    ] = "low-bits-first"
    audio_start: Annotated[
        Literal["at-once", "kept-first", "late"],
        _about(
            "§2.1.2.2",
            "whether live audio begins at START, or 2.5 s later, or with what was heard in the 0.9 s before",
            "clients that tell the rate by the first second, or soon take silence for no audio",
        ),
    ] = "at-once"
    au_header: Annotated[
        Literal["rfc3640", "zeros", "length-in-bytes"],
        _about(
            "§2.3.6, OP-36",
            "the four bytes ahead of an AAC access unit over RTP: RFC 3640's, zeros, or the length in bytes",
            "depacketisers that believe the header instead of the packet's length",
        ),
    ] = "rfc3640"
    g711_content_type: Annotated[
        Literal["audio/g.711", "audio/g.711-64K", "audio/pcmu", "audio/basic"],
        _about(
            "§2.3.7, OP-18",
            "the Content-Type of live G.711 parts",
            "clients that choose the decoder by one spelling",
            dialect="g711_content_type",
        ),
    ] = "audio/g.711"
    first_picture: Annotated[
        Literal["key", "joins", "at-once"],
        _about(
            "§2.1.2.2",
            "whether a stream begins with the next key picture; in the middle of a GOP; or with the last key "
            "picture, and all since then at once",
            "decoders that are fed before the first key picture; clocks set by how fast packets come",
        ),
    ] = "key"
    audio_without_its_video: Annotated[
        Literal["ends", "goes-on"],
        _about(
            "§2.1.2.2, OP-10",
            "whether audio ends with its camera's video",
            "clients that stop the video and forget the audio",
        ),
    ] = "ends"
    wrong_codec: Annotated[
        Literal["silent", "refused", "other"],
        _about(
            "§2.1.2.2",
            "what START of a codec that the camera does not send gets: 200 and silence, as was seen; "
            "a refusal; or the "
            "codec that it has",
            "clients that wait for ever; decoders chosen by what was asked instead of what came",
            tag="field",
        ),
    ] = "silent"

    # Playback

    byte_order: Annotated[
        Literal["big", "little"],
        _about(
            "OP-13",
            "the byte order of chunks and TLVs",
            "nothing that a client could guess",
            dialect="byte_order",
        ),
    ] = "big"
    chunk_length: Annotated[
        Literal["to-stream-header", "behind-header", "to-reserved", "other"],
        _about(
            "§3.3.1, OP-19",
            "what the length in a chunk header counts; other: from itself to the reserved bytes, as that of "
            "JPEG does",
            "clients that jump by it to the stream header instead of looking for 0xFF06",
            dialect="chunk_length",
        ),
    ] = "to-stream-header"
    packet_length: Annotated[
        Literal["header-to-padding", "header-to-data", "reserved-to-padding", "data", "other"],
        _about(
            "§3.3.1, OP-20",
            "what the length in a packet header counts; other: from itself to the end of the padding",
            "clients that do not check that the next packet header stands where it leads",
            dialect="packet_length",
        ),
    ] = "header-to-padding"
    data_size: Annotated[
        Literal["data", "with-padding", "packets", "other"],
        _about(
            "§7, OP-22",
            "what 0x0006 counts; other: packet headers and video data",
            "buffers that are allocated by it",
            dialect="data_size",
        ),
    ] = "data"
    zone_info: Annotated[
        Literal["high-bits", "low-bits", "half-bytes", "other"],
        _about(
            "§3.3.1, OP-21",
            "the bits of sign and summer time in the zone information byte; other: bits 3 and 2",
            "clients that show local time by it; west of Greenwich it is a day off",
            dialect="zone_info",
        ),
    ] = "high-bits"
    access_unit_id: Annotated[
        Literal["ff14", "ff04"],
        _about(
            "§3.3.2, OP-24",
            "the id ahead of an AAC access unit",
            "clients that know one of the two ids",
            dialect="aac_unit_id",
            tag="stated",
        ),
    ] = "ff14"
    recorder_ids: Annotated[
        Literal["all", "few", "none", "unknown-too"],
        _about(
            "§3.3.1",
            "which recorder information a chunk holds: all ids, 0x0005 and 0x000C alone, none, or "
            "unknown ones too",
            "clients that read fields at fixed offsets",
        ),
    ] = "all"
    camera_information: Annotated[
        Literal["times", "none", "unknown-ids"],
        _about(
            "§3.3.1, OP-35",
            "what camera information holds: 0x0011 and 0x0012, nothing, or ids that nobody knows",
            "clients that take the first TLV behind a picture for the next packet header",
        ),
    ] = "times"
    camera_information_place: Annotated[
        Literal["everywhere", "chunk-head", "packets"],
        _about(
            "§3.3.1, OP-35",
            "where camera information stands: at the chunk's head and before each packet, or at one "
            "of the two",
            "clients that expect it at both",
        ),
    ] = "everywhere"
    reserved_bytes: Annotated[
        Literal["zeros", "ff", "noise"],
        _about("§3.3.1", "what reserved bytes hold", "clients that compare them, or search zeros"),
    ] = "zeros"
    padding_bytes: Annotated[
        Literal["zeros", "ff", "noise", "further-block"],
        _about(
            "§3.3.1",
            "what fills a body up to a multiple of 4096: zeros, other bytes, or a whole further block",
            "clients that strip zeros at the end, or look for packets in the padding",
        ),
    ] = "zeros"
    gop_end: Annotated[
        Literal["last-picture", "its-end", "next-start"],
        _about(
            "§3.3.1, OP-37",
            "what the end of a GOP is: the time of its last picture, the end of that picture, or the "
            "next GOP's start",
            "clients that count pictures by it, or ask for the next GOP at that time",
        ),
    ] = "last-picture"
    jpeg_compression_id: Annotated[
        Literal["absent", "0", "1"],
        _about("§3.3.1.3", "0x0005 in a chunk of JPEG", "clients that choose the decoder by it"),
    ] = "absent"
    no_image: Annotated[
        Literal["chunk", "204", "404", "200-empty"],
        _about(
            "OP-23",
            "what camera.cgi gives where there is no picture",
            "clients that take it for the end of the session, or decode an empty chunk",
        ),
    ] = "chunk"
    pause: Annotated[
        Literal["timef", "none", "last"],
        _about(
            "§3.2.6, OP-44",
            "what camera.cgi gives in PAUSE: the GOP of TIMEF, no image, or the GOP given last",
            "clients that go on asking and show what comes",
        ),
    ] = "timef"
    fast_steps: Annotated[
        Literal["eight", "four", "first-is-one", "speed-in-play"],
        _about(
            "§3.2.9, OP-27",
            "fast play: eight steps of 2 to 256 GOPs; four steps, then constant; the first step as "
            "fast as PLAY; or the "
            "speed byte set in PLAY too",
            "clients that compute the place from the number of repeats",
        ),
    ] = "eight"
    play_from: Annotated[
        Literal["stood", "one-place", "newest", "now-60s"],
        _about(
            "§3.2.4, OP-25",
            "where PLAY starts: where each camera of the UID stood, else at the oldest recording; at one "
            "place for all cameras, behind what was given last; at the newest; a minute ago",
            "clients that send PLAY without GOTODATE and expect a place",
        ),
    ] = "stood"
    go_to: Annotated[
        Literal["containing", "next", "before"],
        _about(
            "§3.2.8, OP-26",
            "which GOP GOTODATE gives: the one that contains TIMEF, the next, or the one before",
            "clients that expect TIMEF within the GOP that comes",
        ),
    ] = "containing"
    audio_chunk: Annotated[
        Literal["1s", "varying"],
        _about(
            "§3.3.2",
            "seconds of audio in an answer: 1, or 0.9 to 1.1",
            "clients that add one second an answer",
        ),
    ] = "1s"
    audio_leading_zero: Annotated[
        Literal["without", "with"],
        _about(
            "§3.3.2.1",
            "whether a 0x00 stands ahead of G.711 and G.726 samples",
            "clients that do not discard it",
        ),
    ] = "without"
    au_info: Annotated[
        Literal["0", "1"],
        _about(
            "§3.3.2.2",
            "whether AAC units in playback have a 4-byte AU header of their own",
            "clients that feed the header to the decoder",
        ),
    ] = "0"

    # Information and download

    recorded_range: Annotated[
        Literal["exact", "5s-off"],
        _about(
            "§5.2.1",
            "whether recordedtime.cgi is exact, or five seconds early at both ends",
            "clients that ask for the first second of a recording",
            tag="stated",
        ),
    ] = "exact"
    log_order: Annotated[
        Literal["as-drawn", "rising", "falling"],
        _about(
            "§5.1, OP-39",
            "errors oldest first and events newest first, as drawn; both oldest first; both newest first",
            "clients that show the first entries as the newest",
            tag="stated",
        ),
    ] = "as-drawn"
    text_endings: Annotated[
        Literal["as-drawn", "blank", "no-empty-line"],
        _about(
            "§5",
            "lines of the three text answers: as drawn, with a blank before CRLF, or without the empty "
            "line at the end of a log",
            "clients that compare whole lines",
            tag="stated",
        ),
    ] = "as-drawn"
    mp4: Annotated[
        Literal["moov-last", "fragmented", "moov-first"],
        _about(
            "§6.3, OP-45",
            "the MP4: moov at the end, as was seen; fragmented; moov first",
            "players that read from a pipe, or seek before the file is whole",
            tag="field",
        ),
    ] = "moov-last"
    mp4_start: Annotated[
        Literal["key-before", "first-key-inside"],
        _about(
            "§6.3, OP-45",
            "where an MP4 begins: with the key picture at or before STARTTIME, or with the first one "
            "in the range",
            "clients that take the file's begin for STARTTIME",
            tag="field",
        ),
    ] = "key-before"
    download_headers: Annotated[
        Literal["as-drawn", "no-blanks", "other-case"],
        _about(
            "§6.3.1",
            "headers of a download's parts as drawn, without blanks around =, or in another letter case",
            "clients that search one spelling of X-Temp-FileName",
            tag="stated",
        ),
    ] = "as-drawn"
    refused_download: Annotated[
        Literal["one-part", "as-drawn", "told-last"],
        _about(
            "§6.3.1",
            "the parts of a download that is refused: one without names; two with the names of a file, as "
            "downloads are drawn; or two of which the last alone says why",
            "clients that read the status of the first part alone, or keep an empty file",
        ),
    ] = "one-part"
    download_outlives_uid: Annotated[
        Literal["no", "yes"],
        _about(
            "§1.3, OP-42",
            "whether a download runs to its end when its UID ends",
            "clients that send no keep-alive while they download",
            seen="yes",
        ),
    ] = "no"
    given_up_download: Annotated[
        Literal["ends", "runs-on"],
        _about(
            "§6.3, OP-42",
            "what becomes of a download whose client hangs up: it ends at once; or it is worked off, "
            "26 times faster than real time, and its place is taken for so long",
            "clients that hang up and ask again at once, and take status 3 for final",
        ),
    ] = "ends"
    download_lag: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=150)] | None,
        _about(
            "§6.3.2",
            "how many seconds after it happened something can be downloaded; without it at once. About 120 "
            "were seen",
            "clients that take a file of the newest minutes for whole",
            tried=("120",),
            seen="120",
        ),
    ] = None
    download_rate: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None,
        _about(
            "§6.3",
            "how many times faster than real time a download comes; without it as fast as it can. 26 "
            "was seen",
            "timeouts for the whole answer instead of for silence",
            tried=("26",),
            seen="26",
        ),
    ] = None

    # Camera control

    absent_preset: Annotated[
        Literal["accepted", "refused"],
        _about(
            "§4.2.7",
            "going to a preset that was not registered: accepted, and nothing moves; or refused",
            "clients that take a refusal for the end of the UID, or acceptance for a preset that there is",
        ),
    ] = "accepted"
    fixed_camera_control: Annotated[
        Literal["accepted", "refused"],
        _about(
            "§4.2",
            "what camera control gets for a camera that is configured with ptz = false: accepted, and "
            "nothing moves; or refused, AUX apart",
            "clients that offer camera control for every camera, or take its refusal for a broken recorder",
        ),
    ] = "accepted"
