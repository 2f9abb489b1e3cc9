"""Captures the requests that huggingface_hub builds for each inference provider, as an oracle for our own.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install 'huggingface_hub==1.33.0'
    /tmp/venv/bin/python TestMedia/golden/capture_provider_requests.py

Writes provider_requests.json beside itself. Nothing leaves the machine: the provider helpers only build requests, and the
look-up of a model's ID at the provider is replaced by a fixed one. Tasks about video are left out.
"""

import json
import pathlib
import re

import huggingface_hub
from huggingface_hub.hf_api import InferenceProviderMapping
from huggingface_hub.inference import _providers
from huggingface_hub.inference._providers import _common

MODEL = "owner/model"
# The signatures of a FLAC and of a PNG file: media by their first bytes, and short.
RECORDING = b"fLaC"
PICTURE = b"\x89PNG\r\n\x1a\n"

CALLS = {
    "conversational": ([{"role": "user", "content": "Hello"}], {"max_tokens": 5}),
    "text-generation": ("Once upon a time", {"max_new_tokens": 5, "seed": 7}),
    "feature-extraction": ("A happy person", {}),
    "text-to-speech": ("The tide is out.", {}),
    "automatic-speech-recognition": (RECORDING, {}),
    "text-to-image": ("A lighthouse", {"width": 768, "height": 512, "num_inference_steps": 3, "seed": 7, "negative_prompt": "fog"}),
    "image-to-image": (PICTURE, {"prompt": "Make it winter"}),
    "image-segmentation": (PICTURE, {}),
}


def form(body, content_type):
    """The parts of a multipart form: name -> file name or value."""
    boundary = content_type.split("boundary=")[1].encode()
    parts = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.strip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head).group(1).decode()
        file_name = re.search(rb'filename="([^"]*)"', head)
        parts[name] = {"file": True, "byteCount": len(value)} if file_name else value.decode()
    return parts


def main():
    captured = []
    for provider, tasks in sorted(_providers.PROVIDERS.items()):
        if provider == "hf-inference":
            continue
        for task, helper in sorted(tasks.items()):
            if task not in CALLS:
                continue
            mapping = InferenceProviderMapping(
                provider=provider, hf_model_id=MODEL, providerId=MODEL, status="live", task=task
            )
            _common._fetch_inference_provider_mapping = lambda model, mapping=mapping: [mapping]
            inputs, parameters = CALLS[task]
            entry = {"provider": provider, "task": task}
            try:
                request = helper.prepare_request(
                    inputs=inputs, parameters=dict(parameters), headers={}, model=MODEL, api_key="hf_none"
                )
            except ValueError as error:
                captured.append({**entry, "refusal": str(error)})
                continue
            headers = {name.lower(): value for name, value in request.headers.items()}
            content_type = headers.pop("content-type", "")
            for name in ["authorization", "user-agent", "x-amzn-trace-id"]:
                headers.pop(name, None)
            entry |= {"url": request.url, "contentType": content_type.split(";")[0], "headers": headers}
            if request.json is not None:
                entry["json"] = request.json
            else:
                entry["form"] = form(bytes(request.data), content_type)
            captured.append(entry)
    output = pathlib.Path(__file__).with_name("provider_requests.json")
    document = {"client": f"huggingface_hub {huggingface_hub.__version__}", "model": MODEL, "requests": captured}
    output.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(captured)} requests in {output}")


if __name__ == "__main__":
    main()
