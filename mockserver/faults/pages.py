"""Pages of HTML as proxies in front of an API send them, with their headers."""

REASONS = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}
NGINX = """<html>\r
<head><title>{status} {reason}</title></head>\r
<body>\r
<center><h1>{status} {reason}</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""
CLOUDFLARE = """<!DOCTYPE html>
<html lang="en-US">
<head><title>{status}: {reason}</title><meta name="robots" content="noindex, nofollow" /></head>
<body><h1>{reason} <small>Error code {status}</small></h1>
<p>The web server reported an error. Please try again in a few minutes.</p>
<p>Performance &amp; security by Cloudflare</p></body>
</html>
"""
ALB = """<html>\r
<head><title>{status} {reason}</title></head>\r
<body>\r
<center><h1>{status} {reason}</h1></center>\r
</body>\r
</html>\r
"""
FLAVOURS = {
    "nginx": (NGINX, "text/html", {"Server": "nginx"}),
    "cloudflare": (CLOUDFLARE, "text/html; charset=UTF-8", {"Server": "cloudflare"}),
    "alb": (ALB, "text/html", {"Server": "awselb/2.0"}),
}
