"""Resident memory of the running server: idle, and after 200,000 calls.

Run: python bench/memory.py   (Linux; reads /proc)
"""

import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

CALLS = 200_000
BATCH = 50
BODY = (
    b'{"messaging_product":"whatsapp","status":"read","message_id":'
    b'"wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"}'
)
REQUEST = (
    b"POST /v1/106540352242922/messages HTTP/1.1\r\nHost: localhost\r\n"
    b"Authorization: Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ\r\nUser-Agent: bench/1.0.0\r\n"
    b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def call(url: str, count: int) -> None:
    """Make calls on one connection, a batch at a time, and count the successes."""
    address = urlsplit(url)
    done = 0
    with socket.create_connection((address.hostname, address.port)) as connection:
        while done < count:
            connection.sendall(REQUEST * BATCH)
            seen, tail = 0, b""
            while seen < BATCH:
                received = tail + connection.recv(65_536)
                seen += received.count(b"HTTP/1.1 200 OK")
                tail = received[-14:] if not received.endswith(b"HTTP/1.1 200 OK") else b""
            done += seen


def main() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("mockserver ready: ").strip()
    idle = resident_mb(process.pid)
    call(url, CALLS)
    after = resident_mb(process.pid)
    process.terminate()
    process.wait()
    print(f"idle {idle:.1f} MB, after {CALLS:,} calls {after:.1f} MB, ratio {after / idle:.2f}")


if __name__ == "__main__":
    main()
