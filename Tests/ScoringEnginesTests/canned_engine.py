"""A server that gives one answer of vLLM's shape to every request, for DecodingSpeedTests."""

import asyncio
import json

IDS = [7 * place for place in range(64)]
ENTRIES = [None] + [
    {str(one): {"logprob": -9.417780876159668, "rank": 1484, "decoded_token": "First"}}
    for one in IDS[1:]]
SCORES = json.dumps({
    "id": "cmpl-8e05a6", "object": "text_completion", "created": 1764440000, "model": "m",
    "choices": [{"index": 0, "text": " is", "logprobs": None, "finish_reason": "length",
                 "prompt_logprobs": ENTRIES}],
    "system_fingerprint": "vllm-0.32.0-5a726ac3",
    "usage": {"prompt_tokens": 64, "total_tokens": 65, "completion_tokens": 1}},
    separators=(",", ":")).encode()
MODELS = b'{"data":[{"id":"m","max_model_len":4096}]}'


def whole(body: bytes) -> bytes:
    """An HTTP answer with a body."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Canned(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begins."""
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        """Answers each request once all of it is there."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15:].split(b"\r\n", 1)[0])
            if len(self.held) < end + 4 + length:
                return
            self.held = self.held[end + 4 + length:]
            self.transport.write(whole(SCORES if head.startswith(b"post") else MODELS))


async def main() -> None:
    """Serves until it is ended."""
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
