"""How a recorder answers where the document leaves it open: what a refusal looks like (OP-11), what stands
in the body of an accepted command (OP-12), how strictly a command is read (OP-41)."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.empty_pages import empty_page
from nvr_emulator.recorder.replies import ACCEPTED, Answer, Refused, Reply, Request, refusal
from nvr_protocol.commands.lenient import mend_command
from nvr_protocol.commands.urls import Command, parse_command

BAD_PARAMETER = 400
NOTHING_SAID = b"<html><body></body></html>\r\n"

LONGEST_KEPT = 300
"""Characters of a query whose command is kept: clients send the same ones over and over (§3.2.1, §6.2)."""

_parse = lru_cache(maxsize=2048)(parse_command)


class Manners:
    """Reads requests and gives answers their form, as the variants have it."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants

    def read(self, request: Request) -> Command:
        """The command of a request. CommandError."""
        path, query = request.path, request.query
        if self.variants.strictness == "lenient":
            path, query = mend_command(path, query)
        parse = _parse if len(query) <= LONGEST_KEPT else parse_command
        return parse(
            path,
            query,
            any_seconds=self.variants.download_seconds != "refused",
            any_length=self.variants.over_one_hour != "400",
        )

    def accept(self, reply: Reply) -> Reply:
        """An answer as it came, but for the page of commands whose answer is not described."""
        if reply is ACCEPTED and self.variants.accepted_body == "empty":
            return dataclasses.replace(ACCEPTED, content=b"")
        return reply

    def refuse(self, request: Request, refused: Refused) -> Answer:
        """The answer to a refused command. A challenge is none: it asks for credentials."""
        answer = refusal(refused)
        if answer.challenges and self.variants.refusal == "empty-page":
            return dataclasses.replace(answer, content=empty_page(request))
        if answer.challenges or refused.bare:
            return answer
        match self.variants.refusal:
            case "per-cause" if refused.ended:
                return dataclasses.replace(answer, status=200)
            case "per-cause" if refused.status == BAD_PARAMETER:
                return Answer(200, reason=answer.reason)
            case "empty-page":
                return Answer(200, empty_page(request), reason=answer.reason)
            case "200-empty":
                return Answer(200, reason=answer.reason)
            case "200-text":
                return Answer(200, NOTHING_SAID, reason=answer.reason)
            case "204":
                return Answer(204, reason=answer.reason)
            case "close":
                return dataclasses.replace(answer, hang_up=True)
            case _:
                return answer
