"""What the reference APIs do around /health/, in the way that FastAPI's own documentation teaches."""

import json
import os
import re
import sys
import time
import uuid
from collections import deque
from datetime import datetime, timezone

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import Counter, Gauge, Histogram

WINDOW_SECONDS = 60
limit = int(os.environ["RATE_LIMIT_HEALTH"])
well_formed_id = re.compile(r"[A-Za-z0-9._-]{1,128}")
requests = Counter("http_requests", "Requests answered.", ["method", "endpoint", "status"])
durations = Histogram("http_request_duration_seconds", "How long.", ["method", "endpoint"])
in_progress = Gauge("http_requests_in_progress", "Requests being worked on.")


class Window:
    """Requests of one client by the millisecond in which they came."""

    def __init__(self) -> None:
        self.counts: deque[list[int]] = deque()
        self.total = 0

    def allows(self, now_ms: int) -> bool:
        while self.counts and self.counts[0][0] <= now_ms - WINDOW_SECONDS * 1000:
            self.total -= self.counts.popleft()[1]
        if self.total >= limit:
            return False
        if self.counts and self.counts[-1][0] == now_ms:
            self.counts[-1][1] += 1
        else:
            self.counts.append([now_ms, 1])
        self.total += 1
        return True

    def reset_at(self) -> int:
        return self.counts[0][0] // 1000 + WINDOW_SECONDS


windows: dict[str, Window] = {}
app = FastAPI()


@app.middleware("http")
async def around(request: Request, call_next):
    started_at = time.perf_counter()
    given = request.headers.get("x-request-id", "")
    request_id = given if well_formed_id.fullmatch(given) else str(uuid.uuid4())
    client = request.client.host if request.client else ""
    window = windows.setdefault(client, Window())
    with in_progress.track_inprogress():
        if window.allows(time.time_ns() // 1_000_000):
            response = await call_next(request)
        else:
            response = JSONResponse({"error": "RateLimitError", "status_code": 429}, 429)
    response.headers["x-request-id"] = request_id
    response.headers["x-ratelimit-limit"] = str(limit)
    response.headers["x-ratelimit-remaining"] = str(limit - window.total)
    response.headers["x-ratelimit-reset"] = str(window.reset_at())
    seconds = time.perf_counter() - started_at
    route = request.scope.get("route")
    endpoint = route.path if route else "unknown"
    requests.labels(request.method, endpoint, response.status_code).inc()
    durations.labels(request.method, endpoint).observe(seconds)
    line = {
        "level": "info",
        "time": datetime.now(timezone.utc).isoformat(),
        "request_id": request_id,
        "method": request.method,
        "path": request.url.path,
        "client": client,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 3),
    }
    sys.stdout.write(json.dumps(line) + "\n")  # a file: written by the block
    return response


app.add_middleware(
    CORSMiddleware,
    allow_origins=[
        f"http://{host}:{port}"
        for host in ("localhost", "127.0.0.1")
        for port in (3000, 8000, 8001, 8002, 8080)
    ],
    allow_credentials=True,
    expose_headers=["X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"],
    max_age=600,
)


@app.get("/health/")
async def health() -> dict[str, str]:
    return {"status": "ok"}
