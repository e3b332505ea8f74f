"""What the documents are that never come from outside: about a sandbox, and what it keeps."""

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from mockserver.api.provider import Provider
from mockserver.sandbox.beginning import DEFAULT, KINDS
from mockserver.sandbox.documents import ANY, EARLIEST, INSTANT, LATEST, REQUIRED_TEXT
from mockserver.sandbox.storage.memory import Document
from mockserver.sandbox.switches import require_switches
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.text.validation import LARGEST, Strict, StrictBoolean, whole

CODE = validate.Regexp(r"[0-9]{8}\Z", error="expected 8 digits")


def _check_fixtures(value: Any) -> None:
    contents = value.values() if isinstance(value, dict) else ()
    if value not in KINDS and not (
        isinstance(value, dict) and all(isinstance(each, dict) for each in contents)
    ):
        expected = f"expected {', '.join(KINDS)} or fixtures by provider"
        raise ValidationError(f"{expected}, came {shown(value)}")


class AboutDocument(Schema):
    """What a sandbox was made with: see ``Wish``."""

    class Meta:
        unknown = INCLUDE

    id = REQUIRED_TEXT
    code = fields.String(validate=CODE, **INSTANT)
    ttl_text = scenario = fields.String(**INSTANT)
    seed = fields.Integer(strict=True, required=True)
    created_at = whole(EARLIEST, LATEST, required=True)
    requests_before = whole(0, LARGEST, required=True)
    ttl = whole(0, LATEST, **INSTANT)
    any_credentials = StrictBoolean(required=True)
    switches = fields.Dict(required=True)
    fixtures = fields.Raw(required=True, validate=_check_fixtures)
    snapshot = fields.Dict(**INSTANT)
    faults = fields.List(fields.Raw(), required=True)


class ConfiguredDocument(Strict):
    rules = fields.List(fields.Raw(), required=True)
    made = fields.List(fields.String(), required=True)


class GivenDocument(Strict):
    n = whole(0, LARGEST, required=True)
    at = whole(EARLIEST, LATEST)


class PlantedDocument(Schema):
    """Sums of what the fixtures had, by provider."""

    class Meta:
        unknown = INCLUDE

    @validates_schema(pass_original=True)
    def require_sums(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        for provider, kinds in given.items():
            if not isinstance(kinds, dict) or not all(map(_are_sums, kinds.values())):
                raise ValidationError("expected sums by kind and id", provider)


class SnapshotDocument(Strict):
    at = whole(EARLIEST, LATEST, required=True)
    tables = fields.Dict(required=True)


APART: Mapping[str, Mapping[str, type[Schema]]] = {
    "sandbox": {
        "self": AboutDocument,
        "configured": ConfiguredDocument,
        "planted": PlantedDocument,
    },
    "ids": {ANY: GivenDocument},
    "snapshots": {ANY: SnapshotDocument},
}
"""The documents that never come from outside, by table and id."""


def _are_sums(value: Any) -> bool:
    return isinstance(value, dict) and all(type(each) is int for each in value.values())


def find_wrong_name_or_switch(
    about: Document, sandbox: str, providers: Mapping[str, Provider]
) -> tuple[str, str] | None:
    """Of the document about a sandbox: the path and the reason. Switches of a provider that is not
    there are left alone.
    """
    if about["id"] != sandbox:
        return "id", f"expected that of the sandbox, came {shown(about['id'])}"
    if about["code"] is None and sandbox != DEFAULT:
        return "code", "expected 8 digits, came None"
    known = {name: value for name, value in about["switches"].items() if name in providers}
    try:
        require_switches(known, providers, "switches")
    except Refused as refused:
        path, _, reason = refused.message.partition(": ")
        return path, reason
    return None
