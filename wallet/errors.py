"""What the wallet refuses, one class each."""

from __future__ import annotations

from creditsite.kernel.errors import DomainError


class InsufficientCredits(DomainError):
    """Not enough credits are available. `available` and `required` say how many."""

    code = "insufficient_credits"
    title = "Not enough credits"
    status = 402


class WalletNotFound(DomainError):
    """No wallet has this id, or it is not the caller's to see."""

    code = "wallet_not_found"
    title = "There is no such wallet"
    status = 404


class WalletPaused(DomainError):
    """An operator paused the wallet: nothing is spent until it is resumed."""

    code = "wallet_paused"
    title = "This wallet is paused"
    status = 409


class WalletClosed(DomainError):
    """The wallet is closed for good."""

    code = "wallet_closed"
    title = "This wallet is closed"
    status = 409


class WalletStatusUnchanged(DomainError):
    """The wallet is not in the status this step starts from."""

    code = "wallet_status_unchanged"
    title = "The wallet's status does not allow this"
    status = 409


class ServiceNotFound(DomainError):
    """No service has this slug."""

    code = "service_not_found"
    title = "There is no such service"
    status = 404


class ServicePaused(DomainError):
    """The service is paused for everyone."""

    code = "service_paused"
    title = "This service is paused"
    status = 409


class ServiceUnpriced(DomainError):
    """The service has no rate in force yet."""

    code = "service_unpriced"
    title = "This service has no price yet"
    status = 409


class QuantityTooSmall(DomainError):
    """The quantity would cost less than the smallest part of a credit."""

    code = "quantity_too_small"
    title = "The quantity is too small"
    status = 400


class CreditsOutOfRange(DomainError):
    """The number of credits is zero, negative, too large or has more than four places."""

    code = "credits_out_of_range"
    title = "This number of credits is not possible"
    status = 400


class ReasonRequired(DomainError):
    """An operator's change needs a reason."""

    code = "reason_required"
    title = "Say why"
    status = 400
