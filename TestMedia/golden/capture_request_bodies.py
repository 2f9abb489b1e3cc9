"""Captures what huggingface_hub's InferenceClient sends for the calls below, as an oracle for our own requests.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install huggingface_hub
    /tmp/venv/bin/python TestMedia/golden/capture_request_bodies.py

Writes request_bodies.json beside itself. Nothing leaves the machine: the client is pointed at a server on the loopback
interface that keeps each body and answers with an empty list; that the client cannot make anything of it does no harm.
Tasks that the client no longer has (conversational, text2text-generation), or refuses to send (tabular-regression), are not
in it.
"""

import base64
import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import huggingface_hub
from huggingface_hub import InferenceClient

# The signatures of a PNG and of a FLAC file: media by their first bytes, and short.
PICTURE = b"\x89PNG\r\n\x1a\n"
RECORDING = b"fLaC"
STARS = {"Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]}
WINE = {"alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]}

CALLS = [
    ("fill-mask", "fill_mask", ["[MASK] world!"], {}),
    ("fill-mask", "fill_mask", ["[MASK] world!"], {"top_k": 3, "targets": ["the", "my"]}),
    ("summarization", "summarization", ["A long text."], {}),
    ("summarization", "summarization", ["A long text."], {"generate_parameters": {"max_length": 20}}),
    ("question-answering", "question_answering", ["What is the capital of France?", "The capital of France is Paris."], {}),
    (
        "question-answering",
        "question_answering",
        ["What?", "That."],
        {
            "top_k": 2,
            "doc_stride": 3,
            "max_answer_len": 4,
            "max_question_len": 5,
            "max_seq_len": 6,
            "handle_impossible_answer": True,
            "align_to_words": False,
        },
    ),
    ("table-question-answering", "table_question_answering", [STARS, "How many stars?"], {}),
    (
        "table-question-answering",
        "table_question_answering",
        [STARS, "How many stars?"],
        {"padding": "longest", "sequential": True, "truncation": False},
    ),
    ("text-classification", "text_classification", ["I like you."], {}),
    ("text-classification", "text_classification", ["I like you."], {"top_k": 2, "function_to_apply": "sigmoid"}),
    ("text-generation", "text_generation", ["The answer is"], {}),
    (
        "text-generation",
        "text_generation",
        ["The answer is"],
        {
            "do_sample": True,
            "max_new_tokens": 20,
            "repetition_penalty": 1.2,
            "return_full_text": False,
            "seed": 42,
            "stop": ["."],
            "temperature": 0.5,
            "top_k": 10,
            "top_p": 0.9,
        },
    ),
    ("text-generation", "text_generation", ["The answer is"], {"stream": True}),
    ("token-classification", "token_classification", ["My name is Sarah"], {}),
    (
        "token-classification",
        "token_classification",
        ["My name is Sarah"],
        {"aggregation_strategy": "none", "ignore_labels": ["O"], "stride": 2},
    ),
    ("translation", "translation", ["My name is Wolfgang"], {}),
    (
        "translation",
        "translation",
        ["My name is Wolfgang"],
        {
            "src_lang": "en_XX",
            "tgt_lang": "de_DE",
            "clean_up_tokenization_spaces": True,
            "truncation": "only_first",
            "generate_parameters": {"num_beams": 2},
        },
    ),
    ("zero-shot-classification", "zero_shot_classification", ["Refund!", ["refund", "legal"]], {}),
    (
        "zero-shot-classification",
        "zero_shot_classification",
        ["Refund!", ["refund", "legal"]],
        {"multi_label": True, "hypothesis_template": "It is {}."},
    ),
    ("feature-extraction", "feature_extraction", ["A happy person"], {}),
    (
        "feature-extraction",
        "feature_extraction",
        ["A happy person"],
        {
            "normalize": True,
            "truncate": True,
            "truncation_direction": "left",
            "prompt_name": "query",
            "dimensions": 64,
            "encoding_format": "float",
        },
    ),
    ("sentence-similarity", "sentence_similarity", ["A happy person", ["A happy dog", "A sunny day"]], {}),
    ("chat-completion", "chat_completion", [[{"role": "user", "content": "Hello"}]], {}),
    (
        "chat-completion",
        "chat_completion",
        [[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]],
        {
            "max_tokens": 20,
            "temperature": 0.5,
            "top_p": 0.9,
            "n": 2,
            "stop": ["."],
            "seed": 42,
            "frequency_penalty": 0.5,
            "presence_penalty": -0.5,
            "logprobs": True,
            "top_logprobs": 3,
            "tool_choice": "auto",
        },
    ),
    (
        "chat-completion",
        "chat_completion",
        [[{"role": "user", "content": "Hello"}]],
        {"stream": True, "stream_options": {"include_usage": True}},
    ),
    ("automatic-speech-recognition", "automatic_speech_recognition", [RECORDING], {}),
    (
        "automatic-speech-recognition",
        "automatic_speech_recognition",
        [RECORDING],
        {"extra_body": {"return_timestamps": "word", "generation_parameters": {"num_beams": 2}}},
    ),
    ("audio-classification", "audio_classification", [RECORDING], {}),
    ("audio-classification", "audio_classification", [RECORDING], {"top_k": 2, "function_to_apply": "softmax"}),
    ("text-to-speech", "text_to_speech", ["The tide is out."], {}),
    ("text-to-speech", "text_to_speech", ["The tide is out."], {"extra_body": {"generation_parameters": {"do_sample": True}}}),
    ("audio-to-audio", "audio_to_audio", [RECORDING], {}),
    ("image-classification", "image_classification", [PICTURE], {}),
    ("image-classification", "image_classification", [PICTURE], {"top_k": 2, "function_to_apply": "none"}),
    ("object-detection", "object_detection", [PICTURE], {}),
    ("object-detection", "object_detection", [PICTURE], {"threshold": 0.5}),
    ("image-segmentation", "image_segmentation", [PICTURE], {}),
    (
        "image-segmentation",
        "image_segmentation",
        [PICTURE],
        {"threshold": 0.5, "mask_threshold": 0.25, "overlap_mask_area_threshold": 0.75, "subtask": "panoptic"},
    ),
    ("image-to-text", "image_to_text", [PICTURE], {}),
    ("zero-shot-image-classification", "zero_shot_image_classification", [PICTURE, ["cat", "dog"]], {}),
    (
        "zero-shot-image-classification",
        "zero_shot_image_classification",
        [PICTURE, ["cat", "dog"]],
        {"hypothesis_template": "A photo of {}."},
    ),
    ("text-to-image", "text_to_image", ["A lighthouse"], {}),
    (
        "text-to-image",
        "text_to_image",
        ["A lighthouse"],
        {
            "negative_prompt": "fog",
            "width": 768,
            "height": 512,
            "num_inference_steps": 30,
            "guidance_scale": 7.5,
            "seed": 42,
            "scheduler": "DDIM",
        },
    ),
    ("image-to-image", "image_to_image", [PICTURE], {}),
    (
        "image-to-image",
        "image_to_image",
        [PICTURE],
        {
            "prompt": "Make it winter",
            "negative_prompt": "rain",
            "num_inference_steps": 30,
            "guidance_scale": 7.5,
            "target_size": {"width": 640, "height": 480},
        },
    ),
    ("visual-question-answering", "visual_question_answering", [PICTURE, "What is it?"], {}),
    ("visual-question-answering", "visual_question_answering", [PICTURE, "What is it?"], {"top_k": 2}),
    ("document-question-answering", "document_question_answering", [PICTURE, "What number?"], {}),
    ("document-question-answering", "document_question_answering", [PICTURE, "What number?"], {"top_k": 2, "lang": "en"}),
    ("tabular-classification", "tabular_classification", [WINE], {}),
]


class Recorder(BaseHTTPRequestHandler):
    received = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.received.append((self.path, dict(self.headers), body))
        answer = b"[]"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def main():
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = InferenceClient(model=f"http://127.0.0.1:{server.server_port}", token="none")
    captured = []
    for task, method, positional, named in CALLS:
        Recorder.received.clear()
        try:
            answer = getattr(client, method)(*positional, **named)
            list(answer)
        except Exception:
            pass
        assert len(Recorder.received) == 1, (method, len(Recorder.received))
        path, headers, body = Recorder.received[0]
        headers = {name.lower(): value for name, value in headers.items()}
        content_type = headers.get("content-type")
        entry = {"task": task, "path": path, "contentType": content_type, "accept": headers.get("accept")}
        if content_type == "application/json":
            entry["json"] = json.loads(body)
        else:
            entry["base64"] = base64.b64encode(body).decode()
        captured.append(entry)
    output = pathlib.Path(__file__).with_name("request_bodies.json")
    document = {"client": f"huggingface_hub {huggingface_hub.__version__}", "requests": captured}
    output.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(captured)} requests in {output}")


if __name__ == "__main__":
    main()
