"""What clients are to trust before they speak TLS with this server."""

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry
from mockserver.api.call import Reply

PEM = "application/x-pem-file"


@described(200, media_type=PEM, refuses=(500, 501))
def show_authority(desk: Desk, inquiry: Inquiry) -> Reply:
    """The certificate of the authority that TLS goes by, for clients to trust; it is public."""
    return Reply(200, desk.read_authority().decode("ascii"), media_type=PEM)
