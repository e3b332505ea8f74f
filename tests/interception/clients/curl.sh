#!/bin/sh
# Marks a message of D7 Networks read, with curl.
exec curl --silent --show-error --max-time "$1" --write-out '\n%{http_code}' -X POST \
    https://api.d7networks.com/whatsapp/v2/read-receipt/492a17b0-9cd7-11ef-b4bf-0242ac1b0024 \
    -H "Authorization: Bearer d7-mock-token-main"
