"""The log-in of a customer or an operator."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    Permission,
    PermissionsMixin,
)
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from creditsite.kernel.actor import Actor


class UserManager(BaseUserManager["User"]):
    """Makes log-ins; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a log-in. Without a password nobody can log in with it until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an operator who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def holders_of(self, right: str) -> models.QuerySet[User]:
        """Return the active operators who have a right, such as `disputes.review_dispute`."""
        app, codename = right.split(".")
        granted = Permission.objects.filter(content_type__app_label=app, codename=codename)
        return self.filter(
            models.Q(is_superuser=True)
            | models.Q(user_permissions__in=granted)
            | models.Q(groups__permissions__in=granted),
            is_staff=True,
            is_active=True,
        ).distinct()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person's log-in, by e-mail address. Staff are operators, everyone else a customer.

    Invariant: the address is unique whatever its case, and kept in lower case.
    """

    email = models.EmailField("e-mail address", unique=True)
    is_staff = models.BooleanField("operator", default=False)
    is_active = models.BooleanField("active", default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "user"
        permissions: ClassVar = [("reset_factors", "Can reset other people's second factors")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    @property
    def actor(self) -> Actor:
        """This person as written on ledger entries."""
        return Actor.user(self.pk)
