"""Change notifications as Graph posts them: what the pages ask for beyond the schema."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_ITEM_NEEDS: Final = ("subscriptionId", "subscriptionExpirationDateTime", "tenantId")
_CHANGE_NEEDS: Final = ("changeType", "resource", "resourceData")


def item_problems(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield what R/changenotification and C/change-notifications-lifecycle-events ask for."""
    for name in _ITEM_NEEDS:
        if not item.get(name):
            yield f".{name}: needed"
    if item.get("lifecycleEvent") is not None:
        for name in _CHANGE_NEEDS:
            if item.get(name) is not None:
                yield f".{name}: not in a lifecycle notification"
        return
    for name in _CHANGE_NEEDS:
        if not item.get(name):
            yield f".{name}: needed"
    data = item.get("resourceData")
    if isinstance(data, dict):
        for name in ("@odata.type", "@odata.id", "id"):
            if not data.get(name):
                yield f".resourceData.{name}: needed"
