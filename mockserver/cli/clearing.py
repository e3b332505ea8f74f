"""``python -m mockserver.cli.clearing FOLDER serve …``: a server with which a folder goes.

Whoever started it may be killed, and then can clear up nothing.
"""

import atexit
import shutil
import sys

from mockserver.cli.commands import main

if __name__ == "__main__":
    atexit.register(shutil.rmtree, sys.argv.pop(1), ignore_errors=True)
    main()
