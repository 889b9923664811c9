"""A stand-in for the Hugging Face Hub on this machine: what pushing, pulling and model cards ask for, and no more."""

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

USER = "someone"
TOKEN = "hf_stand_in"


class HubStandIn:
    """Serves repositories from memory.

    Attributes:
        endpoint: What `HF_ENDPOINT` must be.
        repositories: Content of each file by path, for each repository.
        private: Names of the private repositories.
        large: Paths of the files that came through the large file storage.
        spaces: Kind of each Space, by its name.
    """

    def __init__(self):
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.large: set[str] = set()
        self.spaces: dict[str, str | None] = {}
        self.objects: dict[str, bytes] = {}
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "HubStandIn":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """Variables that send huggingface_hub here. Xet, which needs a second service, gives way to plain LFS."""
        return {"HF_ENDPOINT": self.endpoint, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}

    def sha(self, repository: str) -> str:
        """Name of the repository's only commit."""
        files = self.repositories[repository]
        return hashlib.sha1(b"".join(hashlib.sha1(files[path]).digest() for path in sorted(files))).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: HubStandIn

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = self._path()
        if path == "/api/whoami-v2":
            token = {"displayName": "test", "role": "write"}
            return self._json({"type": "user", "name": USER, "auth": {"type": "access_token", "accessToken": token}})
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(/revision/[^/]+)?", path):
            return self._model_info(found[1])
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)", path):
            return self._file(found[1], found[2])
        return self._missing("EntryNotFound")

    do_HEAD = do_GET

    def do_POST(self):
        body, path = self._body(), self._path()
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._answer(401, b"")
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if re.fullmatch(r"/api/(?:models|spaces)/[^/]+/[^/]+/preupload/[^/]+", path):
            # As the real one: weights are large files however small they are.
            modes = [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(".safetensors") else "regular",
                    "shouldIgnore": False,
                }
                for file in json.loads(body)["files"]
            ]
            return self._json({"files": modes})
        if re.fullmatch(r"(?:/spaces)?/[^/]+/[^/]+\.git/info/lfs/objects/batch", path):
            objects = [
                asked | {"actions": {"upload": {"href": f"{self.hub.endpoint}/lfs/{asked['oid']}"}}}
                for asked in json.loads(body)["objects"]
            ]
            return self._json({"transfer": "basic", "objects": objects})
        if found := re.fullmatch(r"/api/(?:models|spaces)/([^/]+/[^/]+)/commit/[^/]+", path):
            return self._commit(found[1], [json.loads(line) for line in body.splitlines()])
        return self._missing("EntryNotFound")

    def do_PUT(self):
        body, oid = self._body(), self._path().removeprefix("/lfs/")
        if hashlib.sha256(body).hexdigest() != oid:
            return self._answer(400, b"the content has another hash")
        self.hub.objects[oid] = body
        return self._answer(200, b"")

    def _create(self, asked: dict):
        name = f"{asked.get('organization') or USER}/{asked['name']}"
        known = name in self.hub.repositories
        if asked.get("type") == "space":
            self.hub.spaces[name] = asked.get("sdk")
        self.hub.repositories.setdefault(name, {})
        if asked.get("visibility") == "private" or asked.get("private"):
            self.hub.private.add(name)
        self._json({"url": f"{self.hub.endpoint}/{name}", "id": name}, 409 if known else 200)

    def _commit(self, name: str, lines: list[dict]):
        files = self.hub.repositories[name]
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
                self.hub.large.add(value["path"])
        sha = self.hub.sha(name)
        self._json({"success": True, "commitOid": sha, "commitUrl": f"{self.hub.endpoint}/{name}/commit/{sha}"})

    def _model_info(self, name: str):
        if name not in self.hub.repositories:
            return self._missing("RepoNotFound")
        siblings = [{"rfilename": path} for path in self.hub.repositories[name]]
        return self._json({"id": name, "sha": self.hub.sha(name), "tags": [], "siblings": siblings})

    def _file(self, name: str, path: str):
        if name not in self.hub.repositories:
            return self._missing("RepoNotFound")
        content = self.hub.repositories[name].get(path)
        if content is None:
            return self._missing("EntryNotFound")
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": self.hub.sha(name)}
        return self._answer(200, content, headers)

    def _path(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _missing(self, code: str):
        self._answer(404, b"", {"X-Error-Code": code})

    def _json(self, value, status: int = 200):
        self._answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
