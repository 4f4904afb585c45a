"""``POST /v1/billing_portal/sessions``: the address of a customer's portal, for a while."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.parameters import Text, WebAddress
from stripe_sandbox.resources.portal_configurations import CONFIGURATION
from stripe_sandbox.resources.portal_flows import FLOW_DATA, new_flow

SESSION = "billing_portal.session"
_LOCALES = """
    auto bg cs da de el en en-AU en-CA en-GB en-IE en-IN en-NZ en-SG es es-419 et fi fil fr fr-CA
    hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
"""
LOCALES = tuple(_LOCALES.split())

expandable(SESSION, "configuration")


@operation(
    "POST",
    "/v1/billing_portal/sessions",
    {
        "configuration": Text(clearable=False),
        "customer": Text(clearable=False),
        "flow_data": FLOW_DATA,
        "locale": Text(choices=LOCALES, clearable=False),
        "return_url": WebAddress(clearable=False),
    },
    not_yet=("customer_account", "on_behalf_of"),
)
def create_portal_session(call: Call) -> Object:
    """Make a session; its page is always in English."""
    sent = call.sent
    if not sent.get("customer"):
        raise missing("customer")
    customer = call.account.get("customer", sent["customer"], "customer")
    configuration = _configuration(call.account, sent.get("configuration"))
    session_id = new_id(SESSION)
    session = {
        "id": session_id,
        "object": SESSION,
        "configuration": configuration["id"],
        # By the account's clock also where the customer has one: it is how long a page lives.
        "created": call.now(),
        "customer": customer["id"],
        "customer_account": None,
        "flow": new_flow(call, customer, configuration),
        "livemode": False,
        "locale": sent.get("locale"),
        "on_behalf_of": None,
        "return_url": sent.get("return_url") or configuration["default_return_url"],
        "url": f"{call.account.base_url}/p/session/{session_id}",
    }
    call.account.add(session)
    call.emit("billing_portal.session.created", session)
    return session


def _configuration(account: Account, wanted: str | None) -> Object:
    if wanted:
        configuration = account.get(CONFIGURATION, wanted, "configuration")
        if not configuration["active"]:
            raise invalid_request(
                f"The configuration {wanted} is not active, so no session can use it.",
                "configuration",
            )
        return configuration
    for configuration in account.of_kind(CONFIGURATION).values():
        if configuration["is_default"]:
            return configuration
    raise invalid_request(
        "No configuration provided and your test mode default configuration has not been created. "
        "Provide a configuration, or create your default by saving your customer portal settings: "
        "in the sandbox by POST /_sandbox/portal/default."
    )
