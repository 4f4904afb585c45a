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


class WalletBusy(DomainError):
    """Others hold the wallet, or all locks of the database. Nothing was done."""

    code = "wallet_busy"
    title = "This wallet is busy"
    status = 503


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


class SystemPaused(DomainError):
    """All spending is paused, for every wallet; what was begun can be settled."""

    code = "system_paused"
    title = "Spending is paused for everyone"
    status = 503


class SystemPauseUnchanged(DomainError):
    """The system is paused already, or is not."""

    code = "system_pause_unchanged"
    title = "The system's status does not allow this"
    status = 409


class LimitReached(DomainError):
    """A limit of the wallet leaves no room. `limit`, `used`, `period`, `service`, `resets_at`."""

    code = "limit_reached"
    title = "A spending limit is reached"
    status = 409


class LimitNotFound(DomainError):
    """The wallet has no such limit."""

    code = "limit_not_found"
    title = "There is no such limit"
    status = 404


class HoldNotFound(DomainError):
    """No hold has this id, or it is not the caller's to see."""

    code = "hold_not_found"
    title = "There is no such hold"
    status = 404


class HoldNotYours(DomainError):
    """Only who placed a hold may capture or release it by the API."""

    code = "hold_not_yours"
    title = "This hold was placed by someone else"
    status = 403


class HoldAlreadySettled(DomainError):
    """The hold was captured, released or timed out. `hold_status` and `captured` say which."""

    code = "hold_already_settled"
    title = "This hold is settled already"
    status = 409


class CaptureAboveHold(DomainError):
    """A capture takes at most what is held. `held` says how much."""

    code = "capture_above_hold"
    title = "This is more than was held"
    status = 409


class HoldTimeOutOfRange(DomainError):
    """A hold lasts from a second to a fixed number of days."""

    code = "hold_time_out_of_range"
    title = "A hold can't last that long"
    status = 400


class SpendNotFound(DomainError):
    """No spend has this id, or it is not the caller's to see."""

    code = "spend_not_found"
    title = "There is no such spend"
    status = 404


class SpendAlreadyReversed(DomainError):
    """Everything of the spend was given back before."""

    code = "spend_already_reversed"
    title = "This spend is reversed already"
    status = 409


class ReversalTooLarge(DomainError):
    """More than is left of the spend. `left` says how much is."""

    code = "reversal_too_large"
    title = "This is more than is left of the spend"
    status = 409


class GrantNotFound(DomainError):
    """The wallet has no such lot."""

    code = "grant_not_found"
    title = "There is no such lot"
    status = 404


class NothingToRollOver(DomainError):
    """Nothing is left in the lot that is not held."""

    code = "nothing_to_roll_over"
    title = "Nothing is left to roll over"
    status = 409


class ExpiryInThePast(DomainError):
    """Credits can't be carried into a lot that has expired already."""

    code = "expiry_in_the_past"
    title = "The new lot would have expired already"
    status = 400


class ExpiryTooEarly(DomainError):
    """Credits are carried into a lot that lasts at least as long as theirs."""

    code = "expiry_too_early"
    title = "The new lot would expire before the old one"
    status = 400


class WalletHasOpenHolds(DomainError):
    """Work is under way on the wallet's credits. `open_holds` says how many holds are open."""

    code = "wallet_has_open_holds"
    title = "Holds of this wallet are open"
    status = 409


class BatchSizeOutOfRange(DomainError):
    """A batch has no items, or too many."""

    code = "batch_size_out_of_range"
    title = "A batch can't have that many items"
    status = 400


class RateInThePast(DomainError):
    """A price can't begin before now: spends name the rate that was in force."""

    code = "rate_in_the_past"
    title = "A rate begins now or later"
    status = 400


class RateMomentTaken(DomainError):
    """Another price of the service begins at this very moment."""

    code = "rate_moment_taken"
    title = "Another rate begins at this moment"
    status = 409


class RateUnchanged(DomainError):
    """The service costs just that at this moment already."""

    code = "rate_unchanged"
    title = "This is the price already"
    status = 409


class ServiceStatusUnchanged(DomainError):
    """The service is paused already, or active already."""

    code = "service_status_unchanged"
    title = "The service's status does not allow this"
    status = 409


class StatementOutOfRange(DomainError):
    """The wallet has no such entries, or too many were asked for. `newest` or `most` say which."""

    code = "statement_out_of_range"
    title = "There is no such statement"
    status = 400
