"""Ask for 3-D Secure: an intent waits until its owner has answered the bank."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity

ERRORS = {"payment_intent": "last_payment_error", "setup_intent": "last_setup_error"}


def ask_for_authentication(activity: Activity, intent: Object, method: Object) -> None:
    """Let an intent wait, and say on which page its owner can answer."""
    details = activity.account.details_of(intent["id"])
    own_page = f"{activity.account.base_url}/authenticate/{intent['id']}"
    intent |= {
        ERRORS[intent["object"]]: None,
        "next_action": {
            "redirect_to_url": {
                "return_url": details.get("return_url"),
                "url": details.get("authentication_page", own_page),
            },
            "type": "redirect_to_url",
        },
        "payment_method": method["id"],
        "status": "requires_action",
    }
    activity.emit(f"{intent['object']}.requires_action", intent)
