"""``python -m mixedcli``"""

from __future__ import annotations

import sys

from mixedcli.cli import main

sys.exit(main())
