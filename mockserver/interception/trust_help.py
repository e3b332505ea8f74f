"""How the systems and clients that there are come to trust a certificate."""

from shlex import quote

WAYS = """\
Programs that `mockserver exec` runs, or that have the variables of `mockserver env`, trust it
already: nothing of this is needed for them. For others, and for browsers:

Debian, Ubuntu
  sudo cp {file} /usr/local/share/ca-certificates/mockserver.crt && sudo update-ca-certificates
Fedora, RHEL
  sudo cp {file} /etc/pki/ca-trust/source/anchors/mockserver.pem && sudo update-ca-trust
macOS
  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {file}
Windows, as administrator
  certutil -addstore -f Root {windows}
Chrome on Linux (with libnss3-tools, or nss-tools)
  certutil -A -n mockserver -t C,, -i {file} -d sql:$HOME/.pki/nssdb
Firefox (the same tools; about:profiles tells its folder)
  certutil -A -n mockserver -t C,, -i {file} -d sql:FOLDER
Java, all that this JDK runs (its password is changeit)
  keytool -importcert -noprompt -cacerts -storepass changeit -alias mockserver -file {file}
one call of curl
  curl --cacert {file} https://localhost:8080/

`mockserver ca show` tells which names it can vouch for; names below these, too, but no others, to
clients that heed the constraints of what they trust. Java does not. Whoever reads authority.pem,
in the same folder, can pass for these hosts: keep the folder to yourself.
"""


def tell_ways(file: str) -> str:
    """For the certificate in that file, with what they do not protect from."""
    return WAYS.format(file=quote(file), windows=f'"{file}"')
