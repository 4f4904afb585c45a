"""What billing refuses, one class each."""

from __future__ import annotations

from creditsite.kernel.errors import DomainError


class TopUpOutOfRange(DomainError):
    """So many credits are not sold at once. `minimum` and `maximum` say how many are."""

    code = "top_up_out_of_range"
    title = "This number of credits is not for sale"
    status = 400


class TopUpNotFound(DomainError):
    """A payment names a top-up that does not exist here."""

    code = "top_up_not_found"
    title = "There is no such top-up"
    status = 404


class TopUpNotPaid(DomainError):
    """Stripe has not taken the money, so no credits are granted."""

    code = "top_up_not_paid"
    title = "This top-up is not paid"
    status = 409


class TopUpMismatch(DomainError):
    """What was paid is not what was sold; an operator has to look at it."""

    code = "top_up_mismatch"
    title = "The payment does not match the top-up"
    status = 409


class StripeUnavailable(DomainError):
    """Stripe can't be reached or is busy. Nothing was charged; repeating is safe."""

    code = "stripe_unavailable"
    title = "The payment service can't be reached"
    status = 503


class StripeRefused(DomainError):
    """Stripe said no to what we asked: wrong key, wrong settings or a fault of ours."""

    code = "stripe_refused"
    title = "The payment service refused the request"
    status = 502


class StripeObjectMissing(StripeRefused):
    """Stripe does not know an object we named, as after its test data were deleted."""

    code = "stripe_object_missing"
    title = "The payment service does not know this object"


class CheckoutExpiryRefused(StripeRefused):
    """The moment a Checkout is to end is too near for Stripe."""

    code = "checkout_expiry_refused"
    title = "The payment page would end too soon"


class WebhookRefused(DomainError):
    """A delivery to the webhook address that is not what Stripe sent; nothing is kept of it."""

    code = "webhook_refused"
    title = "This delivery is not accepted"
    status = 400


class StripeEventNotReplayable(DomainError):
    """The event still waits to be processed."""

    code = "stripe_event_not_replayable"
    title = "This event can't be replayed"
    status = 409


class PackageNotFound(DomainError):
    """No package of this name is offered to the customer; one private to others counts as none."""

    code = "package_not_found"
    title = "There is no such package"
    status = 404


class PackageNotOnSale(DomainError):
    """The package is a draft, archived, or not yet on sale. Nobody begins it now."""

    code = "package_not_on_sale"
    title = "This package is not on sale"
    status = 409


class PackageSlugTaken(DomainError):
    """Another package has this slug."""

    code = "package_slug_taken"
    title = "This slug is taken"
    status = 409


class PackageStateUnchanged(DomainError):
    """The package is in that state already, or can't come into it."""

    code = "package_state_unchanged"
    title = "The package stays as it is"
    status = 409


class PackageTermsInvalid(DomainError):
    """Terms that can't be sold. `field` names what is wrong."""

    code = "package_terms_invalid"
    title = "These terms can't be sold"
    status = 400


class PackageTermsUnchanged(DomainError):
    """The newest version has the same terms."""

    code = "package_terms_unchanged"
    title = "The package has these terms already"
    status = 409


class SubscriptionExists(DomainError):
    """The customer has a subscription already; there is one at a time."""

    code = "subscription_exists"
    title = "You have a subscription already"
    status = 409


class SubscriptionNotFound(DomainError):
    """There is no such subscription, or it is not the caller's to see."""

    code = "subscription_not_found"
    title = "There is no such subscription"
    status = 404


class PriceUnknown(DomainError):
    """Stripe bills a price that is no package's here; an operator has to look at it."""

    code = "price_unknown"
    title = "No package has this price"
    status = 409


class SubscriptionNotRunning(DomainError):
    """The customer has no subscription that runs, so there is nothing to change or end."""

    code = "subscription_not_running"
    title = "You have no running plan"
    status = 409


class SubscriptionOverdue(DomainError):
    """A payment is overdue; it comes first. `pay_url` is Stripe's page for it."""

    code = "subscription_overdue"
    title = "A payment is overdue"
    status = 409


class SubscriptionCancelling(DomainError):
    """The subscription's end is decided; it must go on before it can change."""

    code = "subscription_cancelling"
    title = "Your plan is cancelled"
    status = 409


class PlanUnchanged(DomainError):
    """The customer has this package, and no change is planned that could be taken back."""

    code = "plan_unchanged"
    title = "You have this plan already"
    status = 409


class PreviewOutdated(StripeRefused):
    """The moment that a change was previewed for lies outside of the paid period."""

    code = "preview_outdated"
    title = "This preview is too old"
    status = 409


class UpgradePeriodUnknown(DomainError):
    """No paid period is known that an upgrade is a part of; an operator has to look at it."""

    code = "upgrade_period_unknown"
    title = "The upgrade is in no paid period"
    status = 409


class PromotionNotApplicable(DomainError):
    """The code is for other things: for top-ups and not for packages, or the other way round."""

    code = "promotion_not_applicable"
    title = "This code does not apply here"
    status = 409


class PromotionNotFound(PromotionNotApplicable):
    """No promotion has this code."""

    code = "promotion_not_found"
    title = "There is no such code"
    status = 404


class PromotionNotRunning(PromotionNotApplicable):
    """The code's time is over, has not come, or an operator took it back."""

    code = "promotion_not_running"
    title = "This code is not valid now"


class PromotionNotYours(PromotionNotApplicable):
    """The code is for customers that are named."""

    code = "promotion_not_yours"
    title = "This code is for someone else"


class PromotionUsedUp(PromotionNotApplicable):
    """All uses of the code are taken, by all customers or by this one (`limit`)."""

    code = "promotion_used_up"
    title = "This code is used up"


class PromotionForFirstPurchase(PromotionNotApplicable):
    """The code is for the first purchase of a customer."""

    code = "promotion_for_first_purchase"
    title = "This code is for a first purchase"


class VersionMoveRefused(DomainError):
    """Subscribers can't be moved to these terms at this time; `detail` says what can be done."""

    code = "version_move_refused"
    title = "Subscribers can't be moved like this"
    status = 409
