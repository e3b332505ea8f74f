"""Lengths of time that differ from call to call, in milliseconds."""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from mockserver.text.validation import number, one_of

HOUR_MS = 3_600_000
PARAMETERS = {
    None: ("ms", "jitter_ms"),
    "uniform": ("min_ms", "max_ms"),
    "normal": ("mean_ms", "sd_ms"),
    "lognormal": ("median_ms", "sigma"),
}


class DistributionSchema(Schema):
    """``ms`` plus or minus up to ``jitter_ms``, or a distribution and its two parameters."""

    ms = jitter_ms = min_ms = max_ms = mean_ms = sd_ms = number(0, HOUR_MS)
    median_ms = number(0.001, HOUR_MS)
    sigma = number(0, 10)
    distribution = fields.String(validate=one_of(("uniform", "normal", "lognormal")))

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def complete(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        if "distribution" in given and "distribution" not in data:
            return  # which takes what is not known then
        wanted = PARAMETERS[data.get("distribution")]
        named = f"the distribution {data['distribution']}" if "distribution" in data else "latency"
        takes = f"{named} takes {' and '.join(wanted)}"
        wrong: dict[str, list[str]] = {}
        for name in sorted(name for names in PARAMETERS.values() for name in names):
            if name in wanted and name not in given and name != "jitter_ms":
                wrong[name] = [f"missing: {takes}"]
            if name in given and name not in wanted:
                wrong[name] = [f"does not belong here: {takes}"]
        if data.get("min_ms", 0) > data.get("max_ms", HOUR_MS):
            wrong.setdefault("min_ms", ["expected at most max_ms"])
        if wrong:
            raise ValidationError(wrong)


def draw_length(settings: Mapping[str, Any], size: float) -> float:
    """The length that ``size``, a random number from 0 to below 1, makes; at most an hour."""
    length: float
    inside = min(max(size, 1e-9), 1 - 1e-9)
    match settings.get("distribution"):
        case "uniform":
            length = settings["min_ms"] + size * (settings["max_ms"] - settings["min_ms"])
        case "normal":
            length = settings["mean_ms"] + settings["sd_ms"] * NormalDist().inv_cdf(inside)
        case "lognormal":
            deviation = settings["sigma"] * NormalDist().inv_cdf(inside)
            length = settings["median_ms"] * math.exp(deviation)
        case _:
            length = settings["ms"] + settings.get("jitter_ms", 0.0) * (2 * size - 1)
    return min(max(0.0, length), float(HOUR_MS))
