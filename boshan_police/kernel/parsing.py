"""JSON bodies by orjson, which refuses NaN, Infinity and half characters that no database takes."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MOST_BYTES = 256 * 1024


class TooLarge(APIException):
    """A body no form of ours makes."""

    status_code = 413
    default_code = "too_large"


class OrjsonParser(BaseParser):
    """The only parser of the API: UTF-8 JSON of at most 256 KiB; a view that takes many rows has a larger one."""

    media_type = "application/json"
    most_bytes = MOST_BYTES

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise TooLarge(_("The request is larger than %(size)s KiB.") % {"size": self.most_bytes // 1024})
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("This is not valid JSON: %s.") % error) from error
