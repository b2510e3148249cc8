"""The description of the tablets' API (OpenAPI 3.1), served at /api/openapi.json; the tests hold every answer to it."""

from __future__ import annotations

from typing import Any

from survey.domain.event import EventStatus, EventType
from survey.domain.household import HouseholdState
from survey.domain.signature import MOST_POINTS
from survey.sync.event import MOST_BLOBS, MOST_PAIRS

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
YES_NO: dict[str, Any] = {"type": "boolean"}
ID: dict[str, Any] = {"type": "string", "format": "uuid"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
SHA: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


PAIRS = _list({"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "maxItems": 2}, maxItems=MOST_PAIRS)
STROKES = _list(
    _list(
        {"type": "array", "prefixItems": [{"type": "number"}] * 4, "minItems": 4, "maxItems": 4},
        minItems=1,
        maxItems=MOST_POINTS,
    )
)
NAMED = _object("id name", id=ID, name=TEXT)
ERRORS = _list(_object("field message", field=TEXT, message=TEXT, key=TEXT))

SCHEMAS: dict[str, Any] = {
    "Event": {
        **_object(
            "id type fv hid base at seq",
            id=ID, type={"enum": [each.value for each in EventType]}, form={"const": "sheet"}, fv=WHOLE, hid=ID,
            base={"type": "integer", "minimum": 0}, prev=_or_null(ID), at=MOMENT, seq={"type": "integer", "minimum": 0},
            pairs=PAIRS, clear=_list(TEXT), blobs=_list(SHA, maxItems=MOST_BLOBS), about={"type": "object"}, strokes=STROKES,
        ),
        "additionalProperties": True,
    },
    "Result": _object(
        "id status",
        id=_or_null(TEXT), status={"enum": [each.value for each in EventStatus]}, duplicate=YES_NO, version=WHOLE,
        message=TEXT, errors=ERRORS, conflicts=_list(_ref("Dispute")), row=_ref("Row"),
    ),
    "Dispute": _object(
        "key group label base theirs ours who at",
        key=TEXT, group=TEXT, label=TEXT, base=_list(TEXT), theirs=_list(TEXT), ours=_list(TEXT), who=TEXT, at=MOMENT,
    ),
    "Row": {"oneOf": [_ref("Household"), _ref("Gone")]},
    "Gone": _object("id seq gone into", id=ID, seq=WHOLE, gone={"const": True}, into=_or_null(ID)),
    "Household": _object(
        "id seq v building unit door sort no state owners py editable signed visits last next met briefed returned "
        "conflicts pairs kept voices words agents documents",
        id=ID, seq=WHOLE, v=WHOLE, building=ID, unit=TEXT, door=TEXT, sort=TEXT, no=TEXT,
        state={"enum": [each.value for each in HouseholdState]}, owners=TEXT, py=_list(TEXT), editable=YES_NO,
        signed=YES_NO, visits=WHOLE, last=_or_null(_object("result at", result=TEXT, at=MOMENT)), next=_or_null(MOMENT),
        met=YES_NO, briefed=_list(ID), returned=TEXT, conflicts=WHOLE, pairs=PAIRS,
        kept={"type": "object", "additionalProperties": TEXT},
        voices=_list(_object("id name share roles", id=ID, name=TEXT, share=TEXT, roles=_list(TEXT))),
        words=_list(_object("id round person choice at", id=ID, round=ID, person=ID, choice=TEXT, at=MOMENT)),
        agents=_list(NAMED),
        documents={"type": "object", "additionalProperties": WHOLE},
    ),
    "Session": _object(
        "device user project role permissions min_app office_key now",
        device=NAMED, user=NAMED, project=_object("code name", code=TEXT, name=TEXT), role=_or_null(TEXT),
        permissions=_list(TEXT), min_app=TEXT, office_key=TEXT, now=MOMENT,
    ),
    "Reference": _object(
        "hash buildings surveyors partner policies rounds settings categories now",
        hash=TEXT,
        buildings=_list(
            _object(
                "id no sort address doors", id=ID, no=TEXT, sort=TEXT, address=TEXT,
                doors=_list(
                    _object("unit floor room household", unit=TEXT, floor=_or_null(WHOLE), room=TEXT, household=ID)
                ),
            )
        ),
        surveyors=_list(NAMED), partner=_or_null(ID),
        policies=_list(
            _object(
                "id title leading version", id=ID, title=TEXT, leading=YES_NO,
                version=_object(
                    "id number text points valid_from",
                    id=ID, number=WHOLE, text=TEXT, points=_list(TEXT), valid_from=_or_null(TEXT),
                ),
            )
        ),
        rounds=_list(
            _object(
                "id title kind question policy opened_at",
                id=ID, title=TEXT, kind=TEXT, question=TEXT, policy=_or_null(ID), opened_at=MOMENT,
            )
        ),
        settings=_object("visit_from visit_until", visit_from=TEXT, visit_until=TEXT),
        categories={"type": "object", "additionalProperties": TEXT}, now=MOMENT,
    ),
    "Changes": _object(
        "rows cursor more reset now", rows=_list(_ref("Row")), cursor=TEXT, more=YES_NO, reset=YES_NO, now=MOMENT
    ),
    "Results": _object("results now", results=_list(_ref("Result")), now=MOMENT),
    "Batch": {
        **_object("events", events=_list(_ref("Event"), maxItems=50), unsent=WHOLE, households=WHOLE,
                  skew={"type": "number"}),
        "additionalProperties": True,
    },
    "Enrolment": _object("code", code=TEXT, name=TEXT, app=TEXT, was=TEXT, unsent=WHOLE),
    "Enrolled": _object("token session now", token=TEXT, session=_ref("Session"), now=MOMENT),
    "SealedKey": _object("device epk iv ct", device=ID, epk=TEXT, iv=TEXT, ct=TEXT),
    "Key": _object("key now", key=TEXT, now=MOMENT),
    "Standing": _object("now", now=MOMENT),
    "Piece": _object("at done now", at=WHOLE, done=YES_NO, now=MOMENT),
    "Refusal": _object(
        "message", message=TEXT, code=TEXT, lock=YES_NO, wipe=YES_NO, hand_over=YES_NO, min_app=TEXT, now=MOMENT
    ),
    "Description": {"type": "object"},
}  # fmt: skip


def _answer(name: str) -> dict[str, Any]:
    return {"description": name, "content": {"application/json": {"schema": _ref(name)}}}


REFUSALS = {code: _answer("Refusal") for code in ("401", "403", "422", "426", "429", "503")}


def _call(
    about: str, answer: str, *, body: str = "", parameters: tuple[str, ...] = (), more: Any = None
) -> dict[str, Any]:
    called: dict[str, Any] = {"summary": about, "responses": {"200": _answer(answer), **REFUSALS, **(more or {})}}
    if body:
        called["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    if parameters:
        places = {"sha256": ("path", SHA), "at": ("query", WHOLE), "total": ("query", WHOLE), "since": ("query", TEXT),
                  "limit": ("query", WHOLE)}  # fmt: skip
        called["parameters"] = [
            {"name": name, "in": places[name][0], "required": name != "limit", "schema": places[name][1]}
            for name in parameters
        ]
    return called


PATHS: dict[str, Any] = {
    "/api/enrol": {"post": {**_call("Exchange a code for a token", "Enrolled", body="Enrolment"), "security": []}},
    "/api/key": {"post": _call("Open the tablet's own key after a new code", "Key", body="SealedKey")},
    "/api/session": {"get": _call("Who and what the token stands for", "Session")},
    "/api/reference": {
        "get": _call(
            "What forms and grids need besides households", "Reference", more={"304": {"description": "as known"}}
        )
    },
    "/api/changes": {"get": _call("Households that changed", "Changes", parameters=("since", "limit"))},
    "/api/events": {"post": _call("Records of the tablet", "Results", body="Batch")},
    "/api/handover": {"post": _call("Records of a revoked tablet", "Results", body="Batch")},
    "/api/blobs/{sha256}/offset": {"get": _call("How much of a photo is there", "Piece", parameters=("sha256",))},
    "/api/blobs/{sha256}": {
        "put": {
            **_call(
                "One piece of a photo", "Piece", parameters=("sha256", "at", "total"), more={"409": _answer("Piece")}
            ),
            "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
        }
    },
    "/api/standing": {
        "get": {**_call("Whether to lock or to delete everything", "Standing"), "security": [{"mark": []}]}
    },
    "/api/wiped": {
        "post": {
            "summary": "The tablet deleted everything",
            "responses": {"204": {"description": "noted"}, **REFUSALS},
            "security": [{"mark": []}],
        }
    },
    "/api/openapi.json": {"get": {**_call("This description", "Description"), "security": []}},
}


def description() -> dict[str, Any]:
    """The whole document. `now` stands in every answer of the API, so in this one as well."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ruhu 入户: tablets", "version": "1", "description": "docs/sync.md says what it means."},
        "security": [{"token": []}],
        "paths": PATHS,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "mark": {"type": "apiKey", "in": "header", "name": "Authorization"},
            },
        },
    }
