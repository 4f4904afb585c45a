"""Django settings, by subject; each value by environment is read and checked in its module."""

from creditsite.settings.accounts import *
from creditsite.settings.api import *
from creditsite.settings.core import *
from creditsite.settings.database import *
from creditsite.settings.disputes import *
from creditsite.settings.logging import *
from creditsite.settings.money import *
from creditsite.settings.security import *
from creditsite.settings.stripe import *
