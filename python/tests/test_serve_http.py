"""The server as a process, over HTTP, with the repository's reference model."""

import concurrent.futures
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import REFERENCE, direct, load, needs_torch, random_prompts

LENGTHS = [1, 2, 300, 17, 64, 5, 128, 33, 90, 250]


class Server:
    """A server that was started for a test."""

    def __init__(self, *options, key=None):
        self.key = key
        self.process = subprocess.Popen(
            [sys.executable, "-m", "refinery_distill.serve", str(REFERENCE), "--port", "0",
             "--threads", "1", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline()
        if "http://127.0.0.1:" not in self.line:
            raise AssertionError(self.line + self.process.communicate()[1])
        self.port = int(self.line.split("http://127.0.0.1:")[1].split()[0])

    def ask(self, method, path, body=None, key=None, headers=None):
        """Status, headers and JSON of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        key = key or self.key
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def generate(self, prompts, **more):
        """The answers of a scoring client's request."""
        status, _, answer = self.ask("POST", "/generate", {
            "input_ids": prompts, "return_logprob": True, "logprob_start_len": 0,
            "top_logprobs_num": 0, "sampling_params": {"max_new_tokens": 0, "temperature": 0},
            **more})
        return status, answer

    def stop(self):
        """Ends it with SIGTERM; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


@needs_torch
class ServerTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-batch-tokens", "512", "--max-body-bytes", "200000",
                            "--max-context", "1024", "--served-name", "tiny")
        cls.model = load(REFERENCE)
        cls.prompts = random_prompts(49152, LENGTHS)
        cls.expected = [direct(cls.model, ids) for ids in cls.prompts]

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    def compare(self, answer, ids, expected):
        info = answer["meta_info"]
        logprobs, ranks = expected
        self.assertEqual(info["prompt_tokens"], len(ids))
        found = info["input_token_logprobs"]
        self.assertEqual(found[0], [None, ids[0], None])
        self.assertEqual([one[1] for one in found], ids)
        for (logprob, _, text), wanted in zip(found[1:], logprobs, strict=True):
            self.assertLess(abs(logprob - wanted), 1e-4)
            self.assertLessEqual(logprob, 0)
            self.assertIsNone(text)
        self.assertEqual(len(info["input_token_ranks"]), len(ids))
        self.assertLessEqual(
            sum(a != b for a, b in zip(info["input_token_ranks"][1:], ranks)), 1 + len(ids) // 50)

    def test_a_batch_has_the_log_probs_of_transformers(self):
        status, answers = self.server.generate(self.prompts)
        self.assertEqual(status, 200)
        for answer, ids, expected in zip(answers, self.prompts, self.expected, strict=True):
            self.compare(answer, ids, expected)

    def test_one_prompt_gives_an_object(self):
        status, answer = self.server.generate(self.prompts[3])
        self.assertEqual(status, 200)
        self.compare(answer, self.prompts[3], self.expected[3])

    def test_many_clients_at_once_get_what_one_gets(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(self.server.generate, self.prompts * 3))
        alone = [self.server.generate(ids)[1] for ids in self.prompts]
        for place, (status, answer) in enumerate(answers):
            self.assertEqual(status, 200)
            index = place % len(self.prompts)
            self.compare(answer, self.prompts[index], self.expected[index])
            for one, other in zip(answer["meta_info"]["input_token_logprobs"][1:],
                                  alone[index]["meta_info"]["input_token_logprobs"][1:]):
                self.assertLess(abs(one[0] - other[0]), 1e-5)

    def test_log_probs_from_a_place_on(self):
        ids = self.prompts[4]
        _, answer = self.server.generate(ids, logprob_start_len=10)
        found = answer["meta_info"]["input_token_logprobs"]
        self.assertEqual(found[0], [None, ids[10], None])
        self.assertEqual(len(found), len(ids) - 10)
        self.assertLess(abs(found[1][0] - self.expected[4][0][10]), 1e-4)
        _, answer = self.server.generate(ids, logprob_start_len=-1)
        self.assertNotIn("input_token_logprobs", answer["meta_info"])
        _, answer = self.server.generate(ids, return_logprob=False)
        self.assertNotIn("input_token_logprobs", answer["meta_info"])

    def test_what_is_served_can_be_asked(self):
        files = "".join(
            f"{hashlib.sha256((REFERENCE / name).read_bytes()).hexdigest()}  {name}\n"
            for name in ("config.json", "model.safetensors"))
        digest = "sha256:" + hashlib.sha256(files.encode()).hexdigest()
        _, _, info = self.server.ask("GET", "/model_info")
        self.assertEqual(info["weight_version"], digest)
        self.assertEqual((info["dtype"], info["max_model_len"], info["vocab_size"]),
                         ("float32", 1024, 49152))
        _, answer = self.server.generate([1, 2])
        self.assertEqual(answer["meta_info"]["weight_version"], digest)
        _, _, models = self.server.ask("GET", "/v1/models")
        self.assertEqual(models["data"][0]["id"], "tiny")
        self.assertEqual(self.server.ask("GET", "/health")[0], 200)
        self.assertEqual(self.server.ask("GET", "/server_info")[2]["waiting_tokens"], 0)

    def test_tokenize(self):
        import tokenizers

        rust = tokenizers.Tokenizer.from_file(str(REFERENCE / "tokenizer.json"))
        texts = ["Hello world", "naïve 北京 \n\n x", ""]
        for path in ("/tokenize", "/v1/tokenize"):
            _, _, answer = self.server.ask(
                "POST", path, {"prompt": texts, "add_special_tokens": False})
            self.assertEqual(answer["tokens"],
                             [rust.encode(text, add_special_tokens=False).ids for text in texts])
        _, _, answer = self.server.ask("POST", "/tokenize", {"prompt": "Hello world"})
        self.assertEqual((answer["tokens"], answer["count"]), ([19556, 905], 2))

    def test_bad_requests_are_answered_and_the_server_goes_on(self):
        good = {"return_logprob": True, "logprob_start_len": 0}
        cases = [
            (b"{", 400, "no JSON"),
            (b"\xff\xfe", 400, "no JSON"),
            (b"[" * 100_000, 400, "no JSON"),
            (b"[1]", 400, "must be a JSON object"),
            ({}, 400, "input_ids is missing"),
            ({"text": "Hello"}, 400, "input_ids is missing"),
            ({"input_ids": []}, 400, "list of ids"),
            ({"input_ids": [[]]}, 400, "at least one id"),
            ({"input_ids": [[1], 2]}, 400, "at least one id"),
            ({"input_ids": [1, "2"]}, 400, "no whole number"),
            ({"input_ids": [1, 2.5]}, 400, "no whole number"),
            ({"input_ids": [1, True]}, 400, "no whole number"),
            ({"input_ids": [[3], [1, 49152]]}, 400, "prompt 1 has the id 49152 at place 1"),
            ({"input_ids": [1, -1]}, 400, "the id -1"),
            ({"input_ids": [1, 10**30]}, 400, "ids are from 0 to 49151"),
            ({"input_ids": [1] * 1025}, 400, "1025 tokens, the model's context takes 1024"),
            ({"input_ids": [1, 2], "logprob_start_len": 2}, 400, "logprob_start_len"),
            ({"input_ids": [1, 2], "logprob_start_len": "0"}, 400, "logprob_start_len"),
            ({"input_ids": [[1], [2]], "logprob_start_len": [0]}, 400, "1 values for 2"),
            ({"input_ids": [1], "top_logprobs_num": 5}, 400, "top_logprobs_num"),
            ({"input_ids": [1], "sampling_params": {"max_new_tokens": 16}}, 400, "max_new_tokens"),
            ({"input_ids": [1], "sampling_params": 3}, 400, "sampling_params"),
            ({"input_ids": [1], "stream": True}, 400, "stream"),
            (b" " * 200_001, 413, "200001 bytes"),
        ]
        for body, status, words in cases:
            with self.subTest(words):
                if isinstance(body, dict):
                    body = good | body
                found, _, answer = self.server.ask("POST", "/generate", body)
                self.assertEqual(found, status)
                self.assertIn(words, answer["error"]["message"])
        self.assertEqual(self.server.ask("GET", "/nothing")[0], 404)
        self.assertEqual(self.server.ask("GET", "/generate")[0], 404)
        self.assertEqual(self.server.ask("PUT", "/generate", b"x")[0], 501)
        self.assertEqual(self.server.ask("POST", "/tokenize", {"prompt": 3})[0], 400)
        status, answer = self.server.generate(self.prompts[1])
        self.assertEqual(status, 200)
        self.compare(answer, self.prompts[1], self.expected[1])

    def raw(self, *parts):
        """What the server answers to bytes; all of them until it closes."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            for part in parts:
                connection.sendall(part)
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
        return answer

    def test_damaged_http(self):
        head = b"POST /generate HTTP/1.1\r\nHost: x\r\n"
        self.assertIn(b" 411 ", self.raw(head + b"\r\n"))
        self.assertIn(b" 411 ", self.raw(head + b"Content-Length: -5\r\n\r\n"))
        self.assertIn(b" 411 ", self.raw(head + b"Transfer-Encoding: chunked\r\n\r\n"))
        self.assertIn(b" 413 ", self.raw(head + b"Content-Length: 2147483648\r\n\r\n{"))
        self.assertIn(b" 414 ", self.raw(b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"))
        with socket.create_connection(("127.0.0.1", self.server.port)) as connection:
            connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
        self.assertEqual(self.server.ask("GET", "/health")[0], 200)

    def test_a_connection_is_used_again(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        for body in (b"{}", b'{"input_ids":[1,2]}', b"{}"):
            connection.request("POST", "/generate", body=body)
            answer = connection.getresponse()
            answer.read()
            self.assertNotEqual(answer.getheader("Connection"), "close")
        connection.close()


@needs_torch
class GuardedServerTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.key_file = Path(folder.name) / "key"
        self.key_file.write_text("sesame-123\n")
        self.key_file.chmod(0o600)

    def test_every_path_but_health_needs_the_key(self):
        server = Server("--api-key-file", str(self.key_file), key="sesame-123")
        self.addCleanup(server.stop)
        self.assertEqual(server.generate([1, 2])[0], 200)
        for key in ("other", "sesame-12", "sesame-1234"):
            for method, path in (("POST", "/generate"), ("GET", "/model_info"),
                                 ("POST", "/tokenize"), ("GET", "/nothing")):
                status, headers, answer = server.ask(method, path, b"{}", key=key)
                self.assertEqual(status, 401)
                self.assertEqual(headers["WWW-Authenticate"], "Bearer")
                self.assertNotIn("sesame", json.dumps(answer))
        server.key = None
        self.assertEqual(server.ask("GET", "/model_info")[0], 401)
        self.assertEqual(server.ask("GET", "/health")[0], 200)

    def refused(self, *options):
        found = subprocess.run(
            [sys.executable, "-m", "refinery_distill.serve", *options],
            capture_output=True, text=True, timeout=60)
        self.assertNotEqual(found.returncode, 0)
        self.assertNotIn("Traceback", found.stderr)
        self.assertNotIn("sesame", found.stderr)
        return found.stderr

    def test_what_cannot_be_served_is_said(self):
        self.assertIn("--api-key-file", self.refused(str(REFERENCE), "--host", "0.0.0.0"))
        os.chmod(self.key_file, 0o644)
        self.assertIn("every user", self.refused(
            str(REFERENCE), "--api-key-file", str(self.key_file)))
        self.assertIn("there is no", self.refused("/nowhere/model"))

    def test_a_full_queue_and_a_shutdown(self):
        server = Server("--max-batch-tokens", "64", "--max-queued-tokens", "3000")
        body = [[one % 40_000] * 1000 for one in range(1, 3)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            asked = [pool.submit(server.ask, "POST", "/generate", {
                "input_ids": body, "return_logprob": True, "logprob_start_len": 0})
                for _ in range(12)]
            answers = [one.result() for one in asked]
            statuses = {status for status, _, _ in answers}
            self.assertEqual(statuses, {200, 503})
            for status, headers, _ in answers:
                if status == 503:
                    self.assertEqual(headers["Retry-After"], "1")
            # What was accepted before SIGTERM is answered after it.
            last = pool.submit(server.generate, body)
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(last.result()[0], 200)
        server.process.communicate(timeout=30)
        self.assertEqual(server.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
