"""A check for schemathesis: data that the schemas allow is refused only by rules that a schema can't say."""

import schemathesis

RULES = (
    "date_to: Should not be before the start date",
    "Each history_question needs one",
    "Is needed with an answer",
    "Is needed with a document_id",
    "Does not stand in that release",
    "top_k: Input should be a valid integer",  # a schema takes 27.0 for one, the service is strict
)


@schemathesis.check
def only_rules_between_fields_refuse_valid_data(ctx, response, case) -> None:  # type: ignore[no-untyped-def]
    meta = case.meta
    if meta is None or meta.generation.mode.name != "POSITIVE" or response.status_code != 422:
        return
    detail = response.json()["detail"] if "json" in response.headers["content-type"][0] else response.text
    if not any(rule in detail for rule in RULES):
        raise AssertionError(f"valid data was refused: {detail}")
