"""What NXCloud documents of WhatsApp, and this server does not do yet.

Every one of them is a POST. Sources: the wiki pages of that name.
"""

from mockserver.api import NotEmulated
from mockserver.providers.nxcloud.errors import WIKI

PAGES = f"{WIKI}/nxcloud-doc-en/wiki/WhatsApp-API-"
NEWER = f"{WIKI}/http-api-document/wiki/"
REGISTER = "integrator/embedded/register/"


def list_calls(base: str, pages: str, *names: str) -> tuple[NotEmulated, ...]:
    """Calls that their last part names, each of which has a page of that name."""
    return tuple(
        NotEmulated(_snake(name), "POST", f"{base}{name}", f"{pages}{name}") for name in names
    )


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


NOT_EMULATED = (
    NotEmulated("send_message", "POST", "/api/wa/mt", f"{PAGES}mt"),
    NotEmulated("send_otp", "POST", "/api/wa/otp", f"{PAGES}otp"),
    *list_calls("/api/wa/", PAGES, "uploadMedia", "getMedia", "deleteMedia", "getPhone"),
    *list_calls(
        "/api/wa/",
        PAGES,
        "getTemplate",
        "createTemplate",
        "updateTemplate",
        "deleteTemplate",
        "uploadTemplateFile",
    ),
    *list_calls("/api/wa/", NEWER, "getTemplateById", "createTemplateAsync"),
    *list_calls("/api/wa/", NEWER, "callback", "reachestimate"),
    *(
        NotEmulated(name, "POST", f"/api/wa/{path}", f"{NEWER}username")
        for name, path in (
            ("set_username", "setUsername"),
            ("get_username", "getUsername"),
            ("suggest_usernames", "suggestionsUsername"),
            ("delete_username", "deleteUsername"),
        )
    ),
    NotEmulated(
        "update_automation",
        "POST",
        "/api/wa/updateConversationalAutomation",
        f"{NEWER}Conversational-Components",
    ),
    NotEmulated(
        "get_automation",
        "POST",
        "/api/wa/getConversationalAutomation",
        f"{NEWER}Conversational-Components",
    ),
    *list_calls(
        f"/api/wa/{REGISTER}",
        PAGES,
        "login",
        "createApp",
        "phoneList",
        "getCode",
        "checkCode",
        "createClient",
    ),
    *list_calls(
        "/v1/wa/m/flows/",
        NEWER,
        "updateFlow",
        "updateFlowJson",
        "queryFlowsByPhone",
        "getPreviewByFlowId",
    ),
    NotEmulated("query_flow", "POST", "/api/wa/queryFlowById", f"{NEWER}queryFlowsById"),
)
