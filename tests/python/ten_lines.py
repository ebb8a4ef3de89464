"""Lists, orders and downloads, with the wheels alone."""

import http.server
import pathlib
import tempfile
import threading
from functools import partial

import libzerossl as zerossl
from libzerossl.sandbox import Sandbox

folder = pathlib.Path(tempfile.mkdtemp())
website = http.server.ThreadingHTTPServer(
    ("127.0.0.1", 0), partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
)
threading.Thread(target=website.serve_forever, daemon=True).start()
with Sandbox(http_port=website.server_address[1]) as sandbox, sandbox.client() as client:
    request = client.generate_csr(domains=["example.com"])
    order = client.create_certificate(domains=["example.com"], csr=request.csr, strict_domains=True)
    file = order.validation.other_methods["example.com"]
    (folder / ".well-known/pki-validation").mkdir(parents=True)
    (folder / str(file.file_validation_url_http).split("/", 3)[3]).write_text("\n".join(file.file_validation_content))
    client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
    print([(certificate.common_name, certificate.status) for certificate in client.iter_certificates()])
    print(client.download_certificate(order.id).fullchain.count("BEGIN CERTIFICATE"), "certificates,", zerossl.__file__)
