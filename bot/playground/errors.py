"""Discord's error answers, as exceptions that a route raises."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer of 400 and above: {"code": …, "message": …} and what else belongs to it."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code, **more}


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def no_route() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def unknown_role() -> ApiError:
    return ApiError(404, 10011, "Unknown Role")


def unknown_user() -> ApiError:
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    return ApiError(404, 10062, "Unknown interaction")


def unknown_command() -> ApiError:
    return ApiError(404, 10063, "Unknown application command")


def too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def not_the_author() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def cannot_message_user() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def expired_token() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def not_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def too_many_old_edits(retry_after: float) -> ApiError:
    return ApiError(
        429,
        30046,
        "Maximum number of edits to messages older than 1 hour reached. Try again later.",
        retry_after=retry_after,
        **{"global": False},
    )


class Problems:
    """What is wrong with a request's fields, gathered by path and answered at once (50035)."""

    def __init__(self) -> None:
        self._errors: dict[str, Any] = {}

    def add(self, path: str, code: str, message: str) -> None:
        """`path`: the way to the field, e.g. embeds.0.title."""
        node = self._errors
        for step in path.split(".") if path else ():
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def longest(self, path: str, value: object, limit: int, *, least: int = 0) -> None:
        """The length of a text. Anything but a text, or nothing, is a problem as well."""
        if value is None and least == 0:
            return
        if not isinstance(value, str):
            self.add(path, "BASE_TYPE_BAD_TYPE" if value is not None else "BASE_TYPE_REQUIRED", "A text is required.")
        elif len(value) > limit and least == 0:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")
        elif not least <= len(value) <= limit:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {limit} in length.")

    def required(self, path: str) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def answer(self) -> None:
        """Raise when there was anything."""
        if self._errors:
            raise ApiError(400, 50035, "Invalid Form Body", errors=self._errors)
